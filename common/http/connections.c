/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/stop.h"

#define LOOK_EVERY_MS 250
#define GRACE_MS 1000 /* a new connection's request is on its way: it makes no room for others */

struct guest {
    struct guest *next, *previous;
    int fd;
    enum guest_phase phase;
    int64_t since_ms; /* clock_mono_ms() */
    bool is_cut;
};

struct connections {
    const struct http_server_options *options;
    pthread_mutex_t lock;
    struct guest *first; /* owned, and those after it */
    unsigned n;          /* without those that are cut off */
    struct stop *stop;   /* owned */
    pthread_t thread;    /* looks after them, with receive_timeout_s */
};

/* The server's thread, which waits for this socket, sees its end. */
static void cut(struct connections *c, struct guest *guest, enum http_cut why)
{
    guest->is_cut = true;
    c->n--;
    if (c->options->cut != NULL)
        c->options->cut(c->options->ctx, why);
    shutdown(guest->fd, SHUT_RDWR);
}

static void look(struct connections *c, int64_t now_ms)
{
    const int64_t idle_ms = c->options->idle_timeout_s * INT64_C(1000);
    const int64_t slow_ms = c->options->receive_timeout_s * INT64_C(1000);

    LOCK_SCOPE(&c->lock);
    for (struct guest *guest = c->first; guest != NULL; guest = guest->next) {
        int64_t age_ms = now_ms - guest->since_ms;

        if (guest->is_cut)
            continue;
        if (guest->phase == GUEST_WAITING && age_ms > idle_ms)
            cut(c, guest, HTTP_CUT_IDLE);
        else if ((guest->phase == GUEST_RECEIVING || guest->phase == GUEST_SENDING) &&
                 age_ms > slow_ms)
            cut(c, guest, HTTP_CUT_SLOW);
    }
}

static void *run(void *arg)
{
    struct connections *c = arg;

    while (!stop_wait_ms(c->stop, LOOK_EVERY_MS))
        look(c, clock_mono_ms());
    return NULL;
}

int connections_new(const struct http_server_options *options, struct connections **out,
                    struct err *err)
{
    struct connections *c = calloc(1, sizeof(*c));

    if (c == NULL || pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c);
        return err_nomem(err, "http");
    }
    c->options = options;
    if (options->receive_timeout_s > 0 &&
        ((c->stop = stop_new()) == NULL || pthread_create(&c->thread, NULL, run, c) != 0)) {
        stop_free(c->stop);
        pthread_mutex_destroy(&c->lock);
        free(c);
        return err_nomem(err, "http");
    }
    *out = c;
    return 0;
}

void connections_free(struct connections *c)
{
    if (c == NULL)
        return;
    if (c->stop != NULL) {
        stop_ask(c->stop);
        pthread_join(c->thread, NULL);
        stop_free(c->stop);
    }
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* The one that has kept its place longest, without a whole request. */
static struct guest *longest(const struct connections *c, int64_t now_ms)
{
    struct guest *found = NULL;

    for (struct guest *guest = c->first; guest != NULL; guest = guest->next)
        if (!guest->is_cut && guest->phase <= GUEST_RECEIVING &&
            now_ms - guest->since_ms > GRACE_MS &&
            (found == NULL || guest->since_ms < found->since_ms))
            found = guest;
    return found;
}

struct guest *connections_add(struct connections *c, int fd)
{
    struct guest *guest = calloc(1, sizeof(*guest));

    if (guest == NULL)
        return NULL;
    *guest = (struct guest){.fd = fd, .since_ms = clock_mono_ms()};
    LOCK_SCOPE(&c->lock);
    guest->next = c->first;
    if (c->first != NULL)
        c->first->previous = guest;
    c->first = guest;
    c->n++;
    if (c->n > c->options->max_connections && c->options->receive_timeout_s > 0) {
        struct guest *other = longest(c, guest->since_ms);

        if (other != NULL)
            cut(c, other, HTTP_CUT_FULL);
    }
    return guest;
}

void connections_remove(struct connections *c, struct guest *guest)
{
    if (guest == NULL)
        return;
    LOCK_SCOPE(&c->lock);
    if (guest->previous == NULL)
        c->first = guest->next;
    else
        guest->previous->next = guest->next;
    if (guest->next != NULL)
        guest->next->previous = guest->previous;
    if (!guest->is_cut)
        c->n--;
    free(guest);
}

void connections_phase(struct connections *c, struct guest *guest, enum guest_phase phase)
{
    if (guest == NULL)
        return;
    LOCK_SCOPE(&c->lock);
    guest->phase = phase;
    guest->since_ms = clock_mono_ms();
}

bool connections_are_too_many(struct connections *c)
{
    LOCK_SCOPE(&c->lock);
    return c->n > c->options->max_connections;
}
