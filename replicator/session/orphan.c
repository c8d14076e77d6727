/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orphan: cells of ours that landed where they belong to nobody.
 *
 * A write hit a row without a key (a blank row that a person had just inserted), or a row that we
 * inserted stands twice because a person typed its key meanwhile. People may still be moving rows,
 * so what was left behind is looked for by its content each time, and taking it back is proven like
 * any other write.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

enum { FIRST_MS = 150, NEXT_MS = 500, TRIES_MAX = 8, KEY_MAX = 16 };

static void orphan_free(struct orphan **at)
{
    struct orphan *o = *at;

    *at = o->next;
    free(o->hashes);
    free(o->has);
    free(o);
}

void orphans_close(struct session *s)
{
    while (s->orphans != NULL)
        orphan_free(&s->orphans);
}

struct orphan *orphan_new(struct session *s, uint32_t mapping, struct hash128 key, int64_t row,
                          struct err *err)
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
    o->row = row;
    o->due_ms = clock_mono_ms() + FIRST_MS;
    o->next = s->orphans;
    s->orphans = o;
    return o;
}

int orphan_add(struct session *s, const struct plan *plan, uint32_t mapping, size_t planned,
               int64_t row, bool is_twice, struct err *err)
{
    const struct planned_row *from = &plan->rows[planned];
    struct orphan *o = orphan_new(s, mapping, from->pending->id.key, row, err);

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

/* Does ROW hold the cells that we wrote, and nothing else of the mapping's? */
static bool is_left_behind(const struct mapping *m, const struct orphan *o, const struct grid *grid,
                           int64_t row)
{
    bool any = false;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, row, m->columns[i].sheet_column);

        if (!o->has[i] ? cell->type != CELL_BLANK : !tab_cell_shows(m, i, cell, o->hashes[i]))
            return false;
        any = any || o->has[i];
    }
    return any;
}

static int64_t find_row(const struct mapping *m, const struct orphan *o, const struct grid *grid)
{
    if (is_left_behind(m, o, grid, o->row))
        return o->row;
    for (int64_t row = grid_end_row(grid) - 1; row >= 1; row--)
        if (is_left_behind(m, o, grid, row))
            return row;
    return -1;
}

/* Of two rows with our key the one that shows exactly what we wrote; of two such the lower one. */
static int64_t find_twin(const struct mapping *m, const struct orphan *o, const struct grid *grid)
{
    struct grid keys[KEY_MAX];
    int64_t last = -1, ours = -1;
    size_t n = 0;

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    for (int64_t row = 1; row < grid_end_row(grid); row++) {
        struct hash128 key;

        if (!tab_key_at(m, keys, row, &key) || !hash128_equal(key, o->key))
            continue;
        n++;
        last = row;
        if (is_left_behind(m, o, grid, row))
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
                    bool *is_hit, struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;
    struct base_rows base = {0};
    struct grid keys[KEY_MAX];
    struct hash128 key;
    int rc;

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    *is_hit = tab_key_at(m, keys, row, &key);
    if (!*is_hit)
        return 0;
    rc = state_load_base(&s->state, m->cfg->name, &key, 1, false, &base, err);
    if (rc == 0 && base.rows != NULL)
        rc = session_refresh(s, mapping, key, base.rows->row_key, "*", err);
    base_rows_close(&base);
    return rc;
}

static int blank_row(struct session *s, struct orphan *o, int64_t row, bool *done, struct err *err)
{
    struct mapping *m = &s->follows[o->mapping].m;
    const struct grid_range proof = mapped_range(m, row, row + 1);
    const struct cell blank = {.type = CELL_BLANK};
    struct batch *batch = batch_new();
    struct grid *after = NULL;
    bool is_hit = false;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "orphan");
    for (size_t i = 0; i < m->n_columns; i++)
        if (o->has[i])
            batch_write(batch, m->sheet_id, row, m->columns[i].sheet_column, &blank, 1, 1);
    rc = sheets_send(s->sheets, m->cfg->spreadsheet, batch, &proof, 1, &after, err);
    if (rc == 0)
        rc = mend_row(s, o->mapping, after, row, &is_hit, err);
    grids_free(after, 1);
    batch_free(batch);
    m->is_index_stale = true;
    *done = rc == 0 && !is_hit;
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

/* Look for one; *DONE: it is gone. */
static int take_back(struct session *s, struct orphan *o, bool *done, struct err *err)
{
    struct mapping *m = &s->follows[o->mapping].m;
    const struct grid_range range = mapped_range(m, 1, -1);
    struct grid *grid = NULL;
    int64_t row;
    int rc;

    *done = true;
    if (sheets_read(s->sheets, m->cfg->spreadsheet, &range, 1, &grid, err) != 0)
        return -1;
    row = o->is_twice ? find_twin(m, o, grid) : find_row(m, o, grid);
    grids_free(grid, 1);
    if (row < 0)
        return 0;
    log_info("orphan: cells that landed in nobody's row are taken back mapping=%s row=%lld",
             m->cfg->name, (long long)row + 1);
    rc = o->is_twice ? delete_twin(s, o, row, err) : blank_row(s, o, row, done, err);
    /* Look once more: people may be moving rows just now. */
    if (rc == 0 && *done && !o->is_verified) {
        o->is_verified = true;
        *done = false;
    }
    return rc;
}

int orphan_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (struct orphan **at = &s->orphans; *at != NULL;) {
        struct orphan *o = *at;
        bool done = true;

        if (o->due_ms > now) {
            at = &o->next;
            continue;
        }
        o->due_ms = now + NEXT_MS;
        if (take_back(s, o, &done, err) != 0)
            return -1;
        if (done || ++o->tries >= TRIES_MAX)
            orphan_free(at);
        else
            at = &o->next;
    }
    return 0;
}
