/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pending: since when each mapping's oldest change waits, written down for whoever asks MySQL
 * (mapping_state.pending_since).
 *
 * Only what waits for a second or more is worth a transaction, and at most one in two seconds.
 * Worker thread.
 */
#ifndef REPLICATOR_SESSION_PENDING_H
#define REPLICATOR_SESSION_PENDING_H

#include "replicator/session/session.h"

/* Write down what has changed since the last time (backlog.h has counted). */
int pending_step(struct session *s, struct err *err);
#endif
