/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/table_map.h"

#include <string.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/table_map_meta.h"

enum { COLUMNS_MAX = 4096 + 64 }; /* MySQL's limit, and room for hidden ones */

void table_map_close(struct table_map *map)
{
    arena_close(&map->arena);
    *map = TABLE_MAP_INIT;
}

static int malformed(const struct event *e, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: malformed TABLE_MAP event of %zu bytes", e->body_len);
}

static const char *read_name(struct cursor *c)
{
    size_t n = cursor_u8(c);
    const uint8_t *p = cursor_take(c, n + 1);

    return p != NULL && p[n] == '\0' ? (const char *)p : NULL;
}

/* Table id and names; the cursor is left at the column count. */
static int read_head(const struct event_format *format, struct cursor *c, uint64_t *id,
                     const char **schema, const char **name)
{
    /* Very old servers had ids of 4 bytes. */
    *id = cursor_uint(c, format->post_header[EVENT_TABLE_MAP] == 6 ? 4 : 6);
    cursor_u16(c); /* flags */
    *schema = read_name(c);
    *name = read_name(c);
    return c->is_short || *schema == NULL || *name == NULL ? -1 : 0;
}

int table_map_peek(const struct event_format *format, const struct event *e, uint64_t *id,
                   const char **schema, const char **name, struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);

    return read_head(format, &c, id, schema, name) != 0 ? malformed(e, err) : 0;
}

/* CHAR, BINARY, ENUM and SET share one type byte; the first metadata byte tells which, with two
 * bits of the length folded in, inverted (mysql-server, rows_event.h). */
static void read_string_meta(struct map_column *col, uint8_t first, uint8_t second)
{
    if ((first & 0x30) != 0x30) {
        col->type = first | 0x30;
        col->length = second | (uint32_t)((first & 0x30) ^ 0x30) << 4;
    } else {
        col->type = first;
        col->length = second;
    }
    if (col->type == MAP_ENUM || col->type == MAP_SET)
        col->pack_bytes = second;
}

static int read_meta(struct map_column *col, struct cursor *c);

/* The hidden column behind a multi-valued index: the type of its elements and what belongs to that;
 * the length of a VARCHAR has a byte more than elsewhere (mysql-server, rows_event.h). */
static int read_array_meta(struct map_column *col, struct cursor *c)
{
    struct map_column element = {.type = cursor_u8(c)};

    col->length = 4; /* bytes before the value, as JSON has them */
    if (element.type == MAP_VARCHAR) {
        cursor_take(c, 3);
        return 0;
    }
    return element.type == MAP_TYPED_ARRAY ? -1 : read_meta(&element, c);
}

static int read_meta(struct map_column *col, struct cursor *c)
{
    switch (col->type) {
    case MAP_FLOAT:
    case MAP_DOUBLE:
        col->pack_bytes = cursor_u8(c);
        return 0;
    case MAP_VARCHAR:
    case MAP_VAR_STRING:
    case MAP_VARCHAR_COMPRESSED:
        col->length = cursor_u16(c);
        return 0;
    case MAP_BIT: {
        uint32_t bits = cursor_u8(c), bytes = cursor_u8(c);

        col->length = bytes * 8 + bits;
        return bits < 8 ? 0 : -1;
    }
    case MAP_NEWDECIMAL:
        col->precision = cursor_u8(c);
        col->scale = cursor_u8(c);
        return 0;
    case MAP_BLOB:
    case MAP_BLOB_COMPRESSED:
    case MAP_JSON:
    case MAP_GEOMETRY:
    case MAP_VECTOR:
        col->length = cursor_u8(c);
        return 0;
    case MAP_STRING:
    case MAP_ENUM:
    case MAP_SET: {
        uint8_t first = cursor_u8(c), second = cursor_u8(c);

        read_string_meta(col, first, second);
        return 0;
    }
    case MAP_TIMESTAMP2:
    case MAP_DATETIME2:
    case MAP_TIME2:
        col->scale = cursor_u8(c);
        return col->scale <= 6 ? 0 : -1;
    case MAP_TYPED_ARRAY:
        return read_array_meta(col, c);
    default:
        return 0;
    }
}

static int read_columns(struct table_map *map, struct cursor *c)
{
    uint64_t n = cursor_lenenc(c);
    const uint8_t *types = cursor_take(c, n);
    struct cursor meta;

    if (types == NULL || n == 0 || n > COLUMNS_MAX)
        return -1;
    meta = cursor_sub(c, cursor_lenenc(c));
    if (cursor_take(c, (n + 7) / 8) == NULL) /* which may be NULL: the rows say it again */
        return -1;
    map->columns = arena_alloc(&map->arena, n * sizeof(*map->columns));
    if (map->columns == NULL)
        return -1;
    map->n_columns = n;
    for (size_t i = 0; i < n; i++) {
        map->columns[i] = (struct map_column){.type = types[i]};
        if (read_meta(&map->columns[i], &meta) != 0)
            return -1;
    }
    return meta.is_short || cursor_left(&meta) > 0 ? -1 : 0;
}

int table_map_read(const struct event_format *format, const struct event *e, struct table_map *map,
                   struct err *err)
{
    struct arena arena = map->arena;
    struct cursor c;
    const char *body;

    arena_reset(&arena);
    *map = (struct table_map){.arena = arena};
    body = arena_copy(&map->arena, e->body, e->body_len);
    if (body == NULL)
        return err_nomem(err, "table map");
    c = cursor_init(body, e->body_len);
    if (read_head(format, &c, &map->id, &map->schema, &map->name) != 0 ||
        read_columns(map, &c) != 0)
        return malformed(e, err);
    if (table_map_read_meta(map, &c, format->is_mariadb) != 0)
        return err_set(err, ERR_FORMAT, "binlog: malformed column metadata of %s.%s in the log",
                       map->schema, map->name);
    return 0;
}

bool map_type_is_numeric(uint8_t type)
{
    switch (type) {
    case MAP_TINY:
    case MAP_SHORT:
    case MAP_INT24:
    case MAP_LONG:
    case MAP_LONGLONG:
    case MAP_YEAR:
    case MAP_FLOAT:
    case MAP_DOUBLE:
    case MAP_NEWDECIMAL:
    case MAP_DECIMAL_OLD:
        return true;
    default:
        return false;
    }
}
