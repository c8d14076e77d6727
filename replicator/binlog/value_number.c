/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/value_decode.h"

enum {
    DIGITS_PER_GROUP = 9,
    DECIMAL_PRECISION_MAX = 65,
    DECIMAL_BYTES_MAX = 32,
    ROUNDED_TEXT_MAX = 352
};

/* Bytes that hold the digits left over beside whole groups of nine. */
static const uint8_t decimal_leftover[DIGITS_PER_GROUP] = {0, 1, 1, 2, 2, 3, 3, 4, 4};

/* V rounded to SCALE digits after the point. */
static double rounded(double v, int scale)
{
    struct decimal d;
    char text[ROUNDED_TEXT_MAX];
    int n = snprintf(text, sizeof(text), "%.*f", scale, v);

    return n > 0 && (size_t)n < sizeof(text) && decimal_parse(&d, text, (size_t)n)
               ? decimal_to_double(&d)
               : v;
}

/* NaN and infinity are not values of these columns. A FLOAT of -0 is 0, as it is in a SELECT, which
 * adds 0 to get all digits. */
char *value_put_float(const struct field *f, const uint8_t *p, char *to)
{
    uint64_t bits = le_load(p, f->fixed_bytes);
    uint32_t low = (uint32_t)bits;
    double v;
    float single;

    if (f->kind == FIELD_FLOAT) {
        memcpy(&single, &low, sizeof(single));
        return isfinite(single) ? to + number_print_float(single + 0.0F, to) : NULL;
    }
    memcpy(&v, &bits, sizeof(v));
    if (f->is_rounded && isfinite(v))
        v = rounded(v, f->scale);
    return isfinite(v) ? to + number_print_double(v, to) : NULL;
}

size_t decimal_bytes(unsigned precision, unsigned scale)
{
    unsigned whole = precision - scale;

    if (precision == 0 || precision > DECIMAL_PRECISION_MAX || scale > precision || scale > 38)
        return 0;
    return whole / DIGITS_PER_GROUP * 4U + decimal_leftover[whole % DIGITS_PER_GROUP] +
           scale / DIGITS_PER_GROUP * 4U + decimal_leftover[scale % DIGITS_PER_GROUP];
}

/* One group of DIGITS at *P, inverted when MASK says so; false if it holds more than it may. */
static inline bool take_group(const uint8_t **p, unsigned digits, uint32_t mask, uint32_t *v)
{
    unsigned bytes = digits == DIGITS_PER_GROUP ? 4 : decimal_leftover[digits];

    /* Four bytes can always be read: decimal_put's copy has room behind it. */
    *v = (be_load32(*p) ^ mask) >> (32 - 8 * bytes);
    *p += bytes;
    return *v < digits_powers[digits];
}

/* The digits before the point without zeros in front; "0" if there are none. */
static char *put_whole(const uint8_t **p, unsigned digits, uint32_t mask, char *to)
{
    unsigned n = digits % DIGITS_PER_GROUP;
    bool is_begun = false;
    uint32_t v;

    if (n > 0 && digits == n) {
        if (!take_group(p, n, mask, &v))
            return NULL;
        return digits_put_small(to, v);
    }
    for (; digits > 0; digits -= n, n = DIGITS_PER_GROUP) {
        if (n == 0)
            continue;
        if (!take_group(p, n, mask, &v))
            return NULL;
        if (is_begun)
            to = digits_put_padded(to, v, DIGITS_PER_GROUP);
        else if (v > 0)
            to = digits_put(to, v);
        is_begun = is_begun || v > 0;
    }
    if (!is_begun)
        *to++ = '0';
    return to;
}

static char *put_fraction(const uint8_t **p, unsigned digits, uint32_t mask, char *to)
{
    uint32_t v;

    *to++ = '.';
    for (; digits >= DIGITS_PER_GROUP; digits -= DIGITS_PER_GROUP) {
        if (!take_group(p, DIGITS_PER_GROUP, mask, &v))
            return NULL;
        to = digits_put_padded(to, v, DIGITS_PER_GROUP);
    }
    if (digits == 0)
        return to;
    return take_group(p, digits, mask, &v) ? digits_put_padded(to, v, digits) : NULL;
}

/* Groups of nine digits, big-endian; the short group of the whole part comes first, that of the
 * fraction last. The top bit is the inverted sign; a negative number is inverted altogether
 * (mysql-server, decimal.cc). */
char *decimal_put(const uint8_t *p, unsigned len, unsigned precision, unsigned scale, char *to)
{
    uint8_t bytes[DECIMAL_BYTES_MAX + 4] = {0};
    const uint8_t *at = bytes;
    uint32_t mask;

    memcpy(bytes, p, len);
    mask = (bytes[0] & 0x80) == 0 ? UINT32_MAX : 0;
    bytes[0] ^= 0x80;
    if (mask != 0)
        *to++ = '-';
    to = put_whole(&at, precision - scale, mask, to);
    return to == NULL || scale == 0 ? to : put_fraction(&at, scale, mask, to);
}
