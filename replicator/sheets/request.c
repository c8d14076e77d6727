/* SPDX-License-Identifier: Apache-2.0 */
/* request: one call of the Sheets or the Drive API. The only retry loop of this folder (the token's
 * own aside). */
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
    DRIVE_TIMEOUT_MS = 10000,
    LEAVING_TIMEOUT_MS = 2000,
    ANSWER_MAX = 128 * 1024 * 1024
};

static struct quota *bucket_of(struct sheets *s, const struct request *r)
{
    return r->kind == REQUEST_WRITE ? &s->writes : r->kind == REQUEST_DRIVE ? &s->drive : &s->reads;
}

static int wait_for_bucket(struct sheets *s, struct quota *q, struct err *err)
{
    int64_t wait;

    if (q == &s->drive && (wait = quota_wait_ms(q, clock_mono_ms())) > 0) {
        err_set(err, ERR_QUOTA, "drive: asked too often");
        err->wait_ms = wait;
        return err_transient(err);
    }
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

    if (r->kind == REQUEST_DRIVE && call.timeout_ms > DRIVE_TIMEOUT_MS)
        call.timeout_ms = DRIVE_TIMEOUT_MS;
    if (s->is_leaving)
        call.timeout_ms = LEAVING_TIMEOUT_MS;
    buf_printf(&authorization, "Authorization: Bearer %s", bearer);
    buf_puts(&url, r->kind == REQUEST_DRIVE ? s->cfg->drive_url : s->cfg->base_url);
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

    if (answer->status != 200 && !(r->kind == REQUEST_DRIVE && answer->status == 204)) {
        request_error(s, r, answer, err);
        if (err->code != ERR_QUOTA)
            return -1;
        quota_refused(q, answer->retry_after_ms, clock_mono_ms());
        metrics_add(METRIC_THROTTLED, 1);
        err->wait_ms = quota_wait_ms(q, clock_mono_ms());
        return -1;
    }
    quota_answered(q);
    if (r->kind == REQUEST_DRIVE && answer->body.len == 0) {
        *out = NULL;
        return 0;
    }
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
    if (r->kind == REQUEST_DRIVE)
        return false;
    if (r->kind == REQUEST_READ)
        return err->transient && err->code != ERR_AUTH && err->code != ERR_GONE &&
               tries < READ_TRIES;
    return err->code == ERR_QUOTA && tries < WRITE_REFUSALS;
}

static void count(const struct request *r)
{
    static const enum metrics_id ids[] = {[REQUEST_READ] = METRIC_READS,
                                          [REQUEST_WRITE] = METRIC_BATCHES,
                                          [REQUEST_DRIVE] = METRIC_DRIVE_REQUESTS};

    metrics_add(ids[r->kind], 1);
}

int request_run(struct sheets *s, const struct request *r, cJSON **out, struct err *err)
{
    bool was_refreshed = false;

    for (unsigned tries = 1;; tries++) {
        if (try_once(s, r, out, err) == 0) {
            count(r);
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
