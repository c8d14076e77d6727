/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_drive: POST /v1/drive/SPREADSHEET, a notification of Drive: this file has changed.
 *
 * It says neither what nor who, so all it does is ask the replicator to look. Verified by the
 * channel's token, which only we can have made. Notifications within a second of the last one that
 * was passed on are left out: the replicator looks later than that (session/due.c).
 * https://developers.google.com/workspace/drive/api/guides/push#receive-notifications
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/log.h"
#include "common/metrics.h"
#include "webhook/routes.h"
#include "webhook/state.h"
#include "webhook/txn.h"

enum { PACE_MS = 1000, CHANNEL_ID_MAX = 64, TOKEN_DIGITS = 64 };

struct job {
    const struct config *cfg;
    const char *spreadsheet;
};

static bool is_watched(const struct config_mapping *m, const char *spreadsheet)
{
    return m->sheet_changes == CONFIG_DRIVE_PUSH && strcmp(m->spreadsheet, spreadsheet) == 0;
}

/* The first mapping of the spreadsheet; -1: none of it is watched. */
static int find_watched(const struct config *cfg, const char *spreadsheet)
{
    for (size_t i = 0; i < cfg->n_mappings; i++)
        if (is_watched(&cfg->mappings[i], spreadsheet))
            return (int)i;
    return -1;
}

static bool is_made_with(const char *secret, const char *id, const char *spreadsheet,
                         const char *token)
{
    char expected[TOKEN_DIGITS + 1];

    crypto_channel_token(secret, id, spreadsheet, expected);
    return crypto_equal(token, expected, TOKEN_DIGITS);
}

static bool is_ours(const struct config *cfg, const struct http_request *request,
                    const char *spreadsheet)
{
    const char *id = http_request_header(request, "X-Goog-Channel-ID");
    const char *token = http_request_header(request, "X-Goog-Channel-Token");
    const char *previous = cfg->webhook.previous_secret;

    if (id == NULL || token == NULL || strlen(id) > CHANNEL_ID_MAX || strlen(token) != TOKEN_DIGITS)
        return false;
    if (is_made_with(cfg->webhook.secret, id, spreadsheet, token))
        return true;
    if (previous == NULL || !is_made_with(previous, id, spreadsheet, token))
        return false;
    metrics_add(METRIC_HOOK_PREVIOUS_SECRET, 1);
    return true;
}

static int ask_all(void *ctx, struct db *db, struct err *err)
{
    const struct job *job = ctx;

    for (size_t i = 0; i < job->cfg->n_mappings; i++) {
        const struct config_mapping *m = &job->cfg->mappings[i];

        if (is_watched(m, job->spreadsheet) && state_ask_reconcile(db, m->name, "drive", err) != 0)
            return -1;
    }
    return 0;
}

/* Is it this notification's turn to be passed on? Of two at once only one's. */
static bool take_turn(_Atomic int64_t *last_ms)
{
    int64_t now = clock_mono_ms(), last = atomic_load(last_ms);

    return (last == 0 || now - last >= PACE_MS) &&
           atomic_compare_exchange_strong(last_ms, &last, now);
}

static void pass_on(struct server *server, size_t first, const char *spreadsheet,
                    const struct http_request *request, struct http_response *response)
{
    struct job job = {.cfg = server->cfg, .spreadsheet = spreadsheet};
    struct err err = ERR_INIT;

    if (!take_turn(&server->notified_ms[first]))
        return;
    if (txn_run(server->pool, server->stop, ask_all, &job, &err) == 0)
        return;
    atomic_store(&server->notified_ms[first], 0); /* Google tries again after a 503 */
    routes_unavailable(request, response, &err);
}

void route_drive(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct server *server = ctx;
    const char *state = http_request_header(request, "X-Goog-Resource-State");
    const char *path = request->path + strlen("/v1/drive/");
    CLEANUP_FREE char *spreadsheet = http_decode(path, strlen(path), false);
    int first = spreadsheet == NULL ? -1 : find_watched(server->cfg, spreadsheet);

    if (first < 0 || !is_ours(server->cfg, request, spreadsheet)) {
        log_warn("drive: refused req=%s peer=%s", request->id, request->peer);
        http_response_error(response, 401, "bad_token", "this is no channel of ours");
        return;
    }
    metrics_add(METRIC_NOTIFICATIONS, 1);
    log_debug("drive: notified req=%s spreadsheet=%s state=%.20s", request->id, spreadsheet,
              state == NULL ? "" : state);
    if (state != NULL && strcmp(state, "sync") != 0)
        pass_on(server, (size_t)first, spreadsheet, request, response);
}
