/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile_deletes: rows that base knows and the tab has no more.
 *
 * Confirmed by one atomic read of the key cells; more of them than the mapping's limits wait for
 * approval.
 */
#include "common/base.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/comparison.h"
#include "replicator/sync/tab.h"

enum { SHARE_COUNTS_FROM = 5 /* a share of a handful of rows says nothing */ };

/* The person cleared the key, not the row: write it back. True if it was so. */
static int restore_key(struct comparison *c, const struct base_row *base, bool *restored,
                       struct err *err)
{
    struct mapping *m = &c->f->m;
    const struct grid *grid = c->only_page == NULL ? NULL : &c->only_page[1];

    *restored = false;
    for (int64_t row = 1; c->n_keyless > 0 && grid != NULL && row < grid_end_row(grid); row++) {
        if (!placement_is_row(m, grid, row, base))
            continue;
        *restored = true;
        return placement_write_key(c->s, m, base->row_key, row, err);
    }
    return 0;
}

/* About a held row (common/base.h) a person is to decide. */
static bool is_gone(const struct comparison *c, const struct base_row *base)
{
    return row_index_find(&c->f->m.index, base->key) < 0 &&
           !base_is_held(base->hashes, base->hashes_len, BASE_ROW);
}

static size_t count_gone(const struct comparison *c)
{
    size_t n = 0;

    for (const struct base_row *b = c->f->reconcile.base.rows; b != NULL; b = b->hh.next)
        n += is_gone(c, b);
    return n;
}

static bool is_too_many(const struct comparison *c, size_t n)
{
    const struct config_mapping *cfg = c->f->m.cfg;
    size_t total = c->f->reconcile.n_base;

    if (c->f->reconcile.is_approved)
        return false;
    /* A tab without a single key is no reason to believe that a person has deleted all. */
    if (c->f->m.index.n_rows == 0 && total > 1)
        return true;
    return n > cfg->delete_limit_rows ||
           (n >= SHARE_COUNTS_FROM && n * 100 > total * cfg->delete_limit_percent);
}

static int hold(struct comparison *c, size_t n, struct err *err)
{
    log_warn(
        "reconcile: %zu rows are gone from the tab; more than the limit, so nothing is deleted "
        "mapping=%s hint=\"tabrelay deletes approve %s, or put the rows back\"",
        n, c->f->m.cfg->name, c->f->m.cfg->name);
    metrics_set(METRIC_HELD_DELETES, (int64_t)n);
    c->f->reconcile.is_clean = false;
    c->s->own_commits++;
    return state_save_held(&c->s->state, c->f->m.cfg->name, (unsigned)n, err);
}

static int take_gone(struct comparison *c, const struct base_row *base, struct err *err)
{
    bool restored = false;

    if (c->f->m.cfg->direction == CONFIG_TO_SHEET)
        return session_refresh(c->s, c->at, base->key, base->row_key, "*", err);
    if (restore_key(c, base, &restored, err) != 0)
        return -1;
    return restored ? 0 : found_delete(&c->found, &c->f->m, base, err);
}

static bool are_all_seen(const struct comparison *c)
{
    for (const struct base_row *b = c->f->reconcile.base.rows; b != NULL; b = b->hh.next)
        if (!b->is_seen)
            return false;
    return true;
}

int comparison_deletes(struct comparison *c, struct err *err)
{
    struct mapping *m = &c->f->m;
    size_t n = 0;

    if (!are_all_seen(c)) {
        if (tab_read_index(c->s->sheets, m, err) != 0)
            return -1;
        n = count_gone(c);
    }
    if (n > 0 && m->cfg->direction != CONFIG_TO_SHEET && is_too_many(c, n))
        return hold(c, n, err);
    for (const struct base_row *b = c->f->reconcile.base.rows; n > 0 && b != NULL; b = b->hh.next)
        if (is_gone(c, b) && take_gone(c, b, err) != 0)
            return -1;
    metrics_set(METRIC_HELD_DELETES, 0);
    c->s->own_commits++;
    return state_save_held(&c->s->state, m->cfg->name, 0, err);
}
