/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/own.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "sandbox/actions.h"
#include "sandbox/mem.h"
#include "sandbox/own_script.h"

static void refused(struct http_response *response, const struct err *err)
{
    int status = err->detail >= 400 && err->detail < 600             ? err->detail
                 : err->code == ERR_GONE                             ? 404
                 : err->code == ERR_VALUE || err->code == ERR_FORMAT ? 400
                                                                     : 500;

    http_response_error(response, status, err_name(err->code), "%s", err->msg);
}

/* The request's JSON; NULL after answering 400. */
static cJSON *body_of(const struct http_request *request, struct http_response *response)
{
    struct err err = ERR_INIT;
    cJSON *json = NULL;

    if (json_parse(request->body, request->body_len, &json, &err) < 0)
        http_response_error(response, 400, "bad_json", "%s", err.msg);
    return json;
}

static void list_books(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    struct sandbox *s = ctx;
    struct buf *out = &response->body;
    size_t n;
    struct book **books = library_list(s->library, &n);

    (void)request;
    buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, i > 0 ? ",{\"id\":" : "{\"id\":");
        buf_json(out, books[i]->id, strlen(books[i]->id));
        buf_puts(out, ",\"title\":");
        buf_json(out, books[i]->title, strlen(books[i]->title));
        buf_printf(out, ",\"url\":\"%s/d/%s\"}", s->url, books[i]->id);
        book_unref(books[i]);
    }
    buf_putc(out, ']');
    free(books);
}

static void show_book(const struct book *b, struct http_response *response)
{
    struct buf *out = &response->body;

    buf_puts(out, "{\"id\":");
    buf_json(out, b->id, strlen(b->id));
    buf_puts(out, ",\"title\":");
    buf_json(out, b->title, strlen(b->title));
    buf_puts(out, ",\"timeZone\":");
    buf_json(out, b->time_zone, strlen(b->time_zone));
    buf_printf(out, ",\"revision\":%lld,\"tabs\":[", (long long)b->revision);
    for (size_t i = 0; i < b->n_tabs; i++) {
        const struct tab *t = b->tabs[i];

        buf_printf(out, "%s{\"sheetId\":%lld,\"title\":", i > 0 ? "," : "", (long long)t->id);
        buf_json(out, t->title, strlen(t->title));
        buf_printf(out,
                   ",\"index\":%zu,\"rows\":%lld,\"columns\":%lld,\"frozenRows\":%lld,"
                   "\"lastRow\":%lld,\"lastColumn\":%lld}",
                   i, (long long)t->rows, (long long)t->columns, (long long)t->frozen_rows,
                   (long long)tab_last_row(t), (long long)tab_last_column(t));
    }
    buf_puts(out, "]}");
}

static void do_action(struct sandbox *s, const char *id, const struct http_request *request,
                      struct http_response *response)
{
    CLEANUP_JSON cJSON *body = body_of(request, response);
    struct err err = ERR_INIT;
    int64_t revision = 0;

    if (body == NULL)
        return;
    if (actions_do(s, id, body, &revision, &err) < 0)
        refused(response, &err);
    else
        buf_printf(&response->body, "{\"revision\":%lld}", (long long)revision);
}

static void show_rows(const struct book *b, const char *sheet_id,
                      const struct http_request *request, struct http_response *response)
{
    char *end = NULL;
    long long id = strtoll(sheet_id, &end, 10);
    const struct tab *t = *end == '\0' && end != sheet_id ? book_tab(b, id) : NULL;

    if (t == NULL)
        http_response_error(response, 404, "unknown_tab", "There is no such tab.");
    else
        own_rows(b, t, request, response);
}

/* /sandbox/v1/spreadsheets/ID[/REST] */
static void one_book(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct sandbox *s = ctx;
    const char *at = request->path + strlen("/sandbox/v1/spreadsheets/");
    size_t len = strcspn(at, "/");
    CLEANUP_FREE char *id = http_decode(at, len, false);
    CLEANUP(book_cleanup) struct book *b = id == NULL ? NULL : library_get(s->library, id);
    const char *rest = at + len;
    bool is_get = strcmp(request->method, "GET") == 0;
    bool is_post = strcmp(request->method, "POST") == 0;

    if (b == NULL)
        http_response_error(response, 404, "unknown_spreadsheet", "There is no such spreadsheet.");
    else if (is_get && *rest == '\0')
        show_book(b, response);
    else if (is_get && strncmp(rest, "/tabs/", 6) == 0)
        show_rows(b, rest + 6, request, response);
    else if (is_get && strcmp(rest, "/events") == 0)
        events_stream(s->events, id, response);
    else if (is_post && strcmp(rest, "/actions") == 0)
        do_action(s, id, request, response);
    else if (is_post && strcmp(rest, "/script") == 0)
        own_script_run(s, id, request, response);
    else if (strcmp(request->method, "PUT") == 0 && strcmp(rest, "/script/properties") == 0)
        own_script_properties(s, id, request, response);
    else
        http_response_error(response, 404, "unknown_path", "There is nothing at %.200s for %s.",
                            request->path, request->method);
}

static void credentials(void *ctx, const struct http_request *request,
                        struct http_response *response)
{
    struct sandbox *s = ctx;
    CLEANUP_FREE char *account = http_request_query(request, "account");
    CLEANUP_FREE char *project = http_request_query(request, "project");

    if (!oauth_put_credentials(s->oauth, s->url, account, project, &response->body))
        http_response_error(response, 400, "bad_account",
                            "account, project: expected 1 to 30 of a-z, 0-9 and -.");
}

static void requests(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct sandbox *s = ctx;
    CLEANUP_FREE char *after = http_request_query(request, "after");

    request_log_put(s->log, after == NULL ? 0 : strtoll(after, NULL, 10), &response->body);
}

static void channels(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct sandbox *s = ctx;

    (void)request;
    channels_put(s->channels, &response->body);
}

static void set_faults(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    struct sandbox *s = ctx;
    CLEANUP_JSON cJSON *body = body_of(request, response);
    struct err err = ERR_INIT;

    if (body == NULL)
        return;
    if (faults_set(s->faults, body, &err) < 0)
        refused(response, &err);
    else
        faults_put(s->faults, &response->body);
}

static void get_faults(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    struct sandbox *s = ctx;

    (void)request;
    faults_put(s->faults, &response->body);
}

static void release(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct sandbox *s = ctx;

    (void)request;
    buf_printf(&response->body, "{\"released\":%d}", faults_release(s->faults));
}

/* A page of another site must not command the sandbox: browsers send such a request's Origin. */
static bool is_foreign(const struct sandbox *s, const struct http_request *request)
{
    const char *origin = http_request_header(request, "Origin");
    const char *port = strchr(strstr(s->url, "://") + 3, ':');
    CLEANUP_FREE char *local = mem_printf("http://localhost%s", port == NULL ? "" : port);
    CLEANUP_FREE char *loopback = mem_printf("http://127.0.0.1%s", port == NULL ? "" : port);

    return origin != NULL && strcmp(origin, s->url) != 0 && strcmp(origin, local) != 0 &&
           strcmp(origin, loopback) != 0;
}

void own_handle(struct sandbox *s, const struct http_request *request,
                struct http_response *response)
{
    static const struct http_route routes[] = {
        {"GET", "/sandbox/v1/spreadsheets", list_books},
        {"GET", "/sandbox/v1/spreadsheets/*", one_book},
        {"POST", "/sandbox/v1/spreadsheets/*", one_book},
        {"PUT", "/sandbox/v1/spreadsheets/*", one_book},
        {"GET", "/sandbox/v1/credentials", credentials},
        {"GET", "/sandbox/v1/requests", requests},
        {"GET", "/sandbox/v1/channels", channels},
        {"GET", "/sandbox/v1/faults", get_faults},
        {"PUT", "/sandbox/v1/faults", set_faults},
        {"POST", "/sandbox/v1/faults/release", release},
        {"GET", "/sandbox/v1/script", own_script_status},
        {"PUT", "/sandbox/v1/script/faults", own_script_faults},
        {0},
    };

    if (is_foreign(s, request))
        http_response_error(response, 403, "foreign_origin",
                            "The sandbox takes commands from its own page only.");
    else
        http_route_dispatch(routes, s, request, response);
}
