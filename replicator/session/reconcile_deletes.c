/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile_deletes: rows that base knows and the tab has no more.
 *
 * A row is gone when two reads of the tab say so, the second one an atomic read of all key cells
 * under the headers. More of them than the mapping's limits wait for approval; a row that is there
 * again waits no longer.
 */
#include <stdlib.h>

#include "common/log.h"
#include "common/metrics.h"
#include "common/planted.h"
#include "replicator/session/comparison.h"
#include "replicator/session/waiting.h"
#include "replicator/sync/tab.h"

enum {
    SHARE_COUNTS_FROM = 5, /* a share of a handful of rows says nothing */
    RANGES_MAX = 100,
    TAKE_MAX = 200 /* gone rows whose base is read at once */
};

/* --- rows that are not gone --- */

/* Write the key into ROW, where MySQL's row then is written. */
static int write_key(struct comparison *c, const struct base_row *base, int64_t row,
                     struct err *err)
{
    struct mapping *m = &c->f->m;
    struct row_index before = m->index;
    int rc;

    m->index = (struct row_index){0};
    rc = placement_write_key(c->s, m, base->row_key, row, err);
    if (rc == 0 && !m->is_index_stale)
        rc = mend_vanished(c->s, c->at, &before, err);
    row_index_close(&before);
    return rc;
}

/* About a held row (common/base.h) a person is to decide. */
static bool is_gone(const struct comparison *c, const struct base_entry *base)
{
    return !base->is_seen && !base->is_held && row_index_find(&c->f->m.index, base->key) < 0;
}

static struct base_entry *end_of(const struct comparison *c)
{
    return c->f->reconcile.base.entries + c->f->reconcile.base.n;
}

/* The candidates' cells, few ranges of them. */
struct candidates {
    struct grid_range ranges[RANGES_MAX];
    struct grid *grids;            /* owned; one a range */
    bool is_taken[CANDIDATES_MAX]; /* of all rows in their order: it has its key again */
    size_t n;
};

static int compare_rows(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static int read_candidates(struct comparison *c, struct candidates *out, struct err *err)
{
    const struct mapping *m = &c->f->m;
    struct grid_range header[TAB_RANGES_MAX];

    *out = (struct candidates){0};
    for (const struct base_entry *b = c->f->reconcile.base.entries; b < end_of(c); b++)
        if (is_gone(c, b) && b->row < m->grid_rows)
            comparison_add_candidate(c, b->row);
    qsort(c->candidates, c->n_candidates, sizeof(*c->candidates), compare_rows);
    tab_ranges(m, header);
    for (size_t i = 0; i < c->n_candidates; i++) {
        int64_t row = c->candidates[i];

        if (out->n > 0 && row <= out->ranges[out->n - 1].end_row) {
            out->ranges[out->n - 1].end_row = row + 1;
            continue;
        }
        if (out->n == RANGES_MAX)
            break;
        out->ranges[out->n] = header[0];
        out->ranges[out->n].row = row;
        out->ranges[out->n++].end_row = row + 1;
    }
    return out->n == 0 ? 0
                       : sheets_read(c->s->sheets, m->cfg->spreadsheet, out->ranges, out->n,
                                     &out->grids, err);
}

/* Has ROW lost its key to another one that was written there by mistake? */
static bool was_robbed(const struct follow *f, int64_t row)
{
    for (size_t i = 0; i < f->n_robbed; i++)
        if (f->robbed[i] == row)
            return true;
    return false;
}

/* The person cleared the key, not the row: write it back. Where the key was lost by our mistake
 * somebody may have typed in the row since: most of it tells then whose it is. */
static int restore_key(struct comparison *c, struct candidates *in, const struct base_row *base,
                       bool *restored, struct err *err)
{
    size_t at = 0;

    for (size_t i = 0; i < in->n; i++)
        for (int64_t row = in->ranges[i].row; row < in->ranges[i].end_row; row++, at++) {
            if (in->is_taken[at] ||
                (!placement_is_row(&c->f->m, &in->grids[i], row, base) &&
                 !(was_robbed(c->f, row) &&
                   placement_is_mostly_row(&c->f->m, &in->grids[i], row, base))))
                continue;
            in->is_taken[at] = true;
            *restored = true;
            return write_key(c, base, row, err);
        }
    return 0;
}

/* Is all of ROW blank that is mapped? */
static int read_is_blank(struct comparison *c, int64_t row, bool *is_blank, struct err *err)
{
    const struct mapping *m = &c->f->m;
    struct grid_range range[TAB_RANGES_MAX];
    struct grid *grid = NULL;

    tab_ranges(m, range);
    range[0].row = row;
    range[0].end_row = row + 1;
    if (sheets_read(c->s->sheets, m->cfg->spreadsheet, range, 1, &grid, err) != 0)
        return -1;
    *is_blank = comparison_is_blank(m, grid, row);
    grids_free(grid, 1);
    return 0;
}

/* on_cleared_row: restore. The row stood where its mapped cells are blank now: it was cleared, not
 * deleted. */
static int restore_cleared(struct comparison *c, const struct base_row *base, bool *restored,
                           struct err *err)
{
    bool is_blank = false;

    if (c->f->m.cfg->on_cleared_row != CONFIG_CLEARED_RESTORE || base->row < 1 ||
        base->row >= c->f->m.grid_rows)
        return 0;
    if (read_is_blank(c, base->row, &is_blank, err) != 0)
        return -1;
    if (!is_blank)
        return 0;
    *restored = true;
    if (write_key(c, base, base->row, err) != 0)
        return -1;
    return session_refresh(c->s, c->at, base->key, base->row_key, "*", err);
}

/* --- rows that are gone --- */

static size_t count_gone(const struct comparison *c)
{
    size_t n = 0;

    for (const struct base_entry *b = c->f->reconcile.base.entries; b < end_of(c); b++)
        n += is_gone(c, b);
    return n;
}

/* Those of which a person has said that they may go. In a new session nobody knows which waited,
 * but they must not be more. */
static bool is_approved(const struct comparison *c, const struct base_entry *base, size_t n_gone)
{
    const struct reconcile *r = &c->f->reconcile;

    if (!r->is_approved)
        return false;
    return r->waiting == NULL ? n_gone <= r->n_waited : waiting_has(r, base->key);
}

static bool is_too_many(const struct comparison *c, size_t n)
{
    const struct config_mapping *cfg = c->f->m.cfg;
    size_t total = c->f->reconcile.base.n;

    if (planted(8))
        return false;
    /* A tab without a single key is no reason to believe that a person has deleted all. */
    if (c->f->m.index.n_rows == 0 && n > 0 && total > 1)
        return true;
    return n > cfg->delete_limit_rows ||
           (n >= SHARE_COUNTS_FROM && n * 100 > total * cfg->delete_limit_percent);
}

static int take_gone(struct comparison *c, struct candidates *in, const struct base_row *base,
                     struct err *err)
{
    bool restored = false;

    if (c->f->m.cfg->direction == CONFIG_TO_SHEET)
        return session_refresh(c->s, c->at, base->key, base->row_key, "*", err);
    if (restore_key(c, in, base, &restored, err) != 0 ||
        (!restored && restore_cleared(c, base, &restored, err) != 0))
        return -1;
    return restored ? 0 : found_delete(&c->found, &c->f->m, base, err);
}

/* Those of ENTRIES that are still what they were before the tab was read: the others were changed
 * by whoever knew better. */
static int take_some(struct comparison *c, struct candidates *in, struct base_entry *const *entries,
                     size_t n, struct err *err)
{
    struct base_rows now = {0};
    struct hash128 keys[TAKE_MAX] = {{{0}}};
    int rc;

    for (size_t i = 0; i < n; i++)
        keys[i] = entries[i]->key;
    rc = state_load_base(&c->s->state, c->f->m.cfg->name, keys, n, false, &now, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct base_row *base = base_rows_find(&now, keys[i]);

        if (base == NULL || !base_list_is_same(entries[i], base) || !is_gone(c, entries[i]))
            continue;
        base->row = entries[i]->row;
        rc = take_gone(c, in, base, err);
    }
    base_rows_close(&now);
    return rc;
}

/* Take what may go: all, or only what is approved. */
static int take_all_gone(struct comparison *c, size_t n_gone, bool only_approved, struct err *err)
{
    struct candidates in = {0};
    struct base_entry *some[TAKE_MAX];
    size_t n = 0;
    int rc;

    if (n_gone == 0 || (only_approved && !c->f->reconcile.is_approved))
        return 0;
    rc = read_candidates(c, &in, err);
    for (struct base_entry *b = c->f->reconcile.base.entries; rc == 0 && b < end_of(c); b++) {
        if (is_gone(c, b) && (!only_approved || is_approved(c, b, n_gone)))
            some[n++] = b;
        if (n < TAKE_MAX)
            continue;
        rc = take_some(c, &in, some, n, err);
        n = 0;
    }
    if (rc == 0 && n > 0)
        rc = take_some(c, &in, some, n, err);
    grids_free(in.grids, in.n);
    if (rc == 0)
        c->f->n_robbed = 0;
    return rc;
}

static size_t count_unapproved(const struct comparison *c, size_t n_gone)
{
    size_t n = 0;

    for (const struct base_entry *b = c->f->reconcile.base.entries; b < end_of(c); b++)
        n += is_gone(c, b) && !is_approved(c, b, n_gone);
    return n;
}

/* Those that are not approved wait, and nobody else. */
static int let_wait(struct comparison *c, size_t n_gone, size_t n, struct err *err)
{
    struct reconcile *r = &c->f->reconcile;
    struct reconcile now = {0};
    CLEANUP_BUF struct buf keys = BUF_INIT;

    for (const struct base_entry *b = r->base.entries; n > 0 && b < end_of(c); b++)
        if (is_gone(c, b) && !is_approved(c, b, n_gone) && waiting_add(&now, b->key, err) != 0) {
            waiting_close(&now);
            return -1;
        }
    waiting_close(r);
    r->waiting = now.waiting;
    r->n_waited = n;
    metrics_set(METRIC_HELD_DELETES, (int64_t)n, c->at);
    c->s->own_commits++;
    if (n > 0) {
        log_warn("reconcile: %zu rows are gone from the tab; more than the limit, so nothing is "
                 "deleted mapping=%s hint=\"tabrelay deletes approve %s, or put the rows back\"",
                 n, c->f->m.cfg->name, c->f->m.cfg->name);
        r->is_clean = false;
    }
    if (waiting_put_keys(r, &c->s->state, c->f->m.cfg->name, &keys, err) != 0)
        return -1;
    return state_save_held(&c->s->state, c->f->m.cfg->name, (unsigned)n, buf_text(&keys), err);
}

/* Where the rows stood that were not seen. */
static bool note_places(struct comparison *c)
{
    bool are_all_seen = true;

    for (struct base_entry *b = c->f->reconcile.base.entries; b < end_of(c); b++) {
        if (b->is_seen)
            continue;
        b->row = row_index_find(&c->f->m.index, b->key);
        are_all_seen = false;
    }
    return are_all_seen;
}

static int find_gone(struct comparison *c, size_t *n, struct err *err)
{
    struct mapping *m = &c->f->m;

    *n = 0;
    if (note_places(c))
        return 0;
    if (tab_read_index_whole(c->s->sheets, m, err) != 0)
        return -1;
    *n = count_gone(c);
    if (*n == 0 || !c->f->reconcile.is_keys_only)
        return 0;
    /* No page was read: this was the first read. */
    for (struct base_entry *b = c->f->reconcile.base.entries; b < end_of(c); b++)
        b->is_seen = row_index_find(&m->index, b->key) >= 0;
    if (tab_read_index_whole(c->s->sheets, m, err) != 0)
        return -1;
    *n = count_gone(c);
    return 0;
}

int comparison_deletes(struct comparison *c, struct err *err)
{
    bool is_guarded = c->f->m.cfg->direction != CONFIG_TO_SHEET;
    size_t n, n_unapproved;
    bool must_wait;

    if (find_gone(c, &n, err) != 0)
        return -1;
    n_unapproved = count_unapproved(c, n);
    must_wait = is_guarded && is_too_many(c, n_unapproved);
    if (take_all_gone(c, n, must_wait, err) != 0)
        return -1;
    return let_wait(c, n, must_wait ? n_unapproved : 0, err);
}
