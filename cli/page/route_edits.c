/* SPDX-License-Identifier: Apache-2.0 */
/* route_edits: the edit log, filtered, a page at a time, the newest first. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_rows.h"
#include "cli/log/log.h"
#include "cli/page/page.h"
#include "cli/page/shown.h"
#include "cli/undo.h"
#include "cli/when.h"
#include "common/cleanup.h"
#include "common/clock.h"

enum { LIMIT = 30, CHANGES_MAX = 100 };

struct asking {
    struct log_filter filter;
    char *mapping, *person, *outcome; /* owned; the filter points to them */
    int64_t before;
    struct buf *out;
};

struct changes {
    struct buf *out;
    size_t n;
};

static void put_change(void *ctx, const char *column, enum log_change change, const cJSON *before,
                       const cJSON *after)
{
    static const char *const names[] = {"written", "typed", "deleted"};
    struct changes *c = ctx;

    if (c->n++ >= CHANGES_MAX)
        return;
    buf_puts(c->out, c->n == 1 ? "{" : ", {");
    json_put_text(c->out, "column", column);
    buf_printf(c->out, ", \"change\": \"%s\", ", names[change]);
    shown_put_item(c->out, "before", before);
    buf_puts(c->out, ", ");
    shown_put_item(c->out, "after", after);
    buf_putc(c->out, '}');
}

/* Row 0 of a result of its own: undo_check looks there. */
static bool can_undo(const struct db_rows *rows, size_t r)
{
    struct db_rows one = {
        .n_rows = 1, .n_columns = rows->n_columns, .values = &rows->values[r * rows->n_columns]};
    struct err err;

    return undo_check(&one, &err) == 0;
}

static void put_edit(struct buf *out, const struct db_rows *rows, size_t r)
{
    static const struct json_member members[] = {
        {"edit", LOG_EDIT, JSON_TEXT},
        {"mapping", LOG_MAPPING, JSON_TEXT},
        {"source", LOG_SOURCE, JSON_TEXT},
        {"kind", LOG_KIND, JSON_TEXT},
        {"operation", LOG_OPERATION, JSON_TEXT},
        {"row", LOG_ROW, JSON_NUMBER},
        {"editor", LOG_EDITOR, JSON_TEXT},
        {"edited_at", LOG_EDITED, JSON_TEXT},
        {"received_at", LOG_RECEIVED, JSON_TEXT},
        {"outcome", LOG_OUTCOME, JSON_TEXT},
        {"message", LOG_MESSAGE, JSON_TEXT},
        {"same_as", LOG_SAME_AS, JSON_TEXT},
        {"policies", LOG_POLICIES, JSON_TEXT},
        {"conflicts", LOG_CONFLICTS, JSON_TEXT},
    };
    struct changes changes = {.out = out};
    bool has_key = db_rows_at(rows, r, LOG_KEY).state == VALUE_TEXT;

    buf_putc(out, '{');
    json_put_members(out, members, sizeof(members) / sizeof(members[0]), rows, r);
    buf_puts(out, ", ");
    if (has_key)
        shown_put_key(out, db_rows_text(rows, r, LOG_KEY));
    else
        buf_puts(out, "\"key\": null");
    buf_printf(out, ", \"can_undo\": %s, \"changes\": [", can_undo(rows, r) ? "true" : "false");
    log_each_change(rows, r, put_change, &changes);
    buf_printf(out, "], \"more_changes\": %zu}",
               changes.n > CHANGES_MAX ? changes.n - CHANGES_MAX : 0);
}

static int ask(struct db *db, void *ctx, struct err *err)
{
    const struct asking *a = ctx;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (log_load_page(db, &a->filter, a->before, LIMIT, &rows, err) != 0)
        return -1;
    buf_clear(a->out);
    buf_puts(a->out, "{\"edits\": [");
    for (size_t r = 0; r < rows.n_rows; r++) {
        buf_puts(a->out, r == 0 ? "" : ",\n ");
        put_edit(a->out, &rows, r);
    }
    buf_puts(a->out, "], \"before\": ");
    if (rows.n_rows == LIMIT)
        buf_printf(a->out, "%s}\n", db_rows_text(&rows, rows.n_rows - 1, LOG_ID));
    else
        buf_puts(a->out, "null}\n");
    return 0;
}

static int take_time(const struct http_request *request, const char *name, struct buf *out,
                     struct err *err)
{
    CLEANUP_FREE char *text = http_request_query(request, name);

    if (text == NULL || text[0] == '\0' || when_parse(text, clock_wall_ms(), out) == 0)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s: expected a time (UTC) like 2026-01-31 10:11, or how long ago: 30m, 12h, 7d",
                   name);
}

static int take_before(const struct http_request *request, int64_t *out, struct err *err)
{
    CLEANUP_FREE char *text = http_request_query(request, "before");
    char *end;

    *out = INT64_MAX;
    if (text == NULL)
        return 0;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *out > 0)
        return 0;
    return err_set(err, ERR_CONFIG, "before: expected the number of the page before");
}

static int take_filter(const struct http_request *request, struct asking *a, struct err *err)
{
    CLEANUP_FREE char *row = http_request_query(request, "row");

    a->filter.mapping = a->mapping = http_request_query(request, "mapping");
    a->filter.person = a->person = http_request_query(request, "person");
    a->filter.outcome = a->outcome = http_request_query(request, "outcome");
    a->filter.has_key = row != NULL && row[0] != '\0';
    if (a->filter.has_key && log_parse_key(row, &a->filter.key, err) != 0)
        return err_wrap(err, "row");
    if (take_time(request, "since", &a->filter.since, err) != 0 ||
        take_time(request, "until", &a->filter.until, err) != 0)
        return -1;
    return take_before(request, &a->before, err);
}

void page_edits(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct page *page = ctx;
    struct asking a = {.out = &response->body};
    struct err err = ERR_INIT;

    if (take_filter(request, &a, &err) != 0)
        http_response_error(response, 400, "bad_filter", "%s", err.msg);
    else if (store_run(page->store, ask, &a, &err) != 0)
        page_fail(request, response, &err);
    log_filter_close(&a.filter);
    free(a.mapping);
    free(a.person);
    free(a.outcome);
}
