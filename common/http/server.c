/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/http/connections.h"
#include "common/http/framing.h"
#include "common/log.h"

/* Connections beyond max_connections that are let in to be told 503. */
#define EXTRA_CONNECTIONS 64
#define CONNECTION_BYTES (32 * 1024) /* libmicrohttpd's default */
#define UNSENT_MS 2000               /* so long http_server_stop waits for answers on their way */

struct http_server {
    struct http_server_options options;
    struct MHD_Daemon *daemon;
    uint16_t port;
    struct connections *connections;
    atomic_size_t body_bytes; /* of all requests */
    atomic_uint unsent;       /* requests that the handler was asked, without those answered */
    atomic_bool is_stopping;
};

/* One request from its first line to the last byte of its answer. */
struct exchange {
    char *uri; /* owned; as sent */
    struct buf body;
    size_t received_bytes;
    size_t counted_bytes; /* in the server's body_bytes */
    bool has_started;
    bool is_too_much; /* there was no room for the body */
    bool is_asked;    /* the handler was: it counts among the unsent */
    bool is_deferred;
    int64_t began_us;
    struct http_server *server;
    struct guest *guest;
    struct http_request request;
    struct http_response response;
};

struct stream {
    struct http_server *server;
    ssize_t (*read)(void *ctx, char *to, size_t size);
    void (*end)(void *ctx);
    void *ctx;
};

static void on_panic(void *ctx, const char *file, unsigned line, const char *reason)
{
    (void)ctx;
    log_error("http: libmicrohttpd panicked at %s:%u: %s", file, line,
              reason == NULL ? "no reason given" : reason);
    abort();
}

static void tell_answered(const struct http_server *s, const struct http_request *request,
                          const struct http_response *response, int64_t began_us)
{
    if (s->options.answered != NULL)
        s->options.answered(s->options.ctx, request, response, clock_mono_us() - began_us);
}

/* libmicrohttpd answers what it cannot read by itself, and tells of that only here. */
static void on_log(void *ctx, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void on_log(void *ctx, const char *fmt, va_list ap)
{
    static const struct http_request unread = {.method = "", .path = "", .query = "", .body = ""};
    static const struct http_response refused = {.status = 400, .error = "malformed"};
    char text[512];

    vsnprintf(text, sizeof(text), fmt, ap);
    log_debug("http: libmicrohttpd: %s", text);
    if (strncmp(text, "Error processing request", 24) == 0)
        tell_answered(ctx, &unread, &refused, clock_mono_us());
}

/* Paths stay as they were sent: only the handler knows where a %2F belongs. */
static size_t keep_escapes(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static struct guest *guest_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct http_server *s = ctx;
    struct exchange *e = calloc(1, sizeof(*e));

    if (e == NULL)
        return NULL;
    e->uri = strdup(uri);
    e->server = s;
    e->guest = guest_of(connection);
    connections_phase(s->connections, e->guest, GUEST_RECEIVING);
    return e;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
    struct http_server *s = ctx;
    struct exchange *e = *con_cls;

    (void)connection;
    (void)code;
    *con_cls = NULL;
    if (e == NULL)
        return;
    connections_phase(s->connections, e->guest, GUEST_WAITING);
    atomic_fetch_sub(&s->body_bytes, e->counted_bytes);
    if (e->is_asked)
        atomic_fetch_sub(&s->unsent, 1);
    buf_close(&e->response.body);
    free(e->uri);
    buf_close(&e->body);
    free(e);
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = ctx;

    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = connections_add(
            s->connections,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    else
        connections_remove(s->connections, *socket_context);
}

static ssize_t read_stream(void *ctx, uint64_t offset, char *to, size_t size)
{
    struct stream *stream = ctx;
    ssize_t n;

    (void)offset;
    if (atomic_load(&stream->server->is_stopping))
        return MHD_CONTENT_READER_END_OF_STREAM;
    n = stream->read(stream->ctx, to, size);
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void end_stream(void *ctx)
{
    struct stream *stream = ctx;

    if (stream->end != NULL)
        stream->end(stream->ctx);
    free(stream);
}

static struct MHD_Response *make_stream(struct http_server *s, const struct http_response *r)
{
    struct stream *stream = calloc(1, sizeof(*stream));
    struct MHD_Response *out;

    if (stream == NULL)
        return NULL;
    *stream =
        (struct stream){.server = s, .read = r->stream, .end = r->stream_end, .ctx = r->stream_ctx};
    out =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, stream, end_stream);
    if (out == NULL)
        free(stream);
    return out;
}

static struct MHD_Response *make_response(struct http_server *s, struct http_response *r)
{
    size_t len = r->body.len;
    struct MHD_Response *out;
    char *body;

    if (r->stream != NULL) {
        out = make_stream(s, r);
        if (out == NULL && r->stream_end != NULL)
            r->stream_end(r->stream_ctx);
        return out;
    }
    body = buf_take(&r->body);
    if (body == NULL)
        return NULL;
    out = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE);
    if (out == NULL)
        free(body);
    return out;
}

static enum MHD_Result answer(struct http_server *s, struct MHD_Connection *connection,
                              struct http_response *r)
{
    struct MHD_Response *out;
    enum MHD_Result result;

    if (r->stream != NULL && s->options.threads != 0) {
        log_error("http: a stream needs a thread per connection");
        r->stream_end(r->stream_ctx);
        r->stream = NULL;
        http_response_error(r, 500, "internal", "The server cannot stream.");
    }
    if (r->body.is_failed)
        http_response_error(r, 500, "out_of_memory", "The server is out of memory.");
    out = make_response(s, r);
    buf_close(&r->body);
    if (out == NULL)
        return MHD_NO; /* out of memory: the connection is dropped */
    if (r->content_type != NULL)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, r->content_type);
    for (size_t i = 0; i < r->n_headers; i++)
        MHD_add_response_header(out, r->headers[i].name, r->headers[i].value);
    result = MHD_queue_response(connection, (unsigned)r->status, out);
    MHD_destroy_response(out);
    return result;
}

static void fill_peer(struct MHD_Connection *connection, struct http_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    socklen_t len;

    if (info == NULL || info->client_addr == NULL)
        return;
    /* The port stands at the same place in both kinds of address. */
    r->peer_port = ntohs(((const struct sockaddr_in *)(const void *)info->client_addr)->sin_port);
    len = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                   : sizeof(struct sockaddr_in);
    if (getnameinfo(info->client_addr, len, r->peer, sizeof(r->peer), NULL, 0, NI_NUMERICHOST) != 0)
        r->peer[0] = '\0';
}

/* Requests that never reach the handler. True if R holds the answer. */
static bool refuse(const struct http_server *s, const struct exchange *e, struct http_response *r)
{
    if (connections_are_too_many(s->connections)) {
        http_response_error(r, 503, "too_many_connections", "The server is busy; try again.");
        http_response_header(r, "Retry-After", "1");
        http_response_header(r, "Connection", "close");
        return true;
    }
    if (e->received_bytes > s->options.max_body_bytes) {
        http_response_error(r, 413, "too_large", "The body is larger than %zu bytes.",
                            s->options.max_body_bytes);
        return true;
    }
    if (e->is_too_much || e->body.is_failed) {
        http_response_error(r, 503, e->is_too_much ? "overloaded" : "out_of_memory",
                            e->is_too_much ? "The server is busy; try again."
                                           : "The server is out of memory.");
        http_response_header(r, "Retry-After", "1");
        return true;
    }
    return false;
}

static enum MHD_Result send_answer(struct http_server *s, struct exchange *e)
{
    tell_answered(s, &e->request, &e->response, e->began_us);
    connections_phase(s->connections, e->guest,
                      e->response.stream == NULL ? GUEST_SENDING : GUEST_STREAMING);
    return answer(s, e->request.connection, &e->response);
}

static void begin(struct http_server *s, struct MHD_Connection *connection, const char *method,
                  struct exchange *e)
{
    char *question = strchr(e->uri, '?');

    connections_phase(s->connections, e->guest, GUEST_ASKING);
    e->began_us = clock_mono_us();
    e->response =
        (struct http_response){.status = 200, .content_type = "application/json; charset=utf-8"};
    e->request = (struct http_request){.method = method, .connection = connection, .exchange = e};
    if (question != NULL)
        *question = '\0';
    e->request.path = e->uri;
    e->request.query = question == NULL ? "" : question + 1;
}

/* Before its body, which may be none of ours. */
static enum MHD_Result refuse_framing(struct http_server *s, struct MHD_Connection *connection,
                                      const char *method, struct exchange *e)
{
    begin(s, connection, method, e);
    http_response_error(&e->response, 400, "malformed", "It is not clear where the request ends.");
    http_response_header(&e->response, "Connection", "close");
    return send_answer(s, e);
}

static enum MHD_Result handle(struct http_server *s, struct MHD_Connection *connection,
                              const char *method, struct exchange *e)
{
    uint8_t id[8];

    begin(s, connection, method, e);
    if (refuse(s, e, &e->response))
        return send_answer(s, e);
    e->request.body = buf_text(&e->body);
    e->request.body_len = e->body.len;
    crypto_random(id, sizeof(id));
    for (size_t i = 0; i < sizeof(id); i++)
        snprintf(e->request.id + 2 * i, 3, "%02x", id[i]);
    fill_peer(connection, &e->request);
    e->is_asked = true;
    atomic_fetch_add(&s->unsent, 1);
    s->options.handle(s->options.ctx, &e->request, &e->response);
    return e->is_deferred ? MHD_YES : send_answer(s, e);
}

struct http_response *http_defer(const struct http_request *r)
{
    struct exchange *e = r->exchange;

    e->is_deferred = true;
    MHD_suspend_connection(r->connection);
    return &e->response;
}

/* The connection's own thread calls on_request again. */
void http_answer(const struct http_request *r)
{
    MHD_resume_connection(r->connection);
}

/* Too large a body is read to its end, so that the sender reads our answer, but not kept and not
 * without end. */
static bool take_upload(struct http_server *s, struct exchange *e, const char *data, size_t len)
{
    const size_t most = s->options.max_total_bytes;

    e->received_bytes += len;
    e->counted_bytes += len;
    e->is_too_much =
        e->is_too_much || (atomic_fetch_add(&s->body_bytes, len) + len > most && most > 0);
    if (e->received_bytes <= s->options.max_body_bytes && !e->is_too_much) {
        buf_append(&e->body, data, len);
    } else {
        buf_close(&e->body);
        atomic_fetch_sub(&s->body_bytes, e->counted_bytes);
        e->counted_bytes = 0;
    }
    return e->received_bytes / 16 <= s->options.max_body_bytes;
}

/* libmicrohttpd calls this first without data, then for each piece of the body, then at its end. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **con_cls)
{
    struct http_server *s = ctx;
    struct exchange *e = *con_cls;

    (void)url;
    (void)version;
    if (e == NULL || e->uri == NULL)
        return MHD_NO; /* out of memory */
    if (!e->has_started) {
        e->has_started = true;
        return framing_is_plain(connection) ? MHD_YES : refuse_framing(s, connection, method, e);
    }
    if (*upload_size > 0) {
        bool is_fine = take_upload(s, e, upload, *upload_size);

        *upload_size = 0;
        return is_fine ? MHD_YES : MHD_NO;
    }
    if (e->is_deferred)
        return send_answer(s, e);
    return handle(s, connection, method, e);
}

const char *http_request_header(const struct http_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

static int open_socket(const struct addrinfo *address)
{
    const int on = 1;
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, 128) == 0)
        return fd;
    int saved = errno;

    close(fd);
    errno = saved;
    return -1;
}

static int listen_on(const struct http_server_options *o, int *out, struct err *err)
{
    const struct addrinfo wanted = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                    .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char service[8];
    int failed;

    snprintf(service, sizeof(service), "%u", o->port);
    failed = getaddrinfo(o->host, service, &wanted, &found);
    if (failed != 0)
        return err_set(err, ERR_CONFIG, "http: listen on %s: %s", o->host, gai_strerror(failed));
    *out = open_socket(found);
    freeaddrinfo(found);
    if (*out >= 0)
        return 0;
    err_errno(err, "http: listen on %s port %u", o->host, o->port);
    if (err->detail == EADDRINUSE && o->named_by != NULL)
        err_hint(err, "Another program listens there: give another address (%s).", o->named_by);
    return -1;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char port[8];

    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
        getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof(port),
                    NI_NUMERICSERV) != 0)
        return 0;
    return (uint16_t)strtoul(port, NULL, 10);
}

/* The limit is shared out among the threads, each gets at least one. */
static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
    const struct http_server_options *o = &s->options;
    unsigned limit = o->max_connections + EXTRA_CONNECTIONS + o->threads;
    unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG;

    flags |= o->threads == 0 ? (unsigned)MHD_USE_THREAD_PER_CONNECTION
                             : (unsigned)MHD_ALLOW_SUSPEND_RESUME;
    /* A pool has at least two threads; one runs without a pool. */
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        o->connection_bytes == 0 ? (size_t)CONNECTION_BYTES : o->connection_bytes,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_TIMEOUT, o->idle_timeout_s,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_URI_LOG_CALLBACK, on_uri, s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        s, o->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, o->threads,
        MHD_OPTION_END);
}

int http_server_start(const struct http_server_options *options, struct http_server **out,
                      struct err *err)
{
    struct http_server *s = calloc(1, sizeof(*s));
    int fd = -1;

    if (s == NULL)
        return err_nomem(err, "http");
    s->options = *options;
    if (connections_new(&s->options, &s->connections, err) != 0 ||
        listen_on(options, &fd, err) != 0) {
        connections_free(s->connections);
        free(s);
        return -1;
    }
    s->port = bound_port(fd);
    MHD_set_panic_func(on_panic, NULL);
    s->daemon = start_daemon(s, fd);
    if (s->daemon == NULL) {
        err_errno(err, "http: start the server on port %u", s->port);
        close(fd);
        connections_free(s->connections);
        free(s);
        return -1;
    }
    *out = s;
    return 0;
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->port;
}

void http_server_stop(struct http_server *s)
{
    if (s == NULL)
        return;
    atomic_store(&s->is_stopping, true);
    for (int64_t until_ms = clock_mono_ms() + UNSENT_MS;
         s->options.threads > 0 && atomic_load(&s->unsent) > 0 && clock_mono_ms() < until_ms;)
        usleep(1000);
    MHD_stop_daemon(s->daemon);
    connections_free(s->connections);
    free(s);
}
