/* SPDX-License-Identifier: Apache-2.0 */
/* batch_cells: updateCells, appendCells, repeatCell. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/cell_data.h"
#include "sandbox/filter.h"
#include "sandbox/formula.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/tab_request.h"

/* updateCells' mask is relative to CellData; it may say so with "rows.values" too. */
static int cell_mask(const cJSON *request, struct fields **out, struct err *err)
{
    return batch_mask(request, "CellData", out, err);
}

static int write_row(struct batch_run *run, struct tab *t, int64_t row, int64_t column,
                     const cJSON *data, struct cell_update *u, int64_t end_column, struct err *err)
{
    const cJSON *values = json_get(data, "values"), *value;

    cJSON_ArrayForEach(value, values)
    {
        if (column >= end_column)
            return refuse(err, 400,
                          "Attempting to write column: %lld, beyond the last requested column of: "
                          "%lld",
                          (long long)column, (long long)end_column - 1);
        if (cell_data_apply(tab_write(t, row, column++), value, u, err) < 0)
            return -1;
        run->cells++;
    }
    return 0;
}

/* Cells of AREA from COLUMN on get nothing: what the mask names is cleared. */
static int clear_rest(struct tab *t, int64_t row, int64_t column, int64_t end_column,
                      struct cell_update *u, struct err *err)
{
    for (; column < end_column; column++)
        if (tab_cell(t, row, column) != NULL &&
            cell_data_apply(tab_write(t, row, column), NULL, u, err) < 0)
            return -1;
    return 0;
}

static int update_area(struct batch_run *run, struct tab *t, struct area a, const cJSON *rows,
                       struct cell_update *u, struct err *err)
{
    const cJSON *data = rows == NULL ? NULL : rows->child;

    for (int64_t row = a.row; row < a.end_row; row++) {
        int64_t n = cJSON_GetArraySize(json_get(data, "values"));

        if (data != NULL && write_row(run, t, row, a.column, data, u, a.end_column, err) < 0)
            return -1;
        if (clear_rest(t, row, a.column + n, a.end_column, u, err) < 0)
            return -1;
        data = data == NULL ? NULL : data->next;
    }
    if (data != NULL)
        return refuse(err, 400,
                      "Attempting to write row: %lld, beyond the last requested row of: %lld",
                      (long long)a.end_row, (long long)a.end_row - 1);
    return 0;
}

static int update_from(struct batch_run *run, const cJSON *start, const cJSON *rows,
                       struct cell_update *u, struct err *err)
{
    const struct tab *found;
    int64_t row = json_int(start, "rowIndex", 0), column = json_int(start, "columnIndex", 0);
    struct area touched = {row, row, column, column};
    const cJSON *data;
    struct tab *t;
    int n;

    if (filter_tab(run->draft, start, "sheetId", &found, err) < 0)
        return -1;
    t = book_write_tab(run->draft, found);
    cJSON_ArrayForEach(data, rows)
    {
        n = cJSON_GetArraySize(json_get(data, "values"));
        if (row < 0 || column < 0 || row >= t->rows || (n > 0 && column + n > t->columns))
            return filter_exceeds(t, (struct area){row, row + 1, column, column + (n > 0 ? n : 1)},
                                  err);
        if (write_row(run, t, row++, column, data, u, t->columns, err) < 0)
            return -1;
        touched.end_column = column + n > touched.end_column ? column + n : touched.end_column;
    }
    touched.end_row = row;
    book_touch(run->draft, t, TOUCH_CELLS, touched);
    return 0;
}

int batch_update_cells(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    const cJSON *range = json_get(request, "range"), *start = json_get(request, "start");
    const cJSON *rows = json_get(request, "rows");
    CLEANUP(cell_update_close) struct cell_update u = {0};
    struct place place;
    struct tab *t;

    if (cell_mask(request, &mask, err) < 0)
        return -1;
    u = cell_update_from(mask);
    if ((range == NULL) == (start == NULL))
        return refuse(err, 400, "Exactly one of range and start must be set.");
    if (start != NULL)
        return update_from(run, start, rows, &u, err);
    if (filter_grid_range(run->draft, range, true, &place, err) < 0)
        return -1;
    t = book_write_tab(run->draft, place.tab);
    book_touch(run->draft, t, TOUCH_CELLS, place.area);
    return update_area(run, t, place.area, rows, &u, err);
}

int batch_append_cells(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    const cJSON *rows = json_get(request, "rows"), *data;
    const struct tab *found;
    CLEANUP(cell_update_close) struct cell_update u = {0};
    struct tab *t;
    int64_t row, first, missing;

    if (cell_mask(request, &mask, err) < 0 ||
        filter_tab(run->draft, request, "sheetId", &found, err) < 0)
        return -1;
    u = cell_update_from(mask);
    row = first = tab_last_row(found);
    missing = row + cJSON_GetArraySize(rows) - found->rows;
    if (missing > 0 && tab_request_check_cells(run->draft, missing * found->columns, err) < 0)
        return -1;
    t = book_write_tab(run->draft, found);
    if (missing > 0)
        t->rows += missing;
    cJSON_ArrayForEach(data, rows) if (write_row(run, t, row++, 0, data, &u, t->columns, err) <
                                       0) return -1;
    book_touch(run->draft, t, missing > 0 ? TOUCH_STRUCTURE : TOUCH_CELLS,
               (struct area){first, row, 0, t->columns});
    return 0;
}

int batch_repeat_cell(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    const cJSON *cell = json_get(request, "cell");
    CLEANUP(cell_update_close) struct cell_update u = {0};
    struct place place;
    struct cell *c;
    struct tab *t;

    if (cell_mask(request, &mask, err) < 0 ||
        filter_grid_range(run->draft, json_get(request, "range"), true, &place, err) < 0)
        return -1;
    u = cell_update_from(mask);
    t = book_write_tab(run->draft, place.tab);
    for (int64_t row = place.area.row; row < place.area.end_row; row++)
        for (int64_t column = place.area.column; column < place.area.end_column; column++) {
            c = tab_write(t, row, column);
            if (cell_data_apply(c, cell, &u, err) < 0)
                return -1;
            if (u.has_value && c->formula != NULL)
                formula_shift_cell(c, row - place.area.row, column - place.area.column);
            run->cells++;
        }
    book_touch(run->draft, t, TOUCH_CELLS, place.area);
    return 0;
}
