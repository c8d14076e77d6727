/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/http/server.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/metrics_config.h"
#include "webhook/gather.h"
#include "webhook/group.h"
#include "webhook/routes.h"
#include "webhook/txn.h"
#include "webhook/verify.h"

#define MAX_CONNECTIONS 512
#define CONNECTION_BYTES (16 * 1024)
#define MAX_BODIES 64 /* of webhook.max_body: the most memory that the bodies of all take */
#define IDLE_TIMEOUT_S 30
#define RECEIVE_TIMEOUT_S 10
#define RETRY_AFTER_S "5"

static enum verify_result verify_with(const char *secret, const struct config_webhook *cfg,
                                      const struct http_request *request)
{
    return verify_request(secret, http_request_header(request, "X-Tabrelay-Timestamp"),
                          http_request_header(request, "X-Tabrelay-Signature"), request->body,
                          request->body_len, clock_wall_ms(), cfg->max_age_ms);
}

bool routes_verify(const struct server *server, const struct http_request *request,
                   struct http_response *response)
{
    const struct config_webhook *cfg = &server->cfg->webhook;
    enum verify_result result = verify_with(cfg->secret, cfg, request);

    if (result == VERIFY_BAD && cfg->previous_secret != NULL) {
        result = verify_with(cfg->previous_secret, cfg, request);
        if (result == VERIFY_OK)
            metrics_add(METRIC_HOOK_PREVIOUS_SECRET, 1);
    }
    if (result == VERIFY_OK)
        return true;
    log_warn("webhook: refused req=%s peer=%s problem=%s", request->id, request->peer,
             verify_code(result));
    http_response_header(response, "Connection", "close");
    http_response_error(response, 401, verify_code(result), "%s", verify_message(result));
    return false;
}

void routes_unavailable(const struct http_request *request, struct http_response *response,
                        const struct err *err)
{
    char context[64];

    snprintf(context, sizeof(context), "webhook: not done req=%s", request->id);
    log_err(LOG_ERROR, context, err);
    http_response_header(response, "Retry-After", RETRY_AFTER_S);
    if (err->code == ERR_GONE || err->code == ERR_CONFIG)
        http_response_error(response, 503, "mapping_broken", "%s", err->msg);
    else
        http_response_error(response, 503, "mysql_unavailable",
                            "the database cannot take the edits now; nothing was changed");
}

void routes_overloaded(struct http_response *response)
{
    http_response_header(response, "Retry-After", RETRY_AFTER_S);
    http_response_error(response, 503, "overloaded",
                        "more edits come than can be taken now; nothing was changed");
}

static void route_health(void *ctx, const struct http_request *request,
                         struct http_response *response)
{
    struct server *server = ctx;

    (void)request;
    buf_printf(&response->body, "{\"ok\":true,\"mysql\":%s}\n",
               pool_is_up(server->pool) ? "true" : "false");
}

static void route_ready(void *ctx, const struct http_request *request,
                        struct http_response *response)
{
    struct server *server = ctx;
    bool is_ready = ready_ask(&server->ready, server->pool, server->stop);

    (void)request;
    response->status = is_ready ? 200 : 503;
    buf_printf(&response->body, "{\"ok\":%s}\n", is_ready ? "true" : "false");
}

static void route_metrics(void *ctx, const struct http_request *request,
                          struct http_response *response)
{
    const struct server *server = ctx;

    (void)request;
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
    pool_metrics(server->pool);
    metrics_set(METRIC_HOOK_WAITING, (int64_t)gather_waiting(server->gather));
    metrics_render(METRICS_WEBHOOK, &response->body);
    metrics_process(METRICS_WEBHOOK, &response->body);
}

/* routes_verify sees to these; an answer of theirs may be another thread's by now. */
static bool is_signed(const struct http_request *request)
{
    return (strcmp(request->path, "/v1/edits") == 0 && strcmp(request->method, "POST") == 0) ||
           (strcmp(request->path, "/v1/mappings") == 0 && strcmp(request->method, "GET") == 0);
}

static void handle(void *ctx, const struct http_request *request, struct http_response *response)
{
    static const struct http_route routes[] = {
        {"POST", "/v1/edits", route_edits},
        {"GET", "/v1/mappings", route_mappings},
        {"POST", "/v1/drive/*", route_drive},
        {"GET", "/healthz", route_health},
        {"GET", "/readyz", route_ready},
        {"GET", "/metrics", route_metrics},
        {NULL, NULL, NULL},
    };
    struct server *server = ctx;

    metrics_add(METRIC_HOOK_ACTIVE, 1);
    pthread_rwlock_rdlock(&server->changing);
    http_route_dispatch(routes, ctx, request, response);
    pthread_rwlock_unlock(&server->changing);
    metrics_add(METRIC_HOOK_ACTIVE, -1);
    /* Whoever has not shown that they know the secret gets one request out of a connection: what
     * follows on it may be a part of that request which a proxy before us reads otherwise. */
    if (!is_signed(request))
        http_response_header(response, "Connection", "close");
}

/* The path's place in the label PATH of metrics_list.h. */
static size_t place_of(const char *path)
{
    static const char *const paths[] = {"/v1/edits", "/v1/mappings", "/v1/drive/",
                                        "/healthz",  "/readyz",      "/metrics"};
    size_t n = sizeof(paths) / sizeof(paths[0]);

    for (size_t i = 0; i < n; i++)
        if (strcmp(path, paths[i]) == 0 || (paths[i][strlen(paths[i]) - 1] == '/' &&
                                            strncmp(path, paths[i], strlen(paths[i])) == 0))
            return i;
    return n;
}

static void count(void *ctx, const struct http_request *request,
                  const struct http_response *response, int64_t took_us)
{
    size_t path = place_of(request->path);
    size_t reason =
        metrics_place(METRICS_LABEL_REASON, response->error == NULL ? "ok" : response->error);

    (void)ctx;
    if (reason == METRICS_NOWHERE)
        reason = metrics_place(METRICS_LABEL_REASON, "other");
    metrics_add(METRIC_HOOK_REQUESTS, 1, path, reason);
    log_debug("webhook: answered req=%s %.16s %.200s status=%d", request->id, request->method,
              request->path, response->status);
    metrics_observe(METRIC_HOOK_TIME, took_us, path);
}

static void count_cut(void *ctx, enum http_cut why)
{
    (void)ctx;
    metrics_add(METRIC_HOOK_CUT, 1, (size_t)why);
}

static int look_at_each(void *ctx, struct db *db, struct err *err)
{
    struct server *server = ctx;

    for (size_t i = 0; i < server->cfg->n_mappings; i++) {
        struct schema_mapping *m = NULL;
        struct err problem = ERR_INIT;

        if (schema_get(server->schema, db, i, &m, &problem) == 0)
            schema_put(server->schema, m);
        else
            log_err(LOG_WARN, "webhook", &problem);
    }
    return db_is_lost(db) ? err_set(err, ERR_MYSQL, "the connection was lost") : 0;
}

/* Say at once what is wrong with a mapping, not at its first edit. */
static void look_at_mappings(struct server *server)
{
    struct err err = ERR_INIT;

    if (txn_try(server->pool, look_at_each, server, &err) != 0)
        log_err(LOG_WARN, "webhook: MySQL does not answer yet", &err);
}

/* --- what a configuration makes --- */

static void close_parts(struct server *server)
{
    pool_free(server->pool);
    limit_free(server->limit);
    schema_free(server->schema);
    free(server->notified_ms);
}

/* On a failure nothing is left. */
static int open_parts(struct server *server, const struct config *cfg, struct err *err)
{
    server->cfg = cfg;
    server->notified_ms = calloc(cfg->n_mappings, sizeof(*server->notified_ms));
    if (server->notified_ms == NULL)
        return err_nomem(err, "server");
    if (schema_new(cfg, &server->schema, err) == 0 && limit_new(cfg, &server->limit, err) == 0 &&
        pool_new(&cfg->mysql, cfg->webhook.threads, &server->pool, err) == 0) {
        look_at_mappings(server);
        return 0;
    }
    close_parts(server);
    return -1;
}

/* Requests come all the time: without preference the change would wait for a moment without one. */
static void init_lock(struct server *server)
{
    pthread_rwlockattr_t attr;

    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&server->changing, &attr); /* fails for a wrong attribute only */
    pthread_rwlockattr_destroy(&attr);
}

static void free_server(struct server *server)
{
    close_parts(server);
    pthread_rwlock_destroy(&server->changing);
    ready_close(&server->ready);
    free(server);
}

int server_start(const struct config *cfg, struct stop *stop, struct server **out, struct err *err)
{
    struct server *server = calloc(1, sizeof(*server));
    const struct http_server_options options = {
        .host = cfg->webhook.listen_host,
        .port = cfg->webhook.listen_port,
        .named_by = "webhook.listen",
        .threads = cfg->webhook.threads,
        .max_connections = MAX_CONNECTIONS,
        .connection_bytes = CONNECTION_BYTES,
        .max_body_bytes = cfg->webhook.max_body_bytes,
        .max_total_bytes = cfg->webhook.max_body_bytes * MAX_BODIES,
        .idle_timeout_s = IDLE_TIMEOUT_S,
        .receive_timeout_s = RECEIVE_TIMEOUT_S,
        .handle = handle,
        .answered = count,
        .cut = count_cut,
        .ctx = server,
    };
    const struct gather_options gather = {
        .threads = cfg->webhook.threads,
        .gather_ms = GATHER_MS,
        .run = group_run,
        .refuse = group_refuse,
        .ctx = server,
    };

    if (server == NULL)
        return err_nomem(err, "server");
    server->stop = stop;
    if (metrics_config(cfg, err) != 0 || open_parts(server, cfg, err) != 0) {
        free(server);
        return -1;
    }
    init_lock(server);
    ready_init(&server->ready);
    if (gather_new(&gather, &server->gather, err) != 0 ||
        http_server_start(&options, &server->http, err) != 0) {
        gather_free(server->gather);
        free_server(server);
        return -1;
    }
    *out = server;
    return 0;
}

int server_change(struct server *server, const struct config *cfg, struct err *err)
{
    struct server next = {.stop = server->stop};
    struct server before;

    if (open_parts(&next, cfg, err) != 0)
        return -1;
    pthread_rwlock_wrlock(&server->changing);
    if (metrics_config(cfg, err) != 0) {
        pthread_rwlock_unlock(&server->changing);
        close_parts(&next);
        return -1;
    }
    before = (struct server){.schema = server->schema,
                             .pool = server->pool,
                             .limit = server->limit,
                             .notified_ms = server->notified_ms};
    server->cfg = cfg;
    server->schema = next.schema;
    server->pool = next.pool;
    server->limit = next.limit;
    server->notified_ms = next.notified_ms;
    pthread_rwlock_unlock(&server->changing);
    close_parts(&before);
    return 0;
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    gather_end(server->gather);
    http_server_stop(server->http);
    gather_free(server->gather);
    free_server(server);
}
