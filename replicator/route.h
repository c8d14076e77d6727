/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: the stream thread: reads the binlog and puts what concerns us into the queue.
 *
 * Rows of mapped tables become images of their mapped columns; rows of our own tables become edit
 * notes, signals and marks. The thread reconnects by itself after a passing trouble, at the last
 * transaction it handed out whole; anything else, and a change of a mapped table's definition, ends
 * it with ITEM_BROKEN.
 */
#ifndef REPLICATOR_ROUTE_H
#define REPLICATOR_ROUTE_H

#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"
#include "replicator/queue.h"
#include "replicator/sync/mapping.h"

struct route;

/* Start at POSITION. MAPPINGS (N of them; those without a table are left out) must not change until
 * route_stop. */
int route_start(const struct config *cfg, const struct mapping *const *mappings, size_t n,
                const char *position, struct queue *queue, struct stop *stop, struct route **out,
                struct err *err);
/* End the thread, wait for it, free. NULL is fine. The queue must be closed before. */
void route_stop(struct route *r);
#endif
