/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orphan: cells of ours that landed where they belong to nobody.
 *
 * A write hit a row without a key (a blank row that a person had just inserted), or a row that we
 * inserted stands twice because a person typed its key meanwhile. People may still be moving rows,
 * so what was left behind is looked for by its content each time, until a look finds nothing, and
 * taking it back is proven like any other write. Several writes may have left cells in one row, so
 * a row is ours when each of its cells is what some write left in that column.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

enum { FIRST_MS = 150, NEXT_MS = 500, TRIES_MAX = 8, KEY_MAX = 16, ROWS_MAX = 100 };

static void orphan_free(struct orphan **at)
{
    struct orphan *o = *at;

    *at = o->next;
    free(o->hashes);
    free(o->has);
    free(o);
}

void orphans_close(struct orphan **orphans)
{
    while (*orphans != NULL)
        orphan_free(orphans);
}

struct orphan *orphan_new(struct session *s, uint32_t mapping, struct hash128 key, struct err *err)
{
    size_t n = s->follows[mapping].m.n_columns;
    struct orphan *o = calloc(1, sizeof(*o));

    if (o == NULL || (o->hashes = calloc(n, sizeof(*o->hashes))) == NULL ||
        (o->has = calloc(n, sizeof(*o->has))) == NULL) {
        if (o != NULL)
            free(o->hashes);
        free(o);
        err_nomem(err, "orphan");
        return NULL;
    }
    o->mapping = mapping;
    o->key = key;
    o->n_columns = n;
    o->since = s->cause;
    o->due_ms = clock_mono_ms() + FIRST_MS;
    o->next = *s->orphans;
    *s->orphans = o;
    return o;
}

int orphan_add(struct session *s, const struct plan *plan, uint32_t mapping, size_t planned,
               bool is_twice, struct err *err)
{
    const struct planned_row *from = &plan->rows[planned];
    struct orphan *o = orphan_new(s, mapping, from->pending->id.key, err);

    if (o == NULL)
        return -1;
    o->is_twice = is_twice;
    for (size_t c = from->first_cell; c < from->first_cell + from->n_cells; c++) {
        size_t i = plan->cells[c].mapped;

        o->has[i] = plan->cells[c].cell.type != CELL_BLANK;
        o->hashes[i] = hash_value(plan->cells[c].v);
    }
    return 0;
}

/* --- finding --- */

/* Of the mapping's rows; cells, not rows that stand twice. */
static bool is_cells_of(const struct orphan *o, uint32_t mapping)
{
    return o->mapping == mapping && !o->is_twice;
}

static bool is_shown(const struct mapping *m, const struct orphan *o, size_t i,
                     const struct cell *cell)
{
    return o->n_columns == m->n_columns && o->has[i] && tab_cell_shows(m, i, cell, o->hashes[i]);
}

/* Did some write leave CELL in column I? */
static bool is_left_cell(const struct session *s, uint32_t mapping, size_t i,
                         const struct cell *cell)
{
    const struct mapping *m = &s->follows[mapping].m;

    for (const struct orphan *o = *s->orphans; o != NULL; o = o->next)
        if (is_cells_of(o, mapping) && is_shown(m, o, i, cell))
            return true;
    return false;
}

/* Has ROW no key, and are all of its mapped cells what our writes left there? */
static bool is_left_behind(const struct session *s, uint32_t mapping, const struct grid *grid,
                           const struct grid *keys, int64_t row)
{
    const struct mapping *m = &s->follows[mapping].m;
    struct hash128 key;
    bool any = false;

    if (tab_key_at(m, keys, row, &key))
        return false;
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);

        if (cell->type == CELL_BLANK)
            continue;
        if (!is_left_cell(s, mapping, i, cell))
            return false;
        any = true;
    }
    return any;
}

/* Each column of the key has its own grid, where a tab is read by key columns; here all are one. */
static void same_grid(const struct mapping *m, const struct grid *grid, struct grid *keys)
{
    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
}

/* At most ROWS_MAX; how many. */
static size_t find_left_behind(const struct session *s, uint32_t mapping, const struct grid *grid,
                               int64_t *rows)
{
    struct grid keys[KEY_MAX];
    size_t n = 0;

    same_grid(&s->follows[mapping].m, grid, keys);
    for (int64_t row = 1; row < grid_end_row(grid) && n < ROWS_MAX; row++)
        if (is_left_behind(s, mapping, grid, keys, row))
            rows[n++] = row;
    return n;
}

/* Does ROW show exactly what O's write brought? */
static bool is_copy(const struct mapping *m, const struct orphan *o, const struct grid *grid,
                    int64_t row)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);

        if (cell->type == CELL_BLANK ? o->has[i] : !is_shown(m, o, i, cell))
            return false;
    }
    return true;
}

/* Of two rows with our key the one that shows exactly what we wrote; of two such the lower one. */
static int64_t find_twin(const struct mapping *m, const struct orphan *o, const struct grid *grid)
{
    struct grid keys[KEY_MAX];
    int64_t last = -1, ours = -1;
    size_t n = 0;

    same_grid(m, grid, keys);
    for (int64_t row = 1; row < grid_end_row(grid); row++) {
        struct hash128 key;

        if (!tab_key_at(m, keys, row, &key) || !hash128_equal(key, o->key))
            continue;
        n++;
        last = row;
        if (is_copy(m, o, grid, row))
            ours = row;
    }
    if (n < 2)
        return -1;
    return ours >= 0 ? ours : last;
}

/* --- taking back --- */

static struct grid_range mapped_range(const struct mapping *m, int64_t row, int64_t end_row)
{
    struct grid_range ranges[TAB_RANGES_MAX];

    tab_ranges(m, ranges);
    return (struct grid_range){.sheet_id = m->sheet_id,
                               .row = row,
                               .end_row = end_row,
                               .end_column = ranges[0].end_column};
}

/* A key that stands in GRID's ROW: what we did to that row was meant for another. */
static int mend_row(struct session *s, uint32_t mapping, const struct grid *grid, int64_t row,
                    struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;
    struct base_rows base = {0};
    struct grid keys[KEY_MAX];
    struct hash128 key;
    int rc;

    same_grid(m, grid, keys);
    if (!tab_key_at(m, keys, row, &key))
        return 0;
    rc = state_load_base(&s->state, m->cfg->name, &key, 1, false, &base, err);
    if (rc == 0 && base.rows != NULL)
        rc = session_refresh(s, mapping, key, base.rows->row_key, "*", err);
    base_rows_close(&base);
    return rc;
}

static void blank_row(struct batch *batch, const struct mapping *m, const struct grid *grid,
                      int64_t row)
{
    const struct cell blank = {.type = CELL_BLANK};

    for (size_t i = 0; i < m->n_columns; i++)
        if (grid_at(grid, row, m->columns[i].sheet_column)->type != CELL_BLANK)
            batch_write(batch, m->sheet_id, row, m->columns[i].sheet_column, &blank, 1, 1);
}

/* What GRID shows in these N rows is blanked. */
static int blank_rows(struct session *s, uint32_t mapping, const struct grid *grid,
                      const int64_t *rows, size_t n, struct err *err)
{
    struct mapping *m = &s->follows[mapping].m;
    struct grid_range proof[ROWS_MAX];
    struct batch *batch = batch_new();
    struct grid *after = NULL;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "orphan");
    for (size_t i = 0; i < n; i++) {
        blank_row(batch, m, grid, rows[i]);
        proof[i] = mapped_range(m, rows[i], rows[i] + 1);
    }
    rc = sheets_send(s->sheets, m->cfg->spreadsheet, batch, proof, n, &after, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = mend_row(s, mapping, &after[i], rows[i], err);
    grids_free(after, n);
    batch_free(batch);
    m->is_index_stale = true;
    return rc;
}

static int delete_twin(struct session *s, struct orphan *o, int64_t row, struct err *err)
{
    struct mapping *m = &s->follows[o->mapping].m;
    struct grid_range ranges[TAB_RANGES_MAX];
    size_t n = tab_ranges(m, ranges);
    struct batch *batch = batch_new();
    struct row_index before = {0};
    struct grid *after = NULL;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "orphan");
    rc = tab_read_index(s->sheets, m, err);
    batch_delete_rows(batch, m->sheet_id, row, 1);
    if (rc == 0)
        rc = lost_record_keys(s, m, &o->key, 1, err);
    if (rc == 0)
        rc = sheets_send(s->sheets, m->cfg->spreadsheet, batch, ranges, n, &after, err);
    batch_free(batch);
    m->is_index_stale = true;
    if (rc != 0)
        return lost_answered(s, m, rc, err);
    m->grid_rows--;
    if (tab_headers_match(m, &after[0])) {
        before = m->index;
        m->index = (struct row_index){0};
        rc = tab_index(m, &after[1], err);
        if (rc == 0)
            rc = mend_vanished(s, o->mapping, &before, err);
        row_index_close(&before);
    }
    grids_free(after, n);
    return lost_answered(s, m, rc, err);
}

static int read_tab(struct session *s, const struct mapping *m, struct grid **grid, struct err *err)
{
    const struct grid_range range = mapped_range(m, 1, -1);

    return sheets_read(s->sheets, m->cfg->spreadsheet, &range, 1, grid, err);
}

/* *IS_GONE: there is none left. */
static int take_back_cells(struct session *s, uint32_t mapping, bool *is_gone, struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;
    int64_t rows[ROWS_MAX];
    struct grid *grid = NULL;
    size_t n;
    int rc = 0;

    if (read_tab(s, m, &grid, err) != 0)
        return -1;
    n = find_left_behind(s, mapping, grid, rows);
    *is_gone = n == 0;
    if (n > 0) {
        log_info("orphan: cells that landed in nobody's row are taken back mapping=%s row=%lld "
                 "rows=%zu",
                 m->cfg->name, (long long)rows[0] + 1, n);
        rc = blank_rows(s, mapping, grid, rows, n, err);
    }
    grids_free(grid, 1);
    return rc;
}

static int take_back_twin(struct session *s, struct orphan *o, bool *is_gone, struct err *err)
{
    const struct mapping *m = &s->follows[o->mapping].m;
    struct grid *grid = NULL;
    int64_t row;

    if (read_tab(s, m, &grid, err) != 0)
        return -1;
    row = find_twin(m, o, grid);
    grids_free(grid, 1);
    *is_gone = row < 0;
    if (row < 0)
        return 0;
    log_info("orphan: a row of ours that stands twice is taken back mapping=%s row=%lld",
             m->cfg->name, (long long)row + 1);
    return delete_twin(s, o, row, err);
}

/* One look is for all cells of a mapping. */
static void mark_looked_at(struct session *s, const struct orphan *due, int64_t now)
{
    for (struct orphan *o = *s->orphans; o != NULL; o = o->next) {
        o->is_looked_at = o == due || (!due->is_twice && is_cells_of(o, due->mapping));
        if (o->is_looked_at)
            o->due_ms = now + NEXT_MS;
    }
}

/* What was looked for is gone, or it is given up. */
static void forget_some(struct session *s, bool is_gone)
{
    for (struct orphan **at = s->orphans; *at != NULL;) {
        struct orphan *o = *at;

        if (!o->is_looked_at || (!is_gone && ++o->tries < TRIES_MAX)) {
            at = &o->next;
            continue;
        }
        if (!is_gone)
            log_warn("orphan: what a write left in nobody's row was not taken back, because the "
                     "rows go on moving mapping=%s",
                     s->cfg->mappings[o->mapping].name);
        orphan_free(at);
    }
}

static int look(struct session *s, struct orphan *o, int64_t now, struct err *err)
{
    bool is_gone = false;
    int rc = 0;

    mark_looked_at(s, o, now);
    if (s->follows[o->mapping].m.is_ready)
        rc = o->is_twice ? take_back_twin(s, o, &is_gone, err)
                         : take_back_cells(s, o->mapping, &is_gone, err);
    if (rc == 0)
        forget_some(s, is_gone);
    return rc;
}

static struct orphan *find_due(const struct session *s, int64_t now)
{
    for (struct orphan *o = *s->orphans; o != NULL; o = o->next)
        if (o->due_ms <= now)
            return o;
    return NULL;
}

/* Since when what is looked for with DUE waits. */
static uint64_t oldest_of(const struct session *s, const struct orphan *due)
{
    uint64_t since = due->since;

    for (const struct orphan *o = *s->orphans; o != NULL; o = o->next)
        if (o->mapping == due->mapping && o->since < since)
            since = o->since;
    return since;
}

int orphan_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();
    struct orphan *o;

    while ((o = find_due(s, now)) != NULL) {
        s->cause = oldest_of(s, o);
        if (look(s, o, now, err) != 0)
            return -1;
    }
    s->cause = s->transaction;
    return 0;
}
