/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/metrics.h"
#include "common/mysql/table.h"

#define WAIT_S 5

struct pool {
    const struct config_mysql *cfg;
    pthread_mutex_t lock;
    pthread_cond_t given_back; /* on CLOCK_MONOTONIC */
    struct db **idle;          /* owned, and the connections in it */
    size_t n_idle;
    size_t n_taken;
    size_t size;
    atomic_bool is_up;
};

int pool_new(const struct config_mysql *cfg, size_t size, struct pool **out, struct err *err)
{
    struct pool *pool = calloc(1, sizeof(*pool));
    pthread_condattr_t attr;

    if (pool == NULL)
        return err_nomem(err, "pool");
    pool->idle = calloc(size, sizeof(struct db *));
    if (pool->idle == NULL || pthread_mutex_init(&pool->lock, NULL) != 0) {
        free(pool->idle);
        free(pool);
        return err_nomem(err, "pool");
    }
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->given_back, &attr);
    pthread_condattr_destroy(&attr);
    pool->cfg = cfg;
    pool->size = size;
    *out = pool;
    return 0;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; i < pool->n_idle; i++)
        db_close(pool->idle[i]);
    pthread_cond_destroy(&pool->given_back);
    pthread_mutex_destroy(&pool->lock);
    free(pool->idle);
    free(pool);
}

static int start_session(const struct pool *pool, struct db *db, struct err *err)
{
    CLEANUP_BUF struct buf use = BUF_INIT;

    buf_puts(&use, "USE ");
    table_quote(&use, pool->cfg->state_database);
    if (use.is_failed)
        return err_nomem(err, "pool");
    if (db_exec(db, use.ptr, NULL, err) != 0)
        return err->transient ? -1 : err_hint(err, "Create tabrelay's tables: tabrelay init-db.");
    if (db_exec(db, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", NULL, err) != 0)
        return -1;
    return db_exec(db,
                   "SET SESSION innodb_lock_wait_timeout = 5, SESSION lock_wait_timeout = 5, "
                   "SESSION autocommit = 0",
                   NULL, err);
}

static int open_session(struct pool *pool, struct db **out, struct err *err)
{
    struct db *db = NULL;

    if (db_open(pool->cfg, &db, err) != 0)
        return -1;
    if (start_session(pool, db, err) != 0) {
        db_close(db);
        return -1;
    }
    *out = db;
    return 0;
}

/* Reserve the right to one connection; *OUT is an idle one or NULL. */
static int reserve(struct pool *pool, struct db **out, struct err *err)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_S;
    LOCK_SCOPE(&pool->lock);
    while (pool->n_taken == pool->size)
        if (pthread_cond_timedwait(&pool->given_back, &pool->lock, &until) == ETIMEDOUT) {
            err_set(err, ERR_MYSQL, "all %zu connections to MySQL are in use", pool->size);
            return err_transient(err);
        }
    pool->n_taken++;
    *out = pool->n_idle > 0 ? pool->idle[--pool->n_idle] : NULL;
    return 0;
}

static void give_back(struct pool *pool, struct db *idle)
{
    LOCK_SCOPE(&pool->lock);
    if (idle != NULL)
        pool->idle[pool->n_idle++] = idle;
    pool->n_taken--;
    pthread_cond_signal(&pool->given_back);
}

int pool_take(struct pool *pool, struct db **out, struct err *err)
{
    struct db *db = NULL;

    if (reserve(pool, &db, err) != 0)
        return -1;
    if (db == NULL && open_session(pool, &db, err) != 0) {
        atomic_store(&pool->is_up, false);
        give_back(pool, NULL);
        return -1;
    }
    atomic_store(&pool->is_up, true);
    *out = db;
    return 0;
}

void pool_give(struct pool *pool, struct db *db)
{
    if (db_is_lost(db)) {
        db_close(db);
        db = NULL;
    }
    give_back(pool, db);
}

int pool_restore(struct pool *pool, struct db *db, struct err *err)
{
    int rc = db_reconnect(db, err);

    if (rc == 0)
        rc = start_session(pool, db, err);
    atomic_store(&pool->is_up, rc == 0);
    return rc;
}

bool pool_is_up(struct pool *pool)
{
    return atomic_load(&pool->is_up);
}

void pool_metrics(struct pool *pool)
{
    LOCK_SCOPE(&pool->lock);
    metrics_set(METRIC_POOL, (int64_t)pool->n_taken, METRICS_BUSY);
    metrics_set(METRIC_POOL, (int64_t)pool->n_idle, METRICS_IDLE);
    metrics_set(METRIC_POOL_LIMIT, (int64_t)pool->size);
    metrics_set(METRIC_MYSQL_UP, pool_is_up(pool));
}
