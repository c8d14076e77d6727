/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/http/client.h"
#include "common/http/server.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/metrics_config.h"
#include "common/pulse.h"
#include "replicator/binlog/position.h"
#include "replicator/session/session.h"
#include "replicator/sheets/sheets.h"

enum { BACKOFF_MS = 250, BACKOFF_MAX_MS = 15000, MISFITS_MAX = 2, RENEW_MS = 1000 };
/* No statement (common/mysql/db.c) or wait of the worker's is longer; a request is, where
 * google.timeout is. */
enum { LONGEST_STEP_MS = 300000, STEP_GRACE_MS = 60000, READY_SILENT_MS = 30000 };

struct pipeline {
    const struct config *cfg;
    struct stop *stop;
    struct sheets *sheets;
    struct http_client *webhook;
    struct watch *watch;
    struct lease *lease;
    struct stream_clock clock;
    struct http_server *metrics;
    pthread_t worker;
    struct pulse pulse; /* the worker's */
    int64_t started_ms;
    unsigned *warned;       /* owned; session_surroundings */
    int64_t *full_until_ms; /* owned; the same */
    struct orphan *orphans; /* owned; the same */
    char *seen_position;    /* owned; session_surroundings */
    unsigned misfits;       /* times in a row that an event did not fit its table's definition */
    struct log_fault fault;
    struct err err; /* what ended the worker; ERR_NONE: the wish to stop */
};

/* --- metrics --- */

static void put_mappings(const struct config *cfg, struct buf *out)
{
    metrics_put_head(out, METRIC_MAPPING_INFO);
    for (size_t i = 0; i < cfg->n_mappings; i++) {
        const struct config_mapping *m = &cfg->mappings[i];

        buf_printf(out, "%s{mapping=\"", metrics_name(METRIC_MAPPING_INFO));
        metrics_put_value(out, m->name);
        buf_puts(out, "\",spreadsheet=\"");
        metrics_put_value(out, m->spreadsheet);
        buf_puts(out, "\",table=\"");
        metrics_put_value(out, m->schema);
        buf_putc(out, '.');
        metrics_put_value(out, m->table);
        buf_puts(out, "\"} 1\n");
    }
}

/* What does not change while the pipeline runs, and how each mapping begins. */
static void show_config(const struct config *cfg)
{
    metrics_set(METRIC_SPREADSHEET_LIMIT, SHEETS_CELLS_MAX);
    metrics_set(METRIC_RECONCILE_EVERY, cfg->replicator.reconcile_every_ms);
    for (size_t i = 0; i < cfg->n_mappings; i++) {
        bool has_script = cfg->mappings[i].sheet_changes == CONFIG_APPS_SCRIPT;

        metrics_set(METRIC_HAS_SCRIPT, has_script, i);
        metrics_set_state(METRIC_MAPPING_STATE, i, metrics_place(METRICS_LABEL_STATE, "starting"));
    }
}

static void show_stream_lag(struct pipeline *p)
{
    int64_t lag_us = stream_clock_lag_us(&p->clock, clock_wall_us());

    metrics_set(METRIC_STREAM_LAG, lag_us < 0 ? METRICS_UNKNOWN : lag_us);
}

static void get_metrics(void *ctx, const struct http_request *request,
                        struct http_response *response)
{
    struct pipeline *p = ctx;

    (void)request;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    show_stream_lag(p);
    metrics_render(METRICS_REPLICATOR, &response->body);
    put_mappings(p->cfg, &response->body);
    sheets_metrics(p->sheets, &response->body);
    lease_metrics(p->lease, &response->body);
    metrics_process(METRICS_REPLICATOR, &response->body);
}

/* A worker that hangs is a reason to restart the process; MySQL or Google being away is none. */
static void get_health(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    const struct pipeline *p = ctx;
    int64_t longest_ms =
        p->cfg->google.timeout_ms > LONGEST_STEP_MS ? p->cfg->google.timeout_ms : LONGEST_STEP_MS;
    int64_t age_ms = pulse_age_ms(&p->pulse);
    bool is_ok = age_ms < longest_ms + STEP_GRACE_MS;

    (void)request;
    response->status = is_ok ? 200 : 503;
    buf_printf(&response->body, "{\"ok\":%s,\"mysql\":%s,\"worker_silent_seconds\":%lld.%03d}\n",
               is_ok ? "true" : "false", metrics_get(METRIC_CONNECTED) != 0 ? "true" : "false",
               (long long)(age_ms / 1000), (int)(age_ms % 1000));
}

/* Does it follow the binlog at this moment, and is it not kept waiting by a statement? */
static void get_ready(void *ctx, const struct http_request *request, struct http_response *response)
{
    const struct pipeline *p = ctx;
    bool is_ready = metrics_get(METRIC_CONNECTED) != 0 && pulse_age_ms(&p->pulse) < READY_SILENT_MS;

    (void)request;
    response->status = is_ready ? 200 : 503;
    buf_printf(&response->body, "{\"ok\":%s}\n", is_ready ? "true" : "false");
}

static void handle(void *ctx, const struct http_request *request, struct http_response *response)
{
    static const struct http_route routes[] = {{"GET", "/metrics", get_metrics},
                                               {"GET", "/healthz", get_health},
                                               {"GET", "/readyz", get_ready},
                                               {NULL, NULL, NULL}};

    http_route_dispatch(routes, ctx, request, response);
}

static int start_metrics(struct pipeline *p, struct err *err)
{
    const struct http_server_options options = {.host = p->cfg->replicator.metrics_host,
                                                .port = p->cfg->replicator.metrics_port,
                                                .named_by = "replicator.metrics_listen",
                                                .threads = 1,
                                                .max_connections = 16,
                                                .max_body_bytes = 1024,
                                                .idle_timeout_s = 30,
                                                .handle = handle,
                                                .ctx = p};

    if (options.host == NULL)
        return 0;
    return http_server_start(&options, &p->metrics, err);
}

/* --- sessions --- */

/* What comes next in the binlog cannot be had, or cannot be read: go on from now, and compare every
 * row. */
static int start_over(struct session *s, struct err *err)
{
    struct position *now = NULL;
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (position_now(s->state.db, &now, err) != 0)
        return -1;
    position_print(now, &text);
    position_free(now);
    for (size_t i = 0; i < s->cfg->n_mappings; i++)
        if (state_save_snapshot(&s->state, s->cfg->mappings[i].name, SNAPSHOT_NONE, NULL, 0, err) !=
                0 ||
            state_doubt_table(&s->state, s->cfg->mappings[i].name, false, err) != 0)
            return -1;
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (state_ack_position(&s->state, buf_text(&text), err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    if (state_ack_commit(&s->state, err) != 0)
        return -1;
    log_warn("stream: going on from now, and every mapped table is compared with its tab "
             "position=%.200s",
             buf_text(&text));
    return 0;
}

/* The binlog after the checkpoint cannot be had, and the configuration says to leave it at that. */
static int give_up(struct pipeline *p, struct err *err)
{
    err_hint(err,
             "Set replicator.on_purged to snapshot and start again: every mapped table is then "
             "compared with its tab.");
    p->err = *err;
    stop_ask(p->stop);
    return -1;
}

static bool is_lost(struct pipeline *p, const struct session *s, const struct err *err)
{
    if (!s->is_stream_gone || (err->code != ERR_GONE && err->code != ERR_FORMAT))
        return false;
    return err->code == ERR_GONE || ++p->misfits >= MISFITS_MAX;
}

/* One session; 0: another one at once; -1: after a while, or never. */
static int run_session(struct pipeline *p, struct err *err)
{
    const struct session_surroundings around = {.cfg = p->cfg,
                                                .sheets = p->sheets,
                                                .webhook = p->webhook,
                                                .watch = p->watch,
                                                .lease = p->lease,
                                                .seen_position = p->seen_position,
                                                .clock = &p->clock,
                                                .stop = p->stop,
                                                .process_start_ms = p->started_ms,
                                                .warned = p->warned,
                                                .full_until_ms = p->full_until_ms,
                                                .orphans = &p->orphans};
    struct session s;
    bool was_open;
    int rc = session_open(&s, &around, err);

    was_open = rc == 0;
    metrics_add(METRIC_SESSIONS, 1, was_open ? METRICS_OPEN : METRICS_NOT_OPEN);
    if (was_open) {
        log_fault_over(&p->fault, "session");
        rc = session_run(&s, err);
    }
    if (was_open && rc == 0)
        p->misfits = 0;
    if (s.position != NULL) {
        free(p->seen_position);
        p->seen_position = take_ptr(s.position);
    }
    if (rc != 0 && is_lost(p, &s, err)) {
        if (p->cfg->replicator.on_purged == CONFIG_PURGED_STOP) {
            rc = give_up(p, err);
        } else {
            log_err(LOG_WARN, "session", err);
            rc = start_over(&s, err);
            if (rc == 0) {
                free(p->seen_position);
                p->seen_position = NULL;
            }
        }
    }
    if (s.must_renew) { /* the daemon is about to begin anew with them */
        session_close(&s);
        log_info("session: waits for the new tabs to be taken");
        stop_wait_ms(p->stop, RENEW_MS);
        return 0;
    }
    session_close(&s);
    return rc;
}

static void *work(void *arg)
{
    struct pipeline *p = arg;
    unsigned tries = 0;

    pulse_own(&p->pulse);
    while (!stop_is_asked(p->stop)) {
        struct err err = ERR_INIT;

        if (run_session(p, &err) == 0) {
            tries = 0;
            continue;
        }
        if (stop_is_asked(p->stop))
            break;
        log_fault(&p->fault, "session", &err);
        stop_wait_ms(p->stop, clock_backoff_ms(tries++, BACKOFF_MS, BACKOFF_MAX_MS));
    }
    watch_leave(p->watch);
    return NULL;
}

static void pipeline_free(struct pipeline *p)
{
    http_server_stop(p->metrics);
    lease_stop(p->lease);
    http_client_free(p->webhook);
    watch_free(p->watch);
    sheets_free(p->sheets);
    free(p->seen_position);
    free(p->warned);
    free(p->full_until_ms);
    orphans_close(&p->orphans);
    stream_clock_close(&p->clock);
    free(p);
}

/* It may outlive CFG, but not what that was expanded from. */
static int start_sheets(struct pipeline *p, const struct config *cfg, struct err *err)
{
    const struct config *whole = cfg->whole != NULL ? cfg->whole : cfg;

    if (p->sheets != NULL)
        return sheets_return(p->sheets, p->stop, err);
    return sheets_new(&whole->google, p->stop, &p->sheets, err) != 0
               ? -1
               : sheets_number(p->sheets, cfg->instance, err);
}

int pipeline_start(const struct config *cfg, struct stop *stop, struct sheets *kept,
                   struct pipeline **out, struct err *err)
{
    struct pipeline *p = calloc(1, sizeof(*p));
    int rc;

    if (p == NULL) {
        sheets_free(kept);
        return err_nomem(err, "pipeline");
    }
    p->sheets = kept;
    p->cfg = cfg;
    p->stop = stop;
    p->started_ms = clock_wall_ms();
    stream_clock_init(&p->clock);
    p->warned = calloc(cfg->n_mappings, sizeof(*p->warned));
    p->full_until_ms = calloc(cfg->n_mappings, sizeof(*p->full_until_ms));
    if (p->warned == NULL || p->full_until_ms == NULL) {
        err_nomem(err, "pipeline");
        goto undo;
    }
    if (metrics_config(cfg, err) != 0 || lease_start(cfg, &p->lease, err) != 0 ||
        start_sheets(p, cfg, err) != 0 || watch_new(cfg, p->sheets, &p->watch, err) != 0 ||
        http_client_new(stop, &p->webhook, err) != 0 || start_metrics(p, err) != 0)
        goto undo;
    show_config(cfg);
    rc = pthread_create(&p->worker, NULL, work, p);
    if (rc != 0) {
        err_set(err, ERR_IO, "pipeline: cannot start the worker thread: error %d", rc);
        goto undo;
    }
    *out = p;
    return 0;
undo:
    pipeline_free(p);
    return -1;
}

int pipeline_join(struct pipeline *p, struct sheets **kept, struct err *err)
{
    int rc = pthread_join(p->worker, NULL);

    *err = p->err;
    http_server_stop(take_ptr(p->metrics)); /* it shows the quota */
    if (kept != NULL)
        *kept = take_ptr(p->sheets);
    pipeline_free(p);
    if (rc != 0)
        return err_set(err, ERR_IO, "pipeline: the worker thread is lost: error %d", rc);
    return err->code == ERR_NONE ? 0 : -1;
}
