/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/group.h"

#include <pthread.h>
#include <stdio.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "webhook/edit_log.h"
#include "webhook/mappings.h"
#include "webhook/order.h"
#include "webhook/plain.h"
#include "webhook/refuse.h"
#include "webhook/routes.h"
#include "webhook/state.h"
#include "webhook/txn.h"

#define LOCK_WAIT_TIMEOUT 1205
#define DEADLOCK 1213

struct group {
    struct server *server;
    struct gather_turn *turn;
    struct job *jobs;     /* a list */
    bool is_careful;      /* one edit after the other */
    bool is_schema_fresh; /* loaded again already */
    int mapping;          /* index; -1: the tab is not mapped */
    const char *position; /* while the transaction runs */
    bool is_paused;
    char version[MAPPINGS_VERSION_SIZE];
};

/* The mapping is paused, and the sender can come again. */
static bool is_held_off(const struct group *group, const struct job *job)
{
    return group->is_paused && job->request.source != EDIT_SCRIPT;
}

static bool is_refused(const struct group *group, const struct job *job)
{
    return job->wait_ms > 0 || is_held_off(group, job);
}

/* May the mapping take so many edits now? Those of a comparison are few, and not a stranger's. */
static void take_limit(const struct group *group, struct job *job)
{
    if (!job->is_counted && job->request.source == EDIT_SCRIPT)
        job->wait_ms = limit_take(group->server->limit, (size_t)group->mapping,
                                  job->request.n_edits, clock_mono_ms());
    job->is_counted = true;
}

static int apply_job(struct group *group, struct job *job, struct err *err)
{
    const struct edit_request *request = &job->request;
    CLEANUP_FREE size_t *order = order_by_key(request, job->apply.m);

    if (order == NULL)
        return err_nomem(err, "edits");
    for (size_t i = 0; i < request->n_edits; i++) {
        if (stop_is_asked(group->server->stop))
            return err_set(err, ERR_STOPPED, "the webhook is stopping");
        if (i > 0)
            buf_putc(&job->results, ',');
        if (apply_edit(&job->apply, &request->edits[order[i]], &job->results, err) != 0)
            return -1;
    }
    return 0;
}

static int ask_reconcile(struct job *job, struct err *err)
{
    const char *reason = job->request.change != NULL ? job->request.change : job->apply.reconcile;

    if (reason == NULL || job->apply.is_paused)
        return 0;
    return state_ask_reconcile(job->apply.db, job->apply.m->cfg->name, reason, err);
}

static int apply_all(struct group *group, struct db *db, const struct schema_mapping *m,
                     struct err *err)
{
    for (struct job *job = group->jobs; job != NULL; job = job->next) {
        buf_clear(&job->results);
        job->is_done = is_refused(group, job);
        job->apply = (struct apply){.db = db,
                                    .m = m,
                                    .request = &job->request,
                                    .position = group->position,
                                    .is_paused = group->is_paused,
                                    .is_schema_fresh = group->is_schema_fresh};
    }
    if (!group->is_careful && !group->is_paused && plain_apply(db, group->jobs, err) != 0)
        return -1;
    for (struct job *job = group->jobs; job != NULL; job = job->next) {
        if (!job->is_done && (apply_job(group, job, err) != 0 || ask_reconcile(job, err) != 0))
            return -1;
        if (job->results.is_failed)
            return err_nomem(err, "results");
    }
    return 0;
}

/* A statement said that our picture of the table is old: look again, once. */
static void distrust_schema(struct group *group, struct err *err)
{
    if (group->is_schema_fresh || !refuse_is_about_schema(err))
        return;
    schema_distrust(group->server->schema, (size_t)group->mapping);
    group->is_schema_fresh = true;
    err_transient(err);
}

/* The sender comes again: an instance that was renamed has the mapping when its replicator has
 * begun. */
static int check_instance(const struct config *cfg, const struct db_rows *known, size_t mapping,
                          struct err *err)
{
    const char *name = cfg->mappings[mapping].name;

    if (!state_is_anothers(known, name))
        return 0;
    err_set(err, ERR_CONFIG,
            "mapping %s: another instance than \"%s\" has it in this state database", name,
            cfg->instance);
    return err_hint(err, "Start tabrelay-replicator; its log says what is to be done.");
}

static int work(void *ctx, struct db *db, struct err *err)
{
    struct group *group = ctx;
    struct server *server = group->server;
    const struct edit_request *request = &group->jobs->request; /* all name the same tab */
    CLEANUP_ROWS struct db_rows known = DB_ROWS_INIT;
    CLEANUP_BUF struct buf unused = BUF_INIT;
    struct schema_mapping *m = NULL;
    int rc;

    if (state_known(db, server->cfg->instance, request->spreadsheet, &known, err) != 0)
        return -1;
    group->position = state_position(&known);
    group->mapping = request->mapping != NULL
                         ? mappings_find_name(server->cfg, request->mapping)
                         : mappings_find(server->cfg, &known, request->spreadsheet,
                                         request->sheet_id, request->tab);
    if (group->mapping < 0)
        return 0;
    if (check_instance(server->cfg, &known, (size_t)group->mapping, err) != 0)
        return -1;
    for (struct job *job = group->jobs; job != NULL; job = job->next)
        take_limit(group, job);
    group->is_paused = state_is_paused(&known, server->cfg->mappings[group->mapping].name);
    if (group->jobs->next == NULL && is_refused(group, group->jobs))
        return 0;
    if (schema_get(server->schema, db, (size_t)group->mapping, &m, err) != 0)
        return -1;
    rc = apply_all(group, db, m, err);
    schema_put(server->schema, m);
    if (rc != 0) {
        distrust_schema(group, err);
        return -1;
    }
    if (mappings_write(server->cfg, server->schema, db, &known, request->spreadsheet, &unused,
                       group->version, err) != 0)
        return -1;
    if (!group->is_careful) /* else others of the group are still to come */
        gather_pass(group->turn);
    return 0;
}

/* --- answers --- */

/* From a script's clock; of a queue that was away for a day it says a day. */
static void observe(const struct group *group, const struct job *job, const struct edit *edit,
                    int64_t now_ms)
{
    int64_t delivery_ms = job->received_ms - edit->time_ms;

    if (edit->kind != EDIT_UPSERT && edit->kind != EDIT_DELETE)
        return;
    metrics_observe(METRIC_EDIT_LAG, (now_ms - edit->time_ms) * 1000, (size_t)group->mapping);
    metrics_observe(METRIC_EDIT_STAGE, delivery_ms * 1000, METRICS_DELIVERY);
    metrics_observe(METRIC_EDIT_STAGE, (now_ms - job->received_ms) * 1000, METRICS_APPLY);
}

/* Only now is it true. The outcomes of the metrics are those of answers, and one more. */
static void count(const struct group *group, const struct job *job)
{
    const struct edit_request *request = &job->request;
    size_t mapping = (size_t)group->mapping;
    bool is_first_time = request->source == EDIT_SCRIPT && job->apply.n_repeated == 0;
    int64_t now_ms = clock_wall_ms();

    for (size_t i = 0; i < ANSWER_OUTCOMES; i++)
        metrics_add(METRIC_EDITS, (int64_t)job->apply.counts[i], mapping, request->source, i);
    metrics_add(METRIC_EDITS, (int64_t)job->apply.n_repeated, mapping, request->source,
                ANSWER_OUTCOMES);
    conflict_counts_tell(&job->apply.conflicts);
    for (size_t i = 0; is_first_time && i < request->n_edits; i++)
        observe(group, job, &request->edits[i], now_ms);
}

static void tell_limit(const struct config_mapping *m, const struct job *job)
{
    char seconds[24];

    snprintf(seconds, sizeof(seconds), "%lld", (long long)(job->wait_ms + 999) / 1000);
    http_response_header(job->response, "Retry-After", seconds);
    http_response_error(job->response, 429, "too_many_edits",
                        "the mapping %s takes %u edits a minute", m->name, m->edits_per_minute);
}

static void fill_answer(const struct group *group, struct job *job)
{
    const size_t *counts = job->apply.counts;
    const struct edit_request *request = &job->request;
    struct http_response *response = job->response;
    const char *name;

    if (group->mapping < 0 && request->mapping != NULL) {
        http_response_error(response, 404, "unknown_mapping", "there is no mapping \"%.64s\"",
                            request->mapping);
        return;
    }
    if (group->mapping < 0) {
        http_response_error(response, 404, "unknown_mapping",
                            "the tab \"%.200s\" of this spreadsheet is not mapped", request->tab);
        return;
    }
    name = group->server->cfg->mappings[group->mapping].name;
    if (job->wait_ms > 0) {
        tell_limit(&group->server->cfg->mappings[group->mapping], job);
        return;
    }
    if (is_held_off(group, job)) {
        http_response_error(response, 409, "paused", "the mapping %s is paused", name);
        return;
    }
    count(group, job);
    buf_puts(&response->body, "{\"results\":[");
    buf_append(&response->body, buf_text(&job->results), job->results.len);
    buf_printf(&response->body, "],\"mappings_version\":\"%s\"}\n", group->version);
    log_info("edits: done req=%s mapping=%s source=%s edits=%zu applied=%zu conflict=%zu "
             "rejected=%zu waiting=%zu repeated=%zu ms=%lld",
             job->http->id, name, edit_source_name(request->source), request->n_edits,
             counts[ANSWER_APPLIED], counts[ANSWER_CONFLICT], counts[ANSWER_REJECTED],
             counts[ANSWER_WAITING], job->apply.n_repeated,
             (long long)(clock_mono_ms() - job->start_ms));
}

/* The answer is there: send it, and let the job go. */
static void end_job(struct job *job)
{
    const struct http_request *http = job->http;

    metrics_add(METRIC_HOOK_ACTIVE, -1);
    job_free(job);
    http_answer(http);
}

static void end_all(struct group *group)
{
    for (struct job *job = group->jobs, *next; job != NULL; job = next) {
        next = job->next;
        fill_answer(group, job);
        end_job(job);
    }
    group->jobs = NULL;
}

/* --- when the group does not go through --- */

/* Is it MySQL that is in trouble, and not this request? */
static bool is_mysql_away(const struct err *err)
{
    return err->transient && err->detail != LOCK_WAIT_TIMEOUT && err->detail != DEADLOCK;
}

static int run_alone(struct group *failed, struct job *job, bool is_last_try, struct err *err)
{
    struct server *server = failed->server;
    struct group group = {
        .server = server, .turn = failed->turn, .jobs = job, .is_careful = true, .mapping = -1};
    int rc;

    job->next = NULL;
    rc = is_last_try ? txn_run(server->pool, server->stop, work, &group, err)
                     : txn_try(server->pool, work, &group, err);
    if (rc == 0) {
        metrics_add(METRIC_HOOK_GROUPS, 1);
        end_all(&group);
    } else if (is_last_try || !err->transient) {
        routes_unavailable(job->http, job->response, err);
        end_job(job);
        rc = 0;
    }
    return rc;
}

/* Who has to wait for somebody lets the others go first. */
static void run_each(struct group *failed)
{
    struct job *again = NULL, **last = &again;
    struct err err = ERR_INIT;

    for (struct job *job = failed->jobs, *next; job != NULL; job = next) {
        next = job->next;
        err = ERR_INIT;
        if (run_alone(failed, job, false, &err) != 0) {
            *last = job;
            last = &job->next;
            if (is_mysql_away(&err)) {
                job->next = next;
                break;
            }
        }
    }
    /* One tries again and again; if MySQL stays away, the others are told what it has found out. */
    for (struct job *job = again, *next; job != NULL; job = next) {
        next = job->next;
        if (job != again && is_mysql_away(&err)) {
            routes_unavailable(job->http, job->response, &err);
            end_job(job);
            continue;
        }
        err = ERR_INIT;
        (void)run_alone(failed, job, true, &err);
    }
}

void group_run(void *ctx, struct job *jobs, struct gather_turn *turn)
{
    struct server *server = ctx;
    struct group group = {.server = server, .turn = turn, .jobs = jobs, .mapping = -1};
    struct err err = ERR_INIT;

    pthread_rwlock_rdlock(&server->changing);
    if (txn_try(server->pool, work, &group, &err) == 0) {
        metrics_add(METRIC_HOOK_GROUPS, 1);
        end_all(&group);
    } else {
        log_debug("edits: one by one problem=\"%s\"", err.msg);
        run_each(&group);
    }
    pthread_rwlock_unlock(&server->changing);
}

void group_refuse(void *ctx, struct job *job)
{
    (void)ctx;
    routes_overloaded(job->response);
    end_job(job);
}
