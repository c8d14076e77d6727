/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/health.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/err.h"

enum { TIMEOUT_MS = 5000, ANSWER_BYTES_MAX = 4096 };

static const char request[] =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/* Who listens everywhere listens on loopback, too. */
static const char *to_ask(const char *host)
{
    if (strcmp(host, "0.0.0.0") == 0)
        return "127.0.0.1";
    return strcmp(host, "::") == 0 ? "::1" : host;
}

/* Of connecting, too (socket(7)). */
static int limit_time(int fd, int option, int64_t ms)
{
    const struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    return setsockopt(fd, SOL_SOCKET, option, &time, sizeof(time));
}

static int open_to(const struct addrinfo *address, struct err *err)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0);

    if (fd >= 0 && limit_time(fd, SO_SNDTIMEO, TIMEOUT_MS) == 0 &&
        connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return fd;
    err_errno(err, "http: connect");
    if (fd >= 0)
        close(fd);
    return -1;
}

static int connect_to(const char *host, uint16_t port, struct err *err)
{
    const struct addrinfo wanted = {.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char service[8];
    int failed, fd;

    snprintf(service, sizeof(service), "%u", port);
    failed = getaddrinfo(host, service, &wanted, &found);
    if (failed != 0)
        return err_set(err, ERR_HTTP, "http: %s", gai_strerror(failed));
    fd = open_to(found, err);
    freeaddrinfo(found);
    return fd;
}

/* The answer ends where the connection does. */
static int receive(int fd, int64_t until_ms, struct buf *answer, struct err *err)
{
    char part[1024];
    ssize_t n;

    do {
        int64_t left_ms = until_ms - clock_mono_ms();

        if (left_ms <= 0 || answer->len > ANSWER_BYTES_MAX)
            return err_set(err, ERR_HTTP, "http: no end of the answer");
        limit_time(fd, SO_RCVTIMEO, left_ms);
        n = recv(fd, part, sizeof(part), 0);
        if (n < 0)
            return err_errno(err, "http: receive");
        buf_append(answer, part, (size_t)n);
    } while (n > 0);
    return answer->is_failed ? err_nomem(err, "http") : 0;
}

static int ask(const char *host, uint16_t port, struct buf *answer, struct err *err)
{
    int64_t until_ms = clock_mono_ms() + TIMEOUT_MS;
    CLEANUP_CLOSE int fd = connect_to(host, port, err);

    if (fd < 0)
        return -1;
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
        return err_errno(err, "http: send");
    return receive(fd, until_ms, answer, err);
}

/* The answer's body; NULL: it is no answer. */
static const char *parse(const struct buf *answer, bool *is_well)
{
    static const char ok[] = "HTTP/1.1 200 ";
    const char *head_end = strstr(buf_text(answer), "\r\n\r\n");

    *is_well = strncmp(buf_text(answer), ok, strlen(ok)) == 0;
    if (strncmp(buf_text(answer), ok, strlen("HTTP/")) != 0 || head_end == NULL)
        return NULL;
    return head_end + 4;
}

int health_ask(const char *program, const char *host, uint16_t port)
{
    CLEANUP_BUF struct buf answer = BUF_INIT;
    struct err err = ERR_INIT;
    const char *body = NULL;
    bool is_well = false;

    host = to_ask(host);
    if (ask(host, port, &answer, &err) == 0 && (body = parse(&answer, &is_well)) == NULL)
        err_set(&err, ERR_HTTP, "http: that is no answer");
    if (body == NULL)
        printf(strchr(host, ':') != NULL ? "%s: does not answer: http://[%s]:%u/healthz: %s\n"
                                         : "%s: does not answer: http://%s:%u/healthz: %s\n",
               program, host, port, err.msg);
    else
        printf("%s: %s: %.*s\n", program, is_well ? "well" : "not well", (int)strcspn(body, "\n"),
               body);
    return is_well ? 0 : 1;
}
