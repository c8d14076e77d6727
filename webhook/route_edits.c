/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "webhook/apply.h"
#include "webhook/edit_log.h"
#include "webhook/mappings.h"
#include "webhook/order.h"
#include "webhook/refuse.h"
#include "webhook/routes.h"
#include "webhook/state.h"
#include "webhook/txn.h"

struct job {
    struct server *server;
    const struct edit_request *request;
    int mapping;         /* index; -1: the tab is not mapped */
    int64_t received_ms; /* wall */
    struct apply apply;
    bool is_refused; /* the mapping is paused, and the sender can come again */
    struct buf results;
    struct buf position;
    char version[MAPPINGS_VERSION_SIZE];
};

static int apply_all(struct job *job, struct err *err)
{
    const struct edit_request *request = job->request;
    CLEANUP_FREE size_t *order = order_by_key(request, job->apply.m);
    const char *reason = request->change;

    if (order == NULL)
        return err_nomem(err, "edits");
    for (size_t i = 0; i < request->n_edits; i++) {
        if (stop_is_asked(job->server->stop))
            return err_set(err, ERR_STOPPED, "the webhook is stopping");
        if (i > 0)
            buf_putc(&job->results, ',');
        if (apply_edit(&job->apply, &request->edits[order[i]], &job->results, err) != 0)
            return -1;
    }
    if (job->results.is_failed)
        return err_nomem(err, "results");
    if (reason == NULL)
        reason = job->apply.reconcile;
    return reason == NULL || job->apply.is_paused
               ? 0
               : state_ask_reconcile(job->apply.db, job->apply.m->cfg->name, reason, err);
}

static int ask_position(struct job *job, struct err *err)
{
    if (job->request->n_edits > 0 && edit_log_position(job->apply.db, &job->position, err) != 0)
        return -1;
    job->apply.position = buf_text(&job->position);
    return 0;
}

/* A statement said that our picture of the table is old: look again, once. */
static void distrust_schema(struct job *job, struct err *err)
{
    if (job->apply.is_schema_fresh || !refuse_is_about_schema(err))
        return;
    schema_distrust(job->server->schema, (size_t)job->mapping);
    job->apply.is_schema_fresh = true;
    err_transient(err);
}

static int work(void *ctx, struct db *db, struct err *err)
{
    struct job *job = ctx;
    struct server *server = job->server;
    CLEANUP_ROWS struct db_rows known = DB_ROWS_INIT;
    CLEANUP_BUF struct buf unused = BUF_INIT;
    struct schema_mapping *m = NULL;
    int rc;

    buf_clear(&job->results);
    buf_clear(&job->position);
    job->apply = (struct apply){
        .db = db, .request = job->request, .is_schema_fresh = job->apply.is_schema_fresh};
    if (state_known_tabs(db, job->request->spreadsheet, &known, err) != 0)
        return -1;
    job->mapping = job->request->mapping != NULL
                       ? mappings_find_name(server->cfg, job->request->mapping)
                       : mappings_find(server->cfg, &known, job->request->spreadsheet,
                                       job->request->sheet_id, job->request->tab);
    if (job->mapping < 0)
        return 0;
    if (state_is_paused(db, server->cfg->mappings[job->mapping].name, &job->apply.is_paused, err) !=
        0)
        return -1;
    job->is_refused = job->apply.is_paused && job->request->source != EDIT_SCRIPT;
    if (job->is_refused)
        return 0;
    if (schema_get(server->schema, db, (size_t)job->mapping, &m, err) != 0)
        return -1;
    job->apply.m = m;
    rc = ask_position(job, err) != 0 || apply_all(job, err) != 0 ? -1 : 0;
    schema_put(server->schema, m);
    if (rc != 0) {
        distrust_schema(job, err);
        return -1;
    }
    return mappings_write(server->cfg, server->schema, db, &known, job->request->spreadsheet,
                          &unused, job->version, err);
}

/* From a script's clock; of a queue that was away for a day it says a day. */
static void observe(const struct job *job, const struct edit *edit, int64_t now_ms)
{
    int64_t delivery_ms = job->received_ms - edit->time_ms;

    if (edit->kind != EDIT_UPSERT && edit->kind != EDIT_DELETE)
        return;
    metrics_observe(METRIC_EDIT_LAG, (now_ms - edit->time_ms) * 1000, (size_t)job->mapping);
    metrics_observe(METRIC_EDIT_STAGE, delivery_ms * 1000, METRICS_DELIVERY);
    metrics_observe(METRIC_EDIT_STAGE, (now_ms - job->received_ms) * 1000, METRICS_APPLY);
}

/* Only now is it true. The outcomes of the metrics are those of answers, and one more. */
static void count(const struct job *job)
{
    const struct edit_request *request = job->request;
    size_t mapping = (size_t)job->mapping;
    bool is_first_time = request->source == EDIT_SCRIPT && job->apply.n_repeated == 0;
    int64_t now_ms = clock_wall_ms();

    for (size_t i = 0; i < ANSWER_OUTCOMES; i++)
        metrics_add(METRIC_EDITS, (int64_t)job->apply.counts[i], mapping, request->source, i);
    metrics_add(METRIC_EDITS, (int64_t)job->apply.n_repeated, mapping, request->source,
                ANSWER_OUTCOMES);
    conflict_counts_tell(&job->apply.conflicts);
    for (size_t i = 0; is_first_time && i < request->n_edits; i++)
        observe(job, &request->edits[i], now_ms);
}

static void answer(struct job *job, const struct http_request *request,
                   struct http_response *response, int64_t start_ms)
{
    const size_t *counts = job->apply.counts;

    if (job->mapping < 0 && job->request->mapping != NULL) {
        http_response_error(response, 404, "unknown_mapping", "there is no mapping \"%.64s\"",
                            job->request->mapping);
        return;
    }
    if (job->mapping < 0) {
        http_response_error(response, 404, "unknown_mapping",
                            "the tab \"%.200s\" of this spreadsheet is not mapped",
                            job->request->tab);
        return;
    }
    if (job->is_refused) {
        http_response_error(response, 409, "paused", "the mapping %s is paused",
                            job->server->cfg->mappings[job->mapping].name);
        return;
    }
    count(job);
    buf_puts(&response->body, "{\"results\":[");
    buf_append(&response->body, buf_text(&job->results), job->results.len);
    buf_printf(&response->body, "],\"mappings_version\":\"%s\"}\n", job->version);
    log_info("edits: done req=%s mapping=%s source=%s edits=%zu applied=%zu conflict=%zu "
             "rejected=%zu waiting=%zu repeated=%zu ms=%lld",
             request->id, job->server->cfg->mappings[job->mapping].name,
             edit_source_name(job->request->source), job->request->n_edits, counts[ANSWER_APPLIED],
             counts[ANSWER_CONFLICT], counts[ANSWER_REJECTED], counts[ANSWER_WAITING],
             job->apply.n_repeated, (long long)(clock_mono_ms() - start_ms));
}

void route_edits(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct server *server = ctx;
    struct edit_request edits = {0};
    struct job job = {
        .server = server, .request = &edits, .mapping = -1, .received_ms = clock_wall_ms()};
    int64_t start_ms = clock_mono_ms();
    struct err err = ERR_INIT;
    bool is_read;

    if (!routes_verify(server, request, response))
        return;
    is_read = edit_parse(request->body, request->body_len, &edits, &err) == 0;
    if (!is_read && err.code != ERR_NOMEM) {
        log_warn("edits: refused req=%s peer=%s problem=\"%s\"", request->id, request->peer,
                 err.msg);
        http_response_error(response, 400, err.code == ERR_FORMAT ? "bad_json" : "bad_request",
                            "%s", err.msg);
    } else if (!is_read || txn_run(server->pool, server->stop, work, &job, &err) != 0) {
        routes_unavailable(request, response, &err);
    } else {
        answer(&job, request, response, start_ms);
    }
    buf_close(&job.results);
    buf_close(&job.position);
    edit_request_close(&edits);
}
