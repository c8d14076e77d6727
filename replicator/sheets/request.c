/* SPDX-License-Identifier: Apache-2.0 */
/* request: one call of the Sheets or the Drive API. The only retry loop of this folder (the token's
 * own aside). */
#include <stdio.h>

#include "common/clock.h"
#include "common/http/gzip.h"
#include "common/log.h"
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
    HURRY_MS = 500,
    ANSWER_MAX = 128 * 1024 * 1024,
    ZIP_MIN = 4096 /* below that it spares no packet worth the work */
};

/* Google compresses for agents that say so. */
static const char user_agent[] = "User-Agent: tabrelay/" TABRELAY_VERSION " (gzip)";

/* How far a request has come. */
struct attempt {
    int64_t began_ms; /* this try; monotonic */
    size_t account;
    unsigned tries;
    unsigned changes; /* of the account, after refusals */
    bool is_renewed;  /* the account's token, after a 401 */
    bool is_plain;    /* not packed, after a refusal of what was */
    bool was_zipped;  /* the last try was */
};

static struct budget_ask ask_of(const struct request *r, const struct attempt *a)
{
    return (struct budget_ask){.kind = r->kind == REQUEST_WRITE ? BUDGET_WRITE : BUDGET_READ,
                               .spreadsheet = r->spreadsheet,
                               .only = a->is_renewed ? a->account : BUDGET_ANY,
                               .claim = r->is_fill ? QUOTA_FILL : QUOTA_AT_ONCE};
}

static int wait_for_drive(struct sheets *s, struct attempt *a, struct err *err)
{
    int64_t wait = quota_wait_ms(&s->drive, QUOTA_AT_ONCE, clock_mono_ms());

    a->account = 0;
    if (wait == 0)
        return 0;
    err_set(err, ERR_QUOTA, "drive: asked too often");
    err->wait_ms = wait;
    return err_transient(err);
}

/* Would it be too late, after WAIT_MS more? */
static bool is_late(const struct sheets *s, const struct attempt *a, int64_t wait_ms)
{
    return s->is_in_hurry && clock_mono_ms() + wait_ms - a->began_ms > HURRY_MS;
}

static int fail_as_late(int64_t wait_ms, struct err *err)
{
    err_set(err, ERR_QUOTA, "sheets: a batch could not leave at once, and is planned again");
    err->wait_ms = wait_ms;
    return err_transient(err);
}

/* Choose the account that goes, once it may. */
static int wait_for_turn(struct sheets *s, const struct request *r, struct attempt *a,
                         struct err *err)
{
    const struct budget_ask ask = ask_of(r, a);
    int64_t wait;

    if (r->kind == REQUEST_DRIVE)
        return wait_for_drive(s, a, err);
    while ((wait = budget_wait_ms(s->budget, &ask, clock_mono_ms(), &a->account)) > 0) {
        if (is_late(s, a, wait))
            return fail_as_late(wait, err);
        if (stop_wait_ms(s->stop, wait))
            return err_set(err, ERR_STOPPED, "sheets: stopped while waiting for the quota");
        budget_waited(s->budget, ask.kind, wait);
    }
    return 0;
}

static void take(struct sheets *s, const struct request *r, const struct attempt *a)
{
    const struct budget_ask ask = ask_of(r, a);

    if (r->kind == REQUEST_DRIVE)
        quota_take(&s->drive, QUOTA_AT_ONCE, clock_mono_ms());
    else
        budget_take(s->budget, &ask, a->account, clock_mono_ms());
}

/* --- one try --- */

static int64_t timeout_of(const struct sheets *s, const struct request *r)
{
    int64_t timeout_ms = s->cfg->timeout_ms;

    if (s->is_leaving)
        return LEAVING_TIMEOUT_MS;
    return r->kind == REQUEST_DRIVE && timeout_ms > DRIVE_TIMEOUT_MS ? DRIVE_TIMEOUT_MS
                                                                     : timeout_ms;
}

static int put_url(const struct sheets *s, const struct request *r, struct buf *url,
                   struct err *err)
{
    buf_puts(url, r->kind == REQUEST_DRIVE ? s->cfg->drive_url : s->cfg->base_url);
    if (url->len > 0 && url->ptr[url->len - 1] != '/')
        buf_putc(url, '/');
    buf_puts(url, r->path);
    return url->is_failed ? err_nomem(err, "sheets") : 0;
}

/* What the request says, packed into ZIPPED where that pays. */
static int set_body(const struct sheets *s, const struct request *r, struct attempt *a,
                    struct buf *zipped, struct http_call *call, struct err *err)
{
    a->was_zipped = r->body != NULL && r->body->len >= ZIP_MIN && s->zip != ZIP_REFUSED &&
                    !a->is_plain && r->kind != REQUEST_DRIVE;
    if (r->body == NULL)
        return 0;
    if (a->was_zipped && gzip_put(zipped, r->body->ptr, r->body->len, err) != 0)
        return err_wrap(err, "sheets: %s", r->what);
    call->body = a->was_zipped ? zipped->ptr : buf_text(r->body);
    call->body_len = a->was_zipped ? zipped->len : r->body->len;
    return 0;
}

/* The place in the label ANSWER of metrics_list.h. */
static size_t outcome_of(int rc, int status)
{
    if (rc != 0 && status == 0)
        return METRICS_ANSWER_UNREACHABLE;
    if (status == 429)
        return METRICS_ANSWER_THROTTLED;
    if (status == 401 || status == 403)
        return METRICS_ANSWER_DENIED;
    return status >= 500   ? METRICS_ANSWER_UNAVAILABLE
           : status >= 400 ? METRICS_ANSWER_REFUSED
                           : METRICS_ANSWER_OK;
}

/* The call itself, counted: METRICS' kinds are those of requests. */
static int do_call(struct sheets *s, const struct request *r, const struct http_call *call,
                   struct http_answer *answer, struct err *err)
{
    int64_t began = clock_mono_ms();
    int rc = http_client_do(s->http, call, answer, err);

    if (rc != 0 && err->code == ERR_STOPPED)
        return -1;
    metrics_add(METRIC_REQUESTS, 1, r->kind, outcome_of(rc, (int)answer->status));
    metrics_observe(METRIC_REQUEST_TIME, (clock_mono_ms() - began) * 1000, r->kind);
    return rc;
}

static int call_once(struct sheets *s, const struct request *r, struct attempt *a,
                     struct http_answer *answer, const char *bearer, struct err *err)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    CLEANUP_BUF struct buf authorization = BUF_INIT;
    CLEANUP_BUF struct buf zipped = BUF_INIT;
    const char *headers[] = {"", "Content-Type: application/json", user_agent, NULL, NULL};
    struct http_call call = {.method = r->method,
                             .headers = headers,
                             .timeout_ms = timeout_of(s, r),
                             .max_body_bytes = ANSWER_MAX};

    buf_printf(&authorization, "Authorization: Bearer %s", bearer);
    if (authorization.is_failed)
        return err_nomem(err, "sheets");
    if (put_url(s, r, &url, err) != 0 || set_body(s, r, a, &zipped, &call, err) != 0)
        return -1;
    headers[0] = authorization.ptr;
    headers[3] = a->was_zipped ? "Content-Encoding: gzip" : NULL;
    call.url = url.ptr;
    call.meanwhile = r->kind == REQUEST_WRITE ? s->meanwhile : NULL;
    call.meanwhile_ctx = s->meanwhile_ctx;
    if (do_call(s, r, &call, answer, err) == 0)
        return 0;
    if (err->code == ERR_FORMAT && r->kind == REQUEST_WRITE) { /* too large an answer: it is done */
        err->code = ERR_LOST;
        err_transient(err);
    }
    return err_wrap(err, "sheets: %s", r->what);
}

static int take_refusal(struct sheets *s, const struct request *r, const struct attempt *a,
                        const struct http_answer *answer, struct err *err)
{
    const struct budget_ask ask = ask_of(r, a);
    struct request_quota quota = {0};
    struct budget_refusal refusal = {.limit = quota.limit,
                                     .retry_after_ms = answer->retry_after_ms};
    int64_t now = clock_mono_ms();

    request_error(sheets_account(s, a->account), r, answer, &quota, err);
    if (err->code != ERR_QUOTA)
        return -1;
    refusal.per_minute = quota.per_minute;
    if (r->kind == REQUEST_DRIVE) {
        quota_refused(&s->drive, refusal.retry_after_ms, now);
        err->wait_ms = quota_wait_ms(&s->drive, QUOTA_AT_ONCE, now);
    } else {
        budget_refused(s->budget, &ask, a->account, &refusal, now);
        err->wait_ms = budget_wait_ms(s->budget, &ask, now, NULL);
    }
    return -1;
}

/* The rows of grids go their own way: they are most of an answer. */
static int read_body(const struct request *r, struct buf *body, cJSON **out, struct err *err)
{
    if (r->rows != NULL && body->len > 0 && grid_rows_take(body, r->rows, err) != 0)
        return -1;
    return json_parse(buf_text(body), body->len, out, err);
}

static int take_answer(struct sheets *s, const struct request *r, const struct attempt *a,
                       struct http_answer *answer, cJSON **out, struct err *err)
{
    const struct budget_ask ask = ask_of(r, a);

    if (answer->status != 200 && !(r->kind == REQUEST_DRIVE && answer->status == 204))
        return take_refusal(s, r, a, answer, err);
    if (r->kind == REQUEST_DRIVE)
        quota_answered(&s->drive);
    else
        budget_answered(s->budget, &ask, a->account);
    if (a->was_zipped)
        s->zip = ZIP_TAKEN;
    if (r->kind == REQUEST_DRIVE && answer->body.len == 0) {
        *out = NULL;
        return 0;
    }
    if (read_body(r, &answer->body, out, err) == 0)
        return 0;
    /* 200 and half a body: it was done, but there is no proof. */
    err->code = r->kind == REQUEST_WRITE ? ERR_LOST : ERR_HTTP;
    err_transient(err);
    return err_wrap(err, "sheets: %s", r->what);
}

static int try_once(struct sheets *s, const struct request *r, struct attempt *a, cJSON **out,
                    struct err *err)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    const char *bearer = NULL;
    int rc = wait_for_turn(s, r, a, err);

    if (rc == 0)
        rc = token_get(s->tokens[a->account], s->http, &bearer, err);
    if (rc == 0 && r->kind == REQUEST_WRITE && s->may_write != NULL)
        rc = s->may_write(s->guard_ctx, err);
    if (rc == 0 && is_late(s, a, 0))
        rc = fail_as_late(0, err);
    if (rc == 0) {
        take(s, r, a);
        rc = call_once(s, r, a, &answer, bearer, err);
    }
    if (rc == 0)
        rc = take_answer(s, r, a, &answer, out, err);
    http_answer_close(&answer);
    return rc;
}

/* --- what to do about a failure --- */

/* An account was refused: is there another? A 403 is about this spreadsheet; whose token is refused
 * can do nothing at all. Nothing was applied. */
static bool change_account(struct sheets *s, const struct request *r, struct attempt *a,
                           const struct err *err)
{
    const struct budget_ask ask = ask_of(r, &(struct attempt){0});
    const char *account = sheets_account(s, a->account);
    bool is_barred = err->detail == 403;
    int64_t now = clock_mono_ms();
    bool is_news = is_barred ? budget_bar(s->budget, &ask, a->account, now)
                             : budget_out(s->budget, a->account, now);

    if (++a->changes >= s->n_accounts || !budget_has_one(s->budget, &ask, now))
        return false;
    if (is_news && is_barred)
        log_warn("sheets: %s: %s may not %s it, other accounts do: %s hint=\"%s\"", r->what,
                 account, r->kind == REQUEST_WRITE ? "write" : "read", err->msg, err->hint);
    else if (is_news)
        log_warn("sheets: account %s is left out: %s hint=\"%s\"", account, err->msg, err->hint);
    a->is_renewed = false;
    return true;
}

/* No page of Google's says that Sheets takes packed bodies, though its own clients send them: a
 * server that has never taken one is asked again without. */
static bool change_packing(const struct sheets *s, struct attempt *a, const struct err *err)
{
    if (!a->was_zipped || s->zip != ZIP_UNKNOWN || (err->detail != 400 && err->detail != 415))
        return false;
    a->is_plain = true;
    return true;
}

static bool is_worth_another(const struct sheets *s, const struct request *r, const struct err *err,
                             unsigned tries)
{
    if (r->kind == REQUEST_DRIVE || (err->code == ERR_QUOTA && s->is_in_hurry))
        return false;
    if (r->kind == REQUEST_READ)
        return err->transient && err->code != ERR_AUTH && err->code != ERR_GONE &&
               tries < READ_TRIES;
    return err->code == ERR_QUOTA && tries < WRITE_REFUSALS;
}

static void note_packing(struct sheets *s, const struct attempt *a)
{
    if (!a->is_plain || s->zip != ZIP_UNKNOWN)
        return;
    s->zip = ZIP_REFUSED;
    log_warn("sheets: the server does not take gzipped requests: they are sent as they are");
}

int request_run(struct sheets *s, const struct request *r, cJSON **out, struct err *err)
{
    struct attempt a = {0};

    for (;;) {
        a.began_ms = clock_mono_ms();
        if (try_once(s, r, &a, out, err) == 0) {
            note_packing(s, &a);
            return 0;
        }
        if (err->code == ERR_AUTH && err->detail == 401 && !a.is_renewed) {
            a.is_renewed = true;
            token_drop(s->tokens[a.account]);
            continue;
        }
        if (err->code == ERR_AUTH && r->kind != REQUEST_DRIVE && change_account(s, r, &a, err))
            continue;
        if (change_packing(s, &a, err))
            continue;
        if (!is_worth_another(s, r, err, ++a.tries))
            return -1;
        /* The bucket knows how long a 429 lasts. */
        if (err->code != ERR_QUOTA &&
            stop_wait_ms(s->stop, clock_backoff_ms(a.tries, BACKOFF_MS, BACKOFF_MAX_MS)))
            return err_set(err, ERR_STOPPED, "sheets: stopped while waiting to try again");
    }
}
