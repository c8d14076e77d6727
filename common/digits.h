/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digits: whole numbers as decimal text, two digits at a time.
 *
 * Inline, because numbers are most of what a binlog holds. Pure; any thread.
 */
#ifndef COMMON_DIGITS_H
#define COMMON_DIGITS_H

#include <stdint.h>
#include <string.h>

enum { DIGITS_MAX = 20 }; /* of a uint64_t */

/* "00" "01" ... "99" */
extern const char digits_pairs[200];
/* 10^0 to 10^19 */
extern const uint64_t digits_powers[DIGITS_MAX];

/* How many digits V has; 1 for 0. */
static inline unsigned digits_count(uint64_t v)
{
    /* log10(2) is about 1233 / 4096: right or one too many. */
    unsigned guess = (unsigned)(64 - __builtin_clzll(v | 1)) * 1233 >> 12;

    return guess + (v >= digits_powers[guess]) +
           (guess == 0 && v == 0);
}

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

/* Print V at TO, room for DIGITS_MAX; returns the end. */
static inline char *digits_put(char *to, uint64_t v)
{
    char *end = to + digits_count(v), *at = end;

    while (v >= 100) {
        at -= 2;
        memcpy(at, digits_pairs + 2 * (v % 100), 2);
        v /= 100;
    }
    if (v >= 10)
        memcpy(to, digits_pairs + 2 * v, 2);
    else
        *to = (char)('0' + v);
    return end;
}
#endif
