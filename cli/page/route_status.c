/* SPDX-License-Identifier: Apache-2.0 */
/* route_status: how everything is, and the history that the charts draw. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_rows.h"
#include "cli/page/page.h"
#include "cli/status.h"
#include "common/clock.h"
#include "common/mysql/members.h"
#include "common/version.h"

/* How many conflicts wait, what the newest edit is, who runs the instance: at a glance whether the
 * lists have to be asked for again. */
#define SQL_CONFLICTS                                         \
    "SELECT mapping, COUNT(*), MAX(id) FROM conflicts WHERE " \
    "state <> 'resolved' GROUP BY mapping ORDER BY mapping"
#define SQL_NEWEST                            \
    "SELECT (SELECT MAX(id) FROM edit_log), " \
    "(SELECT expires_at > UTC_TIMESTAMP(3) FROM lease WHERE instance = ?)"

struct asking {
    const struct config *config;
    struct buf json;
};

static void put_conflicts(struct buf *out, const struct db_rows *rows)
{
    static const struct json_member members[] = {
        {"mapping", 0, JSON_TEXT}, {"open", 1, JSON_NUMBER}, {"newest", 2, JSON_NUMBER}};

    buf_puts(out, ", \"conflicts\": [");
    for (size_t r = 0; r < rows->n_rows; r++) {
        buf_puts(out, r == 0 ? "{" : ", {");
        json_put_members(out, members, 3, rows, r);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

/* The members of the answer that MySQL knows. */
static int ask(struct db *db, void *ctx, struct err *err)
{
    static const struct json_member newest_members[] = {{"newest_edit", 0, JSON_NUMBER},
                                                        {"has_lease", 1, JSON_NUMBER}};
    struct asking *a = ctx;
    struct status status = STATUS_INIT;
    CLEANUP_ROWS struct db_rows conflicts = DB_ROWS_INIT, newest = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(a->config->instance)};
    struct config now = {0}; /* with the tabs that there are by now */
    int rc = members_renew(db, a->config, &now, err);

    if (rc == 0)
        rc = status_query(db, &now, &status, err);
    if (rc == 0)
        rc = db_run(db, SQL_CONFLICTS, NULL, 0, &conflicts, err);
    if (rc == 0)
        rc = db_run(db, SQL_NEWEST, params, 1, &newest, err);
    if (rc == 0) {
        buf_clear(&a->json);
        buf_puts(&a->json, "\"status\": ");
        status_put_json(&a->json, &now, &status);
        put_conflicts(&a->json, &conflicts);
        buf_puts(&a->json, ", ");
        json_put_members(&a->json, newest_members, 2, &newest, 0);
    }
    status_close(&status);
    config_free(&now);
    return rc;
}

/* Ask MySQL and remember; or what was remembered, where it is away. */
static void put_state(struct page *page, struct buf *out)
{
    struct asking a = {.config = page->config};
    struct err err = ERR_INIT;
    int rc = store_run(page->store, ask, &a, &err);

    pthread_mutex_lock(&page->lock);
    if (rc == 0 && !a.json.is_failed) {
        buf_clear(&page->status);
        buf_append(&page->status, buf_text(&a.json), a.json.len);
        page->status_ms = clock_wall_ms();
    }
    if (page->status_ms != 0)
        buf_printf(out, ", \"status_at_ms\": %" PRId64 ", %s", page->status_ms,
                   buf_text(&page->status));
    pthread_mutex_unlock(&page->lock);
    if (rc != 0) {
        buf_puts(out, ", \"problem\": {");
        json_put_text(out, "message", err.msg);
        buf_puts(out, ", ");
        json_put_text(out, "hint", err.hint);
        buf_putc(out, '}');
    }
    buf_close(&a.json);
}

static void put_mysql(struct page *page, struct buf *out)
{
    struct store_health h;

    store_health(page->store, &h);
    buf_printf(out, ", \"mysql\": {\"is_up\": %s, \"since_ms\": %" PRId64 ", ",
               h.is_up ? "true" : "false", h.since_ms);
    json_put_text(out, "message", h.message);
    buf_puts(out, ", ");
    json_put_text(out, "hint", h.hint);
    buf_putc(out, '}');
}

static void put_daemon(struct page *page, enum sampler_daemon daemon, const char *name,
                       struct buf *out)
{
    struct sampler_health h;

    sampler_health(page->sampler, daemon, &h);
    buf_printf(out, ", \"%s\": {\"is_asked\": %s, \"is_up\": %s, \"since_ms\": %" PRId64 "}", name,
               h.is_asked ? "true" : "false", h.is_up ? "true" : "false", h.since_ms);
}

void page_status(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct page *page = ctx;
    struct buf *out = &response->body;
    bool has_token = page->config->page.token != NULL;

    buf_printf(out, "{\"now_ms\": %" PRId64 ", ", clock_wall_ms());
    json_put_text(out, "version", TABRELAY_VERSION);
    buf_printf(out, ", \"has_token\": %s, \"is_logged_in\": %s", has_token ? "true" : "false",
               gate_is_known(&page->gate, request) ? "true" : "false");
    put_state(page, out);
    put_mysql(page, out);
    put_daemon(page, SAMPLER_REPLICATOR, "replicator", out);
    put_daemon(page, SAMPLER_WEBHOOK, "webhook", out);
    buf_puts(out, "}\n");
}

void page_history(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct page *page = ctx;
    char *after = http_request_query(request, "after");

    history_put_json(page->history, after == NULL ? 0 : strtoll(after, NULL, 10), &response->body);
    buf_putc(&response->body, '\n');
    free(after);
}
