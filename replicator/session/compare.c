/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare: every row of a table is compared with the tab: a snapshot from the first row on, then a
 * sweep for rows of base that MySQL has no more.
 *
 * It answers everything that changes rows without showing them: statements, cascades, an ALTER, a
 * purged binlog. Requests come in bursts, so one waits until a moment has passed without another,
 * and while a comparison runs, the next one waits for its end: however many come, one comparison
 * begins after the last of them. Until then the snapshot is remembered as not done. It brings rows
 * that the tab lacks, so rows that people have just deleted are looked for before.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rowkey.h"
#include "replicator/session/families.h"
#include "replicator/sync/fetch.h"

enum { QUIET_MS = 300, WAIT_MAX_MS = 3000, PAGE_ROWS = 1000 };

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
    reconcile_request(f, true);
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
    families_doubt_of(s, f->m.cfg);
    metrics_add(METRIC_COMPARISONS, 1, session_place(s, &f->m));
    s->own_commits++;
    if (state_save_health(&s->state, f->m.cfg->name, "snapshot", NULL, err) != 0)
        return -1;
    return progress_begin(s, f, err);
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
    return progress_save(s, f, err);
}

/* Ask for those of the N rows to be refreshed that MySQL does not show: they become deletes, unless
 * the refresh, which is made between two marks, finds them after all. */
static int sweep_some(struct session *s, uint32_t at, struct base_row *const *rows, size_t n,
                      struct err *err)
{
    const struct mapping *m = &s->follows[at].m;
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    CLEANUP_FREE struct value *keys = calloc(n * m->n_key, sizeof(*keys));
    struct fetched found = {0};
    size_t need = 0;
    int rc;

    for (size_t i = 0; i < n; i++)
        need += strlen(rows[i]->row_key) + 1;
    /* All the room at once: a text in BYTES must not move. A key is never longer than its JSON. */
    if (keys == NULL || buf_reserve(&bytes, need) == NULL)
        return err_nomem(err, "sweep");
    for (size_t i = 0; i < n; i++)
        if (rowkey_read(rows[i]->row_key, strlen(rows[i]->row_key), &bytes, keys + i * m->n_key,
                        m->n_key, err) != 0)
            return err_wrap(err, "mapping %s", m->cfg->name);
    if (fetch_keys(s->state.db, m, keys, n, true, &found, err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < found.n && !rows[i]->is_seen; k++)
            rows[i]->is_seen = hash128_equal(rows[i]->key, found.images[k]->key);
    fetched_close(&found);
    rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (!rows[i]->is_seen)
            rc = session_refresh(s, at, rows[i]->key, rows[i]->row_key, NULL, err);
    return rc;
}

/* The next page of what base knows. */
int compare_sweep(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct base_rows page = {0};
    struct base_row *some[FETCH_KEYS_MAX];
    size_t n_some = 0;
    int n = state_page_base(&s->state, f->m.cfg->name, f->sweep_after, PAGE_ROWS, &page,
                            &f->sweep_after, err);
    int rc = n < 0 ? -1 : 0;

    for (struct base_row *row = page.rows; rc == 0 && row != NULL; row = row->hh.next) {
        if (!base_row_is_kept(row))
            some[n_some++] = row;
        if (n_some == FETCH_KEYS_MAX || (row->hh.next == NULL && n_some > 0)) {
            rc = sweep_some(s, at, some, n_some, err);
            n_some = 0;
        }
    }
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

/* While the tab is busy, what people have deleted is not found for a while. */
static bool may_begin(const struct follow *f, int64_t now)
{
    bool is_reconciled = f->reconcile.phase == RECONCILE_IDLE && !f->reconcile.is_due;

    return f->compare_due_ms > 0 && now >= f->compare_due_ms && !is_running(f) &&
           (is_reconciled || now >= f->compare_latest_ms);
}

int compare_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (f->is_sweeping && is_settled(s, i) && finish(s, f, err) != 0)
            return -1;
        if (may_begin(f, now) && begin(s, f, err) != 0)
            return -1;
    }
    return 0;
}
