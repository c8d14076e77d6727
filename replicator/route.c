/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/route.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/binlog/reader.h"

enum { HEARTBEAT_MS = 5000, BACKOFF_MS = 200, BACKOFF_MAX_MS = 15000 };

enum own_table { OWN_EDIT_LOG, OWN_SIGNALS, OWN_WATERMARK, OWN_TABLES };
static const char *const own_names[OWN_TABLES] = {"edit_log", "signals", "watermark"};

struct route {
    const struct config *cfg;
    const struct mapping *const *mappings;
    size_t n_mappings;
    struct table *own[OWN_TABLES]; /* owned */
    struct queue *queue;
    struct stop *stop;
    struct reader *reader;
    pthread_t thread;
    char *position;         /* owned; after the last transaction handed out */
    bool is_schema_changed; /* a mapped table's definition changed in this transaction */
    bool is_moving;         /* something was handed out since the stream was connected */
};

static int push(struct route *r, struct item item, struct err *err)
{
    struct item *copy = malloc(sizeof(*copy));

    if (copy == NULL) {
        free(item.image);
        return err_nomem(err, "route");
    }
    *copy = item;
    return queue_push(r->queue, copy, err);
}

/* --- which table is it --- */

static int find_mapping(const struct route *r, const char *schema, const char *table)
{
    for (size_t i = 0; i < r->n_mappings; i++) {
        const struct table *t = r->mappings[i]->table;

        if (t != NULL && strcmp(t->schema, schema) == 0 && strcmp(t->name, table) == 0)
            return (int)i;
    }
    return -1;
}

static int want_table(void *ctx, const char *schema, const char *table, struct table_wish *out,
                      struct err *err)
{
    const struct route *r = ctx;
    int at;

    (void)err;
    if (strcmp(schema, r->cfg->mysql.state_database) == 0) {
        for (int i = 0; i < OWN_TABLES; i++)
            if (strcmp(table, own_names[i]) == 0)
                out->table = r->own[i];
        return 0;
    }
    at = find_mapping(r, schema, table);
    if (at >= 0)
        out->table = r->mappings[at]->table;
    return 0;
}

/* --- rows of mapped tables --- */

/* The value of column C now: a row image may leave out what did not change. */
static struct value newest(const struct change *change, size_t c)
{
    if (change->after != NULL && change->after[c].state != VALUE_ABSENT)
        return change->after[c];
    return change->before != NULL ? change->before[c] : (struct value){.state = VALUE_ABSENT};
}

static int push_row(struct route *r, size_t at, const struct value *values, bool is_delete,
                    bool is_partial, struct err *err)
{
    const struct mapping *m = r->mappings[at];
    struct item item = {.type = ITEM_CHANGE,
                        .mapping = (uint32_t)at,
                        .is_delete = is_delete,
                        .is_partial = is_partial};

    item.image = row_image_new(mapping_key_hash(m, values), values, m->n_columns);
    if (item.image == NULL)
        return err_nomem(err, "route");
    return push(r, item, err);
}

/* The row as it was, for its key only. */
static int push_delete(struct route *r, size_t at, const struct change *change, struct err *err)
{
    const struct mapping *m = r->mappings[at];
    CLEANUP_FREE struct value *values = calloc(m->n_columns, sizeof(*values));

    if (values == NULL)
        return err_nomem(err, "route");
    for (size_t k = 0; k < m->n_key; k++)
        values[m->key[k]] = change->before[m->columns[m->key[k]].column];
    return push_row(r, at, values, true, false, err);
}

static bool is_key_changed(const struct mapping *m, const struct change *change)
{
    for (size_t k = 0; change->type == CHANGE_UPDATE && k < m->n_key; k++) {
        size_t c = m->columns[m->key[k]].column;

        if (change->after[c].state != VALUE_ABSENT &&
            !value_equal(change->after[c], change->before[c]))
            return true;
    }
    return false;
}

static int take_row(struct route *r, size_t at, const struct change *change, struct err *err)
{
    const struct mapping *m = r->mappings[at];
    CLEANUP_FREE struct value *values = NULL;
    bool is_partial = false;

    metrics_add(METRIC_CHANGES, 1);
    if (change->type == CHANGE_DELETE)
        return push_delete(r, at, change, err);
    if (is_key_changed(m, change) && push_delete(r, at, change, err) != 0)
        return -1;
    values = calloc(m->n_columns, sizeof(*values));
    if (values == NULL)
        return err_nomem(err, "route");
    for (size_t i = 0; i < m->n_columns; i++) {
        values[i] = newest(change, m->columns[i].column);
        is_partial = is_partial || values[i].state == VALUE_ABSENT;
    }
    return push_row(r, at, values, false, is_partial, err);
}

/* --- rows of our own tables --- */

static struct value own_value(const struct change *change, const char *column)
{
    int at = table_find_column(change->table, column);

    return at < 0 ? (struct value){.state = VALUE_ABSENT} : newest(change, (size_t)at);
}

static char *own_text(const struct change *change, const char *column)
{
    struct value v = own_value(change, column);

    return v.state == VALUE_TEXT ? strndup(v.ptr, v.len) : strdup("");
}

static long long own_number(const struct change *change, const char *column)
{
    struct value v = own_value(change, column);
    char text[24] = "";

    if (v.state == VALUE_TEXT && v.len < sizeof(text))
        memcpy(text, v.ptr, v.len);
    return strtoll(text, NULL, 10);
}

/* "2024-02-29 10:11:12.345" (UTC) as milliseconds since 1970. */
static int64_t own_time_ms(const struct change *change, const char *column)
{
    CLEANUP_FREE char *text = own_text(change, column);
    struct tm tm = {0};
    const char *rest = text == NULL ? NULL : strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
    int64_t ms;

    if (rest == NULL)
        return 0;
    ms = (int64_t)timegm(&tm) * 1000;
    return *rest == '.' ? ms + (int64_t)(strtod(rest, NULL) * 1000 + 0.5) : ms;
}

static int find_named(const struct route *r, const char *name)
{
    for (size_t i = 0; i < r->n_mappings; i++)
        if (strcmp(r->mappings[i]->cfg->name, name) == 0)
            return (int)i;
    return -1;
}

static int take_edit(struct route *r, const struct change *change, struct err *err)
{
    CLEANUP_FREE char *mapping = own_text(change, "mapping");
    struct item item = {.type = ITEM_EDIT};
    struct edit_note *note;
    struct value key = own_value(change, "key_hash");
    int at = mapping == NULL ? -1 : find_named(r, mapping);

    if (at < 0)
        return 0;
    note = calloc(1, sizeof(*note));
    if (note == NULL)
        return err_nomem(err, "route");
    item.mapping = (uint32_t)at;
    item.edit = note;
    note->outcome = own_text(change, "outcome");
    note->operation = own_text(change, "operation");
    note->row_key = own_text(change, "row_key");
    note->columns = own_text(change, "edited_columns");
    note->sheet_row = own_number(change, "sheet_row");
    note->edited_ms = own_time_ms(change, "edited_at");
    note->has_key = key.state == VALUE_TEXT && key.len == sizeof(note->key.bytes);
    if (note->has_key)
        memcpy(note->key.bytes, key.ptr, sizeof(note->key.bytes));
    return push(r, item, err);
}

static int take_signal(struct route *r, const struct change *change, struct err *err)
{
    CLEANUP_FREE char *mapping = own_text(change, "mapping");
    int at = mapping == NULL ? -1 : find_named(r, mapping);
    struct item item = {.type = ITEM_SIGNAL};

    if (at < 0)
        return 0;
    item.mapping = (uint32_t)at;
    item.text = own_text(change, "kind");
    item.reason = own_text(change, "reason");
    return push(r, item, err);
}

static int take_mark(struct route *r, const struct change *change, struct err *err)
{
    CLEANUP_FREE char *instance = own_text(change, "instance");

    if (instance == NULL || strcmp(instance, r->cfg->instance) != 0)
        return 0;
    return push(
        r, (struct item){.type = ITEM_MARK, .serial = (uint64_t)own_number(change, "serial")}, err);
}

static int on_change(void *ctx, const struct change *change, struct err *err)
{
    struct route *r = ctx;

    for (size_t i = 0; i < r->n_mappings; i++)
        if (r->mappings[i]->table == change->table)
            return take_row(r, i, change, err);
    if (change->type == CHANGE_DELETE)
        return 0;
    if (change->table == r->own[OWN_EDIT_LOG])
        return take_edit(r, change, err);
    if (change->table == r->own[OWN_SIGNALS])
        return take_signal(r, change, err);
    return take_mark(r, change, err);
}

static int on_commit(void *ctx, const struct commit *commit, struct err *err)
{
    struct route *r = ctx;
    struct item item = {.type = ITEM_COMMIT, .is_rollback = commit->is_rollback};
    CLEANUP_BUF struct buf text = BUF_INIT;
    char *position;

    position_print(commit->position, &text);
    item.text = strdup(buf_text(&text));
    position = text.is_failed ? NULL : buf_take(&text);
    item.time_us = commit->is_exact_time ? commit->commit_time_us : clock_wall_us();
    if (position == NULL || item.text == NULL) {
        free(position);
        free(item.text);
        return err_nomem(err, "route");
    }
    if (push(r, item, err) != 0) {
        free(position);
        return -1;
    }
    free(r->position);
    r->position = position;
    r->is_moving = true;
    metrics_add(METRIC_TRANSACTIONS, 1);
    metrics_set(METRIC_CONNECTED, 1);
    if (!r->is_schema_changed)
        return 0;
    /* What comes next has the new shape: the session starts again from here with the table as it is
     * then. */
    return err_set(err, ERR_CONFIG, "a mapped table was changed");
}

/* A statement that names no table may have touched every table of its schema, and without a schema
 * any table. */
static bool is_touched(const struct mapping *m, const struct ddl *ddl)
{
    if (m->table == NULL || (ddl->schema[0] != '\0' && strcmp(m->table->schema, ddl->schema) != 0))
        return false;
    return ddl->table[0] == '\0' || strcmp(m->table->name, ddl->table) == 0;
}

/* Also what was not understood: the table is looked at again, and every row of it compared. */
static int on_ddl(void *ctx, const struct ddl *ddl, struct err *err)
{
    struct route *r = ctx;

    for (size_t i = 0; i < r->n_mappings; i++) {
        struct item item = {.type = ITEM_DDL, .mapping = (uint32_t)i};

        if (!is_touched(r->mappings[i], ddl))
            continue;
        log_info("route: mapped table changed mapping=%s sql=\"%.120s\"", r->mappings[i]->cfg->name,
                 ddl->sql);
        r->is_schema_changed = true;
        if (push(r, item, err) != 0)
            return -1;
    }
    return 0;
}

static int on_idle(void *ctx, struct err *err)
{
    struct route *r = ctx;

    (void)err;
    r->is_moving = true;
    metrics_set(METRIC_CONNECTED, 1);
    return 0;
}

/* --- the thread --- */

static void *run(void *arg)
{
    struct route *r = arg;
    struct log_fault fault = {0};
    struct item broken = {.type = ITEM_BROKEN};
    unsigned tries = 0;
    int64_t wait_ms;
    struct err err;

    while (true) {
        CLEANUP_FREE char *from = strdup(r->position);

        r->is_moving = false;
        if (from == NULL) {
            err_nomem(&broken.err, "route");
            break;
        }
        reader_run(r->reader, from, &broken.err);
        metrics_set(METRIC_CONNECTED, 0);
        if (broken.err.code == ERR_STOPPED || !broken.err.transient)
            break;
        /* ERR_FORMAT: an event does not fit the table's definition; the session decides. */
        if (broken.err.code == ERR_FORMAT)
            break;
        log_fault(&fault, "stream", &broken.err);
        if (push(r, (struct item){.type = ITEM_RESET}, &err) != 0)
            return NULL;
        tries = r->is_moving ? 0 : tries + 1;
        wait_ms = clock_backoff_ms(tries, BACKOFF_MS, BACKOFF_MAX_MS);
        if (stop_wait_ms(r->stop, broken.err.wait_ms > wait_ms ? broken.err.wait_ms : wait_ms))
            return NULL;
    }
    push(r, broken, &err);
    return NULL;
}

static int load_own_tables(struct route *r, struct err *err)
{
    struct db *db = NULL;
    int rc = db_open(&r->cfg->mysql, &db, err);

    for (int i = 0; rc == 0 && i < OWN_TABLES; i++)
        rc = table_load(db, r->cfg->mysql.state_database, own_names[i], &r->own[i], err);
    db_close(db);
    if (rc != 0 && err->code == ERR_GONE)
        err_hint(err, "Run `tabrelay init-db` first.");
    return rc;
}

static void route_free(struct route *r)
{
    reader_free(r->reader);
    for (int i = 0; i < OWN_TABLES; i++)
        table_free(r->own[i]);
    free(r->position);
    free(r);
}

int route_start(const struct config *cfg, const struct mapping *const *mappings, size_t n,
                const char *position, struct queue *queue, struct stop *stop, struct route **out,
                struct err *err)
{
    const struct reader_handler handler = {.want_table = want_table,
                                           .on_change = on_change,
                                           .on_commit = on_commit,
                                           .on_ddl = on_ddl,
                                           .on_idle = on_idle};
    const struct reader_options options = {.mysql = &cfg->mysql,
                                           .instance = cfg->instance,
                                           .heartbeat_ms = HEARTBEAT_MS,
                                           .stop = stop};
    struct reader_handler own = handler;
    struct route *r = calloc(1, sizeof(*r));
    int rc;

    if (r == NULL)
        return err_nomem(err, "route");
    r->cfg = cfg;
    r->mappings = mappings;
    r->n_mappings = n;
    r->queue = queue;
    r->stop = stop;
    r->position = strdup(position);
    own.ctx = r;
    if (r->position == NULL) {
        err_nomem(err, "route");
        goto undo;
    }
    if (load_own_tables(r, err) != 0 || reader_new(&options, &own, &r->reader, err) != 0)
        goto undo;
    rc = pthread_create(&r->thread, NULL, run, r);
    if (rc != 0) {
        err_set(err, ERR_IO, "route: cannot start the stream thread: error %d", rc);
        goto undo;
    }
    *out = r;
    return 0;
undo:
    route_free(r);
    return -1;
}

void route_stop(struct route *r)
{
    if (r == NULL)
        return;
    reader_interrupt(r->reader);
    pthread_join(r->thread, NULL);
    route_free(r);
}
