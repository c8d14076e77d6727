/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: the webhook's routes over common/http/server.h.
 *
 *   [HTTP threads: cfg.webhook.threads] --one connection each--> [pool] --> MySQL
 *
 * No other threads: a request is verified, applied and answered on the thread that read it.
 * Stopping waits for the requests that are being answered; a transaction that is cut off is rolled
 * back by MySQL and sent again by the script.
 */
#ifndef WEBHOOK_SERVER_H
#define WEBHOOK_SERVER_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"
#include "webhook/pool.h"
#include "webhook/schema.h"

/* What the routes work with. */
struct server {
    const struct config *cfg;
    struct stop *stop;
    struct schema *schema;        /* owned */
    struct pool *pool;            /* owned */
    struct http_server *http;     /* owned */
    _Atomic int64_t *notified_ms; /* owned; one a mapping: monotonic, 0: never (route_drive.c) */
};

/* Listen and answer. MySQL need not be there yet. CFG and STOP are kept by pointer. */
int server_start(const struct config *cfg, struct stop *stop, struct server **out, struct err *err);
/* Blocks until the requests that are being answered are done: seconds. NULL is fine. */
void server_stop(struct server *server);
#endif
