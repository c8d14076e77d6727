/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_act: what people do on the page, as the commands do it: a row of signals, or an edit
 * through the webhook. MySQL's turn is given back before the webhook is asked.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/conflicts/conflicts.h"
#include "cli/deletes.h"
#include "cli/log/log.h"
#include "cli/page/page.h"
#include "cli/pause.h"
#include "cli/post.h"
#include "cli/signal.h"
#include "cli/undo.h"
#include "common/cleanup.h"
#include "common/json.h"
#include "common/log.h"

enum { PERSON_MAX = 100 };

/* One action: what was sent, and what MySQL says of it. */
struct act {
    const struct config *config;
    cJSON *body;      /* owned */
    char person[160]; /* who acts, as they say themselves */
    struct db_rows rows;
    struct buf why; /* it cannot be done: why */
};

static int act_open(struct act *a, struct page *page, const struct http_request *request,
                    struct http_response *response)
{
    const char *person;
    struct err err;

    *a = (struct act){.config = page->config, .rows = DB_ROWS_INIT};
    if (json_parse(request->body, request->body_len, &a->body, &err) != 0) {
        http_response_error(response, 400, "bad_json", "%s", err.msg);
        return -1;
    }
    person = json_text(a->body, "person", "");
    if (strlen(person) > PERSON_MAX) {
        http_response_error(response, 400, "bad_person", "A name has at most %d bytes.",
                            PERSON_MAX);
        return -1;
    }
    snprintf(a->person, sizeof(a->person), "%s%s", person,
             person[0] == '\0' ? "the status page" : " (status page)");
    return 0;
}

static void act_close(struct act *a)
{
    cJSON_Delete(a->body);
    db_rows_close(&a->rows);
    buf_close(&a->why);
}

static void refuse(const struct act *a, struct http_response *response)
{
    http_response_error(response, 409, "refused", "%s", buf_text(&a->why));
}

static void put_notes(struct buf *out, const cJSON *notes)
{
    const char *separator = "{";
    const cJSON *note;

    cJSON_ArrayForEach(note, notes)
    {
        if (!cJSON_IsString(note))
            continue;
        buf_puts(out, separator);
        json_put_text(out, "column", note->string);
        buf_puts(out, ", ");
        json_put_text(out, "text", note->valuestring);
        buf_putc(out, '}');
        separator = ", {";
    }
}

/* The webhook's answer to the only edit that it was sent: 200 where it is done, else 409. A
 * conflict is resolved, or nothing has happened; of an undo also a part may be done. */
static void answer(const struct http_request *request, const struct act *a, const char *what,
                   const cJSON *results, struct http_response *response)
{
    const cJSON *result = post_result(results);
    const char *outcome = json_text(result, "outcome", "rejected");
    bool is_done = strcmp(what, "resolve") == 0 ? strcmp(outcome, "applied") == 0
                                                : strcmp(outcome, "rejected") != 0;

    log_info("page: %s req=%s peer=%s person=\"%s\" outcome=%s", what, request->id, request->peer,
             a->person, outcome);
    response->status = is_done ? 200 : 409;
    buf_putc(&response->body, '{');
    json_put_text(&response->body, "outcome", outcome);
    buf_puts(&response->body, ", ");
    json_put_text(&response->body, "message", json_text(result, "message", ""));
    buf_puts(&response->body, ", \"notes\": [");
    put_notes(&response->body, json_get(result, "notes"));
    buf_puts(&response->body, "]}\n");
}

/* --- conflicts --- */

static bool read_decision(const cJSON *body, const char *column, struct decision *d)
{
    *d = (struct decision){.take = json_text(body, "take", NULL),
                           .set = json_text(body, "set", NULL),
                           .column = column,
                           .column_len = strlen(column)};
    return (d->take == NULL) != (d->set == NULL) && (d->take == NULL || decision_is_take(d->take));
}

static int load_conflict(struct db *db, void *ctx, struct err *err)
{
    struct act *a = ctx;
    struct decision d;
    struct now now = {0};

    db_rows_close(&a->rows);
    if (conflicts_load(db, json_int(a->body, "id", 0), &a->rows, err) != 0 ||
        now_open(&now, a->config, db, err) != 0)
        return -1;
    buf_clear(&a->why);
    if (!read_decision(a->body, db_rows_text(&a->rows, 0, AT_COLUMN), &d))
        buf_puts(&a->why, "expected take: mysql, sheet or base, or set: a value");
    else
        decision_check(&d, &now, &a->rows, 0, &a->why);
    now_close(&now);
    return 0;
}

static int send_decision(const struct act *a, cJSON **results, struct err *err)
{
    struct decision d;

    read_decision(a->body, db_rows_text(&a->rows, 0, AT_COLUMN), &d);
    return decision_send(&d, a->config, &a->rows, 0, a->person, results, err);
}

/* Load what the body names, by LOAD, and send what is wished of it, by SEND. */
static void act_on(struct page *page, const char *action,
                   int (*load)(struct db *db, void *ctx, struct err *err),
                   int (*send)(const struct act *a, cJSON **results, struct err *err),
                   const struct http_request *request, struct http_response *response)
{
    CLEANUP_JSON cJSON *results = NULL;
    struct err err = ERR_INIT;
    struct act a;

    if (act_open(&a, page, request, response) != 0)
        goto done;
    if (store_run(page->store, load, &a, &err) != 0)
        page_fail(request, response, &err);
    else if (a.why.len > 0)
        refuse(&a, response);
    else if (send(&a, &results, &err) != 0)
        page_fail(request, response, &err);
    else
        answer(request, &a, action, results, response);
done:
    act_close(&a);
}

void page_resolve(void *ctx, const struct http_request *request, struct http_response *response)
{
    act_on(ctx, "resolve", load_conflict, send_decision, request, response);
}

/* --- edits --- */

static int load_edit(struct db *db, void *ctx, struct err *err)
{
    struct act *a = ctx;
    struct err why;

    db_rows_close(&a->rows);
    if (log_load(db, json_text(a->body, "edit", ""), &a->rows, err) != 0)
        return -1;
    buf_clear(&a->why);
    if (undo_check(&a->rows, &why) != 0)
        buf_puts(&a->why, why.msg);
    return 0;
}

static int send_undo(const struct act *a, cJSON **results, struct err *err)
{
    return undo_send(a->config, &a->rows, cJSON_IsTrue(json_get(a->body, "force")), a->person,
                     results, err);
}

void page_undo(void *ctx, const struct http_request *request, struct http_response *response)
{
    act_on(ctx, "undo", load_edit, send_undo, request, response);
}

/* --- signals --- */

static int send_signal(struct db *db, struct act *a, const char *kind, struct err *err)
{
    int64_t id;
    CLEANUP_BUF struct buf reason = BUF_INIT;

    buf_printf(&reason, "asked for by %s", a->person);
    return signal_insert(db, kind, json_text(a->body, "mapping", ""), buf_text(&reason), &id, err);
}

/* The person has seen a number; if more rows are gone by now, they look again. */
static int approve(struct db *db, void *ctx, struct err *err)
{
    struct act *a = ctx;
    const char *mapping = json_text(a->body, "mapping", "");
    long long seen = json_int(a->body, "count", -1), held = 0;

    db_rows_close(&a->rows);
    if (deletes_query(db, a->config, &a->rows, err) != 0)
        return -1;
    for (size_t r = 0; r < a->rows.n_rows; r++)
        if (strcmp(db_rows_text(&a->rows, r, DELETES_MAPPING), mapping) == 0)
            held = db_rows_int(&a->rows, r, DELETES_HELD);
    buf_clear(&a->why);
    if (held == seen && held > 0)
        return send_signal(db, a, "approve_deletes", err);
    buf_printf(&a->why, "%lld deletes of %s wait now, not %lld: look again", held, mapping, seen);
    return 0;
}

static int signal_it(struct db *db, void *ctx, struct err *err)
{
    struct act *a = ctx;

    return send_signal(db, a, json_text(a->body, "kind", ""), err);
}

static int pause_it(struct db *db, void *ctx, struct err *err)
{
    struct act *a = ctx;
    const struct pause_wish wish = {json_text(a->body, "kind", ""), a->person, ""};
    int64_t id;

    buf_clear(&a->why);
    if (pause_ask(db, &wish, json_text(a->body, "mapping", ""), &id, err) != 0)
        return -1;
    if (id == 0)
        buf_puts(&a->why, "it is not paused");
    return 0;
}

static void run_signal(struct page *page, const struct http_request *request,
                       struct http_response *response, struct act *a,
                       int (*run)(struct db *db, void *ctx, struct err *err), const char *kind)
{
    const char *mapping = json_text(a->body, "mapping", "");
    struct err err = ERR_INIT;

    if (config_find_mapping(page->config, mapping) == NULL &&
        !config_may_be_member(page->config, mapping)) {
        http_response_error(response, 404, "unknown_mapping", "There is no mapping \"%.64s\".",
                            mapping);
    } else if (store_run(page->store, run, a, &err) != 0) {
        page_fail(request, response, &err);
    } else if (a->why.len > 0) {
        refuse(a, response);
    } else {
        log_info("page: %s req=%s peer=%s person=\"%s\" mapping=%s", kind, request->id,
                 request->peer, a->person, mapping);
        buf_puts(&response->body, "{\"outcome\": \"asked\"}\n");
    }
}

void page_approve(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct act a;

    if (act_open(&a, ctx, request, response) == 0)
        run_signal(ctx, request, response, &a, approve, "approve_deletes");
    act_close(&a);
}

void page_signal(void *ctx, const struct http_request *request, struct http_response *response)
{
    static const struct {
        const char *kind;
        int (*run)(struct db *db, void *ctx, struct err *err);
    } kinds[] = {{"reconcile", signal_it},
                 {"snapshot", signal_it},
                 {"pause", pause_it},
                 {"resume", pause_it}};
    size_t i = 0;
    struct act a;

    if (act_open(&a, ctx, request, response) != 0)
        goto done;
    while (i < sizeof(kinds) / sizeof(kinds[0]) &&
           strcmp(json_text(a.body, "kind", ""), kinds[i].kind) != 0)
        i++;
    if (i < sizeof(kinds) / sizeof(kinds[0]))
        run_signal(ctx, request, response, &a, kinds[i].run, kinds[i].kind);
    else
        http_response_error(response, 400, "bad_kind",
                            "kind: expected reconcile, snapshot, pause or resume.");
done:
    act_close(&a);
}
