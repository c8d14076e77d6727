/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ready: can an edit be written at this moment? For whoever watches the webhook, not for the
 * script, which is told by the answer to its edit.
 *
 * MySQL is asked once a second at most, however often we are asked. Any thread.
 */
#ifndef WEBHOOK_READY_H
#define WEBHOOK_READY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/stop.h"
#include "webhook/pool.h"

struct ready {
    pthread_mutex_t lock;
    int64_t asked_ms; /* monotonic; when MySQL was asked last */
    bool is_asking;
    bool is_ready; /* what it said */
};

void ready_init(struct ready *ready);
void ready_close(struct ready *ready);
/* Does a transaction that writes nothing succeed? Blocks for that, as a transaction does; while
 * another thread is asking, the answer is what MySQL said before, for three seconds. */
bool ready_ask(struct ready *ready, struct pool *pool, struct stop *stop);
#endif
