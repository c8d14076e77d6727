/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digits: whole numbers as decimal text, several digits at a time and without branches.
 *
 * Inline, because numbers are most of what a binlog holds. Pure; any thread.
 */
#ifndef COMMON_DIGITS_H
#define COMMON_DIGITS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS_MAX = 20 }; /* of a uint64_t */

/* "00" "01" ... "99" */
extern const char digits_pairs[200];
/* 10^0 to 10^19 */
extern const uint64_t digits_powers[DIGITS_MAX];

/* Exactly WIDTH digits, zeros first, of V < 10^WIDTH; returns the end. */
static inline char *digits_put_padded(char *to, uint32_t v, unsigned width)
{
    char *end = to + width, *at = end;

    for (; width >= 2; width -= 2) {
        at -= 2;
        memcpy(at, digits_pairs + 2 * (v % 100), 2);
        v /= 100;
    }
    if (width == 1)
        *to = (char)('0' + v % 10);
    return end;
}

/* The eight digits of V < 10^8, the first one in the lowest byte: halves of four digits, pairs,
 * single ones, all at once. */
static inline uint64_t digits_eight(uint32_t v)
{
    uint64_t fours = (uint64_t)(v / 10000) | (uint64_t)(v % 10000) << 32;
    uint64_t hundreds = (fours * 10486 >> 20) & UINT64_C(0x0000007f0000007f);
    uint64_t pairs = hundreds + ((fours - 100 * hundreds) << 16);
    uint64_t tens = (pairs * 103 >> 10) & UINT64_C(0x000f000f000f000f);

    return tens + ((pairs - 10 * tens) << 8);
}

static inline void digits_store(char *to, uint64_t eight)
{
    eight = htole64(eight | UINT64_C(0x3030303030303030));
    memcpy(to, &eight, sizeof(eight));
}

/* V < 10^8, without zeros in front. */
static inline char *digits_put_small(char *to, uint32_t v)
{
    uint64_t eight = digits_eight(v);
    /* One digit stays, even if it is a zero. */
    unsigned zeros = (unsigned)__builtin_ctzll(eight | UINT64_C(1) << 56) / 8;

    digits_store(to, eight >> 8 * zeros);
    return to + 8 - zeros;
}

/* Print V at TO; returns the end. Room for DIGITS_MAX is needed, whatever V is: bytes behind the
 * end are overwritten. */
static inline char *digits_put(char *to, uint64_t v)
{
    const uint32_t part = 100000000;

    if (v < part)
        return digits_put_small(to, (uint32_t)v);
    if (v < (uint64_t)part * part) {
        to = digits_put_small(to, (uint32_t)(v / part));
    } else {
        to = digits_put_small(to, (uint32_t)(v / part / part));
        digits_store(to, digits_eight((uint32_t)(v / part % part)));
        to += 8;
    }
    digits_store(to, digits_eight((uint32_t)(v % part)));
    return to + 8;
}
#endif
