/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/rows.h"

#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/compress.h"
#include "replicator/binlog/json_diff.h"
#include "replicator/binlog/value_decode.h"

enum { PARTIAL_JSON = 1 };

void rows_space_close(struct rows_space *space)
{
    free(space->before.values);
    free(space->before.fields);
    free(space->before.bytes);
    free(space->after.values);
    free(space->after.fields);
    free(space->carried);
    free(space->text);
    arena_close(&space->arena);
    buf_close(&space->unpacked);
    buf_close(&space->columns);
    *space = (struct rows_space){0};
}

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

static bool bit_at(const uint8_t *bits, size_t i)
{
    return (bits[i / 8] >> (i % 8) & 1) != 0;
}

/* --- once an event --- */

/* Grow *ARRAY to N elements; false when out of memory. */
static bool grow(void *array, size_t n, size_t element)
{
    void **at = array, *grown = reallocarray(*at, n > 0 ? n : 1, element);

    if (grown == NULL)
        return false;
    *at = grown;
    return true;
}

static int reserve(struct rows_space *s, const struct row_layout *l, struct err *err)
{
    size_t n_values = l->n_values + 1, n = l->n_fields;

    if (s->n_values < n_values) {
        if (!grow(&s->before.values, n_values, sizeof(*s->before.values)) ||
            !grow(&s->after.values, n_values, sizeof(*s->after.values)) ||
            !grow(&s->carried, n_values, sizeof(*s->carried)))
            return err_nomem(err, "binlog rows");
        s->n_values = n_values;
    }
    if (s->size_fields < n) {
        if (!grow(&s->before.fields, n, sizeof(*s->before.fields)) ||
            !grow(&s->before.bytes, n, sizeof(*s->before.bytes)) ||
            !grow(&s->after.fields, n, sizeof(*s->after.fields)))
            return err_nomem(err, "binlog rows");
        s->size_fields = n;
    }
    if (s->text_size < 2 * l->text_max) {
        if (!grow(&s->text, 2 * l->text_max, 1))
            return err_nomem(err, "binlog rows");
        s->text_size = 2 * l->text_max;
    }
    return 0;
}

/* Bits beyond the columns of the table are hidden columns' and mean nothing to us. */
static void choose_fields(const uint8_t *columns, const struct row_layout *l,
                          struct rows_image *image)
{
    image->n_fields = 0;
    for (size_t i = 0; i < l->n_fields; i++)
        if (bit_at(columns, i))
            image->fields[image->n_fields++] = &l->fields[i];
    for (size_t i = 0; i <= l->n_values; i++)
        image->values[i] = (struct value){0};
}

/* What the before image carries and the after image does not. */
static void choose_carried(const uint8_t *before, const uint8_t *after, const struct row_layout *l,
                           struct rows_space *s)
{
    s->n_carried = 0;
    for (size_t i = 0; i < l->n_fields; i++)
        if (bit_at(before, i) && !bit_at(after, i) && l->fields[i].column < l->n_values)
            s->carried[s->n_carried++] = l->fields[i].column;
}

/* Which columns the images have; nearly always the same as in the event before. */
static int choose_columns(const uint8_t *before, const uint8_t *after, size_t bytes,
                          const struct row_layout *l, struct rows_space *s, struct err *err)
{
    if (s->layout == l && s->serial == l->serial && s->columns.len == 2 * bytes &&
        memcmp(s->columns.ptr, before, bytes) == 0 &&
        memcmp(s->columns.ptr + bytes, after, bytes) == 0)
        return 0;
    s->layout = NULL;
    if (reserve(s, l, err) != 0)
        return -1;
    choose_fields(before, l, &s->before);
    choose_fields(after, l, &s->after);
    choose_carried(before, after, l, s);
    buf_clear(&s->columns);
    buf_append(&s->columns, before, bytes);
    buf_append(&s->columns, after, bytes);
    if (s->columns.is_failed)
        return err_nomem(err, "binlog rows");
    s->layout = l;
    s->serial = l->serial;
    return 0;
}

int rows_start(struct rows *r, const struct table_map *map, const struct row_layout *layout,
               struct rows_space *space, struct err *err)
{
    uint64_t n = cursor_lenenc(&r->rest);
    size_t bytes = (map->n_columns + 7) / 8;
    const uint8_t *before, *after;

    if (r->rest.is_short || n != map->n_columns)
        return err_set(err, ERR_FORMAT,
                       "binlog: %s.%s: rows of %llu columns after a TABLE_MAP of %zu", map->schema,
                       map->name, (unsigned long long)n, map->n_columns);
    before = cursor_take(&r->rest, bytes);
    after = r->kind == ROWS_UPDATE ? cursor_take(&r->rest, bytes) : before;
    if (r->rest.is_short)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: rows event ends in its column bitmap",
                       map->schema, map->name);
    r->map = map;
    r->layout = layout;
    r->space = space;
    if (choose_columns(before, after, bytes, layout, space, err) != 0)
        return -1;
    r->has_same_columns =
        r->kind == ROWS_UPDATE && !r->is_partial && memcmp(before, after, bytes) == 0;
    if (!r->is_compressed)
        return 0;
    if (compress_unpack(&r->rest, &space->unpacked, err) != 0)
        return -1;
    r->rest = cursor_init(space->unpacked.ptr, space->unpacked.len);
    return 0;
}

/* --- once a row --- */

/* In a partial image, a bit for each JSON column of the table says whether it is a difference. */
static int partial_bits(struct rows *r, const uint8_t **bits, struct err *err)
{
    uint64_t options = cursor_lenenc(&r->rest);

    *bits = NULL;
    if ((options & PARTIAL_JSON) != 0)
        *bits = cursor_take(&r->rest, (r->layout->n_json + 7) / 8);
    if (r->rest.is_short)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: malformed partial row", r->map->schema,
                       r->map->name);
    return 0;
}

static int ends_in(const struct rows *r, const struct field *f, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: %s.%s: row ends in column %zu", r->map->schema,
                   r->map->name, (size_t)(f - r->layout->fields) + 1);
}

static int bad_value(const struct rows *r, const struct field *f, struct err *err)
{
    bool is_transient = err->transient;

    err_wrap(err, "binlog: %s.%s column %zu", r->map->schema, r->map->name,
             (size_t)(f - r->layout->fields) + 1);
    err->transient = is_transient;
    return -1;
}

static int read_other(const struct rows *r, const struct field *f, const struct rows_bytes *bytes,
                      char **text, struct value *out, struct err *err)
{
    char *end;

    if (f->kind == FIELD_SKIPPED)
        return 0;
    if (f->text_max == 0)
        return value_decode(f, bytes->ptr, bytes->len, &r->space->arena, out, err) == 0
                   ? 0
                   : bad_value(r, f, err);
    end = value_put(f, bytes->ptr, *text);
    if (end == NULL) {
        value_malformed(f, err);
        return bad_value(r, f, err);
    }
    *out = value_text(*text, (size_t)(end - *text));
    *text = end;
    return 0;
}

/* One value that is not NULL. *TEXT is where its text may go, and moves behind it. */
static inline int read_value(const struct rows *r, const struct field *f,
                             const struct rows_bytes *bytes, char **text, struct value *out,
                             struct err *err)
{
    if (f->kind == FIELD_INT) {
        char *end = value_put_int(bytes->ptr, f->fixed_bytes, f->is_unsigned, *text);

        *out = value_text(*text, (size_t)(end - *text));
        *text = end;
        return 0;
    }
    if (f->kind == FIELD_TEXT && f->charset == NULL) {
        *out = value_text((const char *)bytes->ptr, bytes->len);
        return 0;
    }
    return read_other(r, f, bytes, text, out, err);
}

/* Step over the value of F at *AT: its bytes; false if the row ends before. */
static inline bool take_bytes(const struct field *f, const uint8_t **at, const uint8_t *end,
                              struct rows_bytes *out)
{
    out->len = f->fixed_bytes;
    if (out->len == 0) {
        if ((size_t)(end - *at) < f->prefix_bytes)
            return false;
        out->len = (size_t)le_load(*at, f->prefix_bytes);
        *at += f->prefix_bytes;
    }
    if ((size_t)(end - *at) < out->len)
        return false;
    out->ptr = *at;
    *at += out->len;
    return true;
}

static int short_nulls(const struct rows *r, struct err *err)
{
    return err_set(err, ERR_FORMAT, "binlog: %s.%s: row ends in its NULL bitmap", r->map->schema,
                   r->map->name);
}

static int read_before(struct rows *r, char **text, struct err *err)
{
    struct rows_image *image = &r->space->before;
    const uint8_t *nulls = cursor_take(&r->rest, (image->n_fields + 7) / 8), *at = r->rest.at;

    if (nulls == NULL)
        return short_nulls(r, err);
    for (size_t k = 0; k < image->n_fields; k++) {
        const struct field *f = image->fields[k];
        struct value *value = &image->values[f->column];
        struct rows_bytes *bytes = &image->bytes[k];

        if (bit_at(nulls, k)) {
            *value = VALUE_INIT_NULL;
            *bytes = (struct rows_bytes){0};
            continue;
        }
        if (!take_bytes(f, &at, r->rest.end, bytes))
            return ends_in(r, f, err);
        if (read_value(r, f, bytes, text, value, err) != 0)
            return -1;
    }
    r->rest.at = at;
    return 0;
}

/* Most columns of an updated row stay as they are: the same bytes give the same text. */
static inline bool is_unchanged(const struct rows *r, const struct field *f, size_t k,
                                const struct rows_bytes *bytes)
{
    const struct rows_bytes *before = &r->space->before.bytes[k];

    return r->has_same_columns && f->is_costly && before->ptr != NULL &&
           before->len == bytes->len && memcmp(before->ptr, bytes->ptr, bytes->len) == 0;
}

/* The new document, of which the image has only the difference. Where it cannot be known it is
 * absent in both images: the old one must not stand for it. */
static int read_difference(struct rows *r, const struct field *f, const struct rows_bytes *bytes,
                           struct err *err)
{
    struct rows_image *before = &r->space->before;
    struct value *out = &r->space->after.values[f->column];
    size_t k = 0;

    *out = (struct value){0};
    while (k < before->n_fields && before->fields[k] != f)
        k++;
    if (k < before->n_fields && before->bytes[k].ptr != NULL &&
        json_diff_apply(before->bytes[k].ptr, before->bytes[k].len, bytes->ptr, bytes->len,
                        &r->space->arena, out, err) != 0)
        return bad_value(r, f, err);
    if (out->state == VALUE_ABSENT)
        before->values[f->column] = (struct value){0};
    return 0;
}

/* DIFFERENCES: the JSON columns of which the image has only the difference. */
static int read_after(struct rows *r, const uint8_t *differences, char **text, struct err *err)
{
    struct rows_image *image = &r->space->after;
    const uint8_t *nulls = cursor_take(&r->rest, (image->n_fields + 7) / 8), *at = r->rest.at;

    if (nulls == NULL)
        return short_nulls(r, err);
    for (size_t k = 0; k < image->n_fields; k++) {
        const struct field *f = image->fields[k];
        struct value *value = &image->values[f->column];
        struct rows_bytes bytes;

        if (bit_at(nulls, k)) {
            *value = VALUE_INIT_NULL;
            continue;
        }
        if (!take_bytes(f, &at, r->rest.end, &bytes))
            return ends_in(r, f, err);
        if (differences != NULL && f->kind == FIELD_JSON && bit_at(differences, f->json_at)) {
            if (read_difference(r, f, &bytes, err) != 0)
                return -1;
        } else if (is_unchanged(r, f, k, &bytes)) {
            *value = r->space->before.values[f->column];
        } else if (read_value(r, f, &bytes, text, value, err) != 0) {
            return -1;
        }
    }
    r->rest.at = at;
    return 0;
}

static int read_row(struct rows *r, struct err *err)
{
    struct rows_space *s = r->space;
    const uint8_t *differences = NULL;
    char *text = s->text;

    if (r->kind != ROWS_WRITE && read_before(r, &text, err) != 0)
        return -1;
    if (r->kind == ROWS_DELETE)
        return 0;
    if (r->is_partial && partial_bits(r, &differences, err) != 0)
        return -1;
    if (read_after(r, differences, &text, err) != 0)
        return -1;
    for (size_t i = 0; i < s->n_carried && r->kind == ROWS_UPDATE; i++)
        s->after.values[s->carried[i]] = s->before.values[s->carried[i]];
    return 0;
}

int rows_next(struct rows *r, struct err *err)
{
    const uint8_t *start = r->rest.at;

    if (cursor_left(&r->rest) == 0)
        return 0;
    arena_reset(&r->space->arena);
    if (read_row(r, err) != 0)
        return -1;
    /* Rows without a single column would never end. */
    if (r->rest.at == start)
        return err_set(err, ERR_FORMAT, "binlog: %s.%s: rows without columns", r->map->schema,
                       r->map->name);
    return 1;
}
