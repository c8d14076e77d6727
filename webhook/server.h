/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: the webhook's routes over common/http/server.h.
 *
 *   [HTTP threads] --edits, verified and parsed--> [gather.h] --a group--> [pool] --> MySQL
 *         ^                                              |
 *         +------------------- answers ------------------+
 *
 * cfg.webhook.threads of either kind, and one that looks after connections (common/http), one after
 * what waits (gather.h). Requests that are no edits are answered on the thread that read them.
 * Stopping waits for the requests that are being answered; a transaction that is cut off is rolled
 * back by MySQL and sent again by the script.
 */
#ifndef WEBHOOK_SERVER_H
#define WEBHOOK_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"
#include "webhook/limit.h"
#include "webhook/pool.h"
#include "webhook/ready.h"
#include "webhook/schema.h"

/* What the routes work with. A request holds CHANGING for reading; what follows it is replaced, all
 * together, by whoever holds it for writing. */
struct server {
    struct stop *stop;
    struct http_server *http; /* owned */
    struct ready ready;
    struct gather *gather; /* owned */

    pthread_rwlock_t changing;
    const struct config *cfg;
    struct schema *schema;        /* owned */
    struct pool *pool;            /* owned */
    struct limit *limit;          /* owned */
    _Atomic int64_t *notified_ms; /* owned; one a mapping: monotonic, 0: never (route_drive.c) */
};

/* Listen and answer. MySQL need not be there yet. CFG and STOP are kept by pointer. */
int server_start(const struct config *cfg, struct stop *stop, struct server **out, struct err *err);
/* Answer by another configuration, which takes the old one's place; where and with how many threads
 * the server listens stays. Requests that are being answered are waited for, new ones wait: none is
 * lost. -1: nothing has changed. */
int server_change(struct server *server, const struct config *cfg, struct err *err);
/* Blocks until the requests that are being answered are done: seconds. NULL is fine. */
void server_stop(struct server *server);
#endif
