/* SPDX-License-Identifier: Apache-2.0 */
/*
 * throttle: may snapshots read their next chunk now? Not while MySQL has much to do
 * (snapshot_max_threads_running), nor while live changes wait too long for their way to the sheet
 * (snapshot_max_lag). Live changes go on meanwhile. Worker thread.
 */
#ifndef REPLICATOR_SESSION_THROTTLE_H
#define REPLICATOR_SESSION_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

struct session;

struct throttle {
    int64_t look_ms;  /* monotonic: the next look at MySQL */
    int64_t threads;  /* what the last one showed */
    int64_t since_ms; /* monotonic: it waits since then; 0: it does not */
    int64_t logged_ms;
    bool is_told; /* what is saved is true of this session */
};

/* *IS_OPEN: they may. What changes is logged, and saved for `tabrelay status`. Blocks for a query
 * or two, once a second. */
int throttle_step(struct session *s, bool *is_open, struct err *err);
#endif
