/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MySQL's binary JSON (mysql-server, sql-common/json_binary.h) as the text that MySQL prints.
 *
 * Offsets come from outside and may point anywhere, in any order, with holes: each is checked,
 * depth is bounded, and so is the size of what is printed (offsets may overlap).
 */
#include <math.h>
#include <string.h>

#include "common/number.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/value_decode.h"

enum json_type {
    JSON_SMALL_OBJECT = 0,
    JSON_LARGE_OBJECT = 1,
    JSON_SMALL_ARRAY = 2,
    JSON_LARGE_ARRAY = 3,
    JSON_LITERAL = 4,
    JSON_INT16 = 5,
    JSON_UINT16 = 6,
    JSON_INT32 = 7,
    JSON_UINT32 = 8,
    JSON_INT64 = 9,
    JSON_UINT64 = 10,
    JSON_DOUBLE = 11,
    JSON_STRING = 12,
    JSON_OPAQUE = 15,
};

enum {
    DEPTH_MAX = 100, /* MySQL's own limit */
    /* No text grows more than this over its binary form: a control character, "\u0001". */
    GROWTH_MAX = 8,
    GROWTH_SLACK = 4096,
    BASE64_LINE_BYTES = 57, /* 76 characters */
};

struct printer {
    struct arena *arena;
    char *text; /* in the arena */
    size_t len;
    size_t size;
    size_t limit;
    bool is_nomem;
};

/* Room for N more bytes; NULL at the limit or out of memory. Doubling leaves the old text behind in
 * the arena: no more than the text itself. */
static char *room(struct printer *p, size_t n)
{
    if (p->size - p->len < n) {
        size_t size = p->size * 2;
        char *text;

        if (p->len + n > p->limit)
            return NULL;
        while (size - p->len < n)
            size *= 2;
        text = arena_text(p->arena, size);
        if (text == NULL) {
            p->is_nomem = true;
            return NULL;
        }
        memcpy(text, p->text, p->len);
        p->text = text;
        p->size = size;
    }
    return p->text + p->len;
}

static int put(struct printer *p, const void *bytes, size_t n)
{
    char *to = room(p, n);

    if (to == NULL)
        return -1;
    memcpy(to, bytes, n);
    p->len += n;
    return 0;
}

/* Quoted as MySQL's double_quote() does: only quotes, backslashes and control characters. */
static int put_string(struct printer *p, const uint8_t *s, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    size_t extra = 0;
    char *start, *to;

    for (size_t i = 0; i < n; i++)
        extra += s[i] == '"' || s[i] == '\\' ? 1 : s[i] < 0x20 ? 5 : 0;
    start = room(p, n + 2 + extra);
    if (start == NULL)
        return -1;
    to = start;
    *to++ = '"';
    for (size_t i = 0; i < n; i++) {
        static const char shorts[] = "btn\0fr"; /* 8, 9, 10, -, 12, 13 */
        uint8_t c = s[i];

        if (c >= 0x20) {
            if (c == '"' || c == '\\')
                *to++ = '\\';
            *to++ = (char)c;
        } else if (c >= 8 && c <= 13 && c != 11) {
            *to++ = '\\';
            *to++ = shorts[c - 8];
        } else {
            memcpy(to, "\\u00", 4);
            to[4] = digits[c >> 4];
            to[5] = digits[c & 15];
            to += 6;
        }
    }
    *to++ = '"';
    p->len += (size_t)(to - start);
    return 0;
}

static int put_number(struct printer *p, uint64_t v, bool is_negative)
{
    char text[24], *to = text;

    if (is_negative) {
        *to++ = '-';
        v = ~v + 1;
    }
    to = digits_put(to, v);
    return put(p, text, (size_t)(to - text));
}

static int put_signed(struct printer *p, int64_t v)
{
    return put_number(p, (uint64_t)v, v < 0);
}

static int put_double(struct printer *p, uint64_t bits)
{
    char text[NUMBER_TEXT_SIZE + 2];
    double v;
    size_t n;

    memcpy(&v, &bits, sizeof(v));
    if (!isfinite(v))
        return -1;
    n = number_print_double(v, text);
    /* A whole double keeps a sign of being one. */
    if (memchr(text, '.', n) == NULL && memchr(text, 'e', n) == NULL) {
        memcpy(text + n, ".0", 2);
        n += 2;
    }
    return put(p, text, n);
}

static int put_literal(struct printer *p, unsigned v)
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

/* Seven bits a byte, the lowest first, at most five bytes. */
static int read_length(struct cursor *c, size_t *out)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = cursor_u8(c);

        v |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *out = (size_t)v;
            return c->is_short || v > UINT32_MAX ? -1 : 0;
        }
    }
    return -1;
}

static int put_decimal(struct printer *p, const uint8_t *s, size_t n)
{
    char text[DECIMAL_TEXT_MAX], *end;

    if (n < 2 || s[1] > s[0] || decimal_bytes(s[0], s[1]) != n - 2)
        return -1;
    end = decimal_put(s + 2, s[0], s[1], text);
    return end == NULL ? -1 : put(p, text, (size_t)(end - text));
}

/* Eight bytes: the integer part of the column's format, then 24 bits of microseconds. */
static int put_temporal(struct printer *p, unsigned type, const uint8_t *s, size_t n)
{
    char text[TEMPORAL_TEXT_MAX + 2], *to = text;
    bool is_negative;
    uint64_t v;

    if (n != 8)
        return -1;
    v = le_load(s, 8);
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
    return put(p, text, (size_t)(to - text));
}

/* With line breaks (escaped) as MySQL's encoder makes them. */
static int put_base64(struct printer *p, unsigned type, const uint8_t *s, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char head[24], *to = head + 12, *start;

    memcpy(head, "\"base64:type", 12);
    to = digits_put(to, type);
    *to++ = ':';
    if (put(p, head, (size_t)(to - head)) != 0 ||
        (start = room(p, n / 3 * 4 + n / BASE64_LINE_BYTES * 2 + 5)) == NULL)
        return -1;
    to = start;
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
    p->len += (size_t)(to - start);
    return 0;
}

static int put_opaque(struct printer *p, struct cursor c)
{
    unsigned type = cursor_u8(&c);
    size_t n;
    const uint8_t *s;

    if (read_length(&c, &n) != 0 || (s = cursor_take(&c, n)) == NULL)
        return -1;
    switch (type) {
    case MAP_NEWDECIMAL:
        return put_decimal(p, s, n);
    case MAP_DATE:
    case MAP_TIME:
    case MAP_DATETIME:
    case MAP_TIMESTAMP:
        return put_temporal(p, type, s, n);
    default:
        return put_base64(p, type, s, n);
    }
}

static int put_value(struct printer *p, unsigned type, struct cursor c, unsigned depth);

/* A scalar at C. */
static int put_scalar(struct printer *p, unsigned type, struct cursor c)
{
    uint64_t v;
    size_t n;
    const uint8_t *s;

    switch (type) {
    case JSON_LITERAL:
        v = cursor_u8(&c);
        return c.is_short ? -1 : put_literal(p, (unsigned)v);
    case JSON_INT16:
    case JSON_UINT16:
        v = cursor_u16(&c);
        break;
    case JSON_INT32:
    case JSON_UINT32:
        v = cursor_u32(&c);
        break;
    case JSON_INT64:
    case JSON_UINT64:
    case JSON_DOUBLE:
        v = cursor_u64(&c);
        break;
    case JSON_STRING:
        if (read_length(&c, &n) != 0 || (s = cursor_take(&c, n)) == NULL)
            return -1;
        return put_string(p, s, n);
    case JSON_OPAQUE:
        return put_opaque(p, c);
    default:
        return -1;
    }
    if (c.is_short)
        return -1;
    switch (type) {
    case JSON_INT16:
        return put_signed(p, (int16_t)v);
    case JSON_INT32:
        return put_signed(p, (int32_t)v);
    case JSON_INT64:
        return put_signed(p, (int64_t)v);
    case JSON_DOUBLE:
        return put_double(p, v);
    default:
        return put_number(p, v, false);
    }
}

struct container {
    struct cursor bytes; /* from the element count on; offsets count from here */
    size_t wide;         /* bytes of an offset: 2 or 4 */
    bool is_object;
    uint32_t n;
};

/* Is a value of this type inside its entry, instead of an offset? */
static bool is_inlined(unsigned type, size_t wide)
{
    return type == JSON_LITERAL || type == JSON_INT16 || type == JSON_UINT16 ||
           (wide == 4 && (type == JSON_INT32 || type == JSON_UINT32));
}

/* The bytes from OFFSET to the container's end. */
static int at_offset(const struct container *box, uint64_t offset, struct cursor *out)
{
    *out = box->bytes;
    return cursor_take(out, offset) == NULL ? -1 : 0;
}

static int put_key(struct printer *p, const struct container *box, uint32_t i)
{
    struct cursor entry, key;
    uint64_t offset;
    size_t n;
    const uint8_t *s;

    if (at_offset(box, 2 * box->wide + (uint64_t)i * (box->wide + 2), &entry) != 0)
        return -1;
    offset = cursor_uint(&entry, box->wide);
    n = cursor_u16(&entry);
    if (entry.is_short || at_offset(box, offset, &key) != 0 || (s = cursor_take(&key, n)) == NULL)
        return -1;
    return put_string(p, s, n) != 0 ? -1 : put(p, ": ", 2);
}

static int put_element(struct printer *p, const struct container *box, uint32_t i, unsigned depth)
{
    uint64_t keys = box->is_object ? (uint64_t)box->n * (box->wide + 2) : 0;
    struct cursor entry, value;
    unsigned type;

    if (at_offset(box, 2 * box->wide + keys + (uint64_t)i * (box->wide + 1), &entry) != 0)
        return -1;
    type = cursor_u8(&entry);
    if (entry.is_short)
        return -1;
    if (is_inlined(type, box->wide)) {
        value = cursor_sub(&entry, box->wide);
        return value.is_short ? -1 : put_scalar(p, type, value);
    }
    if (at_offset(box, cursor_uint(&entry, box->wide), &value) != 0 || entry.is_short)
        return -1;
    return put_value(p, type, value, depth + 1);
}

static int put_container(struct printer *p, unsigned type, struct cursor c, unsigned depth)
{
    struct container box = {.wide = type == JSON_SMALL_OBJECT || type == JSON_SMALL_ARRAY ? 2 : 4,
                            .is_object = type == JSON_SMALL_OBJECT || type == JSON_LARGE_OBJECT};
    struct cursor head = c;
    uint64_t bytes;

    box.n = (uint32_t)cursor_uint(&head, box.wide);
    bytes = cursor_uint(&head, box.wide);
    if (head.is_short || depth > DEPTH_MAX)
        return -1;
    box.bytes = cursor_sub(&c, bytes);
    if (box.bytes.is_short || put(p, box.is_object ? "{" : "[", 1) != 0)
        return -1;
    for (uint32_t i = 0; i < box.n; i++) {
        if ((i > 0 && put(p, ", ", 2) != 0) || (box.is_object && put_key(p, &box, i) != 0) ||
            put_element(p, &box, i, depth) != 0)
            return -1;
    }
    return put(p, box.is_object ? "}" : "]", 1);
}

static int put_value(struct printer *p, unsigned type, struct cursor c, unsigned depth)
{
    return type <= JSON_LARGE_ARRAY ? put_container(p, type, c, depth) : put_scalar(p, type, c);
}

int value_decode_json(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                      struct err *err)
{
    struct printer printer = {
        .arena = arena, .size = len + 64, .limit = len * GROWTH_MAX + GROWTH_SLACK};
    struct cursor c = cursor_init(p, len);
    unsigned type = cursor_u8(&c);

    /* INSERT IGNORE of NULL into a NOT NULL column leaves nothing at all: JSON null. */
    if (len == 0) {
        *out = value_text("null", 4);
        return 0;
    }
    printer.text = arena_text(arena, printer.size);
    if (printer.text == NULL)
        return err_nomem(err, "binlog value");
    if (put_value(&printer, type, c, 1) != 0)
        return printer.is_nomem ? err_nomem(err, "binlog value")
                                : err_set(err, ERR_FORMAT, "malformed JSON of %zu bytes", len);
    *out = value_text(printer.text, printer.len);
    return 0;
}
