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

static char *put_int(const struct field *f, const uint8_t *p, size_t len, char *to)
{
    uint64_t v = le_load(p, len), sign = (uint64_t)1 << (8 * len - 1);

    if (!f->is_unsigned && (v & sign) != 0) {
        *to++ = '-';
        /* Negate in the column's own width: ~v + 1, without the bits above it. */
        v = (~v + 1) & (sign | (sign - 1));
    }
    return digits_put(to, v);
}

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
static char *put_float(const struct field *f, const uint8_t *p, char *to)
{
    uint64_t bits = le_load(p, f->fixed_bytes);
    uint32_t low = (uint32_t)bits;
    double v;
    float single;

    if (f->kind == FIELD_FLOAT) {
        memcpy(&single, &low, sizeof(single));
        return isfinite(single) ? to + number_print_float(single + 0.0F, to) : to;
    }
    memcpy(&v, &bits, sizeof(v));
    if (f->is_rounded && isfinite(v))
        v = rounded(v, f->scale);
    return isfinite(v) ? to + number_print_double(v, to) : to;
}

size_t decimal_bytes(unsigned precision, unsigned scale)
{
    unsigned whole = precision - scale;

    if (precision == 0 || precision > DECIMAL_PRECISION_MAX || scale > precision || scale > 38)
        return 0;
    return whole / DIGITS_PER_GROUP * 4U + decimal_leftover[whole % DIGITS_PER_GROUP] +
           scale / DIGITS_PER_GROUP * 4U + decimal_leftover[scale % DIGITS_PER_GROUP];
}

static const uint32_t powers[] = {1,      10,      100,      1000,      10000,
                                  100000, 1000000, 10000000, 100000000, 1000000000};

/* One group of DIGITS at *P; -1 if it holds more than it may. */
static int put_group(const uint8_t **p, unsigned digits, char **to)
{
    size_t bytes = digits == DIGITS_PER_GROUP ? 4 : decimal_leftover[digits];
    uint32_t v = (uint32_t)be_load(*p, bytes);

    *p += bytes;
    if (v >= powers[digits])
        return -1;
    *to = digits_put_padded(*to, v, digits);
    return 0;
}

/* Groups of nine digits, big-endian; the short group of the whole part comes first, that of the
 * fraction last. The top bit is the inverted sign; a negative number is inverted altogether
 * (mysql-server, decimal.cc). */
size_t decimal_print(const uint8_t *p, unsigned precision, unsigned scale, char *to)
{
    size_t len = decimal_bytes(precision, scale);
    unsigned whole = precision - scale;
    uint8_t bytes[DECIMAL_BYTES_MAX];
    const uint8_t *at = bytes;
    char digits[DECIMAL_PRECISION_MAX + 2 * DIGITS_PER_GROUP], *d = digits, *start = to, *first;
    bool is_negative;

    if (len == 0 || len > sizeof(bytes))
        return 0;
    memcpy(bytes, p, len);
    is_negative = (bytes[0] & 0x80) == 0;
    bytes[0] ^= 0x80;
    for (size_t i = 0; is_negative && i < len; i++)
        bytes[i] ^= 0xff;
    for (unsigned n = whole % DIGITS_PER_GROUP, left = whole; left > 0; n = DIGITS_PER_GROUP) {
        if (n > 0 && put_group(&at, n, &d) != 0)
            return 0;
        left -= n;
    }
    for (unsigned left = scale; left > 0;) {
        unsigned n = left < DIGITS_PER_GROUP ? left : DIGITS_PER_GROUP;

        if (put_group(&at, n, &d) != 0)
            return 0;
        left -= n;
    }
    if (is_negative)
        *to++ = '-';
    for (first = digits; first < digits + whole && *first == '0';)
        first++;
    if (first == digits + whole)
        *to++ = '0';
    memcpy(to, first, (size_t)(digits + whole - first));
    to += digits + whole - first;
    if (scale > 0) {
        *to++ = '.';
        memcpy(to, digits + whole, scale);
        to += scale;
    }
    return (size_t)(to - start);
}

static char *put_year(uint8_t year, char *to)
{
    return digits_put_padded(to, year == 0 ? 0 : 1900U + year, 4);
}

int value_decode_number(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                        struct value *out, struct err *err)
{
    char *text = arena_text(arena, DECIMAL_TEXT_MAX), *end = text;

    if (text == NULL)
        return err_nomem(err, "binlog value");
    switch (f->kind) {
    case FIELD_INT:
        end = put_int(f, p, len, text);
        break;
    case FIELD_FLOAT:
    case FIELD_DOUBLE:
        end = put_float(f, p, text);
        break;
    case FIELD_DECIMAL:
        end = text + decimal_print(p, f->precision, f->scale, text);
        break;
    case FIELD_BIT:
        end = digits_put(text, be_load(p, len));
        break;
    case FIELD_YEAR:
        end = put_year(p[0], text);
        break;
    default:
        break;
    }
    arena_shrink(arena, DECIMAL_TEXT_MAX - (size_t)(end - text));
    if (end == text)
        return err_set(err, ERR_FORMAT, "malformed number of %zu bytes", len);
    *out = value_text(text, (size_t)(end - text));
    return 0;
}
