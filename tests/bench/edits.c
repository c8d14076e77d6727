/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edits: the load of bench-webhook: edits of single cells over keep-alive connections, signed as
 * the script does, each with an id, a time and a signature of its own.
 *
 * edits HOST PORT CONNECTIONS SECONDS VALUES: VALUES is a file of 64-bit numbers, what each row's
 * Quantity is, read at the start and written at the end; SECONDS 0: every row once. Each connection
 * has rows of its own and sends the next edit when the last one was answered. A line of JSON says
 * what came of it. The secret is in BENCH_SECRET. One thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/crypto.h"

enum { ANSWER_BYTES = 8192, CONNECTIONS_MAX = 4096, EVENTS = 256 };

struct connection {
    int fd;
    size_t first, step; /* its rows: first, first + step, ... */
    size_t row;         /* the one whose edit is on its way */
    int64_t value;      /* what it is to become */
    int64_t sent_us;
    char answer[ANSWER_BYTES];
    size_t len;
};

struct load {
    const char *secret;
    struct sockaddr_in address;
    struct connection *connections;
    size_t n_connections;
    int64_t *values;
    size_t n_rows;
    int64_t until_us; /* 0: every row once */
    size_t n_active;
    uint32_t *took_us; /* of every edit that was applied */
    size_t n_applied, n_refused, n_failed, size;
    char id[20]; /* the first half of every id */
    uint64_t serial;
};

static void die(const char *what)
{
    fprintf(stderr, "edits: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_body(struct load *load, const struct connection *c, struct buf *out)
{
    load->serial++;
    buf_clear(out);
    buf_printf(out,
               "{\"version\":1,\"spreadsheet\":\"BENCH\",\"sheet_id\":7,\"tab\":\"Stock\","
               "\"editor\":\"ann@example.com\",\"source\":\"script\",\"edits\":[{\"id\":"
               "\"%s-%012" PRIx64 "\",\"kind\":\"upsert\",\"time\":%" PRId64 ",\"row\":%zu,"
               "\"edited\":[\"quantity\"],\"cells\":{\"id\":%zu,\"title\":\"Article number %zu\","
               "\"quantity\":%" PRId64 ",\"price\":12.5,\"place\":\"shelf\"},\"old\":{"
               "\"quantity\":%" PRId64 "}}]}",
               load->id, load->serial, clock_wall_ms(), c->row + 2, c->row + 1, c->row + 1,
               c->value, load->values[c->row]);
}

static void send_edit(struct load *load, struct connection *c)
{
    static struct buf body, request;
    char stamp[24], signature[65];

    c->value = load->values[c->row] + 1;
    write_body(load, c, &body);
    snprintf(stamp, sizeof(stamp), "%" PRId64, clock_wall_ms() / 1000);
    crypto_sign_request(load->secret, stamp, body.ptr, body.len, signature);
    buf_clear(&request);
    buf_printf(&request,
               "POST /v1/edits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "User-Agent: Mozilla/5.0 (compatible; Google-Apps-Script)\r\nAccept-Encoding: "
               "gzip\r\nX-Tabrelay-Timestamp: %s\r\nX-Tabrelay-Signature: v1=%s\r\n"
               "Content-Length: %zu\r\n\r\n",
               stamp, signature, body.len);
    buf_append(&request, body.ptr, body.len);
    c->len = 0;
    c->sent_us = clock_mono_us();
    if (send(c->fd, request.ptr, request.len, MSG_NOSIGNAL) != (ssize_t)request.len)
        die("send");
}

/* The next edit, or none: the time is over, or all rows have had theirs. */
static void go_on(struct load *load, struct connection *c)
{
    bool is_round_over;

    c->row += c->step;
    is_round_over = c->row >= load->n_rows;
    if (is_round_over)
        c->row = c->first;
    if (load->until_us == 0 ? is_round_over : clock_mono_us() >= load->until_us) {
        close(c->fd);
        load->n_active--;
        return;
    }
    send_edit(load, c);
}

static void take_answer(struct load *load, struct connection *c)
{
    if (strncmp(c->answer, "HTTP/1.1 503", 12) == 0) {
        load->n_refused++;
        return;
    }
    if (strncmp(c->answer, "HTTP/1.1 200", 12) != 0 ||
        strstr(c->answer, "\"outcome\":\"applied\"") == NULL) {
        if (load->n_failed++ == 0)
            fprintf(stderr, "edits: %.1000s\n", c->answer);
        return;
    }
    load->values[c->row] = c->value;
    if (load->n_applied == load->size) {
        load->size = load->size * 2 + 65536;
        load->took_us = realloc(load->took_us, load->size * sizeof(*load->took_us));
        if (load->took_us == NULL)
            die("memory");
    }
    load->took_us[load->n_applied++] = (uint32_t)(clock_mono_us() - c->sent_us);
}

/* Is the answer there whole? */
static bool is_whole(const struct connection *c)
{
    const char *end = strstr(c->answer, "\r\n\r\n");
    const char *length = strcasestr(c->answer, "content-length:");

    return end != NULL && length != NULL &&
           c->len >= (size_t)(end - c->answer) + 4 + strtoul(length + 15, NULL, 10);
}

static void receive(struct load *load, struct connection *c)
{
    ssize_t n = recv(c->fd, c->answer + c->len, ANSWER_BYTES - 1 - c->len, 0);

    if (n <= 0)
        die("receive");
    c->len += (size_t)n;
    c->answer[c->len] = '\0';
    if (!is_whole(c))
        return;
    take_answer(load, c);
    go_on(load, c);
}

static void open_connection(struct load *load, int poll, size_t i)
{
    struct connection *c = &load->connections[i];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 ||
        connect(c->fd, (struct sockaddr *)&load->address, sizeof(load->address)) != 0 ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
        epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("connect");
    c->first = c->row = i;
    c->step = load->n_connections;
    load->n_active++;
}

static void run(struct load *load)
{
    struct epoll_event events[EVENTS];
    int poll = epoll_create1(EPOLL_CLOEXEC);

    for (size_t i = 0; i < load->n_connections; i++)
        open_connection(load, poll, i);
    for (size_t i = 0; i < load->n_connections; i++)
        send_edit(load, &load->connections[i]);
    while (load->n_active > 0) {
        int n = epoll_wait(poll, events, EVENTS, 60000);

        if (n <= 0)
            die("no answer within a minute");
        for (int i = 0; i < n; i++)
            receive(load, events[i].data.ptr);
    }
    close(poll);
}

static void read_values(struct load *load, const char *path)
{
    FILE *file = fopen(path, "rb");
    long bytes;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (bytes = ftell(file)) <= 0)
        die(path);
    rewind(file);
    load->n_rows = (size_t)bytes / sizeof(*load->values);
    load->values = calloc(load->n_rows, sizeof(*load->values));
    if (load->values == NULL ||
        fread(load->values, sizeof(*load->values), load->n_rows, file) != load->n_rows)
        die(path);
    fclose(file);
}

static void write_values(const struct load *load, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL ||
        fwrite(load->values, sizeof(*load->values), load->n_rows, file) != load->n_rows ||
        fclose(file) != 0)
        die(path);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static double percentile_ms(const struct load *load, double share)
{
    size_t at = (size_t)((double)load->n_applied * share);

    if (load->n_applied == 0)
        return 0;
    return load->took_us[at < load->n_applied ? at : load->n_applied - 1] / 1000.0;
}

static void report(struct load *load, double seconds)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    if (load->n_applied > 0)
        qsort(load->took_us, load->n_applied, sizeof(*load->took_us), by_size);
    printf("{\"applied\":%zu,\"refused\":%zu,\"failed\":%zu,\"seconds\":%.4f,\"median_ms\":%.3f,"
           "\"p99_ms\":%.3f,\"cpu_s\":%.3f}\n",
           load->n_applied, load->n_refused, load->n_failed, seconds, percentile_ms(load, 0.5),
           percentile_ms(load, 0.99),
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
}

int main(int argc, char **argv)
{
    struct load load = {.secret = getenv("BENCH_SECRET"), .address = {.sin_family = AF_INET}};
    char uuid[37];
    int64_t began_us;
    double seconds;

    if (argc != 6 || load.secret == NULL) {
        fprintf(stderr, "usage: BENCH_SECRET=... edits HOST PORT CONNECTIONS SECONDS VALUES\n");
        return 2;
    }
    load.address.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    load.n_connections = strtoul(argv[3], NULL, 10);
    seconds = strtod(argv[4], NULL);
    read_values(&load, argv[5]);
    if (inet_pton(AF_INET, argv[1], &load.address.sin_addr) != 1 || load.n_connections == 0 ||
        load.n_connections > CONNECTIONS_MAX || load.n_connections > load.n_rows) {
        fprintf(stderr, "edits: an IPv4 address, up to %d connections, and not more than rows\n",
                CONNECTIONS_MAX);
        return 2;
    }
    load.connections = calloc(load.n_connections, sizeof(*load.connections));
    if (load.connections == NULL)
        die("memory");
    crypto_uuid(uuid);
    snprintf(load.id, sizeof(load.id), "%.19s", uuid);
    began_us = clock_mono_us();
    load.until_us = seconds > 0 ? began_us + (int64_t)(seconds * 1e6) : 0;
    run(&load);
    report(&load, (double)(clock_mono_us() - began_us) / 1e6);
    write_values(&load, argv[5]);
    free(load.connections);
    free(load.values);
    free(load.took_us);
    return load.n_failed > 0;
}
