/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: every row of a table is compared with the tab: a snapshot from the first row on, then a
 * sweep for rows of base that MySQL has no more.
 *
 * It answers everything that changes rows without showing them: statements, cascades, an ALTER, a
 * purged binlog. Requests come in bursts, so one waits until a moment has passed without another,
 * and while a comparison runs, the next one waits for its end: however many come, one comparison
 * begins after the last of them. Until then the snapshot is remembered as not done.
 */
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/session.h"

enum { QUIET_MS = 300, WAIT_MAX_MS = 3000, PAGE_ROWS = 500 };

static bool is_running(const struct follow *f)
{
    return f->phase != SNAPSHOT_DONE || f->is_sweeping;
}

int compare_request(struct session *s, struct follow *f, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (!f->m.is_ready) {
        f->is_dropping = true;
        return 0;
    }
    if (f->compare_due_ms > 0) {
        f->compare_due_ms =
            now + QUIET_MS < f->compare_latest_ms ? now + QUIET_MS : f->compare_latest_ms;
        return 0;
    }
    f->compare_due_ms = now + QUIET_MS;
    f->compare_latest_ms = now + WAIT_MAX_MS;
    s->own_commits++;
    return state_save_snapshot(&s->state, f->m.cfg->name, SNAPSHOT_NONE, NULL, 0, err);
}

static int begin(struct session *s, struct follow *f, struct err *err)
{
    f->compare_due_ms = 0;
    f->phase = SNAPSHOT_NONE;
    f->snapshot_rows = 0;
    f->needs_sweep = true;
    free(f->snapshot_key);
    f->snapshot_key = NULL;
    metrics_add(METRIC_COMPARISONS, 1);
    s->own_commits++;
    return state_save_health(&s->state, f->m.cfg->name, "snapshot", NULL, err);
}

static int finish(struct session *s, struct follow *f, struct err *err)
{
    const char *name = f->m.cfg->name;

    f->is_sweeping = false;
    f->is_swept = false;
    log_info("snapshot: done mapping=%s rows=%lld", name, (long long)f->snapshot_rows);
    reconcile_request(f, false);
    if (f->compare_due_ms > 0)
        return 0; /* another one follows */
    s->own_commits += 2;
    if (state_save_snapshot(&s->state, name, SNAPSHOT_DONE, NULL, f->snapshot_rows, err) != 0)
        return -1;
    return state_save_health(&s->state, name, "streaming", NULL, err);
}

int compare_chunk_acknowledged(struct session *s, struct follow *f, struct err *err)
{
    f->is_chunk_pending = f->is_chunk_leaving = false;
    f->snapshot_rows += (int64_t)f->chunk_rows;
    f->chunk_rows = 0;
    if (f->chunk_key == NULL) {
        f->phase = SNAPSHOT_DONE;
        f->is_sweeping = f->needs_sweep;
        f->needs_sweep = false;
        f->sweep_after = (struct hash128){{0}};
        return f->is_sweeping ? 0 : finish(s, f, err);
    }
    f->phase = SNAPSHOT_RUNNING;
    free(f->snapshot_key);
    f->snapshot_key = f->chunk_key;
    f->chunk_key = NULL;
    if (f->compare_due_ms > 0)
        return 0; /* after a crash: from the first row on */
    s->own_commits++;
    return state_save_snapshot(&s->state, f->m.cfg->name, SNAPSHOT_RUNNING, f->snapshot_key,
                               f->snapshot_rows, err);
}

/* Rows that base knows are refreshed, a page at a time: those that MySQL has no more become
 * deletes. */
int compare_sweep(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct base_rows page = {0};
    int n = state_page_base(&s->state, f->m.cfg->name, f->sweep_after, PAGE_ROWS, &page,
                            &f->sweep_after, err);
    int rc = n < 0 ? -1 : 0;

    for (struct base_row *row = page.rows; rc == 0 && row != NULL; row = row->hh.next)
        if (!base_row_is_kept(row))
            rc = session_refresh(s, at, row->key, row->row_key, NULL, err);
    base_rows_close(&page);
    f->is_swept = n == 0;
    return rc;
}

/* Is nothing of the sweep on its way? */
static bool is_settled(const struct session *s, uint32_t at)
{
    const struct follow *f = &s->follows[at];

    if (!f->is_swept || f->refreshes != NULL || (s->window.is_open && s->window.mapping == at))
        return false;
    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        if (p->id.mapping == at)
            return false;
    return true;
}

int compare_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (f->is_sweeping && is_settled(s, i) && finish(s, f, err) != 0)
            return -1;
        if (f->compare_due_ms > 0 && now >= f->compare_due_ms && !is_running(f) &&
            begin(s, f, err) != 0)
            return -1;
    }
    return 0;
}
