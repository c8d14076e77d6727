/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base.h"

#include <string.h>

#include "common/hash.h"

static void put_le(uint8_t *to, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t get_le(const uint8_t *from, size_t bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < bytes; i++)
        number |= (uint64_t)from[i] << (8 * i);
    return number;
}

static uint32_t column_id(const char *column)
{
    return (uint32_t)hash64(column, strlen(column));
}

/* The entry that marks COLUMN as held: hashed with a seed that no name has, so that it cannot be a
 * column's. */
static uint32_t held_id(const char *column)
{
    uint64_t name[2] = {hash64(column, strlen(column)), 0x68656c64};

    return (uint32_t)hash64(name, sizeof(name));
}

/* Offset of the column's 12 bytes, or LEN. */
static size_t find_offset(const uint8_t *blob, size_t len, uint32_t id)
{
    if (len % BASE_COLUMN_BYTES != 0)
        return len;
    for (size_t at = 0; at < len; at += BASE_COLUMN_BYTES)
        if (get_le(blob + at, 4) == id)
            return at;
    return len;
}

bool base_find(const void *blob, size_t len, const char *column, uint64_t *hash)
{
    size_t at = find_offset(blob, len, column_id(column));

    if (at == len)
        return false;
    *hash = get_le((const uint8_t *)blob + at + 4, 8);
    return true;
}

static void set(struct buf *blob, uint32_t id, uint64_t hash)
{
    uint8_t entry[BASE_COLUMN_BYTES];
    size_t at;

    if (blob->len % BASE_COLUMN_BYTES != 0)
        buf_clear(blob);
    at = find_offset((const uint8_t *)blob->ptr, blob->len, id);
    put_le(entry, id, 4);
    put_le(entry + 4, hash, 8);
    if (at == blob->len)
        buf_append(blob, entry, sizeof(entry));
    else
        memcpy(blob->ptr + at, entry, sizeof(entry));
}

void base_set(struct buf *blob, const char *column, uint64_t hash)
{
    set(blob, column_id(column), hash);
}

static void remove_at(struct buf *blob, size_t at)
{
    memmove(blob->ptr + at, blob->ptr + at + BASE_COLUMN_BYTES, blob->len - at - BASE_COLUMN_BYTES);
    blob->len -= BASE_COLUMN_BYTES;
}

void base_hold(struct buf *blob, const char *column)
{
    set(blob, held_id(column), 1);
}

void base_release(struct buf *blob, const char *column)
{
    size_t at = find_offset((const uint8_t *)blob->ptr, blob->len, held_id(column));

    if (at < blob->len)
        remove_at(blob, at);
}

bool base_is_held(const void *blob, size_t len, const char *column)
{
    return find_offset(blob, len, held_id(column)) < len;
}

bool base_rename(struct buf *blob, const char *from, const char *to)
{
    uint8_t *bytes = (uint8_t *)blob->ptr;
    size_t at = find_offset(bytes, blob->len, column_id(from));
    bool was_held = base_is_held(blob->ptr, blob->len, from);

    if (at == blob->len)
        return false;
    if (to != NULL)
        put_le(bytes + at, column_id(to), 4);
    else
        remove_at(blob, at);
    if (was_held)
        base_release(blob, from);
    if (was_held && to != NULL)
        base_hold(blob, to);
    return true;
}
