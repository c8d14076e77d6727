/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/cli.h"
#include "common/clock.h"

enum { TURN_S = 5, TRY_EVERY_MS = 2000 };

struct store {
    const struct config *config;
    pthread_mutex_t lock;
    pthread_cond_t is_free;
    bool is_taken;      /* under the lock, as what follows */
    struct db *db;      /* NULL: not connected; whoever has taken it may use it */
    int64_t tried_mono; /* when it was last connected in vain */
    struct store_health health;
    struct err why; /* of the last time that MySQL was away */
};

struct store *store_new(const struct config *config)
{
    struct store *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->config = config;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->is_free, NULL);
    return s;
}

void store_free(struct store *s)
{
    if (s == NULL)
        return;
    db_close(s->db);
    pthread_cond_destroy(&s->is_free);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* Under the lock. */
static void note_health(struct store *s, bool is_up, const struct err *err)
{
    if (s->health.since_ms == 0 || s->health.is_up != is_up)
        s->health.since_ms = clock_wall_ms();
    s->health.is_up = is_up;
    snprintf(s->health.message, sizeof(s->health.message), "%s", is_up ? "" : err->msg);
    snprintf(s->health.hint, sizeof(s->health.hint), "%s", is_up ? "" : err->hint);
}

static bool is_away(const struct store *s)
{
    return s->health.since_ms != 0 && !s->health.is_up;
}

/* Under the lock. Who waits for somebody who waits for a server that is away learns nothing new. */
static int wait_turn(struct store *s, struct err *err)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TURN_S;
    if (is_away(s) && (s->is_taken || clock_mono_ms() - s->tried_mono < TRY_EVERY_MS)) {
        *err = s->why;
        return -1;
    }
    while (s->is_taken)
        if (pthread_cond_timedwait(&s->is_free, &s->lock, &until) == ETIMEDOUT) {
            err_set(err, ERR_MYSQL, "the page waited %d s for its turn to ask MySQL", TURN_S);
            return err_transient(err);
        }
    s->is_taken = true;
    return 0;
}

/* The turn is ours. *AGAIN: the connection was an old one, and is lost. */
static int run_once(struct store *s, int (*run)(struct db *db, void *ctx, struct err *err),
                    void *ctx, bool *again, struct err *err)
{
    bool is_old = s->db != NULL;
    int rc = 0;

    *again = false;
    if (!is_old)
        rc = cli_open(s->config, &s->db, err);
    if (rc == 0)
        rc = run(s->db, ctx, err);
    if (s->db == NULL || !db_is_lost(s->db))
        return rc;
    db_close(s->db);
    s->db = NULL;
    *again = is_old;
    return rc;
}

int store_run(struct store *s, int (*run)(struct db *db, void *ctx, struct err *err), void *ctx,
              struct err *err)
{
    bool again;
    int rc;

    pthread_mutex_lock(&s->lock);
    rc = wait_turn(s, err);
    pthread_mutex_unlock(&s->lock);
    if (rc != 0)
        return -1;
    rc = run_once(s, run, ctx, &again, err);
    if (again)
        rc = run_once(s, run, ctx, &again, err);
    pthread_mutex_lock(&s->lock);
    note_health(s, s->db != NULL, err);
    if (s->db == NULL) {
        s->why = *err;
        s->tried_mono = clock_mono_ms();
    }
    s->is_taken = false;
    pthread_cond_signal(&s->is_free);
    pthread_mutex_unlock(&s->lock);
    return rc;
}

void store_health(struct store *s, struct store_health *out)
{
    pthread_mutex_lock(&s->lock);
    *out = s->health;
    pthread_mutex_unlock(&s->lock);
}
