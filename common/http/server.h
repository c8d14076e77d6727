/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/server: a small HTTP/1.1 server over libmicrohttpd: one handler, whole bodies, bounded
 * everything.
 *
 * The handler runs on one of the server's threads, several at a time. It gets the whole body (the
 * server answers 413 past max_body_bytes without calling it, 503 past max_connections or when the
 * bodies of all requests are too much) and fills the response, or defers it. A panic in
 * libmicrohttpd never ends the process silently.
 *
 * With receive_timeout_s one more thread looks after the connections: a request that does not
 * become whole in time, a client that takes no answer and one that only waits are cut off; when
 * there is no room for another connection, the one that has waited longest without a whole request
 * makes it.
 */
#ifndef COMMON_HTTP_SERVER_H
#define COMMON_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"

struct http_server;

struct http_request {
    const char *method; /* "GET" */
    const char *path;   /* as sent (percent-encoded), without the query */
    const char *query;  /* after '?', as sent; "" if none */
    const char *body;   /* never NULL; a NUL follows */
    size_t body_len;
    char id[17];   /* 16 hex digits, for logs: req= */
    char peer[64]; /* address, for logs */
    uint16_t peer_port;
    void *connection; /* private, and so is the next */
    void *exchange;
};

/* A header of the request (case-insensitive), or NULL. Valid until the handler returns. */
const char *http_request_header(const struct http_request *r, const char *name);
/* The percent-decoded value of the first query parameter NAME, malloc()ed; NULL if there is none.
 */
char *http_request_query(const struct http_request *r, const char *name);
/* Percent-decode LEN bytes (plus_is_blank: '+' is a blank, as in forms); malloc()ed, NULL when out
 * of memory or malformed. */
char *http_decode(const char *text, size_t len, bool plus_is_blank);

struct http_response {
    int status;               /* 200 when the handler is called */
    const char *error;        /* the code of http_response_error; NULL: there is none */
    const char *content_type; /* static text; "application/json; charset=utf-8" when the handler is
                                 called */
    struct buf body;
    struct {
        const char *name; /* static text */
        char value[256];
    } headers[8];
    size_t n_headers;
    /* A stream instead of a body (server-sent events): called again and again on the connection's
     * own thread; it may block for some seconds; bytes written, 0 for "nothing yet", -1 to end.
     * Needs thread_per_connection. */
    ssize_t (*stream)(void *stream_ctx, char *to, size_t size);
    void (*stream_end)(void *stream_ctx); /* called once */
    void *stream_ctx;
};

void http_response_header(struct http_response *r, const char *name, const char *value);
/* {"error":{"code":"CODE","message":"TEXT"}} with STATUS. CODE is static text. */
void http_response_error(struct http_response *r, int status, const char *code, const char *fmt,
                         ...) __attribute__((format(printf, 4, 5)));

/* In a handler: answer later, with http_answer. Until then R and the response, which is returned,
 * are kept, and nobody waits for them. Needs `threads`. */
struct http_response *http_defer(const struct http_request *r);
/* Send the deferred answer of R, which is gone then. Any thread. */
void http_answer(const struct http_request *r);

/* Why a connection was cut off. */
enum http_cut {
    HTTP_CUT_SLOW, /* its request did not become whole in time, or its answer was not taken */
    HTTP_CUT_IDLE, /* no request came */
    HTTP_CUT_FULL, /* it made room for another one */
};

struct http_server_options {
    const char *host;     /* "127.0.0.1", "0.0.0.0", "::1" */
    uint16_t port;        /* 0: any free one */
    const char *named_by; /* "page.listen": to be changed where the port is taken; may be NULL */
    unsigned threads;     /* 0: a thread per connection */
    unsigned max_connections;
    /* Memory of a connection, in which a request's line and headers have to fit (431); 0: 32 KiB.
     * libmicrohttpd clears it after each request: a connection has all of it. */
    size_t connection_bytes;
    size_t max_body_bytes;
    size_t max_total_bytes; /* of the bodies of all requests at once; 0: no limit of its own */
    unsigned idle_timeout_s;
    unsigned receive_timeout_s; /* first line to last byte of a request; 0: only idle_timeout_s */
    void (*handle)(void *ctx, const struct http_request *request, struct http_response *response);
    /* Told of every answer before it is sent, also of those that the server gives itself; TOOK_US:
     * since the request was there whole. May be NULL. */
    void (*answered)(void *ctx, const struct http_request *request,
                     const struct http_response *response, int64_t took_us);
    void (*cut)(void *ctx, enum http_cut why); /* told of each; may be NULL */
    void *ctx;
};

/* Listen and serve on own threads until http_server_stop. ERR_IO: the port is taken (detail
 * EADDRINUSE; the hint says what to change), ... */
int http_server_start(const struct http_server_options *options, struct http_server **out,
                      struct err *err);
uint16_t http_server_port(const struct http_server *s);
/* Stop listening, wait for running handlers and for the answers on their way (2 s), free. All that
 * was deferred must be answered. NULL is fine. */
void http_server_stop(struct http_server *s);

/* A table of routes, ended by a row with NULL; 404 and 405 (with Allow) are answered here, HEAD
 * runs GET's row. */
struct http_route {
    const char *method;
    const char *path; /* exact; a trailing "*" takes any rest */
    void (*handle)(void *ctx, const struct http_request *request, struct http_response *response);
};
void http_route_dispatch(const struct http_route *routes, void *ctx,
                         const struct http_request *request, struct http_response *response);
#endif
