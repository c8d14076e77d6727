/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool: the webhook's MySQL connections: one for each thread that may need one at a time, opened
 * when first needed.
 *
 * A session's default database is the state database, its isolation READ COMMITTED (the row images
 * in the binlog make that safe, and fewer gaps are locked), it waits for a lock of a row or a table
 * a few seconds only (somebody is looking at the sheet), and its first statement begins a
 * transaction (no autocommit: BEGIN would be a round trip). Any thread.
 */
#ifndef WEBHOOK_POOL_H
#define WEBHOOK_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"

struct pool;

/* CFG is kept by pointer. Connects to nothing yet. */
int pool_new(const struct config_mysql *cfg, size_t size, struct pool **out, struct err *err);
/* All connections must have been given back. */
void pool_free(struct pool *pool);

/* Take a connection; blocks for connecting (10 s at most), and up to 5 s while all are in use.
 * Errors are as db_open's. */
int pool_take(struct pool *pool, struct db **out, struct err *err);
/* Give it back, whatever its state; to end the transaction is the caller's (txn.h). */
void pool_give(struct pool *pool, struct db *db);
/* Connect a taken, lost connection again. */
int pool_restore(struct pool *pool, struct db *db, struct err *err);
/* Did MySQL answer when it was last asked? */
bool pool_is_up(struct pool *pool);
/* Set the metrics of it. */
void pool_metrics(struct pool *pool);
#endif
