/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/progress.h"

#include <inttypes.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/session.h"
#include "replicator/sync/fetch.h"

enum { LOG_EVERY_MS = 10000 };
static const double MEMORY_MS = 30000;

/* --- pure --- */

void progress_count(struct progress *p, int64_t rows, int64_t now_ms)
{
    int64_t took_ms = now_ms - p->counted_ms;

    if (p->counted_ms > 0 && took_ms > 0 && rows >= p->counted) {
        double pace = (double)(rows - p->counted) / (double)took_ms;
        double weight = (double)took_ms / ((double)took_ms + MEMORY_MS);

        p->rows_a_ms = p->rows_a_ms > 0 ? p->rows_a_ms + (pace - p->rows_a_ms) * weight : pace;
    }
    p->counted = rows;
    p->counted_ms = now_ms;
}

int64_t progress_left_s(const struct progress *p)
{
    if (p->total <= 0 || p->rows_a_ms <= 0)
        return -1;
    if (p->counted >= p->total)
        return 0;
    return (int64_t)((double)(p->total - p->counted) / p->rows_a_ms / 1000);
}

int progress_percent(const struct progress *p)
{
    if (p->total <= 0)
        return -1;
    return p->counted >= p->total ? 99 : (int)(p->counted * 100 / p->total);
}

/* --- in a session --- */

int progress_begin(struct session *s, struct follow *f, struct err *err)
{
    int64_t total = 0;

    if (fetch_estimate(s->state.db, &f->m, &total, err) != 0)
        return -1;
    f->progress = (struct progress){.total = total,
                                    .counted = f->snapshot_rows,
                                    .counted_ms = clock_mono_ms(),
                                    .logged_ms = clock_mono_ms()};
    return 0;
}

static void tell(const struct follow *f)
{
    const struct progress *p = &f->progress;

    log_info("snapshot: under way mapping=%s rows=%" PRId64 " of_about=%" PRId64
             " percent=%d left_s=%" PRId64,
             f->m.cfg->name, p->counted, p->total, progress_percent(p), progress_left_s(p));
}

int progress_save(struct session *s, struct follow *f, struct err *err)
{
    struct progress *p = &f->progress;
    int64_t now = clock_mono_ms();
    struct snapshot_progress saved = {.key = f->snapshot_key, .rows = f->snapshot_rows};

    progress_count(p, f->snapshot_rows, now);
    saved.total = p->total > 0 && p->total < f->snapshot_rows ? f->snapshot_rows : p->total;
    saved.left_s = progress_left_s(p);
    if (now - p->logged_ms >= LOG_EVERY_MS) {
        p->logged_ms = now;
        tell(f);
    }
    s->own_commits++;
    return state_save_progress(&s->state, f->m.cfg->name, &saved, err);
}

void progress_measure(const struct session *s)
{
    for (size_t i = 0; i < s->n_follows; i++) {
        const struct follow *f = &s->follows[i];
        bool is_running = f->m.is_ready && f->phase != SNAPSHOT_DONE;
        int64_t rows = f->progress.total - f->snapshot_rows;
        int64_t left_s = progress_left_s(&f->progress);

        metrics_set(METRIC_SNAPSHOT_LEFT, is_running && rows > 0 ? rows : 0, i);
        metrics_set(METRIC_SNAPSHOT_LEFT_S, is_running && left_s > 0 ? left_s : 0, i);
    }
}
