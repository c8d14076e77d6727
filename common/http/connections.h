/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http/connections: who is connected to a server, and what each waits for.
 *
 * libmicrohttpd's time-out begins anew with every byte, and idle connections keep new ones out: so
 * one thread of this cuts off those that take too long, and when there is no room the one that has
 * kept it longest for nothing. Any thread.
 */
#ifndef COMMON_HTTP_CONNECTIONS_H
#define COMMON_HTTP_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/http/server.h"

struct connections;
struct guest; /* one connection */

enum guest_phase {
    GUEST_WAITING,   /* for a request */
    GUEST_RECEIVING, /* a request's first line is there */
    GUEST_ASKING,    /* the request is whole; no limit here */
    GUEST_SENDING,   /* its answer is being taken */
    GUEST_STREAMING, /* so it is, for as long as they like */
};

/* OPTIONS are kept by pointer. */
int connections_new(const struct http_server_options *options, struct connections **out,
                    struct err *err);
/* All guests are gone. NULL is fine. */
void connections_free(struct connections *c);

/* NULL when out of memory: that one is not looked after. */
struct guest *connections_add(struct connections *c, int fd);
/* Its socket is still open. NULL is fine, here and below. */
void connections_remove(struct connections *c, struct guest *guest);
void connections_phase(struct connections *c, struct guest *guest, enum guest_phase phase);
/* More than options.max_connections? */
bool connections_are_too_many(struct connections *c);
#endif
