/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/table_map_meta.h"

/* mysql-server, rows_event.h, Optional_metadata_field_type; MariaDB has the same. */
enum {
    META_SIGNEDNESS = 1,
    META_DEFAULT_CHARSET = 2,
    META_COLUMN_CHARSET = 3,
    META_COLUMN_NAME = 4,
    META_SET_LABELS = 5,
    META_ENUM_LABELS = 6,
    META_KEY = 8,
    META_KEY_WITH_PREFIX = 9,
    META_ENUM_SET_DEFAULT_CHARSET = 10,
    META_ENUM_SET_COLUMN_CHARSET = 11,
    META_VISIBILITY = 12,
};

typedef bool (*column_filter)(const struct map_column *col);

static bool is_numeric(const struct map_column *col)
{
    return map_type_is_numeric(col->type);
}

static bool is_enum_or_set(const struct map_column *col)
{
    return col->type == MAP_ENUM || col->type == MAP_SET;
}

static bool is_enum(const struct map_column *col)
{
    return col->type == MAP_ENUM;
}

static bool is_set(const struct map_column *col)
{
    return col->type == MAP_SET;
}

/* What the servers count as a character column: strings and blobs, binary ones, too. */
static bool is_text(const struct map_column *col)
{
    return col->type == MAP_VARCHAR || col->type == MAP_VAR_STRING || col->type == MAP_STRING ||
           col->type == MAP_BLOB || col->type == MAP_VECTOR || col->type == MAP_BLOB_COMPRESSED ||
           col->type == MAP_VARCHAR_COMPRESSED;
}

/* To MariaDB a geometry is a blob like any other. */
static bool is_text_mariadb(const struct map_column *col)
{
    return is_text(col) || col->type == MAP_GEOMETRY;
}

/* The next column at or after I that the filter takes; NULL at the end. */
static struct map_column *next_column(struct table_map *map, size_t *i, column_filter filter)
{
    for (; *i < map->n_columns; (*i)++)
        if (filter(&map->columns[*i]))
            return &map->columns[(*i)++];
    return NULL;
}

/* One bit for each numeric column, the highest bit of a byte first; 1 means unsigned. */
static int read_signedness(struct table_map *map, struct cursor *c)
{
    struct map_column *col;
    size_t i = 0;

    for (unsigned bit = 0; (col = next_column(map, &i, is_numeric)) != NULL; bit++) {
        if (bit / 8 >= cursor_left(c))
            return -1;
        col->has_sign = true;
        col->is_unsigned = (c->at[bit / 8] >> (7 - bit % 8) & 1) != 0;
    }
    return 0;
}

static void set_collation(struct map_column *col, uint64_t collation)
{
    col->has_collation = true;
    col->collation = (uint32_t)collation;
}

/* A default, then (index among these columns, collation) for the others. */
static int read_default_charset(struct table_map *map, struct cursor *c, column_filter filter)
{
    uint64_t common = cursor_lenenc(c);
    struct map_column *col;
    size_t i = 0, at = 0;

    while ((col = next_column(map, &i, filter)) != NULL)
        set_collation(col, common);
    i = 0;
    for (col = next_column(map, &i, filter); cursor_left(c) > 0;) {
        uint64_t index = cursor_lenenc(c), collation = cursor_lenenc(c);

        for (; col != NULL && at < index; at++)
            col = next_column(map, &i, filter);
        if (c->is_short || col == NULL || at != index)
            return -1;
        set_collation(col, collation);
    }
    return c->is_short ? -1 : 0;
}

static int read_column_charset(struct table_map *map, struct cursor *c, column_filter filter)
{
    struct map_column *col;

    for (size_t i = 0; (col = next_column(map, &i, filter)) != NULL;)
        set_collation(col, cursor_lenenc(c));
    return c->is_short ? -1 : 0;
}

static struct value read_text(struct cursor *c)
{
    uint64_t n = cursor_lenenc(c);
    const uint8_t *p = cursor_take(c, n);

    if (p == NULL)
        return (struct value){0};
    return value_text((const char *)p, (size_t)n);
}

static int read_names(struct table_map *map, struct cursor *c)
{
    for (size_t i = 0; i < map->n_columns; i++)
        map->columns[i].name = read_text(c);
    map->has_names = !c->is_short;
    return c->is_short ? -1 : 0;
}

static int read_labels(struct table_map *map, struct cursor *c, column_filter filter)
{
    struct map_column *col;

    for (size_t i = 0; (col = next_column(map, &i, filter)) != NULL;) {
        uint64_t n = cursor_lenenc(c);

        /* A label takes a byte at least: this bounds what is allocated. */
        if (c->is_short || n > cursor_left(c))
            return -1;
        col->labels = arena_alloc(&map->arena, n * sizeof(*col->labels));
        if (col->labels == NULL)
            return -1;
        col->n_labels = n;
        for (size_t k = 0; k < n; k++)
            col->labels[k] = read_text(c);
    }
    return c->is_short ? -1 : 0;
}

/* Column indexes of the primary key; with HAS_PREFIX each is followed by how much of the column is
 * in the key. */
static int read_key(struct table_map *map, struct cursor *c, bool has_prefix)
{
    size_t *key = arena_alloc(&map->arena, map->n_columns * sizeof(*key));
    size_t n = 0;

    if (key == NULL)
        return -1;
    while (cursor_left(c) > 0) {
        uint64_t at = cursor_lenenc(c);

        if (has_prefix)
            cursor_lenenc(c);
        if (c->is_short || at >= map->n_columns || n == map->n_columns)
            return -1;
        key[n++] = (size_t)at;
    }
    map->key = key;
    map->n_key = n;
    return 0;
}

/* One bit a column, the highest bit of a byte first; 1 means visible. */
static int read_visibility(struct table_map *map, const struct cursor *c)
{
    if (cursor_left(c) < (map->n_columns + 7) / 8)
        return -1;
    for (size_t i = 0; i < map->n_columns; i++)
        map->columns[i].is_invisible = (c->at[i / 8] >> (7 - i % 8) & 1) == 0;
    return 0;
}

static int read_field(struct table_map *map, unsigned type, struct cursor *c, bool is_mariadb)
{
    column_filter text = is_mariadb ? is_text_mariadb : is_text;

    switch (type) {
    case META_SIGNEDNESS:
        return read_signedness(map, c);
    case META_DEFAULT_CHARSET:
        return read_default_charset(map, c, text);
    case META_COLUMN_CHARSET:
        return read_column_charset(map, c, text);
    case META_COLUMN_NAME:
        return read_names(map, c);
    case META_SET_LABELS:
        return read_labels(map, c, is_set);
    case META_ENUM_LABELS:
        return read_labels(map, c, is_enum);
    case META_ENUM_SET_DEFAULT_CHARSET:
        return read_default_charset(map, c, is_enum_or_set);
    case META_ENUM_SET_COLUMN_CHARSET:
        return read_column_charset(map, c, is_enum_or_set);
    case META_KEY:
        return read_key(map, c, false);
    case META_KEY_WITH_PREFIX:
        return read_key(map, c, true);
    case META_VISIBILITY:
        return read_visibility(map, c);
    default:
        return 0;
    }
}

int table_map_read_meta(struct table_map *map, struct cursor *c, bool is_mariadb)
{
    while (cursor_left(c) > 0) {
        unsigned type = cursor_u8(c);
        struct cursor field = cursor_sub(c, cursor_lenenc(c));

        if (field.is_short || read_field(map, type, &field, is_mariadb) != 0)
            return -1;
    }
    return 0;
}
