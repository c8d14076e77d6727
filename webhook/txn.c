/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/txn.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#define MAX_TRIES 5
#define PAUSE_MS 20
#define MAX_PAUSE_MS 500

static int try_once(struct pool *pool, struct db *db, txn_work work, void *ctx, struct err *err)
{
    struct err ignored = ERR_INIT;

    if (db_is_lost(db) && pool_restore(pool, db, err) != 0)
        return -1;
    if (work(ctx, db, err) == 0 && db_exec(db, "COMMIT", NULL, err) == 0)
        return 0;
    /* If this fails the connection is lost, and the transaction with it. Without it the next
     * transaction would be a part of this one. */
    if (!db_is_lost(db))
        (void)db_exec(db, "ROLLBACK", NULL, &ignored);
    return -1;
}

int txn_try(struct pool *pool, txn_work work, void *ctx, struct err *err)
{
    struct db *db = NULL;
    int rc;

    if (pool_take(pool, &db, err) != 0)
        return -1;
    rc = try_once(pool, db, work, ctx, err);
    pool_give(pool, db);
    return rc;
}

int txn_run(struct pool *pool, struct stop *stop, txn_work work, void *ctx, struct err *err)
{
    struct db *db = NULL;
    unsigned tries = 0;
    int rc;

    if (pool_take(pool, &db, err) != 0)
        return -1;
    for (;;) {
        *err = ERR_INIT;
        rc = try_once(pool, db, work, ctx, err);
        if (rc == 0 || !err->transient || ++tries == MAX_TRIES)
            break;
        metrics_add(METRIC_TRANSACTIONS_RETRIED, 1);
        log_debug("txn: repeated try=%u code=%d", tries, err->detail);
        if (stop_wait_ms(stop, clock_backoff_ms(tries - 1, PAUSE_MS, MAX_PAUSE_MS)))
            break;
    }
    pool_give(pool, db);
    return rc == 0 || tries < 2 ? rc : err_wrap(err, "%u tries", tries);
}
