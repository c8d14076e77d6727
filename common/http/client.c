/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/planted.h"
#include "common/pulse.h"

#define DEFAULT_MAX_BODY ((size_t)64 << 20)
#define CONNECT_TIMEOUT_MS 10000
#define POLL_MS 100 /* how soon a stop is noticed */
#define TURN_MS 1   /* what is left in libcurl's buffers is sent */
/* Peers close idle connections without a word; an older one is not used again. */
#define MAX_IDLE_S 50L

struct http_client {
    struct stop *stop; /* not owned; may be NULL */
    CURLM *multi;      /* keeps the connections */
    CURL *easy;
    char reason[CURL_ERROR_SIZE];
};

/* One call under way. */
struct transfer {
    const struct http_call *call;
    struct http_answer *answer;
    size_t sent;
    size_t max_body_bytes;
    bool is_too_large;
    enum { SENDING, SENT, WAITING } phase; /* of a call with something to do meanwhile */
    int64_t meanwhile_ms;                  /* monotonic; when to do it next; negative: not again */
};

int http_client_global_init(struct err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_IO, "http: cannot start libcurl");
    return 0;
}

int http_client_new(struct stop *stop, struct http_client **out, struct err *err)
{
    struct http_client *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return err_nomem(err, "http");
    c->stop = stop;
    c->multi = curl_multi_init();
    c->easy = curl_easy_init();
    if (c->multi == NULL || c->easy == NULL) {
        http_client_free(c);
        return err_nomem(err, "http");
    }
    *out = c;
    return 0;
}

void http_client_free(struct http_client *c)
{
    if (c == NULL)
        return;
    curl_easy_cleanup(c->easy);
    curl_multi_cleanup(c->multi);
    free(c);
}

void http_answer_close(struct http_answer *a)
{
    buf_close(&a->body);
    *a = HTTP_ANSWER_INIT;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
    struct transfer *t = ctx;

    if (t->answer->body.len + size * n > t->max_body_bytes) {
        t->is_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buf_append(&t->answer->body, data, size * n);
    return t->answer->body.is_failed ? CURL_WRITEFUNC_ERROR : size * n;
}

static size_t on_send(char *to, size_t size, size_t n, void *ctx)
{
    struct transfer *t = ctx;
    size_t len = t->call->body_len - t->sent;

    if (len > size * n)
        len = size * n;
    if (len > 0)
        memcpy(to, t->call->body + t->sent, len);
    t->sent += len;
    return len;
}

/* libcurl would send a body again by itself when a reused connection breaks before the answer. The
 * peer may have acted on the first one: refusing to rewind makes it an error. */
static int on_rewind(void *ctx, curl_off_t offset, int origin)
{
    struct transfer *t = ctx;

    return origin == SEEK_SET && offset == (curl_off_t)t->sent ? CURL_SEEKFUNC_OK
                                                               : CURL_SEEKFUNC_FAIL;
}

static bool is_loopback(const char *url)
{
    CURLU *parsed = curl_url();
    char *host = NULL;
    bool result = false;

    if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        result = strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 ||
                 strcmp(host, "[::1]") == 0;
    curl_free(host);
    curl_url_cleanup(parsed);
    return result;
}

/* The first option that cannot be set is what *CODE says, and none is set after it. */
#define SET(code, e, option, value)                       \
    do {                                                  \
        if (*(code) == CURLE_OK)                          \
            *(code) = curl_easy_setopt(e, option, value); \
    } while (0)

static CURLcode set_security(CURL *e, const char *url)
{
    CURLcode code = CURLE_OK;

    SET(&code, e, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(&code, e, CURLOPT_FOLLOWLOCATION, 0L);
    SET(&code, e, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(&code, e, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(&code, e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (is_loopback(url)) /* whatever the environment says of proxies */
        SET(&code, e, CURLOPT_PROXY, "");
    return code;
}

static CURLcode set_body(CURL *e, struct transfer *t)
{
    const struct http_call *call = t->call;
    CURLcode code = CURLE_OK;

    if (call->body != NULL || strcmp(call->method, "POST") == 0) {
        SET(&code, e, CURLOPT_POST, 1L);
        SET(&code, e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
        SET(&code, e, CURLOPT_READFUNCTION, on_send);
        SET(&code, e, CURLOPT_READDATA, t);
        SET(&code, e, CURLOPT_SEEKFUNCTION, on_rewind);
        SET(&code, e, CURLOPT_SEEKDATA, t);
    }
    SET(&code, e, CURLOPT_CUSTOMREQUEST, call->method);
    if (strcmp(call->method, "HEAD") == 0)
        SET(&code, e, CURLOPT_NOBODY, 1L);
    return code;
}

static CURLcode set_options(struct http_client *c, struct transfer *t, struct curl_slist *headers)
{
    int64_t timeout_ms = t->call->timeout_ms;
    CURL *e = c->easy;
    CURLcode code = CURLE_OK;

    curl_easy_reset(e);
    c->reason[0] = '\0';
    /* HTTP/1.1 where libcurl was built without the other. */
    (void)curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(&code, e, CURLOPT_URL, t->call->url);
    SET(&code, e, CURLOPT_ERRORBUFFER, c->reason);
    SET(&code, e, CURLOPT_NOSIGNAL, 1L);
    SET(&code, e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    SET(&code, e, CURLOPT_CONNECTTIMEOUT_MS,
        (long)(timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS));
    SET(&code, e, CURLOPT_TCP_KEEPALIVE, 1L);
    SET(&code, e, CURLOPT_MAXAGE_CONN, MAX_IDLE_S);
    SET(&code, e, CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(&code, e, CURLOPT_HTTPHEADER, headers);
    SET(&code, e, CURLOPT_WRITEFUNCTION, on_body);
    SET(&code, e, CURLOPT_WRITEDATA, t);
    if (code == CURLE_OK)
        code = set_security(e, t->call->url);
    return code == CURLE_OK ? set_body(e, t) : code;
}

static int add_header(struct curl_slist **list, const char *line, struct err *err)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer == NULL)
        return err_nomem(err, "http");
    *list = longer;
    return 0;
}

static int make_headers(const struct http_call *call, struct curl_slist **list, struct err *err)
{
    if (add_header(list, "Expect:", err) != 0) /* no 100-continue */
        return -1;
    for (const char *const *h = call->headers; h != NULL && *h != NULL; h++)
        if (add_header(list, *h, err) != 0)
            return -1;
    return 0;
}

/* A turn of libcurl's is over, and no answer has come. How long to wait for the next one. */
static int use_the_time(const struct http_client *c, struct transfer *t)
{
    const struct http_call *call = t->call;
    int64_t now = clock_mono_ms(), wait_ms;
    curl_off_t sent = 0;

    if (call->meanwhile == NULL || t->meanwhile_ms < 0)
        return POLL_MS;
    if (t->phase == SENDING) {
        if (curl_easy_getinfo(c->easy, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK ||
            sent < (curl_off_t)call->body_len)
            return POLL_MS;
        t->phase = SENT;
        return TURN_MS;
    }
    if (t->phase == WAITING && now < t->meanwhile_ms)
        return POLL_MS;
    t->phase = WAITING;
    wait_ms = call->meanwhile(call->meanwhile_ctx);
    t->meanwhile_ms = wait_ms < 0 ? -1 : clock_mono_ms() + wait_ms;
    return 0;
}

/* Run the transfer to its end; *RESULT is libcurl's word on it. */
static int perform(struct http_client *c, struct transfer *t, CURLcode *result, struct err *err)
{
    for (;;) {
        int running = 0, left;
        CURLMsg *message;

        *result = CURLE_OUT_OF_MEMORY;
        if (curl_multi_perform(c->multi, &running) != CURLM_OK)
            return 0;
        message = curl_multi_info_read(c->multi, &left);
        if (message != NULL && message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return 0;
        }
        if (c->stop != NULL && stop_is_asked(c->stop))
            return err_set(err, ERR_STOPPED, "http: told to stop");
        if (curl_multi_poll(c->multi, NULL, 0, use_the_time(c, t), NULL) != CURLM_OK)
            return 0;
    }
}

/* Nothing can have reached the peer. */
static bool is_before_sending(const struct http_client *c, CURLcode code)
{
    curl_off_t ready_us = 0;

    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return true;
    default:
        curl_easy_getinfo(c->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
        return ready_us == 0;
    }
}

static int fail(const struct http_client *c, const struct transfer *t, CURLcode code,
                struct err *err)
{
    const char *reason = t->answer->body.is_failed ? "out of memory"
                         : c->reason[0] != '\0'    ? c->reason
                                                   : curl_easy_strerror(code);

    if (t->is_too_large)
        return err_set(err, ERR_FORMAT, "http: the answer is larger than %zu bytes",
                       t->max_body_bytes);
    if (is_before_sending(c, code)) {
        if (code == CURLE_OUT_OF_MEMORY)
            return err_nomem(err, "http");
        err_set(err, ERR_HTTP, "http: %s", reason);
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            err_hint(err, "Who answers there has no certificate that this machine trusts: is its "
                          "clock right, is ca-certificates installed, does a proxy show its own?");
        if (code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL)
            err_transient(err);
        return -1;
    }
    err_set(err, ERR_LOST, "http: no answer: %s", reason);
    return err_transient(err);
}

static void read_headers(const struct http_client *c, struct http_answer *a)
{
    struct curl_header *date = NULL;
    curl_off_t retry_s = 0;
    char *type = NULL;
    long status = 0;
    time_t when;

    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    a->status = (int)status;
    if (curl_easy_getinfo(c->easy, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type != NULL)
        snprintf(a->content_type, sizeof(a->content_type), "%s", type);
    if (curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &retry_s) == CURLE_OK && retry_s > 0)
        a->retry_after_ms = retry_s > 86400 ? 86400000 : retry_s * 1000;
    if (curl_easy_header(c->easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK) {
        when = curl_getdate(date->value, NULL);
        a->date_ms = when > 0 ? (int64_t)when * 1000 : 0;
    }
}

int http_client_do(struct http_client *c, const struct http_call *call, struct http_answer *answer,
                   struct err *err)
{
    struct transfer t = {.call = call,
                         .answer = answer,
                         .max_body_bytes =
                             call->max_body_bytes == 0 ? DEFAULT_MAX_BODY : call->max_body_bytes};
    struct curl_slist *headers = NULL;
    int64_t start_ms = clock_mono_ms();
    CURLcode code = CURLE_OK;
    int result;

    pulse_beat();
    if (planted(12) && dup(STDERR_FILENO) == -1)
        return err_set(err, ERR_IO, "http: no descriptor");
    if (c->stop != NULL && stop_is_asked(c->stop))
        return err_set(err, ERR_STOPPED, "http: told to stop");
    http_answer_close(answer);
    result = make_headers(call, &headers, err);
    if (result == 0) {
        code = set_options(c, &t, headers);
        if (code == CURLE_OK && curl_multi_add_handle(c->multi, c->easy) != CURLM_OK)
            code = CURLE_OUT_OF_MEMORY;
        if (code == CURLE_OK)
            result = perform(c, &t, &code, err);
        if (result == 0 && code != CURLE_OK)
            result = fail(c, &t, code, err);
        if (result == 0)
            read_headers(c, answer);
        curl_multi_remove_handle(c->multi, c->easy);
    }
    curl_slist_free_all(headers);
    answer->took_ms = clock_mono_ms() - start_ms;
    if (result != 0)
        http_answer_close(answer);
    return result;
}
