/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_drive: POST /v1/drive/SPREADSHEET, a notification of Drive: this file has changed.
 *
 * It says neither what nor who, so all it does is ask the replicator to look. notice.h says which
 * are ours. Notifications within a second of the last one that was passed on are left out: the
 * replicator looks later than that (session/due.c).
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "webhook/notice.h"
#include "webhook/routes.h"
#include "webhook/state.h"
#include "webhook/txn.h"

enum { PACE_MS = 1000 };

struct job {
    const struct config *cfg;
    const char *spreadsheet;
};

static int ask_all(void *ctx, struct db *db, struct err *err)
{
    const struct job *job = ctx;

    for (size_t i = 0; i < job->cfg->n_mappings; i++) {
        const struct config_mapping *m = &job->cfg->mappings[i];

        if (notice_is_for(m, job->spreadsheet) &&
            state_ask_reconcile(db, m->name, "drive", err) != 0)
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
    const struct notice_request came = {
        .path = request->path + strlen("/v1/drive/"),
        .id = http_request_header(request, "X-Goog-Channel-ID"),
        .token = http_request_header(request, "X-Goog-Channel-Token"),
        .state = http_request_header(request, "X-Goog-Resource-State"),
    };
    struct notice notice;
    bool is_ours = notice_take(server->cfg, &came, &notice);
    CLEANUP_FREE char *spreadsheet = notice.spreadsheet;

    if (!is_ours) {
        log_warn("drive: refused req=%s peer=%s", request->id, request->peer);
        http_response_error(response, 401, "bad_token", "this is no channel of ours");
        return;
    }
    if (notice.is_previous)
        metrics_add(METRIC_HOOK_PREVIOUS_SECRET, 1);
    metrics_add(METRIC_NOTIFICATIONS, 1);
    log_debug("drive: notified req=%s spreadsheet=%s state=%.20s", request->id, spreadsheet,
              came.state == NULL ? "" : came.state);
    if (notice.has_changed)
        pass_on(server, notice.mapping, spreadsheet, request, response);
}
