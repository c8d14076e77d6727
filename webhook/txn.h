/* SPDX-License-Identifier: Apache-2.0 */
/*
 * txn: run a callback in a transaction; the one place where a transaction is repeated. Any thread.
 */
#ifndef WEBHOOK_TXN_H
#define WEBHOOK_TXN_H

#include "common/err.h"
#include "common/stop.h"
#include "webhook/pool.h"

/* Up to COMMIT; may run several times, so it must begin its results anew each time. */
typedef int (*txn_work)(void *ctx, struct db *db, struct err *err);

/* 0: WORK returned 0 and the transaction is committed. WORK's error rolls it back; while it is
 * transient (deadlock, lock time-out, lost connection) all is repeated, a few times with a growing
 * pause, until STOP is asked. When the answer to COMMIT is lost, too: work that must not be done
 * twice has to notice that it was done (the edit log does). */
int txn_run(struct pool *pool, struct stop *stop, txn_work work, void *ctx, struct err *err);
/* The same, once: whoever calls has another way when it does not work. */
int txn_try(struct pool *pool, txn_work work, void *ctx, struct err *err);
#endif
