/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/tables.h"

#include <inttypes.h>
#include <stdlib.h>

#include "replicator/binlog/log_table.h"

void tables_close(struct tables *t)
{
    for (size_t i = 0; i < t->n_ready; i++) {
        table_map_close(&t->slots[i].map);
        free(t->slots[i].fields);
        table_free(t->slots[i].logged);
    }
    free(t->slots);
    free(t->before);
    free(t->after);
    arena_close(&t->arena);
    buf_close(&t->unpacked);
    *t = TABLES_INIT;
}

void tables_forget(struct tables *t)
{
    t->n_slots = 0;
}

/* The slot of ID, a new one if there is none yet in this statement. */
static struct tables_slot *slot_for(struct tables *t, uint64_t id)
{
    for (size_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].id == id)
            return &t->slots[i];
    if (t->n_slots == t->size) {
        size_t size = t->size == 0 ? 4 : t->size * 2;
        struct tables_slot *grown = reallocarray(t->slots, size, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        t->slots = grown;
        t->size = size;
    }
    if (t->n_slots == t->n_ready)
        t->slots[t->n_ready++] = (struct tables_slot){0};
    return &t->slots[t->n_slots++];
}

static int reserve(struct tables *t, struct tables_slot *slot, size_t n_values)
{
    if (slot->size < slot->map.n_columns) {
        struct field *fields = reallocarray(slot->fields, slot->map.n_columns, sizeof(*fields));

        if (fields == NULL)
            return -1;
        slot->fields = fields;
        slot->size = slot->map.n_columns;
    }
    if (t->n_values < n_values) {
        struct value *before = reallocarray(t->before, n_values, sizeof(*before));
        struct value *after;

        if (before == NULL)
            return -1;
        t->before = before;
        after = reallocarray(t->after, n_values, sizeof(*after));
        if (after == NULL)
            return -1;
        t->after = after;
        t->n_values = n_values;
    }
    return 0;
}

int tables_map(struct tables *t, const struct event_format *format, const struct event *e,
               const struct reader_handler *handler, struct err *err)
{
    struct table_wish wish = {0};
    const struct table *table;
    struct tables_slot *slot;
    const char *schema, *name;
    uint64_t id;

    if (table_map_peek(format, e, &id, &schema, &name, err) != 0 ||
        handler->want_table(handler->ctx, schema, name, &wish, err) != 0)
        return -1;
    slot = slot_for(t, id);
    if (slot == NULL)
        return err_nomem(err, "table map");
    slot->id = id;
    slot->notice = wish.notice;
    slot->table = NULL; /* until all is well */
    if (wish.table == NULL && !wish.is_as_logged)
        return 0;
    if (table_map_read(format, e, &slot->map, err) != 0)
        return -1;
    if (wish.table == NULL) {
        table_free(slot->logged);
        slot->logged = NULL;
        if (log_table_new(&slot->map, &slot->logged, err) != 0)
            return -1;
    }
    table = wish.table != NULL ? wish.table : slot->logged;
    if (reserve(t, slot, table->n_columns) != 0)
        return err_nomem(err, "table map");
    if (field_join(&slot->map, table, slot->fields, err) != 0)
        return -1;
    slot->table = table;
    return 0;
}

/* What the after image does not carry has not changed: it is taken over, so that the handler sees
 * as much of the new row as the log holds (binlog_row_image MINIMAL, NOBLOB, FULL_NODUP). */
static void overlay(const struct value *before, struct value *after, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (after[i].state == VALUE_ABSENT)
            after[i] = before[i];
}

/* A JSON column came as a difference only: whoever cares reads the table again. */
static int recheck(const struct table *table, const struct reader_handler *handler, struct err *err)
{
    struct ddl ddl = {.kind = DDL_STATEMENT_DML,
                      .schema = table->schema,
                      .table = table->name,
                      .sql = "(partial JSON update)"};

    return handler->on_ddl(handler->ctx, &ddl, err);
}

static const enum change_type change_types[] = {
    [ROWS_WRITE] = CHANGE_INSERT, [ROWS_UPDATE] = CHANGE_UPDATE, [ROWS_DELETE] = CHANGE_DELETE};

static int hand_out(struct tables *t, struct rows *r, const struct tables_slot *slot,
                    const struct reader_handler *handler, const struct origin *origin,
                    struct err *err)
{
    struct change change = {.type = change_types[r->kind],
                            .table = slot->table,
                            .origin = origin,
                            .before = r->kind == ROWS_WRITE ? NULL : t->before,
                            .after = r->kind == ROWS_DELETE ? NULL : t->after};
    bool is_partial, was_partial = false;
    int rc;

    for (;;) {
        arena_reset(&t->arena);
        rc = rows_next(r, &slot->map, slot->fields, slot->table->n_columns, t->before, t->after,
                       &t->arena, &is_partial, err);
        if (rc <= 0)
            break;
        was_partial = was_partial || is_partial;
        if (r->kind == ROWS_UPDATE)
            overlay(t->before, t->after, slot->table->n_columns);
        if (handler->on_change(handler->ctx, &change, err) != 0)
            return -1;
    }
    return rc == 0 && was_partial ? recheck(slot->table, handler, err) : rc;
}

static const struct tables_slot *find_slot(const struct tables *t, uint64_t id)
{
    for (size_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].id == id)
            return &t->slots[i];
    return NULL;
}

static int tell_notice(const struct rows *r, const struct tables_slot *slot,
                       const struct reader_handler *handler, struct err *err)
{
    const struct notice notice = {.notice = slot->notice,
                                  .type = change_types[r->kind],
                                  .has_logged_cascades = (r->flags & ROWS_FLAG_SQL_FK) != 0};

    return handler->on_notice(handler->ctx, &notice, err);
}

int tables_rows(struct tables *t, const struct event_format *format, const struct event *e,
                const struct reader_handler *handler, const struct origin *origin, bool *is_wanted,
                struct err *err)
{
    const struct tables_slot *slot;
    struct rows r;

    *is_wanted = false;
    if (rows_open(format, e, &r, err) != 0)
        return -1;
    slot = find_slot(t, r.table_id);
    if (slot == NULL && r.table_id != ROWS_DUMMY_ID)
        return err_set(err, ERR_FORMAT, "binlog: rows of table id %" PRIu64 " without a TABLE_MAP",
                       r.table_id);
    if (slot != NULL && slot->table != NULL) {
        *is_wanted = true;
        if (rows_start(&r, &slot->map, &t->unpacked, err) != 0 ||
            hand_out(t, &r, slot, handler, origin, err) != 0)
            return -1;
    }
    if (slot != NULL && slot->notice != NULL && tell_notice(&r, slot, handler, err) != 0)
        return -1;
    if ((r.flags & ROWS_FLAG_STATEMENT_END) != 0)
        tables_forget(t);
    return 0;
}
