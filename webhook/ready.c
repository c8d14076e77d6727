/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/ready.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "webhook/txn.h"

enum { FRESH_MS = 1000, PATIENCE_MS = 3000 };

/* No row is written, and yet a server that is read-only refuses it. */
static int write_nothing(void *ctx, struct db *db, struct err *err)
{
    (void)ctx;
    return db_exec(db, "DELETE FROM process WHERE FALSE", NULL, err);
}

/* Is it this thread that asks MySQL? If not, *OUT is the answer. */
static bool must_ask(struct ready *ready, bool *out)
{
    int64_t now = clock_mono_ms(), age_ms;
    LOCK_SCOPE(&ready->lock);

    age_ms = now - ready->asked_ms;
    *out = ready->is_ready && (!ready->is_asking || age_ms < PATIENCE_MS);
    if (ready->is_asking || (ready->asked_ms != 0 && age_ms < FRESH_MS))
        return false;
    ready->asked_ms = now;
    ready->is_asking = true;
    return true;
}

static void tell(struct ready *ready, bool is_ready)
{
    LOCK_SCOPE(&ready->lock);

    ready->is_asking = false;
    ready->is_ready = is_ready;
}

bool ready_ask(struct ready *ready, struct pool *pool, struct stop *stop)
{
    struct err err = ERR_INIT;
    bool is_ready = false;

    if (must_ask(ready, &is_ready)) {
        is_ready = txn_run(pool, stop, write_nothing, NULL, &err) == 0;
        tell(ready, is_ready);
    }
    return is_ready;
}

void ready_init(struct ready *ready)
{
    *ready = (struct ready){0};
    pthread_mutex_init(&ready->lock, NULL);
}

void ready_close(struct ready *ready)
{
    pthread_mutex_destroy(&ready->lock);
}
