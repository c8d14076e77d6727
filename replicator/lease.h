/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease: the right to run an instance: to write to Google, and to say in MySQL what was written.
 *
 * A row of the table lease names the holder, with a token that grows with every holder, and is
 * renewed every two seconds. Whoever waits takes it when it was released; when its holder is a
 * process of this machine that has ended; or when it was not renewed for LEASE_WAIT_MS, by the
 * waiter's own clock: the server's clock may jump, and it may be another server after a failover.
 *
 * Who holds it may write to Google until LEASE_HOLD_MS after the last renewal was begun. That is
 * less than LEASE_WAIT_MS, and counts on while the machine is suspended: so a holder that was
 * frozen, or cut off from MySQL, has stopped before another begins. A request that it had sent
 * already is fenced by its number (sheets/number.c), what it says in MySQL by the token.
 *
 * A thread with a connection of its own takes and renews it, so that nothing that the worker waits
 * for costs the lease. It outlives sessions. Other calls: any thread.
 */
#ifndef REPLICATOR_LEASE_H
#define REPLICATOR_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "common/stop.h"

enum { LEASE_RENEW_MS = 2000, LEASE_HOLD_MS = 6000, LEASE_WAIT_MS = 7500 };

struct lease;

/* A lease that is held. */
struct lease_grant {
    uint64_t token; /* 0: none */
    uint64_t owner; /* the instance's own number (common/holder.h) */
};

/* Start the thread, which tries to take the lease. CFG must outlive it. */
int lease_start(const struct config *cfg, struct lease **out, struct err *err);
/* Release the lease, so that who waits has it at once, and end the thread. NULL is fine. Blocks for
 * a query, or for connecting. */
void lease_stop(struct lease *l);

/* Wait until the lease is held. ERR_STOPPED when asked to stop meanwhile. */
int lease_wait(struct lease *l, struct stop *stop, struct lease_grant *out, struct err *err);
/* Is the lease with that TOKEN lost? Never blocks. */
bool lease_is_lost(struct lease *l, uint64_t token);
/* May Google be written to by the lease with that TOKEN, at this moment? Where the last renewal is
 * too old, waits for the next one, some seconds at most. ERR_STOPPED: no, or STOP was asked. */
int lease_check(struct lease *l, uint64_t token, struct stop *stop, struct err *err);
/* Give DB, the worker's connection, a named lock of the server: so whoever takes the lease over
 * from a holder that is frozen or gone can end that connection, and with it the transaction that
 * was begun and whose locks would stay for hours. Blocks for some seconds at most. */
int lease_mark(struct lease *l, struct db *db, struct err *err);
/* How many transactions of the lease's own were committed since the last call: the stream will show
 * them. */
unsigned lease_take_commits(struct lease *l);

/* Append tabrelay_lease_holder. */
void lease_metrics(struct lease *l, struct buf *out);
#endif
