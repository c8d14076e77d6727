/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: the page's one connection to MySQL, taken in turns; opened again when it was lost. While
 * MySQL is away a request is told so at once, and one in two seconds tries. Any thread.
 */
#ifndef CLI_PAGE_STORE_H
#define CLI_PAGE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

struct store;

struct store *store_new(const struct config *config); /* NULL when out of memory */
void store_free(struct store *s);
/* Call RUN with the connection (in the state database) when it is our turn: five seconds' wait at
 * most. A connection that turns out to be lost is opened again and RUN called a second time. */
int store_run(struct store *s, int (*run)(struct db *db, void *ctx, struct err *err), void *ctx,
              struct err *err);

/* How MySQL was when it was last asked. */
struct store_health {
    bool is_up;
    int64_t since_ms; /* since 1970: up or away since then; 0: it was not asked yet */
    char message[512];
    char hint[256];
};
void store_health(struct store *s, struct store_health *out);
#endif
