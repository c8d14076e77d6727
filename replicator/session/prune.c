/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/prune.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "common/planted.h"

enum {
    ROUND_MS = 60000,
    PATIENCE_MS = 5000, /* so long other work goes first */
    PAUSE_MS = 250,
    PAUSE_TIMES = 4, /* pruning takes a fifth of the time at most */
    HOUR_MS = 3600000
};

static int64_t keep_ms(const struct session *s, enum state_log log)
{
    switch (log) {
    case STATE_EDITS:
        return s->cfg->keep.edits_ms;
    case STATE_CONFLICTS:
        return s->cfg->keep.conflicts_ms;
    case STATE_SIGNALS:
        return (int64_t)7 * 24 * HOUR_MS;
    default:
        return (int64_t)24 * HOUR_MS;
    }
}

static int count_rows(struct session *s, struct err *err)
{
    int64_t n_rows[STATE_LOGS];

    if (state_log_rows(&s->state, n_rows, err) != 0)
        return -1;
    for (size_t log = 0; log < STATE_LOGS; log++)
        metrics_set(METRIC_STATE_ROWS, n_rows[log] < 0 ? METRICS_UNKNOWN : n_rows[log], log);
    return 0;
}

/* One transaction; *IS_MORE: the same table has more. */
static int prune_some(struct session *s, bool *is_more, struct err *err)
{
    enum state_log log = s->prune.at;
    size_t n = 0;

    if (keep_ms(s, log) == CONFIG_FOREVER)
        return 0;
    if (state_prune(&s->state, log, keep_ms(s, log), &n, err) != 0)
        return -1;
    if (n > 0) {
        s->own_commits++;
        metrics_add(METRIC_PRUNED_ROWS, (int64_t)n, log);
        log_debug("prune: old rows went table=%s rows=%zu", state_log_name(log), n);
    }
    *is_more = n == STATE_PRUNE_ROWS;
    return 0;
}

static void end_round(struct session *s)
{
    s->prune.at = 0;
    s->prune.due_ms = clock_mono_ms() + ROUND_MS;
}

static int failed(struct session *s, struct err *err)
{
    if (db_is_lost(s->state.db) || err->code == ERR_STOPPED)
        return -1;
    if (err->code == ERR_AUTH)
        err_hint(err, "Run what `tabrelay grants` prints: the user may not delete from it.");
    log_fault(&s->prune.fault, "prune", err);
    *err = ERR_INIT;
    end_round(s);
    return 0;
}

int prune_step(struct session *s, struct err *err)
{
    int64_t began_ms = clock_mono_ms(), pause_ms;
    bool is_more = false;

    if (planted(13) || began_ms < s->prune.due_ms ||
        (session_has_work(s) && began_ms < s->prune.due_ms + PATIENCE_MS))
        return 0;
    if (prune_some(s, &is_more, err) != 0)
        return failed(s, err);
    pause_ms = (clock_mono_ms() - began_ms) * PAUSE_TIMES;
    s->prune.due_ms = clock_mono_ms() + (pause_ms < PAUSE_MS ? PAUSE_MS : pause_ms);
    if (is_more || ++s->prune.at < STATE_LOGS)
        return 0;
    if (count_rows(s, err) != 0)
        return failed(s, err);
    log_fault_over(&s->prune.fault, "prune");
    end_round(s);
    return 0;
}
