/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rows event after its TABLE_MAP, through the whole decoder, twice: the same is heard again.
 *
 * Input: a byte (bits 0-1: insert, update, delete; bit 2: MariaDB; bit 3: compress what follows the
 * column bitmaps; bit 4: read it as a schema has the table that knows more than the log), two bytes
 * of the TABLE_MAP's length, its body, the rows event's body.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/buf.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/log_table.h"
#include "tests/fuzz/decoder.h"
#include "tests/fuzz/targets.h"

enum { KINDS = 3, MARIADB = 4, PACK = 8, SCHEMA = 16, ID_BYTES = 6, V1_FIXED_BYTES = 8 };

/* The bytes of a MariaDB rows event (version 1) before its compressed part. */
static size_t plain_bytes(const struct cursor *body, bool is_update)
{
    struct cursor c = *body;
    uint64_t columns;

    cursor_take(&c, V1_FIXED_BYTES);
    columns = cursor_lenenc(&c);
    if (columns > UINT16_MAX)
        return cursor_left(body);
    cursor_take(&c, (columns + 7) / 8 * (is_update ? 2 : 1));
    return c.is_short ? cursor_left(body) : (size_t)(c.at - body->at);
}

/* As MariaDB does it: a mutated zlib stream would never pass its own checksum. */
static void pack(const struct cursor *body, bool is_update, struct buf *out)
{
    size_t plain = plain_bytes(body, is_update), left = cursor_left(body) - plain;
    uLongf packed = compressBound(left);
    char *to;

    buf_append(out, body->at, plain);
    buf_putc(out, (char)0x84); /* zlib, four bytes of length, big-endian */
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_putc(out, (char)(left >> shift & 0xff));
    to = buf_reserve(out, packed);
    if (to == NULL || compress2((Bytef *)to, &packed, body->at + plain, left, 1) != Z_OK)
        abort();
    out->len += packed;
}

/* What only a schema says: that bytes are a UUID or an address, how a DOUBLE is rounded, labels. */
static void add_knowledge(struct column *c)
{
    static const char *const labels[] = {"", "red", "Green"};

    if (c->type == COLUMN_DOUBLE) {
        free(c->sql_type);
        c->sql_type = strdup("double(255,30)");
    } else if (c->type == COLUMN_BINARY && c->is_fixed_length && c->length == 16) {
        c->type = c->is_unsigned ? COLUMN_INET6 : COLUMN_UUID;
    } else if (c->type == COLUMN_BINARY && c->is_fixed_length && c->length == 4) {
        c->type = COLUMN_INET4;
    } else if (c->type == COLUMN_ENUM || c->type == COLUMN_SET) {
        c->labels = calloc(3, sizeof(*c->labels));
        for (; c->n_labels < 3; c->n_labels++)
            c->labels[c->n_labels] = strdup(labels[c->n_labels]);
    }
}

/* NULL when the TABLE_MAP is malformed. */
static struct table *schema_of(const struct cursor *body, bool is_mariadb)
{
    struct event_format format = {.is_mariadb = is_mariadb, .post_header[EVENT_TABLE_MAP] = 8};
    struct event e = {.type = EVENT_TABLE_MAP, .body = body->at, .body_len = cursor_left(body)};
    struct table_map map = TABLE_MAP_INIT;
    struct table *table = NULL;
    struct err err;

    if (table_map_read(&format, &e, &map, &err) == 0 && log_table_new(&map, &table, &err) == 0)
        for (size_t i = 0; i < table->n_columns; i++)
            add_knowledge(&table->columns[i]);
    table_map_close(&map);
    return table;
}

static uint64_t hear(struct decoder *d, const struct cursor *map, uint8_t type,
                     const struct buf *rows)
{
    decoder_give(d, EVENT_TABLE_MAP, map->at, cursor_left(map));
    decoder_give(d, type, rows->ptr, rows->len);
    decoder_give(d, EVENT_XID, "12345678", 8); /* forgets the table */
    return decoder_heard(d);
}

static void fuzz(const uint8_t *data, size_t size, const uint8_t types[KINDS])
{
    CLEANUP_BUF struct buf rows = BUF_INIT;
    struct cursor c = cursor_init(data, size), map;
    unsigned head = cursor_u8(&c);
    size_t map_len = cursor_u16(&c);
    struct table *table = NULL;
    struct decoder *d;
    uint8_t type = types[(head & 3) % KINDS];

    map = cursor_sub(&c, map_len);
    if (map.is_short || map_len < ID_BYTES || cursor_left(&c) < ID_BYTES)
        return;
    if ((head & PACK) != 0)
        pack(&c, (head & 3) % KINDS == 1, &rows);
    else
        buf_append(&rows, c.at, cursor_left(&c));
    memcpy(rows.ptr, map.at, ID_BYTES); /* the rows are of that table */
    d = decoder_new((head & MARIADB) != 0);
    if ((head & SCHEMA) != 0)
        table = schema_of(&map, (head & MARIADB) != 0);
    decoder_want(d, table);
    if (hear(d, &map, type, &rows) != hear(d, &map, type, &rows))
        abort();
    decoder_free(d);
    table_free(table);
}

void fuzz_rows_v1(const uint8_t *data, size_t size)
{
    static const uint8_t types[] = {EVENT_WRITE_ROWS_V1, EVENT_UPDATE_ROWS_V1,
                                    EVENT_DELETE_ROWS_V1};

    fuzz(data, size, types);
}

void fuzz_rows_v2(const uint8_t *data, size_t size)
{
    static const uint8_t types[] = {EVENT_WRITE_ROWS, EVENT_UPDATE_ROWS, EVENT_DELETE_ROWS};

    fuzz(data, size, types);
}

void fuzz_rows_partial(const uint8_t *data, size_t size)
{
    static const uint8_t types[] = {EVENT_PARTIAL_UPDATE_ROWS, EVENT_PARTIAL_UPDATE_ROWS,
                                    EVENT_PARTIAL_UPDATE_ROWS};

    fuzz(data, size, types);
}

void fuzz_rows_compressed(const uint8_t *data, size_t size)
{
    static const uint8_t types[] = {EVENT_WRITE_ROWS_COMPRESSED_V1, EVENT_UPDATE_ROWS_COMPRESSED_V1,
                                    EVENT_DELETE_ROWS_COMPRESSED_V1};

    fuzz(data, size, types);
}
