/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/field.h"

#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "replicator/binlog/value_decode.h"

enum { UUID_BYTES = 16, INET4_BYTES = 4, INET6_BYTES = 16 };

static unsigned fraction_bytes(unsigned fsp)
{
    return (fsp + 1) / 2;
}

static unsigned int_bytes(uint8_t type)
{
    switch (type) {
    case MAP_TINY:
        return 1;
    case MAP_SHORT:
        return 2;
    case MAP_INT24:
        return 3;
    case MAP_LONG:
        return 4;
    case MAP_LONGLONG:
        return 8;
    default:
        return 0;
    }
}

/* The kinds that the type byte alone decides; FIELD_UNKNOWN for the others. */
static enum field_kind kind_of_type(uint8_t type)
{
    switch (type) {
    case MAP_TINY:
    case MAP_SHORT:
    case MAP_INT24:
    case MAP_LONG:
    case MAP_LONGLONG:
        return FIELD_INT;
    case MAP_FLOAT:
        return FIELD_FLOAT;
    case MAP_DOUBLE:
        return FIELD_DOUBLE;
    case MAP_NEWDECIMAL:
        return FIELD_DECIMAL;
    case MAP_BIT:
        return FIELD_BIT;
    case MAP_YEAR:
        return FIELD_YEAR;
    case MAP_DATE:
    case MAP_NEWDATE:
        return FIELD_DATE;
    case MAP_TIME:
        return FIELD_TIME_OLD;
    case MAP_DATETIME:
        return FIELD_DATETIME_OLD;
    case MAP_TIMESTAMP:
        return FIELD_TIMESTAMP_OLD;
    case MAP_TIME2:
        return FIELD_TIME;
    case MAP_DATETIME2:
        return FIELD_DATETIME;
    case MAP_TIMESTAMP2:
        return FIELD_TIMESTAMP;
    case MAP_ENUM:
        return FIELD_ENUM;
    case MAP_SET:
        return FIELD_SET;
    case MAP_JSON:
        return FIELD_JSON;
    case MAP_GEOMETRY:
        return FIELD_GEOMETRY;
    case MAP_VECTOR:
        return FIELD_VECTOR;
    case MAP_VARCHAR:
    case MAP_VAR_STRING:
    case MAP_STRING:
    case MAP_BLOB:
    case MAP_BLOB_COMPRESSED:
    case MAP_VARCHAR_COMPRESSED:
        return FIELD_TEXT;
    default:
        return FIELD_UNKNOWN;
    }
}

/* How long the value is, so that it can at least be skipped; -1 if the type is not known. */
static int set_length(struct field *f, const struct map_column *col)
{
    switch (col->type) {
    case MAP_FLOAT:
    case MAP_DOUBLE:
        f->fixed_bytes = col->type == MAP_FLOAT ? 4 : 8;
        return col->pack_bytes == f->fixed_bytes ? 0 : -1;
    case MAP_NEWDECIMAL:
        f->fixed_bytes = (uint8_t)decimal_bytes(col->precision, col->scale);
        return f->fixed_bytes > 0 ? 0 : -1;
    case MAP_BIT:
        f->fixed_bytes = (uint8_t)((col->length + 7) / 8);
        return col->length >= 1 && col->length <= 64 ? 0 : -1;
    case MAP_YEAR:
        f->fixed_bytes = 1;
        return 0;
    case MAP_DATE:
    case MAP_NEWDATE:
    case MAP_TIME:
        f->fixed_bytes = 3;
        return 0;
    case MAP_TIMESTAMP:
        f->fixed_bytes = 4;
        return 0;
    case MAP_DATETIME:
        f->fixed_bytes = 8;
        return 0;
    case MAP_TIME2:
    case MAP_TIMESTAMP2:
    case MAP_DATETIME2:
        f->fixed_bytes = (uint8_t)((col->type == MAP_TIME2        ? 3
                                    : col->type == MAP_TIMESTAMP2 ? 4
                                                                  : 5) +
                                   fraction_bytes(col->scale));
        return 0;
    case MAP_ENUM:
    case MAP_SET:
        f->fixed_bytes = col->pack_bytes;
        return col->pack_bytes >= 1 && col->pack_bytes <= (col->type == MAP_ENUM ? 2 : 8) ? 0 : -1;
    case MAP_VARCHAR:
    case MAP_VAR_STRING:
    case MAP_STRING:
    case MAP_VARCHAR_COMPRESSED:
        f->prefix_bytes = col->length > 255 ? 2 : 1;
        return 0;
    case MAP_BLOB:
    case MAP_BLOB_COMPRESSED:
    case MAP_JSON:
    case MAP_GEOMETRY:
    case MAP_VECTOR:
    case MAP_TYPED_ARRAY:
        f->prefix_bytes = (uint8_t)col->length;
        return col->length >= 1 && col->length <= 4 ? 0 : -1;
    default:
        f->fixed_bytes = (uint8_t)int_bytes(col->type);
        return f->fixed_bytes > 0 ? 0 : -1;
    }
}

/* MariaDB's types that look like BINARY(n) in the log: only the schema knows them. */
static bool set_address(struct field *f, const struct map_column *col, const struct column *column)
{
    if (col->type != MAP_STRING)
        return false;
    switch (column->type) {
    case COLUMN_UUID:
        f->kind = FIELD_UUID;
        f->pad_bytes = UUID_BYTES;
        return true;
    case COLUMN_INET6:
        f->kind = FIELD_INET6;
        f->pad_bytes = INET6_BYTES;
        return true;
    case COLUMN_INET4:
        f->kind = FIELD_INET4;
        f->pad_bytes = INET4_BYTES;
        return true;
    default:
        return false;
    }
}

/* NULL: nothing to convert. */
static const struct charset *own_charset(const struct charset *cs)
{
    return cs == NULL || charset_is_utf8(cs) ? NULL : cs;
}

static bool is_compressed(uint8_t type)
{
    return type == MAP_BLOB_COMPRESSED || type == MAP_VARCHAR_COMPRESSED;
}

/* Strings and blobs: the log's charset decides, else the schema. -1: we do not know it. */
static int set_string(struct field *f, const struct map_column *col, const struct column *column)
{
    bool is_binary =
        col->has_collation ? col->collation == COLLATION_BINARY : column->charset == NULL;
    const struct charset *cs;

    if (set_address(f, col, column))
        return 0;
    f->kind = is_compressed(col->type) ? FIELD_COMPRESSED : is_binary ? FIELD_BYTES : FIELD_TEXT;
    if (is_binary) {
        f->pad_bytes = col->type == MAP_STRING ? col->length : 0;
        return 0;
    }
    cs = col->has_collation ? charset_of_collation(col->collation)
                            : charset_of_name(column->charset);
    f->charset = own_charset(cs);
    return cs == NULL ? -1 : 0;
}

/* The log's labels in UTF-8. */
static int take_log_labels(struct field *f, const struct map_column *col, struct arena *arena)
{
    const struct charset *cs =
        own_charset(col->has_collation ? charset_of_collation(col->collation) : NULL);
    struct value *labels = arena_alloc(arena, col->n_labels * sizeof(*labels));

    if (labels == NULL)
        return -1;
    for (size_t i = 0; i < col->n_labels; i++) {
        labels[i] = cs == NULL ? col->labels[i] : charset_convert(cs, col->labels[i], arena);
        if (labels[i].state == VALUE_ABSENT)
            return -1;
    }
    f->labels = labels;
    f->n_labels = col->n_labels;
    return 0;
}

/* The schema's are UTF-8 already. */
static int take_schema_labels(struct field *f, const struct column *column, struct arena *arena)
{
    struct value *labels = arena_alloc(arena, column->n_labels * sizeof(*labels));

    if (labels == NULL)
        return -1;
    for (size_t i = 0; i < column->n_labels; i++)
        labels[i] = value_text(column->labels[i], strlen(column->labels[i]));
    f->labels = labels;
    f->n_labels = column->n_labels;
    return 0;
}

static int set_labels(struct field *f, const struct map_column *col, const struct column *column,
                      struct arena *arena)
{
    if (col->n_labels > 0)
        return take_log_labels(f, col, arena);
    return column->n_labels > 0 ? take_schema_labels(f, column, arena) : 0;
}

/* Does the schema's column have the type that the log has? */
bool field_fits(const struct map_column *col, const struct column *column)
{
    enum field_kind kind = kind_of_type(col->type);

    switch (column->type) {
    case COLUMN_INT:
        return kind == FIELD_INT && int_bytes(col->type) == column->bytes;
    case COLUMN_DECIMAL:
        return kind == FIELD_DECIMAL && col->precision == column->precision &&
               col->scale == column->scale;
    case COLUMN_FLOAT:
        return kind == FIELD_FLOAT;
    case COLUMN_DOUBLE:
        return kind == FIELD_DOUBLE;
    case COLUMN_BIT:
        return kind == FIELD_BIT && col->length == column->length;
    case COLUMN_YEAR:
        return kind == FIELD_YEAR;
    case COLUMN_DATE:
        return kind == FIELD_DATE;
    case COLUMN_TIME:
        return (kind == FIELD_TIME && col->scale == column->fsp) || kind == FIELD_TIME_OLD;
    case COLUMN_DATETIME:
        return (kind == FIELD_DATETIME && col->scale == column->fsp) || kind == FIELD_DATETIME_OLD;
    case COLUMN_TIMESTAMP:
        return (kind == FIELD_TIMESTAMP && col->scale == column->fsp) ||
               kind == FIELD_TIMESTAMP_OLD;
    case COLUMN_ENUM:
        return kind == FIELD_ENUM;
    case COLUMN_SET:
        return kind == FIELD_SET;
    case COLUMN_JSON:
        return kind == FIELD_JSON;
    case COLUMN_GEOMETRY:
        return kind == FIELD_GEOMETRY;
    case COLUMN_VECTOR: /* MariaDB's is a VARBINARY in the log */
        return kind == FIELD_VECTOR || kind == FIELD_TEXT;
    case COLUMN_OTHER:
        return true;
    default:
        return kind == FIELD_TEXT;
    }
}

/* Its bytes can be stepped over, but not read. */
static int refuse(const struct map_column *col, const struct column *column,
                  const struct table_map *map, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: %s.%s: column %s has the unknown type %u", map->schema,
                   map->name, column->name, col->type);
}

static bool is_old_temporal(enum field_kind kind)
{
    return kind == FIELD_TIME_OLD || kind == FIELD_DATETIME_OLD || kind == FIELD_TIMESTAMP_OLD;
}

/* MariaDB's own fractional types (mysql56_temporal_format=OFF): the log does not say how long they
 * are. */
static int refuse_old_temporal(const struct column *column, const struct table_map *map,
                               struct err *err)
{
    err_set(err, ERR_FORMAT, "binlog: %s.%s: column %s has the old format of %s", map->schema,
            map->name, column->name, column->sql_type);
    return err_hint(err, "Run ALTER TABLE %.64s.%.64s FORCE with mysql56_temporal_format=ON.",
                    map->schema, map->name);
}

/* DOUBLE(m,d) is stored as it is and rounded where it is shown; only the schema knows d. */
static void set_double(struct field *f, const struct column *column)
{
    const char *comma = column->type == COLUMN_DOUBLE ? strchr(column->sql_type, ',') : NULL;
    unsigned long scale = comma == NULL ? 0 : strtoul(comma + 1, NULL, 10);

    f->is_rounded = comma != NULL && scale <= 30;
    f->scale = (uint8_t)scale;
}

/* Types whose text value_put makes: how long it may get. */
static uint8_t text_max(enum field_kind kind)
{
    switch (kind) {
    case FIELD_INT:
    case FIELD_BIT:
        return DIGITS_MAX;
    case FIELD_FLOAT:
    case FIELD_DOUBLE:
        return NUMBER_TEXT_SIZE;
    case FIELD_DECIMAL:
        return DECIMAL_TEXT_MAX;
    case FIELD_YEAR:
    case FIELD_DATE:
    case FIELD_TIME:
    case FIELD_DATETIME:
    case FIELD_TIMESTAMP:
    case FIELD_TIME_OLD:
    case FIELD_DATETIME_OLD:
    case FIELD_TIMESTAMP_OLD:
        return TEMPORAL_TEXT_MAX;
    default:
        return 0;
    }
}

static bool is_costly(const struct field *f)
{
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_BIT:
    case FIELD_YEAR:
    case FIELD_BYTES:
    case FIELD_ENUM:
    case FIELD_GEOMETRY:
    case FIELD_VECTOR:
        return false;
    case FIELD_TEXT:
        return f->charset != NULL;
    default:
        return true;
    }
}

static int set_wanted(struct field *f, const struct table_map *map, const struct map_column *col,
                      const struct column *column, struct arena *arena, struct err *err)
{
    if (f->kind == FIELD_UNKNOWN)
        return refuse(col, column, map, err);
    if (is_old_temporal(f->kind) && column->fsp > 0)
        return refuse_old_temporal(column, map, err);
    f->text_max = text_max(f->kind);
    f->precision = col->precision;
    f->scale = col->scale;
    f->is_unsigned = col->has_sign ? col->is_unsigned : column->is_unsigned;
    if (f->kind == FIELD_DOUBLE)
        set_double(f, column);
    if ((f->kind == FIELD_TEXT && set_string(f, col, column) != 0) ||
        (col->n_labels > 0 && col->has_collation && charset_of_collation(col->collation) == NULL))
        return err_set(err, ERR_FORMAT,
                       "binlog: %s.%s: column %s has a character set we do not know", map->schema,
                       map->name, column->name);
    if ((f->kind == FIELD_ENUM || f->kind == FIELD_SET) && set_labels(f, col, column, arena) != 0)
        return err_nomem(err, "binlog table");
    f->is_costly = is_costly(f);
    return 0;
}

int field_make(const struct table_map *map, const struct map_column *col,
               const struct column *column, size_t at, struct arena *arena, struct field *out,
               struct err *err)
{
    *out = (struct field){.column = at, .kind = kind_of_type(col->type)};
    if (set_length(out, col) != 0)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: column %zu has the unknown type %u",
                       map->schema, map->name, (size_t)(col - map->columns) + 1, col->type);
    if (column != NULL)
        return set_wanted(out, map, col, column, arena, err);
    out->kind = FIELD_SKIPPED;
    return 0;
}
