/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile: what did people change in the tab that no trigger told?
 *
 * In this order, so that nothing can be mistaken: (1) read the base, (2) commit a mark and wait
 * until the stream has passed it and all it brought is in the sheet, (3) read the tab. What differs
 * from base then was changed by a person and goes to the webhook as an edit that names the base it
 * was compared with: if that has moved on meanwhile, the webhook drops it. Deletes are confirmed by
 * one atomic read of the key cells, and many of them wait for approval.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

enum {
    BASE_PAGE = 1000,
    PAGE_CELLS = 60000,
    RETRY_MS = 5000,
    SHARE_COUNTS_FROM = 5, /* a share of a handful of rows says nothing */
    KEY_MAX = 16
};

/* One comparison under way. */
struct comparison {
    struct session *s;
    struct follow *f;
    uint32_t at;
    struct found found;
    bool *changed;          /* owned; scratch, one a column */
    size_t n_keyless;       /* rows with cells and without a key */
    struct grid *only_page; /* the tab's grid when it fits one page; owned */
};

void reconcile_request(struct follow *f, bool is_keys_only)
{
    struct reconcile *r = &f->reconcile;

    r->is_keys_only = is_keys_only && (!r->is_due || r->is_keys_only);
    r->is_due = true;
}

void reconcile_close(struct reconcile *r)
{
    base_rows_close(&r->base);
    *r = (struct reconcile){0};
}

void reconcile_mark(struct session *s, uint64_t serial)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].reconcile.phase == RECONCILE_MARKED &&
            serial >= s->follows[i].reconcile.mark)
            s->follows[i].reconcile.is_past_mark = true;
}

/* --- (1) and (2) --- */

static int begin(struct session *s, struct follow *f, struct err *err)
{
    struct reconcile *r = &f->reconcile;
    struct hash128 after = {{0}};
    int n;

    base_rows_close(&r->base);
    r->n_base = 0;
    do {
        n = state_page_base(&s->state, f->m.cfg->name, after, BASE_PAGE, &r->base, &after, err);
        if (n < 0)
            return -1;
        r->n_base += (size_t)n;
        if (r->base.arena.bytes > s->cfg->replicator.memory_limit_bytes) {
            base_rows_close(&r->base);
            return err_set(err, ERR_NOMEM, "reconcile: mapping %s is too large for memory_limit",
                           f->m.cfg->name);
        }
    } while (n == BASE_PAGE);
    if (state_mark(&s->state, &r->mark, err) != 0)
        return -1;
    s->own_commits++;
    r->is_past_mark = false;
    r->is_due = false;
    r->phase = RECONCILE_MARKED;
    return 0;
}

static bool is_quiet(const struct session *s, const struct follow *f)
{
    return f->reconcile.is_past_mark && s->set.n_rows == 0 && s->placements == NULL &&
           s->checks == NULL && s->orphans == NULL && !s->window.is_open && f->refreshes == NULL &&
           !s->is_in_transaction;
}

/* --- (3) comparing rows --- */

static bool differs(const struct mapping *m, size_t i, const struct cell *cell,
                    const struct base_row *base)
{
    uint64_t hash;

    /* Never agreed on, or shown as a notice: nothing can be said. */
    if (!base_find(base->hashes, base->hashes_len, mapping_column_of(m, i)->name, &hash) ||
        hash == 0)
        return false;
    return !tab_cell_shows(m, i, cell, hash);
}

static bool is_editable(const struct mapping *m, size_t i)
{
    return m->columns[i].to_mysql && !m->columns[i].is_key && m->cfg->direction != CONFIG_TO_SHEET;
}

/* Cells that people may not edit get MySQL's value again. */
static int put_back(struct comparison *c, const struct base_row *base, struct err *err)
{
    const struct mapping *m = &c->f->m;
    CLEANUP_BUF struct buf columns = BUF_INIT;

    buf_putc(&columns, '[');
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *name = mapping_column_of(m, i)->name;

        if (!c->changed[i] || is_editable(m, i))
            continue;
        c->changed[i] = false;
        if (columns.len > 1)
            buf_putc(&columns, ',');
        buf_json(&columns, name, strlen(name));
    }
    if (columns.len == 1)
        return 0;
    buf_putc(&columns, ']');
    if (columns.is_failed)
        return err_nomem(err, "reconcile");
    return session_refresh(c->s, c->at, base->key, base->row_key, columns.ptr, err);
}

static int compare_known(struct comparison *c, const struct grid *grid, int64_t row,
                         struct base_row *base, struct err *err)
{
    const struct mapping *m = &c->f->m;
    bool any = false;

    for (size_t i = 0; i < m->n_columns; i++)
        c->changed[i] = !m->columns[i].is_key &&
                        differs(m, i, grid_at(grid, row, m->columns[i].sheet_column), base);
    if (put_back(c, base, err) != 0)
        return -1;
    for (size_t i = 0; i < m->n_columns; i++)
        any = any || c->changed[i];
    if (any)
        found_upsert(&c->found, m, grid, row, c->changed, base);
    return 0;
}

static void compare_new(struct comparison *c, const struct grid *grid, int64_t row)
{
    const struct mapping *m = &c->f->m;

    if (m->cfg->direction == CONFIG_TO_SHEET)
        return;
    for (size_t i = 0; i < m->n_columns; i++)
        c->changed[i] = true;
    found_upsert(&c->found, m, grid, row, c->changed, NULL);
}

static bool is_blank_row(const struct mapping *m, const struct grid *grid, int64_t row)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (grid_at(grid, row, m->columns[i].sheet_column)->type != CELL_BLANK)
            return false;
    return true;
}

/* Rows of a page that differ from the base as it was before the mark. */
struct suspects {
    int64_t *rows;        /* owned */
    struct hash128 *keys; /* owned */
    size_t n, size;
};

static int add_suspect(struct suspects *list, int64_t row, struct hash128 key, struct err *err)
{
    if (list->n == list->size) {
        size_t size = list->size == 0 ? 64 : list->size * 2;
        int64_t *rows = realloc(list->rows, size * sizeof(*rows));
        struct hash128 *keys;

        if (rows == NULL)
            return err_nomem(err, "reconcile");
        list->rows = rows;
        keys = realloc(list->keys, size * sizeof(*keys));
        if (keys == NULL)
            return err_nomem(err, "reconcile");
        list->keys = keys;
        list->size = size;
    }
    list->rows[list->n] = row;
    list->keys[list->n++] = key;
    return 0;
}

static bool is_row_different(const struct mapping *m, const struct grid *grid, int64_t row,
                             const struct base_row *base)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (!m->columns[i].is_key &&
            differs(m, i, grid_at(grid, row, m->columns[i].sheet_column), base))
            return true;
    return false;
}

static int find_suspects(struct comparison *c, const struct grid *grid, struct suspects *list,
                         struct err *err)
{
    struct mapping *m = &c->f->m;
    struct grid keys[KEY_MAX];

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    for (int64_t row = grid->row; row < grid_end_row(grid); row++) {
        struct base_row *base;
        struct hash128 key;

        if (!tab_key_at(m, keys, row, &key)) {
            c->n_keyless += !is_blank_row(m, grid, row);
            continue;
        }
        base = base_rows_find(&c->f->reconcile.base, key);
        if (base != NULL && base->is_seen)
            continue; /* a key that stands twice: the first row counts */
        if ((base == NULL || is_row_different(m, grid, row, base)) &&
            add_suspect(list, row, key, err) != 0)
            return -1;
        if (base != NULL)
            base->is_seen = true;
    }
    return 0;
}

static bool is_same_base(const struct base_row *a, const struct base_row *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a->hashes_len == b->hashes_len && memcmp(a->hashes, b->hashes, a->hashes_len) == 0;
}

/* Only rows whose base has not moved on since: what we or the webhook wrote meanwhile was no
 * person. */
static int compare_page(struct comparison *c, const struct grid *grid, struct err *err)
{
    const char *name = c->f->m.cfg->name;
    struct suspects list = {0};
    struct base_rows now = {0};
    int rc = find_suspects(c, grid, &list, err);

    if (rc == 0 && list.n > 0)
        rc = state_load_base(&c->s->state, name, list.keys, list.n, false, &now, err);
    for (size_t i = 0; rc == 0 && i < list.n; i++) {
        struct base_row *base = base_rows_find(&c->f->reconcile.base, list.keys[i]);

        if (!is_same_base(base, base_rows_find(&now, list.keys[i])))
            continue;
        if (base == NULL)
            compare_new(c, grid, list.rows[i]);
        else
            rc = compare_known(c, grid, list.rows[i], base, err);
    }
    base_rows_close(&now);
    free(list.rows);
    free(list.keys);
    return rc;
}

static int compare_pages(struct comparison *c, struct err *err)
{
    struct mapping *m = &c->f->m;
    struct grid_range header[TAB_RANGES_MAX];
    int64_t width, height;

    tab_ranges(m, header);
    width = header[0].end_column;
    height = PAGE_CELLS / (width > 0 ? width : 1) + 1;
    for (int64_t row = 1; row == 1 || row < m->grid_rows; row += height) {
        bool is_last = row + height >= m->grid_rows;
        struct grid_range ranges[2] = {header[0],
                                       {.sheet_id = m->sheet_id,
                                        .row = row,
                                        .end_row = is_last ? -1 : row + height,
                                        .end_column = width}};
        struct grid *grids = NULL;
        int rc;

        if (sheets_read(c->s->sheets, m->cfg->spreadsheet, ranges, 2, &grids, err) != 0)
            return -1;
        if (!tab_headers_match(m, &grids[0])) {
            session_restart(c->s, "columns of a tab have moved");
            grids_free(grids, 2);
            return 0;
        }
        rc = compare_page(c, &grids[1], err);
        if (row == 1 && is_last)
            c->only_page = grids;
        else
            grids_free(grids, 2);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* --- rows that are gone --- */

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

static size_t count_gone(const struct comparison *c)
{
    size_t n = 0;

    for (const struct base_row *b = c->f->reconcile.base.rows; b != NULL; b = b->hh.next)
        n += row_index_find(&c->f->m.index, b->key) < 0;
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

static int compare_deletes(struct comparison *c, struct err *err)
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
        if (row_index_find(&m->index, b->key) < 0 && take_gone(c, b, err) != 0)
            return -1;
    metrics_set(METRIC_HELD_DELETES, 0);
    c->s->own_commits++;
    return state_save_held(&c->s->state, m->cfg->name, 0, err);
}

/* --- the whole --- */

static int compare(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct comparison c = {.s = s, .f = f, .at = at};
    int rc = 0;

    c.changed = calloc(f->m.n_columns, sizeof(*c.changed));
    if (c.changed == NULL)
        return err_nomem(err, "reconcile");
    if (!f->reconcile.is_keys_only)
        rc = compare_pages(&c, err);
    if (rc == 0 && !s->must_restart)
        rc = compare_deletes(&c, err);
    if (rc == 0 && c.found.n > 0)
        rc = found_post(s, &f->m, &c.found, err);
    if (rc == 0) {
        s->own_commits++;
        rc = state_save_reconciled(&s->state, f->m.cfg->name, err);
        metrics_add(METRIC_RECONCILES, 1);
    }
    grids_free(c.only_page, c.only_page == NULL ? 0 : 2);
    found_close(&c.found);
    free(c.changed);
    return rc;
}

static int finish(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct reconcile *r = &f->reconcile;
    int rc = compare(s, at, err);

    base_rows_close(&r->base);
    r->phase = RECONCILE_IDLE;
    if (rc == 0) {
        if (!r->is_due)
            r->is_approved = false;
        if (s->cfg->replicator.reconcile_every_ms > 0)
            f->reconcile.next_ms = clock_mono_ms() + s->cfg->replicator.reconcile_every_ms;
        return 0;
    }
    reconcile_request(f, r->is_keys_only);
    r->not_before_ms = clock_mono_ms() + RETRY_MS;
    /* The webhook or Google may be away for a while: the rest of the session goes on. */
    if (err->code != ERR_HTTP && err->code != ERR_LOST && err->code != ERR_QUOTA)
        return -1;
    log_fault(&s->reconcile_fault, "reconcile", err);
    return 0;
}

int reconcile_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];
        struct reconcile *r = &f->reconcile;

        if (!f->m.is_ready || f->phase != SNAPSHOT_DONE || f->is_sweeping)
            continue;
        if (r->next_ms > 0 && now >= r->next_ms) {
            r->next_ms = 0;
            reconcile_request(f, false);
        }
        if (r->phase == RECONCILE_IDLE && r->is_due && now >= r->not_before_ms &&
            begin(s, f, err) != 0)
            return -1;
        if (r->phase == RECONCILE_MARKED && is_quiet(s, f) && finish(s, i, err) != 0)
            return -1;
    }
    return 0;
}
