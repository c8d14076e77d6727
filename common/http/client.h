/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/client: HTTP(S) calls over libcurl: one connection kept open, gzip, HTTP/2 where the peer
 * has it, certificates always checked, redirects never followed, bounded answers.
 *
 * One thread at a time per client. A call blocks until it is answered, times out or the stop is
 * asked.
 */
#ifndef COMMON_HTTP_CLIENT_H
#define COMMON_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/stop.h"

struct http_client;

/* STOP may be NULL; kept by pointer. Call http_client_global_init once in main() before threads
 * start. */
int http_client_global_init(struct err *err);
int http_client_new(struct stop *stop, struct http_client **out, struct err *err);
void http_client_free(struct http_client *c);

struct http_call {
    const char *method; /* "GET", "POST", "PUT", "DELETE" */
    const char *url;
    const char *const *headers; /* "Name: value", ended by NULL; may be NULL */
    const char *body;           /* may be NULL */
    size_t body_len;
    int64_t timeout_ms;    /* of the whole call */
    size_t max_body_bytes; /* of the answer; 0: 64 MiB */
    /* May be NULL. Called by the calling thread when the body has left and no answer is there yet,
     * and again after as many milliseconds as it returns, while there is none; negative: not again.
     * The answer waits until it returns, and the time counts. */
    int64_t (*meanwhile)(void *ctx);
    void *meanwhile_ctx;
};

struct http_answer {
    int status;
    struct buf body;
    char content_type[128];
    int64_t retry_after_ms; /* from Retry-After (seconds or a date); 0 if absent */
    int64_t date_ms;        /* from Date; 0 if absent */
    int64_t took_ms;
};
#define HTTP_ANSWER_INIT ((struct http_answer){0})
void http_answer_close(struct http_answer *a);

/* 0: an answer came, whatever its status. -1: ERR_HTTP (transient) when the request certainly did
 * not reach the peer (resolve, connect, TLS), ERR_LOST (transient) when it may have, ERR_STOPPED,
 * ERR_FORMAT (answer too large), ERR_NOMEM (nothing was sent). */
int http_client_do(struct http_client *c, const struct http_call *call, struct http_answer *answer,
                   struct err *err);
#endif
