/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base_values.h"

#include <stdint.h>
#include <string.h>

#include "common/hash.h"

enum { HEAD_BYTES = 8 };
static const uint32_t LENGTH_NULL = UINT32_MAX;

static uint32_t get_le(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

static void put_le(uint8_t *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(number >> (8 * i));
}

static uint32_t column_id(const char *column)
{
    return (uint32_t)hash64(column, strlen(column));
}

struct entry {
    size_t at;
    size_t bytes; /* head and value */
    struct value v;
};

/* The entry at AT; false: the form is broken, or there is none. */
static bool read_entry(const uint8_t *blob, size_t len, size_t at, struct entry *out)
{
    uint32_t n;

    if (len - at < HEAD_BYTES)
        return false;
    n = get_le(blob + at + 4);
    *out = (struct entry){.at = at, .bytes = HEAD_BYTES, .v = VALUE_INIT_NULL};
    if (n == LENGTH_NULL)
        return true;
    if (n > len - at - HEAD_BYTES)
        return false;
    out->bytes += n;
    out->v = value_text((const char *)blob + at + HEAD_BYTES, n);
    return true;
}

/* Does BLOB hold whole entries to its end? */
static bool is_whole(const uint8_t *blob, size_t len)
{
    struct entry entry;
    size_t at = 0;

    while (at < len && read_entry(blob, len, at, &entry))
        at += entry.bytes;
    return at == len;
}

static bool find(const uint8_t *blob, size_t len, uint32_t id, struct entry *out)
{
    for (size_t at = 0; at < len && read_entry(blob, len, at, out); at += out->bytes)
        if (get_le(blob + at) == id)
            return true;
    return false;
}

struct value base_value_find(const void *blob, size_t len, const char *column)
{
    struct entry entry;

    if (!find(blob, len, column_id(column), &entry))
        return (struct value){.state = VALUE_ABSENT};
    return entry.v;
}

void base_value_set(struct buf *blob, const char *column, struct value v)
{
    uint8_t head[HEAD_BYTES];
    struct entry entry;

    if (!is_whole((const uint8_t *)blob->ptr, blob->len))
        buf_clear(blob);
    if (find((const uint8_t *)blob->ptr, blob->len, column_id(column), &entry)) {
        memmove(blob->ptr + entry.at, blob->ptr + entry.at + entry.bytes,
                blob->len - entry.at - entry.bytes);
        blob->len -= entry.bytes;
    }
    if (v.state == VALUE_ABSENT || v.len >= LENGTH_NULL)
        return;
    put_le(head, column_id(column));
    put_le(head + 4, v.state == VALUE_TEXT ? (uint32_t)v.len : LENGTH_NULL);
    buf_append(blob, head, sizeof(head));
    if (v.state == VALUE_TEXT)
        buf_append(blob, v.ptr, v.len);
}

void base_value_rename(struct buf *blob, const char *from, const char *to)
{
    struct entry entry;

    if (to == NULL)
        base_value_set(blob, from, (struct value){.state = VALUE_ABSENT});
    else if (find((const uint8_t *)blob->ptr, blob->len, column_id(from), &entry))
        put_le((uint8_t *)blob->ptr + entry.at, column_id(to));
}
