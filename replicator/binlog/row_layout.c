/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/row_layout.h"

#include <string.h>

enum { NAME_MAX_BYTES = 64 * 4 };

void row_layout_close(struct row_layout *l)
{
    arena_close(&l->arena);
    /* The serial goes on: whoever remembers this layout must see that the next one is another. */
    *l = (struct row_layout){.serial = l->serial};
}

static int does_not_fit(const struct table_map *map, const struct table *table, size_t i,
                        struct err *err)
{
    if (map->n_columns != table->n_columns)
        err_set(err, ERR_FORMAT,
                "binlog: %s.%s has %zu columns in the log and %zu in information_schema",
                map->schema, map->name, map->n_columns, table->n_columns);
    else
        err_set(err, ERR_FORMAT,
                "binlog: %s.%s: column %s is %s in information_schema, but type %u in the log",
                map->schema, map->name, table->columns[i].name, table->columns[i].sql_type,
                map->columns[i].type);
    err_hint(err,
             "The table was altered since. SET GLOBAL binlog_row_metadata = 'FULL' makes the log "
             "name its columns, so that older events can be read, too.");
    return err_transient(err);
}

/* Without what MySQL 8.0 keeps hidden behind a table's own columns, for multi-valued indexes. */
static size_t own_columns(const struct table_map *map)
{
    size_t n = map->n_columns;

    while (n > 0 && map->columns[n - 1].type == MAP_TYPED_ARRAY)
        n--;
    return n;
}

/* The column of that name; n_columns when the schema does not have it. */
static size_t find_column(const struct table *table, struct value name, size_t guess)
{
    char text[NAME_MAX_BYTES + 1];
    int at;

    if (name.len >= sizeof(text))
        return table->n_columns;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    /* Nearly always the schema's order is the log's. */
    if (guess < table->n_columns && strcmp(table->columns[guess].name, text) == 0)
        return guess;
    at = table_find_column(table, text);
    return at < 0 ? table->n_columns : (size_t)at;
}

static int make_field(struct row_layout *l, const struct table_map *map, const struct table *table,
                      size_t i, struct err *err)
{
    const struct map_column *col = &map->columns[i];
    struct field *f = &l->fields[i];
    size_t at = map->has_names         ? find_column(table, col->name, i)
                : i < table->n_columns ? i
                                       : table->n_columns;

    if (!map->has_names && i < table->n_columns && !field_fits(col, &table->columns[i]))
        return does_not_fit(map, table, i, err);
    if (field_make(map, col, at < table->n_columns ? &table->columns[at] : NULL, at, &l->arena, f,
                   err) != 0)
        return -1;
    l->text_max += f->text_max;
    if (col->type == MAP_JSON)
        f->json_at = (uint16_t)l->n_json++;
    return 0;
}

int row_layout_make(struct row_layout *l, const struct table_map *map, const struct table *table,
                    struct err *err)
{
    struct arena arena = l->arena;

    arena_reset(&arena);
    *l = (struct row_layout){.arena = arena, .n_values = table->n_columns, .serial = l->serial + 1};
    if (!map->has_names && own_columns(map) != table->n_columns)
        return does_not_fit(map, table, 0, err);
    l->fields = arena_alloc(&l->arena, map->n_columns * sizeof(*l->fields));
    if (l->fields == NULL)
        return err_nomem(err, "binlog table");
    for (; l->n_fields < map->n_columns; l->n_fields++)
        if (make_field(l, map, table, l->n_fields, err) != 0)
            return -1;
    return 0;
}
