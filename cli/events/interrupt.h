/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt: SIGINT and SIGTERM end the command in order, whatever it waits for.
 *
 * A thread of its own takes the signals. It asks the stop, breaks the reader's stream, and wakes
 * the main thread from reads and writes until interrupt_end. A second signal ends the program at
 * once.
 */
#ifndef CLI_EVENTS_INTERRUPT_H
#define CLI_EVENTS_INTERRUPT_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/err.h"
#include "common/stop.h"
#include "replicator/binlog/reader.h"

struct interrupt {
    struct stop *stop; /* not owned */
    pthread_t main, thread;
    pthread_mutex_t lock;
    struct reader *reader; /* under lock; not owned; NULL: none */
    atomic_bool is_over;
};

/* Call on the main thread, before others start; end it with interrupt_end, on the same. ERR_IO. */
int interrupt_start(struct interrupt *i, struct stop *stop, struct err *err);
void interrupt_end(struct interrupt *i);

/* From now on a signal interrupts R; with NULL, nothing. */
void interrupt_reader(struct interrupt *i, struct reader *r);
#endif
