/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/vitals.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/binlog/log_end.h"
#include "replicator/binlog/position.h"
#include "replicator/session/session.h"

enum { ASK_EVERY_MS = 10000, MICROS = 1000000 };

static int beat(struct session *s, int64_t now_ms, struct err *err)
{
    int64_t every_ms = s->cfg->replicator.heartbeat_every_ms, sent_us;
    uint64_t serial;

    if (every_ms == 0 || now_ms < s->vitals.beat_ms || !stream_clock_is_idle(s->clock))
        return 0;
    s->vitals.beat_ms = now_ms + every_ms;
    sent_us = clock_wall_us();
    if (state_mark(&s->state, &serial, err) != 0)
        return -1;
    s->own_commits++;
    if (stream_clock_sent(s->clock, serial, sent_us))
        metrics_add(METRIC_HEARTBEATS, 1);
    return 0;
}

/* --- every ten seconds --- */

/* MySQL's answer is from the middle between question and answer. */
static int ask_clock(struct session *s, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    int64_t asked_us = clock_wall_us(), offset_us;

    if (db_run(s->state.db, "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))",
               NULL, 0, &rows, err) != 0)
        return -1;
    offset_us = db_rows_int(&rows, 0, 0) - (asked_us + clock_wall_us()) / 2;
    stream_clock_compared(s->clock, offset_us);
    metrics_set(METRIC_CLOCK_OFFSET, offset_us);
    return 0;
}

static int ask_bytes(struct session *s, struct err *err)
{
    int64_t bytes = -1;

    if (s->log_place.number > 0 && log_end_behind(s->state.db, &s->log_place, &bytes, err) != 0)
        return -1;
    metrics_set(METRIC_BEHIND_BYTES, bytes < 0 ? METRICS_UNKNOWN : bytes);
    return 0;
}

static int ask_transactions(struct session *s, struct err *err)
{
    struct position *here = NULL, *now = NULL;
    int64_t n = -1;
    int rc = position_parse(s->position, &here, err);

    if (rc == 0)
        rc = position_now(s->state.db, &now, err);
    if (rc == 0)
        n = position_missing(here, now);
    metrics_set(METRIC_BEHIND_TRANSACTIONS, n < 0 ? METRICS_UNKNOWN : n);
    position_free(here);
    position_free(now);
    return rc;
}

/* A log is kept at least that long from when its last event was written, so what is needed cannot
 * be purged before it is that old itself. */
static int ask_retention(struct session *s, struct err *err)
{
    int64_t keeps_s = 0, left_us;

    if (log_end_retention(s->state.db, &keeps_s, err) != 0)
        return -1;
    left_us = keeps_s * MICROS;
    if (s->is_position_dirty && s->saved_us > 0)
        left_us -= clock_wall_us() - s->saved_us;
    metrics_set(METRIC_RETENTION, keeps_s);
    metrics_set(METRIC_RETENTION_LEFT, keeps_s == 0 ? METRICS_UNKNOWN : left_us / MICROS);
    return 0;
}

static int ask_conflicts(struct session *s, struct err *err)
{
    for (size_t i = 0; i < s->n_follows; i++) {
        int64_t n = 0;

        if (state_count_open(&s->state, s->cfg->mappings[i].name, &n, err) != 0)
            return -1;
        metrics_set(METRIC_CONFLICTS_OPEN, n, i);
    }
    return 0;
}

static int ask(struct session *s, struct err *err)
{
    int (*const asks[])(struct session *, struct err *) = {ask_clock, ask_bytes, ask_transactions,
                                                           ask_retention, ask_conflicts};
    bool is_refused = false;

    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        if (asks[i](s, err) == 0)
            continue;
        if (db_is_lost(s->state.db))
            return -1;
        is_refused = true;
        log_fault(&s->vitals.fault, "vitals", err);
    }
    if (!is_refused)
        log_fault_over(&s->vitals.fault, "vitals");
    *err = ERR_INIT;
    return 0;
}

int vitals_step(struct session *s, struct err *err)
{
    int64_t every_ms = s->cfg->replicator.heartbeat_every_ms, now = clock_mono_ms();

    if (beat(s, now, err) != 0)
        return -1;
    if (now < s->vitals.ask_ms)
        return 0;
    s->vitals.ask_ms = now + (every_ms > 0 && every_ms < ASK_EVERY_MS ? every_ms : ASK_EVERY_MS);
    return ask(s, err);
}
