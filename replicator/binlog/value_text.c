/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "replicator/binlog/column_compressed.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/value_decode.h"

enum {
    INET4_BYTES = 4,
    INET6_WORDS = 8,
    INET_TEXT_MAX = 64,
    UUID_BYTES = 16,
    UUID_TEXT = 36,
    SET_LABELS_MAX = 64,
    UNLABELLED_TEXT_MAX = 20,
};

static int give(struct value v, struct value *out, struct err *err)
{
    *out = v;
    return v.state == VALUE_ABSENT ? err_nomem(err, "binlog value") : 0;
}

/* BINARY(n) is stored without its trailing zeros; they belong to the value. */
static struct value padded(const struct field *f, const uint8_t *p, size_t len, struct arena *arena)
{
    char *text;

    if (len >= f->pad_bytes)
        return value_text((const char *)p, len);
    text = arena_text(arena, f->pad_bytes);
    if (text == NULL)
        return (struct value){0};
    if (len > 0)
        memcpy(text, p, len);
    memset(text + len, 0, f->pad_bytes - len);
    return value_text(text, f->pad_bytes);
}

/* Nobody told the labels: neither the log nor a schema. The number is all there is. */
static int decode_unlabelled(uint64_t bits, struct arena *arena, struct value *out, struct err *err)
{
    char *text = arena_text(arena, UNLABELLED_TEXT_MAX), *end;

    if (text == NULL)
        return err_nomem(err, "binlog value");
    end = digits_put(text, bits);
    arena_shrink(arena, (size_t)(text + UNLABELLED_TEXT_MAX - end));
    return give(value_text(text, (size_t)(end - text)), out, err);
}

static int no_such_label(const struct field *f, uint64_t bits, struct err *err)
{
    err_set(err, ERR_FORMAT, "ENUM or SET value 0x%llx of a column with %zu labels",
            (unsigned long long)bits, f->n_labels);
    return err_transient(err);
}

/* Counted from 1; 0 is the empty text that stands for what the column could not take. */
static int decode_enum(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                       struct value *out, struct err *err)
{
    uint64_t index = le_load(p, len);

    if (f->n_labels == 0)
        return decode_unlabelled(index, arena, out, err);
    if (index > f->n_labels)
        return no_such_label(f, index, err);
    return give(index == 0 ? value_text("", 0) : f->labels[index - 1], out, err);
}

static int decode_set(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                      struct value *out, struct err *err)
{
    uint64_t bits = le_load(p, len);
    struct value labels[SET_LABELS_MAX];
    size_t n = 0, size = 0;
    char *text, *to;

    if (f->n_labels == 0)
        return decode_unlabelled(bits, arena, out, err);
    if (f->n_labels < SET_LABELS_MAX && bits >> f->n_labels != 0)
        return no_such_label(f, bits, err);
    for (size_t i = 0; i < SET_LABELS_MAX && bits >> i != 0; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        labels[n] = f->labels[i];
        size += labels[n++].len + 1;
    }
    if (n <= 1)
        return give(n == 0 ? value_text("", 0) : labels[0], out, err);
    text = arena_text(arena, size);
    if (text == NULL)
        return err_nomem(err, "binlog value");
    to = text;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *to++ = ',';
        memcpy(to, labels[i].ptr, labels[i].len);
        to += labels[i].len;
    }
    return give(value_text(text, (size_t)(to - text)), out, err);
}

static int decode_uuid(struct value bytes, struct arena *arena, struct value *out, struct err *err)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_text(arena, UUID_TEXT), *to = text;

    if (text == NULL)
        return err_nomem(err, "binlog value");
    for (size_t i = 0; i < UUID_BYTES; i++) {
        uint8_t byte = (uint8_t)bytes.ptr[i];

        if (i == 4 || i == 6 || i == 8 || i == 10)
            *to++ = '-';
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    return give(value_text(text, UUID_TEXT), out, err);
}

static char *put_inet4(char *to, const uint8_t *p)
{
    for (size_t i = 0; i < INET4_BYTES; i++) {
        if (i > 0)
            *to++ = '.';
        to = digits_put(to, p[i]);
    }
    return to;
}

/* As MariaDB prints it (sql_type_inet.cc), which inet_ntop(3) does not quite: the first longest run
 * of zero words is left out even when it is a single one, and the last four bytes are an IPv4
 * address after 96 bits of zeros or ::ffff. */
static char *put_inet6(char *to, const uint8_t *p)
{
    unsigned words[INET6_WORDS];
    size_t gap = INET6_WORDS, gap_len = 0;

    for (size_t i = 0; i < INET6_WORDS; i++)
        words[i] = (unsigned)be_load(p + 2 * i, 2);
    for (size_t i = 0, run = 0; i < INET6_WORDS; i++) {
        run = words[i] == 0 ? run + 1 : 0;
        if (run > gap_len) {
            gap_len = run;
            gap = i + 1 - run;
        }
    }
    for (size_t i = 0; i < INET6_WORDS; i++) {
        if (i == gap) {
            if (i == 0)
                *to++ = ':';
            *to++ = ':';
            i += gap_len - 1;
            continue;
        }
        if (i == 6 && gap == 0 && (gap_len == 6 || (gap_len == 5 && words[5] == 0xffff)))
            return put_inet4(to, p + 12);
        to += snprintf(to, 6, i + 1 < INET6_WORDS ? "%x:" : "%x", words[i]);
    }
    return to;
}

static int decode_inet(enum field_kind kind, struct value bytes, struct arena *arena,
                       struct value *out, struct err *err)
{
    const uint8_t *p = (const uint8_t *)bytes.ptr;
    char *text = arena_text(arena, INET_TEXT_MAX), *end;

    if (text == NULL)
        return err_nomem(err, "binlog value");
    end = kind == FIELD_INET4 ? put_inet4(text, p) : put_inet6(text, p);
    arena_shrink(arena, (size_t)(text + INET_TEXT_MAX - end));
    return give(value_text(text, (size_t)(end - text)), out, err);
}

/* An address or UUID whose trailing zeros were cut is padded first; longer it cannot be. */
static int decode_padded(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                         struct value *out, struct err *err)
{
    struct value v = padded(f, p, len, arena);

    if (v.state == VALUE_ABSENT || f->kind == FIELD_BYTES)
        return give(v, out, err);
    if (v.len != f->pad_bytes)
        return err_set(err, ERR_FORMAT, "%zu bytes for an address or UUID of %u", len,
                       f->pad_bytes);
    if (f->kind == FIELD_UUID)
        return decode_uuid(v, arena, out, err);
    return decode_inet(f->kind, v, arena, out, err);
}

static int decode_compressed(const struct field *f, const uint8_t *p, size_t len,
                             struct arena *arena, struct value *out, struct err *err)
{
    if (column_uncompress(p, len, arena, out, err) != 0)
        return -1;
    return f->charset == NULL ? 0 : give(charset_convert(f->charset, *out, arena), out, err);
}

int value_decode_text(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                      struct value *out, struct err *err)
{
    struct value raw = value_text((const char *)p, len);

    switch (f->kind) {
    case FIELD_TEXT:
        return give(f->charset == NULL ? raw : charset_convert(f->charset, raw, arena), out, err);
    case FIELD_BYTES:
    case FIELD_UUID:
    case FIELD_INET4:
    case FIELD_INET6:
        return decode_padded(f, p, len, arena, out, err);
    case FIELD_COMPRESSED:
        return decode_compressed(f, p, len, arena, out, err);
    case FIELD_ENUM:
        return decode_enum(f, p, len, arena, out, err);
    case FIELD_SET:
        return decode_set(f, p, len, arena, out, err);
    default: /* geometry, vector and what we do not know: the bytes */
        return give(raw, out, err);
    }
}
