/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/urlfetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"

#define TIMEOUT_MS 60000 /* Google names none; requests are known to end after a minute */
#define MAX_BODY_BYTES (50 << 20)
#define MAX_HEADERS 100

static bool host_is_local(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

/* Whom a URL names. */
struct server {
    char *scheme, *host, *port; /* curl's */
};

static void server_close(struct server *s)
{
    curl_free(s->scheme);
    curl_free(s->host);
    curl_free(s->port);
}

/* Taken apart by the library that will connect: two parsers could see two hosts. */
static bool parse_server(const char *url, struct server *out)
{
    CURLU *parts = curl_url();
    bool is_fine = parts != NULL && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                   curl_url_get(parts, CURLUPART_SCHEME, &out->scheme, 0) == CURLUE_OK &&
                   curl_url_get(parts, CURLUPART_HOST, &out->host, 0) == CURLUE_OK &&
                   curl_url_get(parts, CURLUPART_PORT, &out->port, CURLU_DEFAULT_PORT) == CURLUE_OK;

    curl_url_cleanup(parts);
    return is_fine && strncmp(out->scheme, "http", 4) == 0;
}

bool urlfetch_is_local(const char *url)
{
    CLEANUP(server_close) struct server s = {0};

    return parse_server(url, &s) && host_is_local(s.host);
}

bool urlfetch_is_same_server(const char *url, const char *other)
{
    CLEANUP(server_close) struct server a = {0};
    CLEANUP(server_close) struct server b = {0};

    return parse_server(url, &a) && parse_server(other, &b) && strcmp(a.scheme, b.scheme) == 0 &&
           strcmp(a.host, b.host) == 0 && strcmp(a.port, b.port) == 0;
}

/* "Name: value"; a line break in either would start another header. */
static int get_headers(const cJSON *pairs, const char **lines, struct err *err)
{
    const cJSON *pair;
    size_t n = 0;

    cJSON_ArrayForEach(pair, pairs)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
        char *line;

        if (n == MAX_HEADERS || name == NULL || value == NULL || strpbrk(name, "\r\n:") != NULL ||
            strpbrk(value, "\r\n") != NULL)
            return err_set(err, ERR_VALUE, "Attribute provided with invalid value: headers");
        if (asprintf(&line, "%s: %s", name, value) < 0)
            return err_nomem(err, "fetch");
        lines[n++] = line;
    }
    return 0;
}

static void free_headers(const char **lines)
{
    for (size_t i = 0; lines[i] != NULL; i++) {
        char *line;

        memcpy(&line, &lines[i], sizeof(line)); /* they are ours, const is the call's view */
        free(line);
    }
}

static void put_answer(const struct http_answer *answer, struct buf *out)
{
    buf_printf(out, "{\"status\":%d,\"headers\":{\"Content-Type\":", answer->status);
    buf_json(out, answer->content_type, strlen(answer->content_type));
    if (answer->retry_after_ms > 0)
        buf_printf(out, ",\"Retry-After\":\"%lld\"", (long long)answer->retry_after_ms / 1000);
    buf_puts(out, "},\"body\":");
    buf_json(out, buf_text(&answer->body), answer->body.len);
    buf_putc(out, '}');
}

static int send_call(struct run *r, const struct http_call *call, struct buf *out, struct err *err)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    int rc = 0;

    if (r->http == NULL)
        rc = http_client_new(r->world->stop, &r->http, err);
    if (rc == 0)
        rc = http_client_do(r->http, call, &answer, err);
    if (rc == 0)
        put_answer(&answer, out);
    else if (err->code == ERR_HTTP || err->code == ERR_LOST)
        err_wrap(err, "Address unavailable: %s", call->url);
    http_answer_close(&answer);
    return rc;
}

int urlfetch(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const char *lines[MAX_HEADERS + 1] = {NULL};
    const char *payload = json_text(args, "payload", NULL);
    struct http_call call = {.method = json_text(args, "method", "GET"),
                             .url = json_text(args, "url", ""),
                             .headers = lines,
                             .body = payload,
                             .body_len = payload == NULL ? 0 : strlen(payload),
                             .timeout_ms = limits_cap_ms(&r->limits, TIMEOUT_MS),
                             .max_body_bytes = MAX_BODY_BYTES};
    int rc;

    if (!urlfetch_is_local(call.url) &&
        (r->world->webhook == NULL || !urlfetch_is_same_server(call.url, r->world->webhook)))
        return err_set(err, ERR_VALUE,
                       "the sandbox's scripts reach this machine only (http://127.0.0.1, "
                       "http://localhost), not %.200s",
                       call.url);
    rc = get_headers(json_get(args, "headers"), lines, err);
    if (rc == 0)
        rc = send_call(r, &call, out, err);
    free_headers(lines);
    return rc;
}
