/* SPDX-License-Identifier: Apache-2.0 */
/* plan_emit: planned cells as few rectangles, and deletes as few ranges. */
#include <stdlib.h>

#include "common/cleanup.h"
#include "replicator/sync/plan.h"
#include "replicator/sync/tab_format.h"

/* CELL_BYTES, ROW_BYTES, ALONE_BYTES: what the JSON has around a value, around a row, and around
 * one that has no neighbours. */
enum {
    BLOCK_CELLS_MAX = 50000,
    BLANK_BYTES = 3,
    CELL_BYTES = 39,
    ROW_BYTES = 14,
    ALONE_BYTES = 160
};

/* Cells of one row that stand side by side. */
struct run {
    int64_t row, column;
    size_t first; /* of the sorted cells */
    size_t n;
};

static int compare_cells(const void *a, const void *b)
{
    const struct plan_cell *x = *(const struct plan_cell *const *)a;
    const struct plan_cell *y = *(const struct plan_cell *const *)b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

static int compare_runs(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static size_t find_runs(const struct plan_cell **cells, size_t n, struct run *runs)
{
    size_t n_runs = 0;

    for (size_t i = 0; i < n; i++) {
        struct run *last = n_runs > 0 ? &runs[n_runs - 1] : NULL;

        if (last != NULL && last->row == cells[i]->row &&
            last->column + (int64_t)last->n == cells[i]->column)
            last->n++;
        else
            runs[n_runs++] =
                (struct run){.row = cells[i]->row, .column = cells[i]->column, .first = i, .n = 1};
    }
    return n_runs;
}

/* How many runs from RUNS[0] on are one rectangle. */
static size_t block_height(const struct run *runs, size_t n)
{
    size_t height = 1;

    while (height < n && runs[height].column == runs[0].column && runs[height].n == runs[0].n &&
           runs[height].row == runs[0].row + (int64_t)height &&
           (height + 1) * runs[0].n <= BLOCK_CELLS_MAX)
        height++;
    return height;
}

static int emit_blocks(const struct plan *plan, const struct plan_cell **cells, struct run *runs,
                       size_t n_runs, struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < n_runs;) {
        size_t height = block_height(&runs[i], n_runs - i);
        CLEANUP_FREE struct cell *block = malloc(height * runs[i].n * sizeof(*block));

        if (block == NULL)
            return err_nomem(err, "plan");
        for (size_t r = 0; r < height; r++)
            for (size_t c = 0; c < runs[i].n; c++)
                block[r * runs[i].n + c] = cells[runs[i + r].first + c]->cell;
        batch_write(batch, plan->mapping->sheet_id, runs[i].row, runs[i].column, block, height,
                    runs[i].n);
        i += height;
    }
    return 0;
}

static int emit_cells(const struct plan *plan, struct batch *batch, struct err *err)
{
    CLEANUP_FREE const struct plan_cell **cells = NULL;
    CLEANUP_FREE struct run *runs = NULL;
    size_t n_runs;

    if (plan->n_cells == 0)
        return 0;
    cells = calloc(plan->n_cells, sizeof(struct plan_cell *));
    runs = calloc(plan->n_cells, sizeof(*runs));
    if (cells == NULL || runs == NULL)
        return err_nomem(err, "plan");
    for (size_t i = 0; i < plan->n_cells; i++)
        cells[i] = &plan->cells[i];
    qsort(cells, plan->n_cells, sizeof(struct plan_cell *), compare_cells);
    n_runs = find_runs(cells, plan->n_cells, runs);
    qsort(runs, n_runs, sizeof(*runs), compare_runs);
    return emit_blocks(plan, cells, runs, n_runs, batch, err);
}

static int compare_rows_down(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x > y ? -1 : x < y;
}

static int emit_deletes(const struct plan *plan, struct batch *batch, struct err *err)
{
    CLEANUP_FREE int64_t *rows = NULL;
    size_t n = 0;

    if (plan->n_deletes == 0)
        return 0;
    rows = calloc(plan->n_deletes, sizeof(*rows));
    if (rows == NULL)
        return err_nomem(err, "plan");
    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].action == PLAN_DELETE)
            rows[n++] = plan->rows[i].sheet_row;
    qsort(rows, n, sizeof(*rows), compare_rows_down);
    for (size_t i = 0; i < n;) {
        size_t height = 1;

        while (i + height < n && rows[i + height] == rows[i] - (int64_t)height)
            height++;
        batch_delete_rows(batch, plan->mapping->sheet_id, rows[i + height - 1], (int64_t)height);
        i += height;
    }
    return 0;
}

/* A text as buf_json writes it, bytes as hexadecimal digits. */
static size_t value_bytes(struct value v)
{
    size_t n = v.state == VALUE_TEXT ? CELL_BYTES : BLANK_BYTES;

    for (size_t i = 0; v.state == VALUE_TEXT && i < v.len; i++) {
        unsigned char c = (unsigned char)v.ptr[i];

        n += c < 0x20 || c == 0x7f ? 6 : c == '"' || c == '\\' || c >= 0x80 ? 2 : 1;
    }
    return n;
}

size_t plan_row_bytes(const struct row_image *image, bool is_new)
{
    size_t n = is_new ? ROW_BYTES : ALONE_BYTES;

    for (size_t i = 0; i < image->n_values; i++)
        n += value_bytes(image->values[i]);
    return n;
}

int plan_emit(const struct plan *plan, struct batch *batch, struct err *err)
{
    const struct mapping *m = plan->mapping;

    if (plan->n_inserts > 0) {
        if (plan->insert_at > m->grid_rows)
            return err_set(err, ERR_FORMAT, "plan: row %lld is outside the tab",
                           (long long)plan->insert_at);
        /* Google refuses to insert before a row that is not there; past the last row the grid grows
         * instead. */
        if (plan->insert_at == m->grid_rows)
            batch_append_rows(batch, m->sheet_id, (int64_t)plan->n_inserts);
        else
            batch_insert_rows(batch, m->sheet_id, plan->insert_at, (int64_t)plan->n_inserts);
        if (tab_format_rows(batch, m, plan->insert_at, (int64_t)plan->n_inserts, err) != 0)
            return -1;
    }
    if (emit_cells(plan, batch, err) != 0)
        return -1;
    return emit_deletes(plan, batch, err);
}
