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
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/http/client.h"
#include "common/http/server.h"

static struct http_server *server;
static struct http_client *client;
static struct stop *stop;
static atomic_int slow_calls;

static void handle(void *ctx, const struct http_request *r, struct http_response *response)
{
    const struct timespec nap = {.tv_nsec = 600000000};

    (void)ctx;
    if (strcmp(r->path, "/slow") == 0) {
        atomic_fetch_add(&slow_calls, 1);
        nanosleep(&nap, NULL);
    } else if (strcmp(r->path, "/busy") == 0) {
        response->status = 429;
        http_response_header(response, "Retry-After", "7");
    } else if (strcmp(r->path, "/move") == 0) {
        response->status = 302;
        http_response_header(response, "Location", "/elsewhere");
    } else if (strcmp(r->path, "/large") == 0) {
        for (int i = 0; i < 1000; i++)
            buf_puts(&response->body, "0123456789");
        return;
    }
    buf_printf(&response->body, "%s %s %s", r->method, r->path, r->body);
}

static int start(void **state)
{
    const struct http_server_options options = {.host = "127.0.0.1",
                                                .threads = 2,
                                                .max_connections = 8,
                                                .max_body_bytes = 1000,
                                                .idle_timeout_s = 5,
                                                .handle = handle};
    struct err err = ERR_INIT;

    (void)state;
    stop = stop_new();
    return stop == NULL || http_server_start(&options, &server, &err) != 0 ||
                   http_client_new(stop, &client, &err) != 0
               ? -1
               : 0;
}

static int end(void **state)
{
    (void)state;
    http_client_free(client);
    http_server_stop(server);
    stop_free(stop);
    return 0;
}

static void url_of(char *to, size_t size, unsigned port, const char *path)
{
    snprintf(to, size, "http://127.0.0.1:%u%s", port, path);
}

static int call(const char *method, const char *path, const char *body, struct http_answer *answer,
                struct err *err)
{
    char url[128];
    struct http_call c = {.method = method, .url = url, .body = body, .timeout_ms = 3000};

    c.body_len = body == NULL ? 0 : strlen(body);
    url_of(url, sizeof(url), http_server_port(server), path);
    return http_client_do(client, &c, answer, err);
}

static void an_answer_comes_with_its_status_and_headers(void **state)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(call("POST", "/x", "hello", &a, &err), 0);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body.ptr, "POST /x hello");
    assert_string_equal(a.content_type, "application/json; charset=utf-8");
    assert_true(llabs(a.date_ms - clock_wall_ms()) < 5000);
    assert_int_equal(call("PUT", "/x", "again", &a, &err), 0);
    assert_string_equal(a.body.ptr, "PUT /x again");
    assert_int_equal(call("GET", "/x", NULL, &a, &err), 0);
    assert_string_equal(a.body.ptr, "GET /x ");
    assert_int_equal(call("DELETE", "/x", NULL, &a, &err), 0);
    assert_string_equal(a.body.ptr, "DELETE /x ");
    assert_int_equal(call("POST", "/x", NULL, &a, &err), 0);
    assert_string_equal(a.body.ptr, "POST /x ");
    assert_int_equal(call("GET", "/busy", NULL, &a, &err), 0);
    assert_int_equal(a.status, 429);
    assert_int_equal(a.retry_after_ms, 7000);
    http_answer_close(&a);
}

struct waiting {
    int n, arrived;
};

/* The peer has the request: it counts it before it takes a nap. */
static int64_t note_waiting(void *ctx)
{
    struct waiting *w = ctx;

    for (int i = 0; i < 100 && atomic_load(&slow_calls) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    w->arrived = atomic_load(&slow_calls);
    return ++w->n == 1 ? 150 : -1;
}

static void there_is_time_while_an_answer_is_awaited(void **state)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;
    struct waiting waiting = {0};
    char url[128];
    const struct http_call c = {.method = "POST",
                                .url = url,
                                .body = "all of it",
                                .body_len = 9,
                                .timeout_ms = 3000,
                                .meanwhile = note_waiting,
                                .meanwhile_ctx = &waiting};

    (void)state;
    atomic_store(&slow_calls, 0);
    url_of(url, sizeof(url), http_server_port(server), "/slow");
    assert_int_equal(http_client_do(client, &c, &a, &err), 0);
    assert_string_equal(a.body.ptr, "POST /slow all of it");
    assert_int_equal(waiting.n, 2);
    assert_int_equal(waiting.arrived, 1);
    url_of(url, sizeof(url), 1, "/nobody");
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    assert_int_equal(waiting.n, 2);
    http_answer_close(&a);
}

static void a_redirect_is_not_followed(void **state)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(call("GET", "/move", NULL, &a, &err), 0);
    assert_int_equal(a.status, 302);
    http_answer_close(&a);
}

static void a_time_out_after_sending_is_lost(void **state)
{
    char url[128];
    const struct http_call c = {
        .method = "POST", .url = url, .body = "x", .body_len = 1, .timeout_ms = 200};
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    (void)state;
    url_of(url, sizeof(url), http_server_port(server), "/slow");
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    assert_int_equal(err.code, ERR_LOST);
    assert_true(err.transient);
    assert_memory_equal(err.msg, "http: no answer: ", 17);
    assert_null(a.body.ptr);
}

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

/* The first bytes that a TLS server gets: the names of protocols stand there in the clear
 * (https://www.rfc-editor.org/rfc/rfc7301#section-3.1). */
static void *take_hello(void *arg)
{
    char hello[4096];
    int *listener = arg, fd = accept(*listener, NULL, NULL);
    ssize_t n = recv(fd, hello, sizeof(hello), 0);

    close(fd);
    return n > 0 && memmem(hello, (size_t)n, "\x02h2", 3) != NULL ? arg : NULL;
}

static void http_2_is_offered_to_a_server_with_tls(void **state)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;
    pthread_t thread;
    void *is_offered;
    uint16_t port;
    char url[64];
    const struct http_call c = {.method = "GET", .url = url, .timeout_ms = 3000};
    int fd = listen_anywhere(&port);

    (void)state;
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/", port);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(pthread_create(&thread, NULL, take_hello, &fd), 0);
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    pthread_join(thread, &is_offered);
    assert_non_null(is_offered);
    assert_int_equal(err.code, ERR_HTTP); /* nothing was sent: the other end hung up */
    close(fd);
}

static void a_refused_connection_has_sent_nothing(void **state)
{
    uint16_t port;
    int fd = listen_anywhere(&port); /* bound, not listening */
    char url[128];
    const struct http_call c = {.method = "GET", .url = url, .timeout_ms = 1000};
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    (void)state;
    url_of(url, sizeof(url), port, "/");
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    assert_int_equal(err.code, ERR_HTTP);
    assert_int_equal(err.detail, 0);
    assert_true(err.transient);
    close(fd);
}

static void another_protocol_is_refused(void **state)
{
    const struct http_call c = {.method = "GET", .url = "file:///etc/passwd", .timeout_ms = 1000};
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    assert_int_equal(err.code, ERR_HTTP);
    assert_false(err.transient);
}

static void too_large_an_answer_is_refused(void **state)
{
    char url[128];
    const struct http_call c = {
        .method = "GET", .url = url, .timeout_ms = 1000, .max_body_bytes = 9999};
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    (void)state;
    url_of(url, sizeof(url), http_server_port(server), "/large");
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, "http: the answer is larger than 9999 bytes");
    assert_null(a.body.ptr);
}

static void *ask_soon(void *arg)
{
    const struct timespec soon = {.tv_nsec = 100000000};

    (void)arg;
    nanosleep(&soon, NULL);
    stop_ask(stop);
    return NULL;
}

static void a_stop_wakes_a_waiting_call(void **state)
{
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;
    int64_t start_ms = clock_mono_ms();
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, ask_soon, NULL), 0);
    assert_int_equal(call("GET", "/slow", NULL, &a, &err), -1);
    assert_int_equal(err.code, ERR_STOPPED);
    assert_true(clock_mono_ms() - start_ms < 500);
    pthread_join(thread, NULL);
    assert_int_equal(call("GET", "/x", NULL, &a, &err), -1);
    assert_int_equal(err.code, ERR_STOPPED);
}

/* Answers the first request of a connection, then reads the second one and hangs up. */
static atomic_int bodies_seen;

static bool read_request(int peer)
{
    char text[4096];
    size_t len = 0;

    while (len < sizeof(text)) {
        ssize_t n = recv(peer, text + len, sizeof(text) - len, 0);

        if (n <= 0)
            return false;
        len += (size_t)n;
        if (len > 5 && memcmp(text + len - 5, "\r\n\r\nx", 5) == 0)
            return true;
    }
    return false;
}

static void *fickle_peer(void *arg)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    int fd = *(int *)arg;

    for (int connection = 0; connection < 2; connection++) {
        int peer = accept(fd, NULL, NULL);

        if (peer < 0)
            break;
        for (int request = 0; request < 2; request++) {
            if (!read_request(peer))
                break;
            atomic_fetch_add(&bodies_seen, 1);
            if (request == 0 && send(peer, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
                break;
        }
        close(peer);
    }
    return NULL;
}

static void a_body_is_never_sent_twice_by_itself(void **state)
{
    uint16_t port;
    int fd = listen_anywhere(&port);
    char url[128];
    const struct http_call c = {
        .method = "POST", .url = url, .body = "x", .body_len = 1, .timeout_ms = 2000};
    struct http_answer a = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;
    pthread_t thread;

    (void)state;
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(pthread_create(&thread, NULL, fickle_peer, &fd), 0);
    url_of(url, sizeof(url), port, "/");
    assert_int_equal(http_client_do(client, &c, &a, &err), 0);
    assert_int_equal(http_client_do(client, &c, &a, &err), -1);
    assert_int_equal(err.code, ERR_LOST);
    assert_int_equal(atomic_load(&bodies_seen), 2);
    shutdown(fd, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(fd);
    http_answer_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_with_its_status_and_headers, start, end),
        cmocka_unit_test_setup_teardown(there_is_time_while_an_answer_is_awaited, start, end),
        cmocka_unit_test_setup_teardown(a_redirect_is_not_followed, start, end),
        cmocka_unit_test_setup_teardown(a_time_out_after_sending_is_lost, start, end),
        cmocka_unit_test_setup_teardown(http_2_is_offered_to_a_server_with_tls, start, end),
        cmocka_unit_test_setup_teardown(a_refused_connection_has_sent_nothing, start, end),
        cmocka_unit_test_setup_teardown(another_protocol_is_refused, start, end),
        cmocka_unit_test_setup_teardown(too_large_an_answer_is_refused, start, end),
        cmocka_unit_test_setup_teardown(a_stop_wakes_a_waiting_call, start, end),
        cmocka_unit_test_setup_teardown(a_body_is_never_sent_twice_by_itself, start, end),
    };
    struct err err = ERR_INIT;

    if (http_client_global_init(&err) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
