/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/serve.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/embed.h"
#include "sandbox/mem.h"
#include "sandbox/own.h"
#include "sandbox/rest.h"

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Only what is listed is served: these files are the page, and embedded. */
static void send_file(const char *name, struct http_response *response)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"}};
    CLEANUP_FREE char *path = mem_printf("sandbox/page/%s", name);
    const struct embed_file *file = embed_find(path);
    const char *dot = strrchr(name, '.');

    if (file == NULL || dot == NULL) {
        http_response_error(response, 404, "unknown_path", "There is no page %.100s.", name);
        return;
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(dot, types[i].suffix) == 0)
            response->content_type = types[i].type;
    buf_append(&response->body, file->data, file->len);
    http_response_header(response, "Content-Security-Policy",
                         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
                         "'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
                         "frame-ancestors 'none'");
    http_response_header(response, "X-Content-Type-Options", "nosniff");
    http_response_header(response, "Cache-Control", "no-cache");
}

static void index_page(void *ctx, const struct http_request *request,
                       struct http_response *response)
{
    (void)ctx;
    (void)request;
    send_file("index.html", response);
}

static void grid_page(void *ctx, const struct http_request *request, struct http_response *response)
{
    (void)ctx;
    (void)request;
    send_file("grid.html", response);
}

static void page_file(void *ctx, const struct http_request *request, struct http_response *response)
{
    (void)ctx;
    send_file(request->path + strlen("/page/"), response);
}

static void health(void *ctx, const struct http_request *request, struct http_response *response)
{
    (void)ctx;
    (void)request;
    buf_puts(&response->body, "{\"ok\":true}");
}

static void token(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct sandbox *s = ctx;
    struct fault fault = {0};

    faults_take(s->faults, "token", request->path, "", &fault);
    if (fault.hold)
        faults_hold(s->faults);
    if (fault.delay_ms > 0)
        stop_wait_ms(s->stop, fault.delay_ms);
    if (fault.drop)
        response->status = 0;
    else if (fault.status != 0)
        rest_error(response, fault.status, "The sandbox was asked to fail.", NULL);
    else
        oauth_token(s->oauth, s->url, request, response);
    if (fault.status != 0 && fault.body != NULL) {
        buf_clear(&response->body);
        buf_puts(&response->body, fault.body);
    }
    fault_close(&fault);
}

static void tokeninfo(void *ctx, const struct http_request *request, struct http_response *response)
{
    struct sandbox *s = ctx;

    oauth_tokeninfo(s->oauth, request, response);
}

void serve_request(void *ctx, const struct http_request *request, struct http_response *response)
{
    static const struct http_route routes[] = {
        {"GET", "/", index_page},
        {"GET", "/d/*", grid_page},
        {"GET", "/page/*", page_file},
        {"GET", "/healthz", health},
        {"POST", "/token", token},
        {"GET", "/tokeninfo", tokeninfo},
        {"GET", "/oauth2/v3/tokeninfo", tokeninfo},
        {0},
    };
    struct sandbox *s = ctx;

    if (!atomic_load(&s->is_ready))
        http_response_error(response, 503, "not_ready", "The sandbox is starting.");
    else if (has_prefix(request->path, "/v4/") || has_prefix(request->path, "/drive/"))
        rest_handle(ctx, request, response);
    else if (has_prefix(request->path, "/sandbox/"))
        own_handle(ctx, request, response);
    else
        http_route_dispatch(routes, ctx, request, response);
}
