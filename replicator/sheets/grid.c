/* SPDX-License-Identifier: Apache-2.0 */
/* grid: cells that Google sent (GridData), by the ranges that were asked. Proto defaults are left
 * out of its JSON: a missing number is 0. */
#include <stdlib.h>

#include "replicator/sheets/private.h"

static const struct cell blank = {.type = CELL_BLANK};

const struct cell *grid_at(const struct grid *g, int64_t row, int64_t column)
{
    if (row < g->row || row - g->row >= g->n_rows || column < g->column ||
        column - g->column >= g->rows[row - g->row].n_cells)
        return &blank;
    return &g->rows[row - g->row].cells[column - g->column];
}

int64_t grid_end_row(const struct grid *g)
{
    for (int64_t r = g->n_rows; r-- > 0;)
        for (int64_t c = 0; c < g->rows[r].n_cells; c++)
            if (g->rows[r].cells[c].type != CELL_BLANK)
                return g->row + r + 1;
    return 0;
}

void grids_free(struct grid *grids, size_t n)
{
    if (grids == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        grid_store_free(grids[i].store);
    free(grids);
}

static const cJSON *find_sheet(const cJSON *sheets, int64_t sheet_id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, sheets)
    {
        if (json_int(json_get(item, "properties"), "sheetId", 0) == sheet_id)
            return item;
    }
    return NULL;
}

static bool starts_alike(const struct grid_range *a, const struct grid_range *b)
{
    return a->sheet_id == b->sheet_id && a->row == b->row && a->column == b->column;
}

/* The grid of range AT: the answer has the grids by tab, each tab's in the order asked. Of those
 * that start alike the first one belongs to the range that was asked first. */
static const cJSON *find_data(const cJSON *sheets, const struct grid_range *ranges, size_t at)
{
    const struct grid_range *range = &ranges[at];
    const cJSON *data = json_get(find_sheet(sheets, range->sheet_id), "data"), *item;
    size_t skip = 0;

    for (size_t i = 0; i < at; i++)
        skip += starts_alike(&ranges[i], range);
    cJSON_ArrayForEach(item, data)
    {
        if (json_int(item, "startRow", 0) == range->row &&
            json_int(item, "startColumn", 0) == range->column && skip-- == 0)
            return item;
    }
    /* Nothing says that a range that was asked twice comes twice. */
    for (size_t i = 0; i < at; i++)
        if (starts_alike(&ranges[i], range) && ranges[i].end_row == range->end_row &&
            ranges[i].end_column == range->end_column)
            return find_data(sheets, ranges, i);
    return NULL;
}

/* No rows at all are no array, or an empty one, which has been taken out like any other. */
static void take_rows(struct grid *g, const cJSON *data, const struct grid_rows *rows,
                      enum grid_part part)
{
    int64_t at = json_int(data, GRID_ROWS_MARK, -1);

    g->row = json_int(data, "startRow", 0);
    g->column = json_int(data, "startColumn", 0);
    if (at < 0 || (size_t)at >= rows->n || rows->stores[at][part] == NULL)
        return;
    g->store = grid_store_share(rows->stores[at][part]);
    g->rows = g->store->rows;
    g->n_rows = (int64_t)g->store->n_rows;
}

int grids_find(const cJSON *sheets, const struct grid_rows *rows, const struct grid_range *ranges,
               size_t n, enum grid_part part, struct grid **out, struct err *err)
{
    struct grid *grids = calloc(n + 1, sizeof(*grids));

    if (grids == NULL)
        return err_nomem(err, "grid");
    for (size_t i = 0; i < n; i++) {
        const cJSON *data = find_data(sheets, ranges, i);

        /* A range that did not come is not an empty range. */
        if (data == NULL) {
            grids_free(grids, n);
            return err_set(err, ERR_FORMAT, "sheets: the answer lacks range %zu of %zu", i + 1, n);
        }
        take_rows(&grids[i], data, rows, part);
    }
    *out = grids;
    return 0;
}
