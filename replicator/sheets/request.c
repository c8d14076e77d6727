/* SPDX-License-Identifier: Apache-2.0 */
/* request: one call of the Sheets API. The only retry loop of this folder (the token's own aside).
 */
#include <stdio.h>

#include "common/clock.h"
#include "common/metrics.h"
#include "common/version.h"
#include "replicator/sheets/private.h"

enum {
    READ_TRIES = 4,
    BACKOFF_MS = 300,
    BACKOFF_MAX_MS = 8000,
    WRITE_REFUSALS = 2, /* 429s that a write waits for before the caller may coalesce more */
    ANSWER_MAX = 128 * 1024 * 1024
};

static struct quota *bucket_of(struct sheets *s, const struct request *r)
{
    return r->kind == REQUEST_WRITE ? &s->writes : &s->reads;
}

static int wait_for_bucket(struct sheets *s, struct quota *q, struct err *err)
{
    int64_t wait;

    while ((wait = quota_wait_ms(q, clock_mono_ms())) > 0)
        if (stop_wait_ms(s->stop, wait))
            return err_set(err, ERR_STOPPED, "sheets: stopped while waiting for the quota");
    quota_take(q, clock_mono_ms());
    return 0;
}

static int call_once(struct sheets *s, const struct request *r, struct http_answer *answer,
                     const char *bearer, struct err *err)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    CLEANUP_BUF struct buf authorization = BUF_INIT;
    const char *headers[] = {"", "Content-Type: application/json",
                             /* Google compresses for agents that say so. */
                             "User-Agent: tabrelay/" TABRELAY_VERSION " (gzip)", NULL};
    struct http_call call = {.method = r->method,
                             .headers = headers,
                             .body = r->body == NULL ? NULL : buf_text(r->body),
                             .body_len = r->body == NULL ? 0 : r->body->len,
                             .timeout_ms = s->cfg->timeout_ms,
                             .max_body_bytes = ANSWER_MAX};

    buf_printf(&authorization, "Authorization: Bearer %s", bearer);
    buf_puts(&url, s->cfg->base_url);
    if (url.len > 0 && url.ptr[url.len - 1] != '/')
        buf_putc(&url, '/');
    buf_puts(&url, r->path);
    if (url.is_failed || authorization.is_failed)
        return err_nomem(err, "sheets");
    headers[0] = authorization.ptr;
    call.url = url.ptr;
    if (http_client_do(s->http, &call, answer, err) == 0)
        return 0;
    if (err->code == ERR_FORMAT && r->kind == REQUEST_WRITE) { /* too large an answer: it is done */
        err->code = ERR_LOST;
        err_transient(err);
    }
    return err_wrap(err, "sheets: %s", r->what);
}

static int take_answer(struct sheets *s, const struct request *r, const struct http_answer *answer,
                       cJSON **out, struct err *err)
{
    bool is_write = r->kind == REQUEST_WRITE;
    struct quota *q = bucket_of(s, r);

    if (answer->status == 429) {
        quota_refused(q, answer->retry_after_ms, clock_mono_ms());
        metrics_add(METRIC_THROTTLED, 1);
    }
    if (answer->status != 200) {
        request_error(s, answer, is_write, r->what, err);
        if (err->code == ERR_QUOTA)
            err->wait_ms = quota_wait_ms(q, clock_mono_ms());
        return -1;
    }
    quota_answered(q);
    if (json_parse(buf_text(&answer->body), answer->body.len, out, err) == 0)
        return 0;
    /* 200 and half a body: it was done, but there is no proof. */
    err->code = is_write ? ERR_LOST : ERR_HTTP;
    err_transient(err);
    return err_wrap(err, "sheets: %s", r->what);
}

static int try_once(struct sheets *s, const struct request *r, cJSON **out, struct err *err)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct quota *q = bucket_of(s, r);
    const char *bearer = NULL;
    int rc = token_get(s->token, s->http, &bearer, err);

    if (rc == 0)
        rc = wait_for_bucket(s, q, err);
    if (rc == 0)
        rc = call_once(s, r, &answer, bearer, err);
    if (rc == 0)
        rc = take_answer(s, r, &answer, out, err);
    http_answer_close(&answer);
    if (rc != 0 && err->code != ERR_STOPPED)
        metrics_add(METRIC_SHEETS_ERRORS, 1);
    return rc;
}

static bool is_worth_another(const struct request *r, const struct err *err, unsigned tries)
{
    if (r->kind == REQUEST_READ)
        return err->transient && err->code != ERR_AUTH && err->code != ERR_GONE &&
               tries < READ_TRIES;
    return err->code == ERR_QUOTA && tries < WRITE_REFUSALS;
}

int request_run(struct sheets *s, const struct request *r, cJSON **out, struct err *err)
{
    bool was_refreshed = false;

    for (unsigned tries = 1;; tries++) {
        if (try_once(s, r, out, err) == 0) {
            metrics_add(r->kind == REQUEST_WRITE ? METRIC_BATCHES : METRIC_READS, 1);
            return 0;
        }
        if (err->code == ERR_AUTH && err->detail == 401 && !was_refreshed) {
            was_refreshed = true;
            token_drop(s->token);
            continue;
        }
        if (!is_worth_another(r, err, tries))
            return -1;
        /* The bucket knows how long a 429 lasts. */
        if (err->code != ERR_QUOTA &&
            stop_wait_ms(s->stop, clock_backoff_ms(tries, BACKOFF_MS, BACKOFF_MAX_MS)))
            return err_set(err, ERR_STOPPED, "sheets: stopped while waiting to try again");
    }
}
