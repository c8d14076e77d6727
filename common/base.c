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

/* Entries beside a column's own: hashed with a seed that no name has, so that they cannot be a
 * column's. */
static uint32_t beside_id(const char *column, uint64_t seed)
{
    uint64_t name[2] = {hash64(column, strlen(column)), seed};

    return (uint32_t)hash64(name, sizeof(name));
}

static uint32_t held_id(const char *column)
{
    return beside_id(column, 0x68656c64);
}

static uint32_t previous_id(const char *column, bool is_shown)
{
    return beside_id(column, is_shown ? 0x73686f77 : 0x70726576);
}

static uint32_t shown_at_id(const char *column)
{
    return beside_id(column, 0x73696e63);
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

static bool find(const void *blob, size_t len, uint32_t id, uint64_t *hash)
{
    size_t at = find_offset(blob, len, id);

    if (at == len)
        return false;
    *hash = get_le((const uint8_t *)blob + at + 4, 8);
    return true;
}

bool base_find(const void *blob, size_t len, const char *column, uint64_t *hash)
{
    return find(blob, len, column_id(column), hash);
}

bool base_find_previous(const void *blob, size_t len, const char *column, uint64_t *hash,
                        bool *is_shown)
{
    *is_shown = find(blob, len, previous_id(column, true), hash);
    return *is_shown || find(blob, len, previous_id(column, false), hash);
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

static void remove_at(struct buf *blob, size_t at)
{
    memmove(blob->ptr + at, blob->ptr + at + BASE_COLUMN_BYTES, blob->len - at - BASE_COLUMN_BYTES);
    blob->len -= BASE_COLUMN_BYTES;
}

/* The entry FROM gets the id TO; 0: it goes. */
static bool move(struct buf *blob, uint32_t from, uint32_t to)
{
    size_t at = find_offset((const uint8_t *)blob->ptr, blob->len, from);

    if (at == blob->len)
        return false;
    if (to != 0)
        put_le((uint8_t *)blob->ptr + at, to, 4);
    else
        remove_at(blob, at);
    return true;
}

/* SHOWN_MS: 0 when the sheet says so. */
static void replace(struct buf *blob, const char *column, uint64_t hash, int64_t shown_ms)
{
    const bool is_shown = shown_ms != 0;
    uint64_t before;

    if (base_find(blob->ptr, blob->len, column, &before) && before != hash) {
        move(blob, previous_id(column, !is_shown), 0);
        set(blob, previous_id(column, is_shown), before);
        if (is_shown)
            set(blob, shown_at_id(column), (uint64_t)shown_ms);
        else
            move(blob, shown_at_id(column), 0);
    } else if (!base_find(blob->ptr, blob->len, column, &before) && is_shown) {
        set(blob, shown_at_id(column), (uint64_t)shown_ms);
    }
    set(blob, column_id(column), hash);
}

void base_set(struct buf *blob, const char *column, uint64_t hash)
{
    replace(blob, column, hash, 0);
}

void base_show(struct buf *blob, const char *column, uint64_t hash, int64_t at_ms)
{
    replace(blob, column, hash, at_ms);
}

int64_t base_shown_ms(const void *blob, size_t len, const char *column)
{
    uint64_t ms;

    return find(blob, len, shown_at_id(column), &ms) ? (int64_t)ms : 0;
}

void base_hold(struct buf *blob, const char *column)
{
    set(blob, held_id(column), 1);
}

void base_release(struct buf *blob, const char *column)
{
    move(blob, held_id(column), 0);
}

bool base_is_held(const void *blob, size_t len, const char *column)
{
    return find_offset(blob, len, held_id(column)) < len;
}

bool base_rename(struct buf *blob, const char *from, const char *to)
{
    bool had = move(blob, column_id(from), to == NULL ? 0 : column_id(to));

    move(blob, held_id(from), to == NULL ? 0 : held_id(to));
    move(blob, shown_at_id(from), to == NULL ? 0 : shown_at_id(to));
    for (int shown = 0; shown <= 1; shown++)
        move(blob, previous_id(from, shown != 0), to == NULL ? 0 : previous_id(to, shown != 0));
    return had;
}
