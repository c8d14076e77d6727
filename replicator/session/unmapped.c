/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unmapped: cells that are the people's own and go with a row that MySQL has deleted, and what
 * somebody has just typed into it.
 *
 * They are read just before the row is, and put into the edit log; the id of the log's row is made
 * of what it says, so that a batch that is sent again logs it once.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cell/cell_json.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

enum { SPANS_MAX = 100, ROWS_MAX = 5000, KEY_MAX = 16, LOG_CELLS_MAX = 200, CELL_BYTES_MAX = 4096 };

static const char message[] = "the row was deleted in MySQL; cells that MySQL did not know";

static int compare_rows(const void *a, const void *b)
{
    const struct planned_row *x = *(const struct planned_row *const *)a,
                             *y = *(const struct planned_row *const *)b;

    return x->sheet_row < y->sheet_row ? -1 : x->sheet_row > y->sheet_row;
}

/* The rows that PLAN deletes, from the top down; at most ROWS_MAX. */
static size_t deleted_rows(const struct plan *plan, const struct planned_row **out)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_rows && n < ROWS_MAX; i++)
        if (plan->rows[i].action == PLAN_DELETE)
            out[n++] = &plan->rows[i];
    qsort(out, n, sizeof(struct planned_row *), compare_rows);
    return n;
}

/* The header row, then the rows from *AT on as few ranges; *AT: the first one that did not fit. */
static size_t find_spans(const struct mapping *m, const struct planned_row **rows, size_t n,
                         size_t *at, struct grid_range *out)
{
    size_t n_ranges = 1;

    out[0] = (struct grid_range){.sheet_id = m->sheet_id, .end_row = 1, .end_column = -1};
    for (; *at < n; ++*at) {
        int64_t row = rows[*at]->sheet_row;

        if (n_ranges > 1 && row <= out[n_ranges - 1].end_row) {
            out[n_ranges - 1].end_row = row + 1;
            continue;
        }
        if (n_ranges > SPANS_MAX)
            break;
        out[n_ranges++] = (struct grid_range){
            .sheet_id = m->sheet_id, .row = row, .end_row = row + 1, .end_column = -1};
    }
    return n_ranges;
}

/* Does MySQL know what CELL shows? In a mapped column it does, unless somebody has typed there and
 * nobody has told yet. */
static bool is_known(const struct mapping *m, const struct planned_row *row, int64_t column,
                     const struct cell *cell)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        uint64_t hash;

        if (m->columns[i].sheet_column != column)
            continue;
        return m->columns[i].is_key || row->base == NULL || row->pending->is_tried ||
               (row->pending->told != NULL && row->pending->told[i] == tab_cell_content(cell)) ||
               !base_find(row->base, row->base_len, mapping_column_of(m, i)->name, &hash) ||
               hash == 0 || tab_cell_shows(m, i, cell, hash);
    }
    return false;
}

static void put_text(struct buf *out, const struct cell *cell)
{
    size_t len = cell->text_len < CELL_BYTES_MAX ? cell->text_len : CELL_BYTES_MAX;

    while (len < cell->text_len && len > 0 && ((unsigned char)cell->text[len] & 0xC0) == 0x80)
        len--; /* not within a character */
    buf_json(out, cell->text, len);
}

/* {header: cell} of what MySQL does not know of the row; empty: nothing. */
static void put_cells(struct buf *out, const struct mapping *m, const struct planned_row *planned,
                      const struct grid *header, const struct grid *grid)
{
    int64_t row = planned->sheet_row;
    int64_t n = grid->n_rows > row - grid->row ? grid->rows[row - grid->row].n_cells : 0;
    size_t n_put = 0;

    for (int64_t c = grid->column; c < grid->column + n && n_put < LOG_CELLS_MAX; c++) {
        const struct cell *name = grid_at(header, 0, c), *cell = grid_at(grid, row, c);

        if (cell->type == CELL_BLANK || is_known(m, planned, c, cell))
            continue;
        buf_putc(out, n_put++ == 0 ? '{' : ',');
        if (name->type == CELL_TEXT)
            put_text(out, name);
        else
            buf_printf(out, "\"column %lld\"", (long long)c + 1);
        buf_putc(out, ':');
        if (cell->type == CELL_TEXT || cell->type == CELL_ERROR)
            put_text(out, cell);
        else
            cell_put_json(out, cell);
    }
    if (n_put > 0)
        buf_putc(out, '}');
}

static int log_cells(struct session *s, const struct mapping *m, const struct planned_row *row,
                     const struct buf *cells, struct err *err)
{
    CLEANUP_BUF struct buf key = BUF_INIT;
    struct value values[KEY_MAX];
    char id[64];
    struct db_param params[7];

    for (size_t k = 0; k < m->n_key; k++)
        values[k] = row->pending->image->values[m->key[k]];
    rowkey_write(&key, values, m->n_key);
    if (key.is_failed || cells->is_failed)
        return err_nomem(err, "unmapped");
    snprintf(
        id, sizeof(id), "gone-%016llx%016llx-%lld", (unsigned long long)hash64(key.ptr, key.len),
        (unsigned long long)hash64(cells->ptr, cells->len), (long long)row->pending->changed_us);
    params[0] = DB_P_TEXT(id);
    params[1] = DB_P_TEXT(m->cfg->name);
    params[2] = DB_P_BYTES(row->pending->id.key.bytes, 16);
    params[3] = DB_P_BYTES(key.ptr, key.len);
    params[4] = DB_P_INT(row->sheet_row + 1);
    params[5] = DB_P_BYTES(cells->ptr, cells->len);
    params[6] = DB_P_TEXT(message);
    s->own_commits++;
    if (state_run(&s->state,
                  "INSERT INTO @.edit_log (edit_id, mapping, source, kind, operation, key_hash, "
                  "row_key, sheet_row, edited_columns, editor, edited_at, received_at, cells, "
                  "outcome, message) VALUES (?, ?, 'found', 'delete', 'none', ?, ?, ?, '[]', '', "
                  "UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), ?, 'ignored', ?)",
                  params, 7, NULL, err) == 0)
        return 0;
    if (err->detail != DB_DUPLICATE_ENTRY)
        return -1;
    *err = (struct err)ERR_INIT; /* it is told already */
    return 0;
}

/* The grid that has ROW, of N. */
static const struct grid *find_grid(const struct grid_range *ranges, const struct grid *grids,
                                    size_t n, int64_t row)
{
    for (size_t i = 1; i < n; i++)
        if (row >= ranges[i].row && row < ranges[i].end_row)
            return &grids[i];
    return NULL;
}

static int log_row(struct session *s, const struct mapping *m, const struct planned_row *row,
                   const struct grid *header, const struct grid *grid, bool *has_moved,
                   struct err *err)
{
    CLEANUP_BUF struct buf cells = BUF_INIT;
    struct grid keys[KEY_MAX];
    struct hash128 key;

    for (size_t k = 0; grid != NULL && k < m->n_key; k++)
        keys[k] = *grid;
    if (grid == NULL || !tab_key_at(m, keys, row->sheet_row, &key) ||
        !hash128_equal(key, row->pending->id.key)) {
        *has_moved = true;
        return 0;
    }
    put_cells(&cells, m, row, header, grid);
    return cells.len == 0 ? 0 : log_cells(s, m, row, &cells, err);
}

int unmapped_log(struct session *s, const struct plan *plan, bool *has_moved, struct err *err)
{
    CLEANUP_FREE const struct planned_row **rows = calloc(ROWS_MAX, sizeof(struct planned_row *));
    struct grid_range ranges[1 + SPANS_MAX];
    const struct mapping *m = plan->mapping;
    size_t n, at = 0;
    int rc = 0;

    if (rows == NULL)
        return err_nomem(err, "unmapped");
    n = deleted_rows(plan, rows);
    if (plan->n_deletes > n)
        log_warn("unmapped: of more than %d rows at once the people's own cells are not logged "
                 "mapping=%s rows=%zu",
                 (int)ROWS_MAX, m->cfg->name, plan->n_deletes - n);
    while (rc == 0 && at < n) {
        size_t first = at, n_ranges = find_spans(m, rows, n, &at, ranges);
        struct grid *grids = NULL;

        if (sheets_read(s->sheets, m->cfg->spreadsheet, ranges, n_ranges, &grids, err) != 0)
            return -1;
        for (size_t i = first; rc == 0 && i < at; i++)
            rc = log_row(s, m, rows[i], &grids[0],
                         find_grid(ranges, grids, n_ranges, rows[i]->sheet_row), has_moved, err);
        grids_free(grids, n_ranges);
    }
    return rc;
}
