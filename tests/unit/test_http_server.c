/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/http/server.h"

static struct http_server *server;
static atomic_int streams_ended;
static atomic_int cuts[3];                          /* by enum http_cut */
static const struct http_request *_Atomic deferred; /* waits for its answer */

static void on_echo(void *ctx, const struct http_request *r, struct http_response *response)
{
    const char *test = http_request_header(r, "x-test");
    CLEANUP_FREE char *name = http_request_query(r, "na me");

    (void)ctx;
    response->content_type = "text/plain";
    http_response_header(response, "X-Answer", "42");
    buf_printf(&response->body, "%s|%s|%s|%s|%s|%zu|%s", r->method, r->path, r->query,
               test == NULL ? "-" : test, name == NULL ? "-" : name, r->body_len, r->body);
}

static void on_who(void *ctx, const struct http_request *r, struct http_response *response)
{
    (void)ctx;
    buf_printf(&response->body, "%s %zu", r->peer, strlen(r->id));
}

struct counter {
    int left;
};

static ssize_t stream_next(void *ctx, char *to, size_t size)
{
    struct counter *c = ctx;

    if (c->left == 0)
        return -1;
    return snprintf(to, size, "data: %d\n\n", c->left--);
}

static void stream_end(void *ctx)
{
    free(ctx);
    atomic_fetch_add(&streams_ended, 1);
}

static void on_stream(void *ctx, const struct http_request *r, struct http_response *response)
{
    struct counter *c = malloc(sizeof(*c));

    (void)ctx;
    (void)r;
    assert_non_null(c);
    c->left = 2;
    response->content_type = "text/event-stream";
    response->stream = stream_next;
    response->stream_end = stream_end;
    response->stream_ctx = c;
}

static void on_later(void *ctx, const struct http_request *r, struct http_response *response)
{
    (void)ctx;
    assert_ptr_equal(http_defer(r), response);
    atomic_store(&deferred, r);
}

static const struct http_route routes[] = {
    {"GET", "/echo", on_echo},    {"POST", "/echo", on_echo},
    {"GET", "/files/*", on_echo}, {"GET", "/stream", on_stream},
    {"GET", "/who", on_who},      {"POST", "/later", on_later},
    {NULL, NULL, NULL},
};

static void dispatch(void *ctx, const struct http_request *r, struct http_response *response)
{
    http_route_dispatch(routes, ctx, r, response);
}

static const struct http_server_options defaults = {
    .host = "127.0.0.1",
    .max_connections = 8,
    .max_body_bytes = 1000,
    .idle_timeout_s = 5,
    .handle = dispatch,
};

static int start_pool(void **state)
{
    struct http_server_options options = defaults;
    struct err err = ERR_INIT;

    (void)state;
    options.threads = 2;
    return http_server_start(&options, &server, &err);
}

static void count_cut(void *ctx, enum http_cut why)
{
    (void)ctx;
    atomic_fetch_add(&cuts[why], 1);
}

/* Who is slow is cut off after a second. */
static int watch(unsigned idle_timeout_s)
{
    struct http_server_options options = defaults;
    struct err err = ERR_INIT;

    for (size_t i = 0; i < 3; i++)
        atomic_store(&cuts[i], 0);
    options.threads = 2;
    options.max_total_bytes = 1500;
    options.idle_timeout_s = idle_timeout_s;
    options.receive_timeout_s = 1;
    options.cut = count_cut;
    return http_server_start(&options, &server, &err);
}

static int start_watched(void **state)
{
    (void)state;
    return watch(60);
}

static int start_impatient(void **state)
{
    (void)state;
    return watch(2);
}

static int start_threads(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    return http_server_start(&defaults, &server, &err);
}

static int stop_server(void **state)
{
    (void)state;
    http_server_stop(server);
    server = NULL;
    return 0;
}

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(http_server_port(server))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* Send TEXT and read to the end of the connection. */
static void talk(const char *text, size_t len, struct buf *answer)
{
    CLEANUP_CLOSE int fd = dial();
    ssize_t n;
    char *to;

    buf_clear(answer);
    for (size_t sent = 0; sent < len; sent += (size_t)n) {
        n = send(fd, text + sent, len - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
    }
    while ((to = buf_reserve(answer, 4096)) != NULL && (n = read(fd, to, 4096)) > 0) {
        answer->len += (size_t)n;
        answer->ptr[answer->len] = '\0';
    }
}

static void get(const char *path, struct buf *answer)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    buf_printf(&text, "GET %s HTTP/1.1\r\nHost: x\r\nX-Test: yes\r\nConnection: close\r\n\r\n",
               path);
    talk(text.ptr, text.len, answer);
}

static const char *body_of(const struct buf *answer)
{
    const char *at = strstr(buf_text(answer), "\r\n\r\n");

    return at == NULL ? "" : at + 4;
}

static void a_request_reaches_its_handler_whole(void **state)
{
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    get("/echo?x=1&na+me=%C3%A4%20b+c", &a);
    assert_string_equal(body_of(&a), "GET|/echo|x=1&na+me=%C3%A4%20b+c|yes|\xC3\xA4 b c|0|");
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 200"));
    assert_non_null(strstr(buf_text(&a), "Content-Type: text/plain\r\n"));
    assert_non_null(strstr(buf_text(&a), "X-Answer: 42\r\n"));
    get("/files/a%2Fb", &a);
    assert_string_equal(body_of(&a), "GET|/files/a%2Fb||yes|-|0|");
    get("/who", &a);
    assert_string_equal(body_of(&a), "127.0.0.1 16");
}

static void a_body_arrives_whole(void **state)
{
    static const char plain[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                                "Connection: close\r\n\r\nhello";
    static const char chunked[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                  "Connection: close\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    talk(plain, sizeof(plain) - 1, &a);
    assert_string_equal(body_of(&a), "POST|/echo||-|-|5|hello");
    talk(chunked, sizeof(chunked) - 1, &a);
    assert_string_equal(body_of(&a), "POST|/echo||-|-|5|hello");
}

static void an_unknown_path_is_404(void **state)
{
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    get("/nothing", &a);
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 404"));
    assert_string_equal(
        body_of(&a),
        "{\"error\":{\"code\":\"unknown_path\",\"message\":\"There is nothing at /nothing.\"}}");
}

static void another_method_is_405_and_names_those_allowed(void **state)
{
    static const char text[] = "DELETE /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    talk(text, sizeof(text) - 1, &a);
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 405"));
    assert_non_null(strstr(buf_text(&a), "Allow: GET, POST\r\n"));
    assert_string_equal(body_of(&a), "{\"error\":{\"code\":\"method_not_allowed\",\"message\":"
                                     "\"/echo takes GET, POST.\"}}");
}

static void head_has_gets_headers_and_no_body(void **state)
{
    static const char text[] = "HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    talk(text, sizeof(text) - 1, &a);
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 200"));
    assert_non_null(strstr(buf_text(&a), "X-Answer: 42\r\n"));
    assert_string_equal(body_of(&a), "");
}

static void a_body_past_the_limit_is_413(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    for (size_t len = 1000; len <= 1001; len++) {
        buf_clear(&text);
        buf_printf(&text,
                   "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n",
                   len);
        for (size_t i = 0; i < len; i++)
            buf_putc(&text, 'x');
        talk(text.ptr, text.len, &a);
        assert_non_null(strstr(buf_text(&a), len == 1000 ? "HTTP/1.1 200" : "HTTP/1.1 413"));
    }
    assert_string_equal(body_of(&a), "{\"error\":{\"code\":\"too_large\",\"message\":"
                                     "\"The body is larger than 1000 bytes.\"}}");
}

static void an_endless_body_is_cut_off(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    buf_puts(&text, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
    for (size_t i = 0; i < 200000; i++)
        buf_putc(&text, 'x');
    talk(text.ptr, text.len, &a);
    assert_null(strstr(buf_text(&a), "HTTP/1.1 200"));
}

static void too_many_connections_are_told_to_come_back(void **state)
{
    CLEANUP_BUF struct buf a = BUF_INIT;
    int idle[8];

    (void)state;
    for (size_t i = 0; i < 8; i++)
        idle[i] = dial();
    for (int i = 0; i < 100; i++) {
        get("/who", &a);
        if (strstr(buf_text(&a), "HTTP/1.1 503") != NULL)
            break;
    }
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 503"));
    assert_non_null(strstr(buf_text(&a), "Retry-After: 1\r\n"));
    for (size_t i = 0; i < 8; i++)
        close(idle[i]);
}

/* --- answers that come later --- */

static void *answer_later(void *body)
{
    const struct http_request *r;
    int64_t until_ms = clock_mono_ms() + 20000;

    while ((r = atomic_exchange(&deferred, NULL)) == NULL && clock_mono_ms() < until_ms)
        sched_yield();
    if (r == NULL)
        return NULL;
    snprintf(body, 64, "%s", r->body); /* it is still there */
    http_answer(r);
    return body;
}

static void a_deferred_answer_is_sent_when_it_is_there(void **state)
{
    static const char text[] = "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                               "Connection: close\r\n\r\nhello";
    CLEANUP_BUF struct buf a = BUF_INIT;
    char body[64] = "";
    pthread_t other;

    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(pthread_create(&other, NULL, answer_later, body), 0);
        talk(text, sizeof(text) - 1, &a);
        pthread_join(other, NULL);
        assert_string_equal(body, "hello");
        assert_non_null(strstr(buf_text(&a), "HTTP/1.1 200"));
    }
}

/* --- who takes their time --- */

static bool is_cut_off(int fd)
{
    char byte;

    return recv(fd, &byte, 1, 0) <= 0;
}

/* A byte now and then is no progress. */
static void a_request_that_comes_in_drops_is_cut_off(void **state)
{
    static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n";
    CLEANUP_CLOSE int fd = dial();
    const struct timeval patience = {.tv_usec = 100000};
    int64_t began_ms = clock_mono_ms();
    char byte;

    (void)state;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
    while (clock_mono_ms() - began_ms < 20000) {
        ssize_t n = send(fd, "x", 1, MSG_NOSIGNAL) < 0 ? 0 : recv(fd, &byte, 1, 0);

        if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
    }
    assert_in_range(clock_mono_ms() - began_ms, 900, 19000);
    assert_int_equal(atomic_load(&cuts[HTTP_CUT_SLOW]), 1);
}

static void an_idle_connection_is_cut_off(void **state)
{
    CLEANUP_CLOSE int fd = dial();

    (void)state;
    assert_true(is_cut_off(fd));
    assert_int_equal(atomic_load(&cuts[HTTP_CUT_SLOW]) + atomic_load(&cuts[HTTP_CUT_FULL]), 0);
}

/* Those that have asked nothing go first. */
static void a_full_house_makes_room_for_who_asks(void **state)
{
    CLEANUP_BUF struct buf a = BUF_INIT;
    int64_t until_ms = clock_mono_ms() + 20000;
    int idle[8];

    (void)state;
    for (size_t i = 0; i < 8; i++)
        idle[i] = dial();
    do
        get("/who", &a); /* before a second is over they may be about to ask */
    while (atomic_load(&cuts[HTTP_CUT_FULL]) == 0 && clock_mono_ms() < until_ms);
    assert_true(atomic_load(&cuts[HTTP_CUT_FULL]) > 0);
    get("/who", &a);
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 200"));
    for (size_t i = 0; i < 8; i++)
        close(idle[i]);
}

static void bodies_of_all_requests_are_bounded_together(void **state)
{
    static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                               "Content-Length: 1000\r\n\r\n";
    char text[sizeof(head) + 1000];
    CLEANUP_BUF struct buf a = BUF_INIT;
    int64_t until_ms = clock_mono_ms() + 20000;

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text, head, sizeof(head) - 1);
    do { /* the other one's 900 bytes are there for a second, then it is cut off */
        int held = dial();

        assert_int_equal(send(held, text, sizeof(head) - 1 + 900, MSG_NOSIGNAL),
                         sizeof(head) - 1 + 900);
        for (int i = 0; i < 20 && strstr(buf_text(&a), "HTTP/1.1 503") == NULL; i++)
            talk(text, sizeof(head) - 1 + 1000, &a);
        close(held);
    } while (strstr(buf_text(&a), "HTTP/1.1 503") == NULL && clock_mono_ms() < until_ms);
    assert_non_null(strstr(buf_text(&a), "Retry-After: 1\r\n"));
    assert_non_null(strstr(buf_text(&a), "\"overloaded\""));
    until_ms = clock_mono_ms() + 20000;
    do
        talk(text, sizeof(head) - 1 + 1000, &a);
    while (strstr(buf_text(&a), "HTTP/1.1 200") == NULL && clock_mono_ms() < until_ms);
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 200"));
}

static void a_taken_port_is_said(void **state)
{
    struct http_server_options options = defaults;
    struct http_server *second = NULL;
    struct err err = ERR_INIT;
    char wanted[128];

    (void)state;
    options.port = http_server_port(server);
    options.named_by = "webhook.listen";
    assert_int_equal(http_server_start(&options, &second, &err), -1);
    assert_string_equal(err.hint,
                        "Another program listens there: give another address (webhook.listen).");
    assert_int_equal(err.code, ERR_IO);
    assert_int_equal(err.detail, EADDRINUSE);
    snprintf(wanted, sizeof(wanted), "http: listen on 127.0.0.1 port %u: Address already in use",
             options.port);
    assert_string_equal(err.msg, wanted);
}

static void a_stream_comes_piece_by_piece_and_ends_once(void **state)
{
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    atomic_store(&streams_ended, 0);
    get("/stream", &a);
    assert_non_null(strstr(buf_text(&a), "data: 2\n\n"));
    assert_non_null(strstr(buf_text(&a), "data: 1\n\n"));
    http_server_stop(server);
    server = NULL;
    assert_int_equal(atomic_load(&streams_ended), 1);
}

static void a_stream_on_a_pool_is_refused(void **state)
{
    CLEANUP_BUF struct buf a = BUF_INIT;

    (void)state;
    get("/stream", &a);
    assert_non_null(strstr(buf_text(&a), "HTTP/1.1 500"));
}

static void decoding_is_strict(void **state)
{
    CLEANUP_FREE char *fine = http_decode("a%2fb+c", 7, false);

    (void)state;
    assert_string_equal(fine, "a/b+c");
    assert_null(http_decode("%", 1, false));
    assert_null(http_decode("%4", 2, false));
    assert_null(http_decode("%zz", 3, false));
    assert_null(http_decode("a%00b", 5, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_reaches_its_handler_whole, start_pool,
                                        stop_server),
        cmocka_unit_test_setup_teardown(a_body_arrives_whole, start_pool, stop_server),
        cmocka_unit_test_setup_teardown(an_unknown_path_is_404, start_pool, stop_server),
        cmocka_unit_test_setup_teardown(another_method_is_405_and_names_those_allowed, start_pool,
                                        stop_server),
        cmocka_unit_test_setup_teardown(head_has_gets_headers_and_no_body, start_pool, stop_server),
        cmocka_unit_test_setup_teardown(a_body_past_the_limit_is_413, start_threads, stop_server),
        cmocka_unit_test_setup_teardown(an_endless_body_is_cut_off, start_pool, stop_server),
        cmocka_unit_test_setup_teardown(too_many_connections_are_told_to_come_back, start_pool,
                                        stop_server),
        cmocka_unit_test_setup_teardown(a_deferred_answer_is_sent_when_it_is_there, start_pool,
                                        stop_server),
        cmocka_unit_test_setup_teardown(a_request_that_comes_in_drops_is_cut_off, start_watched,
                                        stop_server),
        cmocka_unit_test_setup_teardown(an_idle_connection_is_cut_off, start_impatient,
                                        stop_server),
        cmocka_unit_test_setup_teardown(a_full_house_makes_room_for_who_asks, start_watched,
                                        stop_server),
        cmocka_unit_test_setup_teardown(bodies_of_all_requests_are_bounded_together, start_watched,
                                        stop_server),
        cmocka_unit_test_setup_teardown(a_taken_port_is_said, start_pool, stop_server),
        cmocka_unit_test_setup_teardown(a_stream_comes_piece_by_piece_and_ends_once, start_threads,
                                        stop_server),
        cmocka_unit_test_setup_teardown(a_stream_on_a_pool_is_refused, start_pool, stop_server),
        cmocka_unit_test(decoding_is_strict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
