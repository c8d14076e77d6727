/* SPDX-License-Identifier: Apache-2.0 */
/* handle: which request goes where, past the gate; and the headers that every answer has. */
#include <stdio.h>
#include <string.h>

#include "cli/page/page.h"
#include "common/log.h"

/* No script, style or request but our own; nobody may frame the page. */
#define POLICY                                                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src " \
    "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_Static_assert(sizeof(POLICY) <= 256, "fits a header of struct http_response");

static void route_health(void *ctx, const struct http_request *request,
                         struct http_response *response)
{
    const struct page *page = ctx;
    struct store_health h;

    (void)request;
    store_health(page->store, &h);
    buf_printf(&response->body, "{\"ok\":true,\"mysql\":%s}\n", h.is_up ? "true" : "false");
}

struct guarded {
    const char *method, *path;
    enum gate_wish wish;
    page_route *run;
};

static const struct guarded routes[] = {
    {"GET", "/api/v1/status", GATE_READ, page_status},
    {"GET", "/api/v1/history", GATE_READ, page_history},
    {"GET", "/api/v1/conflicts", GATE_READ, page_conflicts},
    {"GET", "/api/v1/deletes", GATE_READ, page_deletes},
    {"GET", "/api/v1/edits", GATE_READ, page_edits},
    {"POST", "/api/v1/login", GATE_LOGIN, page_login},
    {"POST", "/api/v1/logout", GATE_LOGIN, page_logout},
    {"POST", "/api/v1/resolve", GATE_ACT, page_resolve},
    {"POST", "/api/v1/approve", GATE_ACT, page_approve},
    {"POST", "/api/v1/undo", GATE_ACT, page_undo},
    {"POST", "/api/v1/signal", GATE_ACT, page_signal},
    {"GET", "/*", GATE_FILE, page_file},
};
enum { N_ROUTES = sizeof(routes) / sizeof(routes[0]) };

/* The route of the same path and method, past the gate. */
static void run_guarded(void *ctx, const struct http_request *request,
                        struct http_response *response)
{
    struct page *page = ctx;
    const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
    const struct guarded *found = &routes[N_ROUTES - 1];

    for (size_t i = 0; i < N_ROUTES; i++)
        if (strcmp(routes[i].path, request->path) == 0 && strcmp(routes[i].method, method) == 0)
            found = &routes[i];
    if (gate_pass(&page->gate, request, found->wish, response))
        found->run(page, request, response);
}

void page_handle(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct http_route table[N_ROUTES + 2] = {{"GET", "/healthz", route_health}};

    for (size_t i = 0; i < N_ROUTES; i++)
        table[i + 1] = (struct http_route){routes[i].method, routes[i].path, run_guarded};
    http_response_header(response, "Content-Security-Policy", POLICY);
    http_response_header(response, "X-Content-Type-Options", "nosniff");
    http_response_header(response, "Referrer-Policy", "no-referrer");
    http_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    http_response_header(response, "Cache-Control", "no-store");
    http_route_dispatch(table, ctx, request, response);
    log_debug("page: answered req=%s %s %s status=%d", request->id, request->method, request->path,
              response->status);
}

static int status_of(const struct err *err)
{
    switch (err->code) {
    case ERR_GONE:
        return 404;
    case ERR_HTTP:
    case ERR_LOST:
        return 502;
    default:
        return 503;
    }
}

void page_fail(const struct http_request *request, struct http_response *response,
               const struct err *err)
{
    char context[64];

    snprintf(context, sizeof(context), "page: not done req=%s", request->id);
    log_err(LOG_WARN, context, err);
    http_response_error(response, status_of(err), err_name(err->code), "%s%s%s", err->msg,
                        err->hint[0] == '\0' ? "" : ". ", err->hint);
}
