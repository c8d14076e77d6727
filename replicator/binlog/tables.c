/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/tables.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/hash.h"
#include "replicator/binlog/log_table.h"

enum { SHAPES_MAX = 128, ID_BYTES = 6 };

static void shape_close(struct tables_shape *shape)
{
    table_map_close(&shape->map);
    row_layout_close(&shape->layout);
    table_free(shape->logged);
    shape->logged = NULL;
    shape->table = NULL;
}

void tables_close(struct tables *t)
{
    for (size_t i = 0; i < t->n_shapes; i++) {
        shape_close(t->shapes[i]);
        free(t->shapes[i]);
    }
    free(t->shapes);
    free(t->entries);
    rows_space_close(&t->space);
    *t = TABLES_INIT;
}

void tables_forget(struct tables *t)
{
    t->n_entries = 0;
}

static struct tables_entry *find_entry(const struct tables *t, uint64_t id)
{
    for (size_t i = 0; i < t->n_entries; i++)
        if (t->entries[i].id == id)
            return &t->entries[i];
    return NULL;
}

/* The entry of ID, a new one if there is none yet in this statement; NULL: out of memory. */
static struct tables_entry *entry_for(struct tables *t, uint64_t id)
{
    struct tables_entry *e = find_entry(t, id);

    if (e == NULL && t->n_entries == t->size_entries) {
        size_t size = t->size_entries == 0 ? 8 : t->size_entries * 2;
        struct tables_entry *grown = reallocarray(t->entries, size, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        t->entries = grown;
        t->size_entries = size;
    }
    if (e == NULL)
        e = &t->entries[t->n_entries++];
    *e = (struct tables_entry){.id = id};
    return e;
}

/* --- shapes --- */

static bool is_in_statement(const struct tables *t, const struct tables_shape *shape)
{
    for (size_t i = 0; i < t->n_entries; i++)
        if (t->entries[i].shape == shape)
            return true;
    return false;
}

static struct tables_shape *add_shape(struct tables *t)
{
    struct tables_shape *shape;

    if (t->n_shapes == t->size_shapes) {
        size_t size = t->size_shapes == 0 ? 8 : t->size_shapes * 2;
        struct tables_shape **grown = reallocarray(t->shapes, size, sizeof(struct tables_shape *));

        if (grown == NULL)
            return NULL;
        t->shapes = grown;
        t->size_shapes = size;
    }
    shape = calloc(1, sizeof(*shape));
    if (shape != NULL)
        t->shapes[t->n_shapes++] = shape;
    return shape;
}

/* A shape to fill: a new one, or when there are many the one that was not used for longest. */
static struct tables_shape *free_shape(struct tables *t)
{
    struct tables_shape *oldest = NULL;

    for (size_t i = 0; i < t->n_shapes && t->n_shapes >= SHAPES_MAX; i++)
        if ((oldest == NULL || t->shapes[i]->used < oldest->used) &&
            !is_in_statement(t, t->shapes[i]))
            oldest = t->shapes[i];
    if (oldest != NULL)
        shape_close(oldest);
    return oldest != NULL ? oldest : add_shape(t);
}

static struct tables_shape *find_shape(const struct tables *t, uint64_t hash,
                                       const struct table_wish *wish)
{
    for (size_t i = 0; i < t->n_shapes; i++) {
        struct tables_shape *shape = t->shapes[i];

        if (shape->table != NULL && shape->hash == hash &&
            (wish->table == NULL
                 ? shape->is_as_logged
                 : shape->table == wish->table && shape->table_id == wish->table->id))
            return shape;
    }
    return NULL;
}

static int fill_shape(struct tables_shape *shape, const struct event_format *format,
                      const struct event *e, const struct table_wish *wish, struct err *err)
{
    const struct table *table = wish->table;

    if (table_map_read(format, e, &shape->map, err) != 0)
        return -1;
    if (table == NULL) {
        if (log_table_new(&shape->map, &shape->logged, err) != 0)
            return -1;
        table = shape->logged;
    }
    if (row_layout_make(&shape->layout, &shape->map, table, err) != 0)
        return -1;
    shape->is_as_logged = wish->table == NULL;
    shape->table_id = table->id;
    shape->table = table; /* only now is it whole */
    return 0;
}

/* How rows after the TABLE_MAP E are read. The handler's table is immutable: the same pointer and
 * the same bytes give the same shape. */
static int shape_for(struct tables *t, const struct event_format *format, const struct event *e,
                     const struct table_wish *wish, struct tables_shape **out, struct err *err)
{
    size_t skip = e->body_len < ID_BYTES ? e->body_len : ID_BYTES;
    uint64_t hash = hash64(e->body + skip, e->body_len - skip) ^ format->is_mariadb;
    struct tables_shape *shape = find_shape(t, hash, wish);

    if (shape == NULL) {
        shape = free_shape(t);
        if (shape == NULL)
            return err_nomem(err, "table map");
        shape->hash = hash;
        shape->serial = ++t->serial;
        if (fill_shape(shape, format, e, wish, err) != 0) {
            shape_close(shape);
            return -1;
        }
    }
    shape->used = ++t->clock;
    *out = shape;
    return 0;
}

int tables_map(struct tables *t, const struct event_format *format, const struct event *e,
               const struct reader_handler *handler, struct err *err)
{
    struct table_wish wish = {0};
    struct tables_entry *entry;
    const char *schema, *name;
    uint64_t id;

    if (table_map_peek(format, e, &id, &schema, &name, err) != 0 ||
        handler->want_table(handler->ctx, schema, name, &wish, err) != 0)
        return -1;
    entry = entry_for(t, id);
    if (entry == NULL)
        return err_nomem(err, "table map");
    entry->notice = wish.notice;
    if (wish.table == NULL && !wish.is_as_logged)
        return 0;
    return shape_for(t, format, e, &wish, &entry->shape, err);
}

/* --- rows --- */

static const enum change_type change_types[] = {
    [ROWS_WRITE] = CHANGE_INSERT, [ROWS_UPDATE] = CHANGE_UPDATE, [ROWS_DELETE] = CHANGE_DELETE};

static int hand_out(struct tables *t, struct rows *r, const struct tables_shape *shape,
                    const struct reader_handler *handler, const struct origin *origin,
                    struct err *err)
{
    struct change change = {.type = change_types[r->kind],
                            .table = shape->table,
                            .shape = shape->serial,
                            .origin = origin};
    int rc;

    if (rows_start(r, &shape->map, &shape->layout, &t->space, err) != 0)
        return -1;
    change.before = r->kind == ROWS_WRITE ? NULL : t->space.before.values;
    change.after = r->kind == ROWS_DELETE ? NULL : t->space.after.values;
    while ((rc = rows_next(r, err)) == 1)
        if (handler->on_change(handler->ctx, &change, err) != 0)
            return -1;
    return rc;
}

static int tell_notice(const struct rows *r, const struct tables_entry *entry,
                       const struct reader_handler *handler, struct err *err)
{
    const struct notice notice = {.notice = entry->notice,
                                  .type = change_types[r->kind],
                                  .has_logged_cascades = (r->flags & ROWS_FLAG_SQL_FK) != 0};

    return handler->on_notice(handler->ctx, &notice, err);
}

int tables_rows(struct tables *t, const struct event_format *format, const struct event *e,
                const struct reader_handler *handler, const struct origin *origin, bool *is_wanted,
                struct err *err)
{
    const struct tables_entry *entry;
    struct rows r;

    *is_wanted = false;
    if (rows_open(format, e, &r, err) != 0)
        return -1;
    entry = find_entry(t, r.table_id);
    if (entry == NULL && r.table_id != ROWS_DUMMY_ID)
        return err_set(err, ERR_FORMAT, "binlog: rows of table id %" PRIu64 " without a TABLE_MAP",
                       r.table_id);
    if (entry != NULL && entry->shape != NULL) {
        *is_wanted = true;
        if (hand_out(t, &r, entry->shape, handler, origin, err) != 0)
            return -1;
    }
    if (entry != NULL && entry->notice != NULL && tell_notice(&r, entry, handler, err) != 0)
        return -1;
    if ((r.flags & ROWS_FLAG_STATEMENT_END) != 0)
        tables_forget(t);
    return 0;
}
