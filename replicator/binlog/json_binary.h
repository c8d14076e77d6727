/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_binary: the layout of MySQL's binary JSON (mysql-server, sql-common/json_binary.h).
 *
 *   container: count, size, [key entries: offset, length], value entries: type, offset or value;
 * data
 *
 * Counts, sizes and offsets have 2 bytes in a small container and 4 in a large one; offsets count
 * from the container's first byte. They come from outside and may point anywhere, in any order,
 * with holes and overlaps: each is checked. Pure; any thread.
 */
#ifndef REPLICATOR_BINLOG_JSON_BINARY_H
#define REPLICATOR_BINLOG_JSON_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "replicator/binlog/cursor.h"

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

enum { JSON_DEPTH_MAX = 100 /* MySQL's own limit */ };

/* A value where it stands: it begins at AT; LEN bytes may be read, of which it may need fewer. */
struct json_value {
    unsigned type;
    const uint8_t *at; /* not owned */
    size_t len;
};

/* An open container: both of its tables are inside it. */
struct json_box {
    const uint8_t *at; /* offsets count from here */
    size_t len;
    const uint8_t *keys; /* entries; NULL: an array */
    const uint8_t *values;
    uint32_t n;
    unsigned wide; /* bytes of an offset: 2 or 4 */
};

static inline uint32_t json_offset(const uint8_t *p, unsigned wide)
{
    return wide == 2 ? le_load16(p) : le_load32(p);
}

static inline bool json_is_container(unsigned type)
{
    return type <= JSON_LARGE_ARRAY;
}

static inline bool json_is_object(unsigned type)
{
    return type <= JSON_LARGE_OBJECT;
}

/* The container V, opened; -1 if it is longer than V or shorter than its tables. */
static inline int json_box_open(const struct json_value *v, struct json_box *out)
{
    unsigned wide = v->type == JSON_SMALL_OBJECT || v->type == JSON_SMALL_ARRAY ? 2 : 4;
    bool is_object = json_is_object(v->type);
    uint64_t key_bytes, value_bytes;

    if (v->len < 2 * wide)
        return -1;
    out->at = v->at;
    out->wide = wide;
    out->n = json_offset(v->at, wide);
    out->len = json_offset(v->at + wide, wide);
    key_bytes = is_object ? (uint64_t)out->n * (wide + 2) : 0;
    value_bytes = (uint64_t)out->n * (wide + 1);
    if (out->len > v->len || out->len < 2 * wide + key_bytes + value_bytes)
        return -1;
    out->keys = is_object ? v->at + 2 * wide : NULL;
    out->values = v->at + 2 * wide + key_bytes;
    return 0;
}

/* Key I < n of an object: N bytes of UTF-8; NULL if they are outside. */
static inline const uint8_t *json_box_key(const struct json_box *box, uint32_t i, size_t *n)
{
    const uint8_t *entry = box->keys + (size_t)i * (box->wide + 2);
    uint32_t offset = json_offset(entry, box->wide);

    *n = le_load16(entry + box->wide);
    return offset > box->len || *n > box->len - offset ? NULL : box->at + offset;
}

/* Is a value of this type in its entry, instead of an offset? */
static inline bool json_is_inlined(unsigned type, unsigned wide)
{
    return (type >= JSON_LITERAL && type <= JSON_UINT16) ||
           (wide == 4 && (type == JSON_INT32 || type == JSON_UINT32));
}

/* Value I < n; -1 if it begins outside. */
static inline int json_box_value(const struct json_box *box, uint32_t i, struct json_value *out)
{
    const uint8_t *entry = box->values + (size_t)i * (box->wide + 1);
    uint32_t offset;

    out->type = entry[0];
    if (json_is_inlined(out->type, box->wide)) {
        out->at = entry + 1;
        out->len = box->wide;
        return 0;
    }
    offset = json_offset(entry + 1, box->wide);
    if (offset > box->len)
        return -1;
    out->at = box->at + offset;
    out->len = box->len - offset;
    return 0;
}

/* The length before a string's or an opaque value's bytes: seven bits a byte, the lowest first, at
 * most five bytes. The bytes themselves, or NULL if they are not all there. */
static inline const uint8_t *json_take_bytes(const uint8_t *at, size_t len, size_t *n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < 5 && i < len; i++) {
        v |= (uint64_t)(at[i] & 0x7f) << (7 * i);
        if ((at[i] & 0x80) == 0) {
            *n = (size_t)v;
            return v > len - i - 1 ? NULL : at + i + 1;
        }
    }
    return NULL;
}

/* A whole document: its type, then its value. LEN > 0. */
static inline struct json_value json_document(const uint8_t *p, size_t len)
{
    return (struct json_value){.type = p[0], .at = p + 1, .len = len - 1};
}
#endif
