/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/backlog.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "replicator/session/shipment.h"

enum { TELL_MS = 500, FEW_ROWS = 1000 };

void backlog_forget(const struct session *s)
{
    for (size_t i = 0; i < s->n_follows; i++)
        metrics_set(METRIC_LAG, 0, i);
}

static void count(struct follow *f, const struct change_times *times)
{
    f->n_pending++;
    if (times->committed_us > 0 && (f->oldest_us == 0 || times->committed_us < f->oldest_us))
        f->oldest_us = times->committed_us;
}

/* Since when changes of a mapping wait. Where the set has none, one may have come into the queue
 * since we took what was there: it waits, too, and not for longer than the queue's oldest. */
static int64_t since(const struct session *s, size_t i)
{
    if (s->follows[i].oldest_us > 0 || metrics_get(METRIC_LAG, i) == 0 || queue_is_empty(s->queue))
        return s->follows[i].oldest_us;
    return metrics_get(METRIC_QUEUE_AGE);
}

void backlog_tell(struct session *s)
{
    int64_t now = clock_mono_ms();

    if (s->set.n_rows > FEW_ROWS && now - s->told_ms < TELL_MS)
        return;
    s->told_ms = now;
    for (size_t i = 0; i < s->n_follows; i++) {
        s->follows[i].n_pending = 0;
        s->follows[i].oldest_us = 0;
        for (const struct refresh *r = s->follows[i].refreshes; r != NULL; r = r->hh.next)
            count(&s->follows[i], &r->times);
    }
    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        count(&s->follows[p->id.mapping], &p->times);
    for (const struct window_row *w = s->window.rows; w != NULL; w = w->hh.next)
        count(&s->follows[s->window.mapping], &w->times);
    for (size_t i = 0; i < s->n_follows; i++) {
        metrics_set(METRIC_PENDING, s->follows[i].n_pending, i);
        metrics_set(METRIC_LAG, since(s, i), i);
        metrics_set(
            METRIC_MAPPING_ROWS,
            s->follows[i].m.is_ready ? (int64_t)s->follows[i].m.index.n_rows : METRICS_UNKNOWN, i);
    }
    metrics_set(METRIC_PENDING_BYTES, (int64_t)s->set.bytes);
}

static void observe(const struct shipment *sh, size_t mapping, const struct change_times *t,
                    int64_t now_us)
{
    int64_t sent_us = sh->sent_us > 0 ? sh->sent_us : now_us;
    int64_t answered_us = sh->answered_us > 0 ? sh->answered_us : now_us;

    metrics_observe(METRIC_CHANGE_LAG, now_us - t->committed_us, mapping);
    metrics_observe(METRIC_CHANGE_STAGE, t->read_us - t->committed_us, METRICS_STREAM);
    metrics_observe(METRIC_CHANGE_STAGE, t->taken_us - t->read_us, METRICS_QUEUED);
    metrics_observe(METRIC_CHANGE_STAGE, sent_us - t->taken_us, METRICS_PLAN);
    metrics_observe(METRIC_CHANGE_STAGE, answered_us - sent_us, METRICS_SEND);
    metrics_observe(METRIC_CHANGE_STAGE, now_us - answered_us, METRICS_SAVE);
}

void backlog_observe(const struct shipment *sh, int64_t now_us)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++) {
            const struct change_times *t = &sh->shares[i].plan.rows[r].pending->times;

            if (t->committed_us > 0 && shipment_is_proven(&sh->shares[i], r))
                observe(sh, sh->shares[i].at, t, now_us);
        }
}
