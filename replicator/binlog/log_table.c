/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/log_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/charset.h"

enum { TYPE_TEXT_MAX = 64 };

static enum column_type type_of_string(const struct map_column *col)
{
    return col->has_collation && col->collation == COLLATION_BINARY ? COLUMN_BINARY : COLUMN_TEXT;
}

static void set_int(struct column *c, unsigned bytes)
{
    c->type = COLUMN_INT;
    c->bytes = bytes;
}

static void set_type(struct column *c, const struct map_column *col)
{
    switch (col->type) {
    case MAP_TINY:
        return set_int(c, 1);
    case MAP_SHORT:
        return set_int(c, 2);
    case MAP_INT24:
        return set_int(c, 3);
    case MAP_LONG:
        return set_int(c, 4);
    case MAP_LONGLONG:
        return set_int(c, 8);
    case MAP_NEWDECIMAL:
        c->type = COLUMN_DECIMAL;
        c->precision = col->precision;
        c->scale = col->scale;
        return;
    case MAP_FLOAT:
        c->type = COLUMN_FLOAT;
        return;
    case MAP_DOUBLE:
        c->type = COLUMN_DOUBLE;
        return;
    case MAP_BIT:
        c->type = COLUMN_BIT;
        c->length = col->length;
        return;
    case MAP_YEAR:
        c->type = COLUMN_YEAR;
        return;
    case MAP_DATE:
    case MAP_NEWDATE:
        c->type = COLUMN_DATE;
        return;
    case MAP_TIME:
    case MAP_TIME2:
        c->type = COLUMN_TIME;
        c->fsp = col->scale;
        return;
    case MAP_DATETIME:
    case MAP_DATETIME2:
        c->type = COLUMN_DATETIME;
        c->fsp = col->scale;
        return;
    case MAP_TIMESTAMP:
    case MAP_TIMESTAMP2:
        c->type = COLUMN_TIMESTAMP;
        c->fsp = col->scale;
        return;
    case MAP_ENUM:
        c->type = COLUMN_ENUM;
        return;
    case MAP_SET:
        c->type = COLUMN_SET;
        return;
    case MAP_JSON:
        c->type = COLUMN_JSON;
        return;
    case MAP_GEOMETRY:
        c->type = COLUMN_GEOMETRY;
        return;
    case MAP_VECTOR:
        c->type = COLUMN_VECTOR;
        return;
    case MAP_VARCHAR:
    case MAP_VAR_STRING:
    case MAP_STRING:
    case MAP_BLOB:
    case MAP_BLOB_COMPRESSED:
    case MAP_VARCHAR_COMPRESSED:
        c->type = type_of_string(col);
        c->length = col->length;
        c->is_fixed_length = col->type == MAP_STRING;
        return;
    default:
        c->type = COLUMN_OTHER;
        return;
    }
}

/* The name of the type, for people: the log does not tell a TEXT's size, nor MariaDB's own types.
 */
static void print_type(const struct map_column *col, const struct column *c, char out[])
{
    static const char *const ints[] = {"?", "tinyint", "smallint", "mediumint", "int",
                                       "?", "?",       "?",        "bigint"};
    static const char *const names[] = {[COLUMN_FLOAT] = "float",
                                        [COLUMN_DOUBLE] = "double",
                                        [COLUMN_YEAR] = "year",
                                        [COLUMN_DATE] = "date",
                                        [COLUMN_TIME] = "time",
                                        [COLUMN_DATETIME] = "datetime",
                                        [COLUMN_TIMESTAMP] = "timestamp",
                                        [COLUMN_ENUM] = "enum",
                                        [COLUMN_SET] = "set",
                                        [COLUMN_JSON] = "json",
                                        [COLUMN_GEOMETRY] = "geometry",
                                        [COLUMN_VECTOR] = "vector",
                                        [COLUMN_TEXT] = "text",
                                        [COLUMN_BINARY] = "binary",
                                        [COLUMN_BIT] = "bit",
                                        [COLUMN_OTHER] = "?"};

    if (c->type == COLUMN_INT)
        snprintf(out, TYPE_TEXT_MAX, "%s%s", ints[c->bytes], c->is_unsigned ? " unsigned" : "");
    else if (c->type == COLUMN_DECIMAL)
        snprintf(out, TYPE_TEXT_MAX, "decimal(%u,%u)%s", c->precision, c->scale,
                 c->is_unsigned ? " unsigned" : "");
    else if (c->fsp > 0)
        snprintf(out, TYPE_TEXT_MAX, "%s(%u)", names[c->type], c->fsp);
    else if (c->type == COLUMN_BIT || col->type == MAP_VARCHAR || col->type == MAP_STRING)
        snprintf(out, TYPE_TEXT_MAX, "%s(%u)", names[c->type], (unsigned)c->length);
    else
        snprintf(out, TYPE_TEXT_MAX, "%s", names[c->type]);
}

static char *name_of(const struct map_column *col, size_t i)
{
    char number[24];

    if (col->name.state == VALUE_TEXT)
        return strndup(col->name.ptr, col->name.len);
    snprintf(number, sizeof(number), "@%zu", i + 1);
    return strdup(number);
}

static int fill_column(struct column *c, const struct map_column *col, size_t i)
{
    const struct charset *cs = col->has_collation ? charset_of_collation(col->collation) : NULL;
    char type[TYPE_TEXT_MAX];

    set_type(c, col);
    c->is_unsigned = col->is_unsigned;
    c->is_nullable = true;
    c->is_invisible = col->is_invisible;
    print_type(col, c, type);
    c->name = name_of(col, i);
    c->sql_type = strdup(type);
    if (c->name == NULL || c->sql_type == NULL)
        return -1;
    /* Text whose character set nobody knows is taken for UTF-8. */
    if (c->type == COLUMN_TEXT || c->type == COLUMN_ENUM || c->type == COLUMN_SET) {
        c->charset = strdup(cs != NULL ? charset_name(cs) : "utf8mb4");
        return c->charset == NULL ? -1 : 0;
    }
    return 0;
}

static int fill(struct table *t, const struct table_map *map)
{
    t->schema = strdup(map->schema);
    t->name = strdup(map->name);
    t->engine = strdup("");
    t->columns = calloc(map->n_columns, sizeof(*t->columns));
    t->key = calloc(map->n_key > 0 ? map->n_key : 1, sizeof(*t->key));
    if (t->schema == NULL || t->name == NULL || t->engine == NULL || t->columns == NULL ||
        t->key == NULL)
        return -1;
    t->n_columns = map->n_columns;
    for (size_t i = 0; i < map->n_columns; i++)
        if (fill_column(&t->columns[i], &map->columns[i], i) != 0)
            return -1;
    for (; t->n_key < map->n_key; t->n_key++)
        t->key[t->n_key] = map->key[t->n_key];
    return 0;
}

int log_table_new(const struct table_map *map, struct table **out, struct err *err)
{
    struct table *t = calloc(1, sizeof(*t));

    if (t == NULL || fill(t, map) != 0) {
        table_free(t);
        return err_nomem(err, "table of the log");
    }
    *out = t;
    return 0;
}
