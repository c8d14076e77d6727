/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/route_private.h"

enum { MICROS = 1000000, HEARTBEAT_MS = 5000, BACKOFF_MS = 200, BACKOFF_MAX_MS = 15000 };

int route_push(struct route *r, struct item item, struct err *err)
{
    struct item *copy = malloc(sizeof(*copy));

    if (copy == NULL) {
        item_close(&item);
        return err_nomem(err, "route");
    }
    *copy = item;
    return queue_push(r->queue, copy, err);
}

/* --- which table is it --- */

static bool is_of_table(const struct mapping *m, const char *schema, const char *table)
{
    return m->table != NULL && strcmp(m->table->schema, schema) == 0 &&
           strcmp(m->table->name, table) == 0;
}

/* Are rows of this mapping to be read by now? */
static bool is_read(const struct route *r, const struct mapping *m)
{
    return m->table != NULL && (r->are_definitions_good || !m->is_unsure);
}

/* A table may stand in several tabs: its rows are read once, and go to each of its mappings. */
static void find_tables(struct route *r)
{
    for (size_t i = 0; i < r->n_mappings; i++) {
        const struct table *t = r->mappings[i]->table;
        size_t at = 0;

        while (t != NULL && at < i && !is_of_table(r->mappings[at], t->schema, t->name))
            at++;
        r->first[i] = t != NULL ? at : i;
    }
}

static int want_table(void *ctx, const char *schema, const char *table, struct table_wish *out,
                      struct err *err)
{
    const struct route *r = ctx;

    (void)err;
    if (strcmp(schema, r->cfg->mysql.state_database) == 0) {
        out->table = route_find_own(r, table);
        return 0;
    }
    for (size_t i = 0; i < r->n_mappings && out->table == NULL; i++)
        if (is_read(r, r->mappings[i]) && is_of_table(r->mappings[i], schema, table))
            out->table = r->mappings[i]->table;
    if (out->table == NULL)
        out->table = route_family_table(r, schema, table);
    out->notice = cascades_find(r->cascades, schema, table);
    return 0;
}

/* What of a transaction comes first says when it was committed and read. */
static void note_times(struct route *r, int64_t exact_us, int64_t event_s)
{
    int64_t now_us;

    if (r->times.committed_us != 0)
        return;
    now_us = clock_wall_us();
    r->times.committed_us = stream_clock_commit_us(r->clock, exact_us, event_s, now_us);
    r->times.read_us = now_us;
}

static int on_change(void *ctx, const struct change *change, struct err *err)
{
    struct route *r = ctx;
    size_t at = 0, first;

    note_times(r, change->origin->commit_time_us, change->origin->time_s);

    while (at < r->n_mappings && r->mappings[at]->table != change->table)
        at++;
    if (at == r->n_mappings && strcmp(change->table->schema, r->cfg->mysql.state_database) == 0)
        return route_take_own(r, change, err);
    if (route_place(r, change, err) != 0)
        return -1;
    for (first = r->first[at]; at < r->n_mappings; at++)
        if (r->first[at] == first && is_read(r, r->mappings[at]) && route_concerns(r, at) &&
            route_take_row(r, at, change, err) != 0)
            return -1;
    return 0;
}

static void note_alive(struct route *r)
{
    metrics_set(METRIC_CONNECTED, 1);
    stream_clock_alive(r->clock, clock_wall_us());
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
    note_times(r, commit->is_exact_time ? commit->commit_time_us : 0,
               commit->commit_time_us / MICROS);
    item.times = r->times;
    item.place = (struct log_place){log_number(commit->origin->file), commit->end};
    r->times = (struct change_times){0};
    if (position == NULL || item.text == NULL) {
        free(position);
        free(item.text);
        return err_nomem(err, "route");
    }
    if (route_push(r, item, err) != 0) {
        free(position);
        return -1;
    }
    free(r->position);
    r->position = position;
    r->is_moving = true;
    memset(r->is_cascade_told, 0, r->n_mappings);
    route_forget_told(r);
    metrics_add(METRIC_TRANSACTIONS, 1);
    note_alive(r);
    if (!r->is_schema_changed)
        return 0;
    /* What comes next has the new shape: the session starts again from here with the table as it is
     * then. */
    return err_set(err, ERR_CONFIG, "a mapped table was changed");
}

static int on_idle(void *ctx, struct err *err)
{
    struct route *r = ctx;

    (void)err;
    r->is_moving = true;
    note_alive(r);
    return 0;
}

/* --- the thread --- */

static void push_broken(struct route *r, const struct err *why)
{
    struct item item = {.type = ITEM_BROKEN, .err = malloc(sizeof(*why))};
    struct err ignored;

    if (item.err != NULL)
        *item.err = *why;
    (void)route_push(r, item, &ignored);
}

static void *run(void *arg)
{
    struct route *r = arg;
    struct log_fault fault = {0};
    struct err broken = ERR_INIT, err;
    unsigned tries = 0;
    int64_t wait_ms;

    while (true) {
        CLEANUP_FREE char *from = strdup(r->position);

        r->is_moving = false;
        if (from == NULL) {
            err_nomem(&broken, "route");
            break;
        }
        reader_run(r->reader, from, &broken);
        metrics_set(METRIC_CONNECTED, 0);
        stream_clock_broken(r->clock);
        r->times = (struct change_times){0};
        if (broken.code == ERR_STOPPED || !broken.transient)
            break;
        /* ERR_FORMAT: an event does not fit the table's definition; the session decides. */
        if (broken.code == ERR_FORMAT)
            break;
        log_fault(&fault, "stream", &broken);
        if (route_push(r, (struct item){.type = ITEM_RESET}, &err) != 0)
            return NULL;
        metrics_add(METRIC_RECONNECTS, 1);
        tries = r->is_moving ? 0 : tries + 1;
        wait_ms = clock_backoff_ms(tries, BACKOFF_MS, BACKOFF_MAX_MS);
        if (stop_wait_ms(r->stop, broken.wait_ms > wait_ms ? broken.wait_ms : wait_ms))
            return NULL;
    }
    push_broken(r, &broken);
    return NULL;
}

static void route_free(struct route *r)
{
    reader_free(r->reader);
    for (int i = 0; i < OWN_TABLES; i++)
        table_free(r->own[i]);
    free(r->position);
    free(r->is_cascade_told);
    free(r->first);
    free(r->family_of);
    free(r->places);
    free(r);
}

int route_start(const struct route_options *options, struct route **out, struct err *err)
{
    struct route *r = calloc(1, sizeof(*r));
    const struct reader_handler handler = {.ctx = r,
                                           .want_table = want_table,
                                           .on_notice = route_on_notice,
                                           .on_change = on_change,
                                           .on_commit = on_commit,
                                           .on_ddl = route_on_ddl,
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
    r->families = options->families;
    r->n_families = options->n_families;
    r->cascades = options->cascades;
    r->loading_mark = options->loading_mark;
    r->is_before_loading = true;
    r->definitions_mark = options->definitions_mark;
    r->are_definitions_good = options->definitions_mark == 0;
    r->queue = options->queue;
    r->clock = options->clock;
    r->stop = options->stop;
    r->position = strdup(options->position);
    r->is_cascade_told = calloc(r->n_mappings + 1, sizeof(*r->is_cascade_told));
    r->first = calloc(r->n_mappings + 1, sizeof(*r->first));
    if (r->position == NULL || r->is_cascade_told == NULL || r->first == NULL) {
        err_nomem(err, "route");
        goto undo;
    }
    find_tables(r);
    if (route_open_families(r, err) != 0 || route_load_own(r, err) != 0 ||
        reader_new(&reader, &handler, &r->reader, err) != 0)
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
