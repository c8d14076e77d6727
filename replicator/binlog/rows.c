/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/rows.h"

#include "replicator/binlog/compress.h"
#include "replicator/binlog/value_decode.h"

enum { PARTIAL_JSON = 1 };

static int malformed(const struct event *e, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: malformed rows event type %u of %zu bytes", e->type,
                   e->body_len);
}

static enum rows_kind kind_of(uint8_t type)
{
    switch (type) {
    case EVENT_UPDATE_ROWS_V1:
    case EVENT_UPDATE_ROWS:
    case EVENT_PARTIAL_UPDATE_ROWS:
    case EVENT_UPDATE_ROWS_COMPRESSED_V1:
    case EVENT_UPDATE_ROWS_COMPRESSED:
        return ROWS_UPDATE;
    case EVENT_DELETE_ROWS_V1:
    case EVENT_DELETE_ROWS:
    case EVENT_DELETE_ROWS_COMPRESSED_V1:
    case EVENT_DELETE_ROWS_COMPRESSED:
        return ROWS_DELETE;
    default:
        return ROWS_WRITE;
    }
}

/* Version 2 has a block of extra data, its length counting itself. */
static bool has_extra(uint8_t type)
{
    return (type >= EVENT_WRITE_ROWS && type <= EVENT_DELETE_ROWS) ||
           type == EVENT_PARTIAL_UPDATE_ROWS ||
           (type >= EVENT_WRITE_ROWS_COMPRESSED && type <= EVENT_DELETE_ROWS_COMPRESSED);
}

int rows_open(const struct event_format *format, const struct event *e, struct rows *out,
              struct err *err)
{
    struct cursor c = cursor_init(e->body, e->body_len);

    *out = (struct rows){.kind = kind_of(e->type),
                         .is_compressed = e->type >= EVENT_WRITE_ROWS_COMPRESSED_V1,
                         .is_partial = e->type == EVENT_PARTIAL_UPDATE_ROWS};
    out->table_id = cursor_uint(&c, format->post_header[e->type] == 6 ? 4 : 6);
    out->flags = cursor_u16(&c);
    if (has_extra(e->type)) {
        unsigned extra = cursor_u16(&c);

        if (extra < 2 || cursor_take(&c, extra - 2) == NULL)
            return malformed(e, err);
    }
    out->rest = c;
    return c.is_short ? malformed(e, err) : 0;
}

int rows_start(struct rows *r, const struct table_map *map, struct buf *unpacked, struct err *err)
{
    uint64_t n = cursor_lenenc(&r->rest);
    size_t bytes = (map->n_columns + 7) / 8;

    if (r->rest.is_short || n != map->n_columns)
        return err_set(err, ERR_FORMAT,
                       "binlog: %s.%s: rows of %llu columns after a TABLE_MAP of %zu", map->schema,
                       map->name, (unsigned long long)n, map->n_columns);
    r->before_columns = cursor_take(&r->rest, bytes);
    r->after_columns = r->kind == ROWS_UPDATE ? cursor_take(&r->rest, bytes) : r->before_columns;
    if (r->rest.is_short)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: rows event ends in its column bitmap",
                       map->schema, map->name);
    if (!r->is_compressed)
        return 0;
    if (compress_unpack(&r->rest, unpacked, err) != 0)
        return -1;
    r->rest = cursor_init(unpacked->ptr, unpacked->len);
    return 0;
}

static bool bit_at(const uint8_t *bits, size_t i)
{
    return (bits[i / 8] >> (i % 8) & 1) != 0;
}

static size_t count_bits(const uint8_t *bits, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += bit_at(bits, i);
    return count;
}

/* Step over one value; -1 if the image is too short. */
static int take_value(const struct field *f, struct cursor *c, const uint8_t **p, size_t *len)
{
    *len = f->fixed_bytes > 0 ? f->fixed_bytes : (size_t)cursor_uint(c, f->prefix_bytes);
    *p = cursor_take(c, *len);
    return *p == NULL ? -1 : 0;
}

static int bad_value(const struct table_map *map, const struct field *f, struct err *err)
{
    struct err cause = *err;

    err_wrap(err, "binlog: %s.%s column %d", map->schema, map->name, f->column + 1);
    err->transient = cause.transient;
    return -1;
}

/* In a partial image, a bit for each JSON column of the table says whether it is a difference. */
struct partial {
    const uint8_t *bits; /* NULL: none */
    size_t at;
    bool is_seen;
};

static bool partial_next(struct partial *partial, const struct map_column *col)
{
    if (partial->bits == NULL || col->type != MAP_JSON)
        return false;
    return bit_at(partial->bits, partial->at++);
}

static int partial_read(struct partial *partial, struct cursor *c, const struct table_map *map)
{
    uint64_t options = cursor_lenenc(c);
    size_t n = 0;

    if (c->is_short)
        return -1;
    if ((options & PARTIAL_JSON) == 0)
        return 0;
    for (size_t i = 0; i < map->n_columns; i++)
        n += map->columns[i].type == MAP_JSON;
    partial->bits = cursor_take(c, (n + 7) / 8);
    return partial->bits == NULL ? -1 : 0;
}

static int read_image(struct cursor *c, const uint8_t *columns, const struct table_map *map,
                      const struct field *fields, struct value *values, struct partial *partial,
                      struct arena *arena, struct err *err)
{
    size_t present = count_bits(columns, map->n_columns), bit = 0;
    const uint8_t *nulls = cursor_take(c, (present + 7) / 8);

    if (nulls == NULL)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: row ends in its NULL bitmap", map->schema,
                       map->name);
    for (size_t i = 0; i < map->n_columns; i++) {
        const struct field *f = &fields[i];
        bool is_difference = partial_next(partial, &map->columns[i]);
        const uint8_t *p;
        size_t len;

        if (!bit_at(columns, i))
            continue;
        if (bit_at(nulls, bit++)) {
            if (f->column != FIELD_SKIP)
                values[f->column] = VALUE_INIT_NULL;
            continue;
        }
        if (take_value(f, c, &p, &len) != 0)
            return err_set(err, ERR_FORMAT, "binlog: %s.%s: row ends in column %zu", map->schema,
                           map->name, i + 1);
        if (is_difference)
            partial->is_seen = true;
        else if (f->column != FIELD_SKIP &&
                 value_decode(f, p, len, arena, &values[f->column], err) != 0)
            return bad_value(map, f, err);
    }
    return 0;
}

static int read_row(struct rows *r, const struct table_map *map, const struct field *fields,
                    struct value *before, struct value *after, struct partial *partial,
                    struct arena *arena, struct err *err)
{
    if (r->kind != ROWS_WRITE &&
        read_image(&r->rest, r->before_columns, map, fields, before, partial, arena, err) != 0)
        return -1;
    if (r->kind == ROWS_DELETE)
        return 0;
    if (r->is_partial && partial_read(partial, &r->rest, map) != 0)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: malformed partial row", map->schema,
                       map->name);
    return read_image(&r->rest, r->after_columns, map, fields, after, partial, arena, err);
}

int rows_next(struct rows *r, const struct table_map *map, const struct field *fields,
              size_t n_values, struct value *before, struct value *after, struct arena *arena,
              bool *is_partial, struct err *err)
{
    struct partial partial = {0};
    size_t left = cursor_left(&r->rest);

    *is_partial = false;
    if (left == 0)
        return 0;
    for (size_t i = 0; i < n_values; i++)
        before[i] = after[i] = (struct value){0};
    if (read_row(r, map, fields, before, after, &partial, arena, err) != 0)
        return -1;
    /* Rows without a single column would never end. */
    if (cursor_left(&r->rest) == left)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: rows without columns", map->schema,
                       map->name);
    *is_partial = partial.is_seen;
    return 1;
}
