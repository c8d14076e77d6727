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
    const struct cascades *cascades;
    uint64_t definitions_mark;
    struct table *own[OWN_TABLES]; /* owned */
    struct queue *queue;
    struct stop *stop;
    struct reader *reader;
    pthread_t thread;
    char *position;            /* owned; after the last transaction handed out */
    bool are_definitions_good; /* the definitions' mark is behind us */
    bool is_schema_changed;    /* a mapped table's definition changed in this transaction */
    bool is_moving;            /* something was handed out since the stream was connected */
    bool *is_cascade_told;     /* owned; one a mapping: in this transaction */
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
    if (at >= 0 && (r->are_definitions_good || !r->mappings[at]->is_unsure))
        out->table = r->mappings[at]->table;
    out->notice = cascades_find(r->cascades, schema, table);
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
    struct item item = {.type = ITEM_MARK};

    if (instance == NULL || strcmp(instance, r->cfg->instance) != 0)
        return 0;
    item.serial = (uint64_t)own_number(change, "serial");
    if (item.serial >= r->definitions_mark)
        r->are_definitions_good = true;
    return push(r, item, err);
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
    memset(r->is_cascade_told, 0, r->n_mappings);
    metrics_add(METRIC_TRANSACTIONS, 1);
    metrics_set(METRIC_CONNECTED, 1);
    if (!r->is_schema_changed)
        return 0;
    /* What comes next has the new shape: the session starts again from here with the table as it is
     * then. */
    return err_set(err, ERR_CONFIG, "a mapped table was changed");
}

/* --- what is no row of a mapped table --- */

/* NAME: of a table that the server has, or only of the configuration. */
static bool is_named(const struct mapping *m, const char *schema, const char *table)
{
    if (m->table != NULL)
        return strcmp(m->table->schema, schema) == 0 &&
               (table[0] == '\0' || strcmp(m->table->name, table) == 0);
    return strcasecmp(m->cfg->schema, schema) == 0 &&
           (table[0] == '\0' || strcasecmp(m->cfg->table, table) == 0);
}

/* A statement that names no table may have touched every table of its schema, and without a schema
 * any table. */
static bool is_touched(const struct mapping *m, const struct ddl *ddl)
{
    return ddl->schema[0] == '\0' || is_named(m, ddl->schema, ddl->table);
}

/* Rows changed, and the table's definition did not. */
static bool is_about_rows(enum ddl_kind kind)
{
    return kind == DDL_STATEMENT_DML || kind == DDL_TRUNCATE;
}

static int push_ddl(struct route *r, uint32_t at, const struct ddl *ddl, struct err *err)
{
    struct item item = {.type = ITEM_DDL, .mapping = at, .ddl = ddl->kind};

    item.text = strdup(ddl->sql);
    if (item.text == NULL)
        return err_nomem(err, "route");
    r->is_schema_changed = r->is_schema_changed || !is_about_rows(ddl->kind);
    return push(r, item, err);
}

/* A parent has another name or other foreign keys: the session looks again. */
static int on_parent_ddl(struct route *r, const struct ddl *ddl, struct err *err)
{
    for (size_t i = 0; i < r->cascades->n; i++) {
        const struct cascade *c = &r->cascades->list[i];
        struct item item = {.type = ITEM_CASCADE, .mapping = c->mapping, .ddl = ddl->kind};

        if (strcmp(c->schema, ddl->schema) != 0 ||
            (ddl->table[0] != '\0' && strcmp(c->table, ddl->table) != 0))
            continue;
        item.text = strdup(c->table);
        if (item.text == NULL)
            return err_nomem(err, "route");
        r->is_schema_changed = r->is_schema_changed || !is_about_rows(ddl->kind);
        if (push(r, item, err) != 0)
            return -1;
    }
    return 0;
}

/* Also what was not understood: the table is looked at again, and every row of it compared. */
static int on_ddl(void *ctx, const struct ddl *ddl, struct err *err)
{
    struct route *r = ctx;

    for (uint32_t i = 0; i < r->n_mappings; i++)
        if (is_touched(r->mappings[i], ddl) && push_ddl(r, i, ddl, err) != 0)
            return -1;
    return ddl->schema[0] == '\0' ? 0 : on_parent_ddl(r, ddl, err);
}

/* Rows of a parent were deleted or updated: what its foreign keys did to mapped tables is not in
 * the log, unless the server says so. */
static int on_notice(void *ctx, const struct notice *notice, struct err *err)
{
    struct route *r = ctx;
    const struct cascade *parent = notice->notice;

    if (notice->type == CHANGE_INSERT || notice->has_logged_cascades)
        return 0;
    for (size_t i = 0; i < r->cascades->n; i++) {
        const struct cascade *c = &r->cascades->list[i];
        struct item item = {.type = ITEM_CASCADE, .mapping = c->mapping, .ddl = DDL_STATEMENT_DML};

        if (!cascade_is_of(c, parent->schema, parent->table) || r->is_cascade_told[c->mapping] ||
            !(notice->type == CHANGE_DELETE ? c->on_delete : c->on_update))
            continue;
        r->is_cascade_told[c->mapping] = true;
        item.text = strdup(c->table);
        if (item.text == NULL)
            return err_nomem(err, "route");
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
    free(r->is_cascade_told);
    free(r);
}

int route_start(const struct route_options *options, struct route **out, struct err *err)
{
    struct route *r = calloc(1, sizeof(*r));
    const struct reader_handler handler = {.ctx = r,
                                           .want_table = want_table,
                                           .on_notice = on_notice,
                                           .on_change = on_change,
                                           .on_commit = on_commit,
                                           .on_ddl = on_ddl,
                                           .on_idle = on_idle};
    const struct reader_options reader = {.mysql = &options->cfg->mysql,
                                          .instance = options->cfg->instance,
                                          .heartbeat_ms = HEARTBEAT_MS,
                                          .stop = options->stop};
    int rc;

    if (r == NULL)
        return err_nomem(err, "route");
    r->cfg = options->cfg;
    r->mappings = options->mappings;
    r->n_mappings = options->n_mappings;
    r->cascades = options->cascades;
    r->definitions_mark = options->definitions_mark;
    r->are_definitions_good = options->definitions_mark == 0;
    r->queue = options->queue;
    r->stop = options->stop;
    r->position = strdup(options->position);
    r->is_cascade_told = calloc(r->n_mappings + 1, sizeof(*r->is_cascade_told));
    if (r->position == NULL || r->is_cascade_told == NULL) {
        err_nomem(err, "route");
        goto undo;
    }
    if (load_own_tables(r, err) != 0 || reader_new(&reader, &handler, &r->reader, err) != 0)
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
