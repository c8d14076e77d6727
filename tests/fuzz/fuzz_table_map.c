/* SPDX-License-Identifier: Apache-2.0 */
/* A TABLE_MAP and what is made of it. Input: a byte (bit 0: MariaDB), the body. */
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/log_table.h"
#include "replicator/binlog/row_layout.h"
#include "tests/fuzz/targets.h"

static size_t sum; /* so that no read is optimised away */

static void touch(const struct value *v)
{
    for (size_t i = 0; v->state == VALUE_TEXT && i < v->len; i++)
        sum += (unsigned char)v->ptr[i];
}

static void check_map(const struct table_map *map)
{
    for (size_t i = 0; i < map->n_columns; i++) {
        const struct map_column *col = &map->columns[i];

        touch(&col->name);
        for (size_t k = 0; k < col->n_labels; k++)
            touch(&col->labels[k]);
        if (map->has_names && col->name.state != VALUE_TEXT)
            abort();
    }
    for (size_t i = 0; i < map->n_key; i++)
        if (map->key[i] >= map->n_columns)
            abort();
}

static void check_table(const struct table_map *map)
{
    struct row_layout layout = ROW_LAYOUT_INIT;
    struct table *table = NULL;
    struct err err = ERR_INIT;

    if (log_table_new(map, &table, &err) != 0)
        abort();
    if (table->n_columns != map->n_columns || table->n_key != map->n_key ||
        strcmp(table->name, map->name) != 0)
        abort();
    if (row_layout_make(&layout, map, table, &err) != 0) {
        if (err.msg[0] == '\0')
            abort();
    } else if (layout.n_fields != map->n_columns || layout.n_values != table->n_columns) {
        abort();
    }
    row_layout_close(&layout);
    table_free(table);
}

void fuzz_table_map(const uint8_t *data, size_t size)
{
    struct cursor c = cursor_init(data, size);
    struct event_format format = {.is_mariadb = (cursor_u8(&c) & 1) != 0};
    size_t len = cursor_left(&c);
    uint8_t *body = malloc(len);
    struct event e = {.type = EVENT_TABLE_MAP, .body = body, .body_len = len};
    struct table_map map = TABLE_MAP_INIT;
    const char *schema, *name;
    struct err err;
    uint64_t id;
    bool is_read;

    if (body == NULL)
        return;
    memcpy(body, c.at, len);
    format.post_header[EVENT_TABLE_MAP] = 8;
    is_read = table_map_read(&format, &e, &map, &err) == 0;
    /* Who only looks sees the same. */
    if (is_read && (table_map_peek(&format, &e, &id, &schema, &name, &err) != 0 || id != map.id ||
                    strcmp(schema, map.schema) != 0 || strcmp(name, map.name) != 0))
        abort();
    free(body); /* the map has a copy */
    if (is_read) {
        check_map(&map);
        check_table(&map);
    }
    table_map_close(&map);
}
