/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/throttle.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/session.h"

enum { LOOK_MS = 1000, LOG_EVERY_MS = 30000, WHY_SIZE = 160 };

static int look(struct session *s, int64_t now, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (now < s->throttle.look_ms)
        return 0;
    s->throttle.look_ms = now + LOOK_MS;
    if (db_exec(s->state.db, "SHOW GLOBAL STATUS LIKE 'Threads_running'", &rows, err) != 0)
        return err_wrap(err, "snapshot");
    s->throttle.threads = db_rows_int(&rows, 0, 1);
    return 0;
}

/* Since when the oldest change that is not in the sheet yet waits. */
static int64_t lag_ms(const struct session *s)
{
    return s->oldest_us > 0 ? clock_wall_ms() - s->oldest_us / 1000 : 0;
}

/* The reason to wait in WHY; false: there is none. */
static bool must_wait(const struct session *s, char *why)
{
    const struct config_replicator *cfg = &s->cfg->replicator;

    if (cfg->snapshot_max_threads > 0 && s->throttle.threads > cfg->snapshot_max_threads) {
        snprintf(why, WHY_SIZE,
                 "MySQL's Threads_running is %" PRId64
                 ", more than snapshot_max_threads_running: %u",
                 s->throttle.threads, cfg->snapshot_max_threads);
        return true;
    }
    if (cfg->snapshot_max_lag_ms > 0 && lag_ms(s) > cfg->snapshot_max_lag_ms) {
        snprintf(why, WHY_SIZE,
                 "changes wait for %" PRId64 " ms, longer than snapshot_max_lag: %" PRId64 " ms",
                 lag_ms(s), cfg->snapshot_max_lag_ms);
        return true;
    }
    return false;
}

/* Tell `tabrelay status`. */
static int save(struct session *s, const char *why, struct err *err)
{
    metrics_set(METRIC_SNAPSHOT_WAITING, why[0] != '\0');
    s->own_commits++;
    s->throttle.is_told = true;
    return state_save_wait(&s->state, why, err);
}

int throttle_step(struct session *s, bool *is_open, struct err *err)
{
    struct throttle *t = &s->throttle;
    int64_t now = clock_mono_ms();
    char why[WHY_SIZE];

    if (s->cfg->replicator.snapshot_max_threads > 0 && look(s, now, err) != 0)
        return -1;
    *is_open = !must_wait(s, why);
    if (*is_open) {
        if (t->since_ms == 0 && t->is_told)
            return 0;
        if (t->since_ms > 0)
            log_info("snapshot: goes on waited_ms=%" PRId64, now - t->since_ms);
        t->since_ms = 0;
        return save(s, "", err);
    }
    if (t->since_ms > 0 && now - t->logged_ms < LOG_EVERY_MS)
        return 0;
    log_info("snapshot: waits: %s", why);
    t->since_ms = t->since_ms > 0 ? t->since_ms : now;
    t->logged_ms = now;
    return save(s, why, err);
}
