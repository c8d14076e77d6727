/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/number.h"
#include "replicator/binlog/json_print.h"
#include "replicator/binlog/value_decode.h"

enum {
    WORD = 8,
    ESCAPE_MAX = 6, /* "\u001f" */
    INTEGER_MAX = 24,
    BASE64_LINE_BYTES = 57, /* 76 characters */
};

static int put(struct json_printer *p, const char *text, size_t n)
{
    char *to = json_printer_room(p, n);

    if (to == NULL)
        return -1;
    memcpy(to, text, n);
    p->at = to + n;
    return 0;
}

/* --- strings --- */

/* The last N < 8 bytes, without reading beyond them. */
static uint64_t load_tail(const uint8_t *s, size_t n)
{
    if (n >= 4)
        return le_load32(s) | (uint64_t)le_load32(s + n - 4) << (8 * (n - 4));
    if (n >= 2)
        return le_load16(s) | (uint64_t)le_load16(s + n - 2) << (8 * (n - 2));
    return s[0];
}

static void store(char *to, uint64_t word)
{
    word = htole64(word);
    memcpy(to, &word, sizeof(word));
}

/* The high bit of each byte that cannot stand for itself: a quote, a backslash, a control
 * character. The lowest one is right; above it there may be bits too many (a borrow). */
static uint64_t specials(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';

    return ((word - ones * 0x20) | (quote - ones) | (backslash - ones)) & ~word & highs;
}

static char *put_escape(char *to, uint8_t c)
{
    static const char digits[] = "0123456789abcdef";
    static const char shorts[] = "btn\0fr"; /* 8, 9, 10, -, 12, 13 */

    *to++ = '\\';
    if (c >= 0x20) {
        *to++ = (char)c;
    } else if (c >= 8 && c <= 13 && c != 11) {
        *to++ = shorts[c - 8];
    } else {
        memcpy(to, "u00", 3);
        to[3] = digits[c >> 4];
        to[4] = digits[c & 15];
        to += 5;
    }
    return to;
}

/* Quoted as MySQL's double_quote() does. Eight bytes at a time: they are copied before they are
 * looked at, so there is always room for eight more than needed. */
int json_put_string(struct json_printer *p, const uint8_t *s, size_t n)
{
    char *to = json_printer_room(p, n + WORD + 2);

    if (to == NULL)
        return -1;
    *to++ = '"';
    while (n > 0) {
        size_t step = n < WORD ? n : WORD, plain;
        uint64_t word = n < WORD ? load_tail(s, n) : le_load64(s);
        uint64_t special = specials(word);

        if (n < WORD) /* a byte that is not there looks like a control character */
            special &= (UINT64_C(1) << (8 * n)) - 1;

        store(to, word);
        if (special == 0) {
            to += step;
            s += step;
            n -= step;
            continue;
        }
        plain = (size_t)__builtin_ctzll(special) / 8;
        p->at = to + plain;
        to = json_printer_room(p, n - plain + ESCAPE_MAX + WORD + 2);
        if (to == NULL)
            return -1;
        to = put_escape(to, s[plain]);
        s += plain + 1;
        n -= plain + 1;
    }
    *to++ = '"';
    p->at = to;
    return 0;
}

/* --- numbers --- */

static int put_unsigned(struct json_printer *p, uint64_t v)
{
    char *to = json_printer_room(p, INTEGER_MAX);

    if (to == NULL)
        return -1;
    p->at = digits_put(to, v);
    return 0;
}

static int put_signed(struct json_printer *p, int64_t v)
{
    char *to = json_printer_room(p, INTEGER_MAX);

    if (to == NULL)
        return -1;
    if (v < 0)
        *to++ = '-';
    p->at = digits_put(to, v < 0 ? ~(uint64_t)v + 1 : (uint64_t)v);
    return 0;
}

static int put_double(struct json_printer *p, uint64_t bits)
{
    char *to = json_printer_room(p, NUMBER_TEXT_SIZE + 2);
    double v;
    size_t n;

    memcpy(&v, &bits, sizeof(v));
    if (to == NULL || !isfinite(v))
        return -1;
    n = number_print_double(v, to);
    /* A whole double keeps a sign of being one. */
    if (memchr(to, '.', n) == NULL && memchr(to, 'e', n) == NULL) {
        memcpy(to + n, ".0", 2);
        n += 2;
    }
    p->at = to + n;
    return 0;
}

static int put_literal(struct json_printer *p, unsigned v)
{
    switch (v) {
    case 0:
        return put(p, "null", 4);
    case 1:
        return put(p, "true", 4);
    case 2:
        return put(p, "false", 5);
    default:
        return -1;
    }
}

/* --- opaque values: types of SQL that JSON does not have --- */

static int put_decimal(struct json_printer *p, const uint8_t *s, size_t n)
{
    char *to = json_printer_room(p, DECIMAL_TEXT_MAX);

    if (to == NULL || n < 3 || s[1] > s[0] || decimal_bytes(s[0], s[1]) != n - 2)
        return -1;
    to = decimal_put(s + 2, (unsigned)n - 2, s[0], s[1], to);
    if (to == NULL)
        return -1;
    p->at = to;
    return 0;
}

/* Eight bytes: the integer part of the column's format, then 24 bits of microseconds. */
static int put_temporal(struct json_printer *p, unsigned type, const uint8_t *s, size_t n)
{
    char *to = json_printer_room(p, TEMPORAL_TEXT_MAX + 2);
    bool is_negative;
    uint64_t v;

    if (to == NULL || n != 8)
        return -1;
    v = le_load64(s);
    is_negative = v >> 63 != 0;
    if (is_negative)
        v = ~v + 1;
    *to++ = '"';
    if (type == MAP_DATE)
        to = temporal_put_date(to, v >> 24);
    else if (type == MAP_TIME)
        to = temporal_put_time(to, is_negative, v >> 24, v & 0xffffff, 6);
    else
        to = temporal_put_datetime(to, v >> 24, v & 0xffffff, 6);
    *to++ = '"';
    p->at = to;
    return 0;
}

/* With line breaks (escaped) as MySQL's encoder makes them. */
static int put_base64(struct json_printer *p, unsigned type, const uint8_t *s, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *to = json_printer_room(p, INTEGER_MAX + n / 3 * 4 + n / BASE64_LINE_BYTES * 2 + 8);

    if (to == NULL)
        return -1;
    memcpy(to, "\"base64:type", 12);
    to = digits_put(to + 12, type);
    *to++ = ':';
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)s[i] << 16 | (i + 1 < n ? (uint32_t)s[i + 1] << 8 : 0) |
                     (i + 2 < n ? s[i + 2] : 0U);

        if (i > 0 && i % BASE64_LINE_BYTES == 0) {
            *to++ = '\\';
            *to++ = 'n';
        }
        *to++ = digits[v >> 18];
        *to++ = digits[v >> 12 & 63];
        *to++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
        *to++ = i + 2 < n ? digits[v & 63] : '=';
    }
    *to++ = '"';
    p->at = to;
    return 0;
}

static int put_opaque(struct json_printer *p, const struct json_value *v)
{
    size_t n;
    const uint8_t *s = v->len == 0 ? NULL : json_take_bytes(v->at + 1, v->len - 1, &n);

    if (s == NULL)
        return -1;
    switch (v->at[0]) {
    case MAP_NEWDECIMAL:
        return put_decimal(p, s, n);
    case MAP_DATE:
    case MAP_TIME:
    case MAP_DATETIME:
    case MAP_TIMESTAMP:
        return put_temporal(p, v->at[0], s, n);
    default:
        return put_base64(p, v->at[0], s, n);
    }
}

/* Bytes of the types that have always the same; 0: another type. */
static size_t fixed_bytes(unsigned type)
{
    static const uint8_t bytes[] = {
        [JSON_LITERAL] = 1, [JSON_INT16] = 2, [JSON_UINT16] = 2, [JSON_INT32] = 4,
        [JSON_UINT32] = 4,  [JSON_INT64] = 8, [JSON_UINT64] = 8, [JSON_DOUBLE] = 8};

    return type < sizeof(bytes) ? bytes[type] : 0;
}

int json_put_scalar(struct json_printer *p, const struct json_value *v)
{
    size_t n;
    const uint8_t *s;

    if (v->len < fixed_bytes(v->type))
        return -1;
    switch (v->type) {
    case JSON_LITERAL:
        return put_literal(p, v->at[0]);
    case JSON_INT16:
        return put_signed(p, (int16_t)le_load16(v->at));
    case JSON_UINT16:
        return put_unsigned(p, le_load16(v->at));
    case JSON_INT32:
        return put_signed(p, (int32_t)le_load32(v->at));
    case JSON_UINT32:
        return put_unsigned(p, le_load32(v->at));
    case JSON_INT64:
        return put_signed(p, (int64_t)le_load64(v->at));
    case JSON_UINT64:
        return put_unsigned(p, le_load64(v->at));
    case JSON_DOUBLE:
        return put_double(p, le_load64(v->at));
    case JSON_STRING:
        s = json_take_bytes(v->at, v->len, &n);
        return s == NULL ? -1 : json_put_string(p, s, n);
    case JSON_OPAQUE:
        return put_opaque(p, v);
    default:
        return -1;
    }
}
