/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"
#include "sandbox/tab.h"
#include "sandbox/tab_row.h"

/* A row with the formats of LIKE and nothing in it; NULL if LIKE has none. */
static struct row *row_like(const struct row *like)
{
    struct row *r;
    bool has = false;

    for (uint32_t i = 0; like != NULL && i < like->n; i++)
        has = has || like->cells[i].format != NULL;
    if (!has)
        return NULL;
    r = row_new(like->n);
    for (uint32_t i = 0; i < like->n; i++)
        r->cells[i].format = format_ref(like->cells[i].format);
    return r;
}

void tab_insert_rows(struct tab *t, int64_t at, int64_t n, bool inherit_before)
{
    size_t from = (size_t)at, count = (size_t)n;
    size_t neighbour = inherit_before && from > 0 ? from - 1 : from;
    struct row *model;

    t->rows += n;
    tab_merges_inserted(t, true, at, n);
    if (at < t->frozen_rows)
        t->frozen_rows += n;
    model = row_like(neighbour < t->n_row ? t->row[neighbour] : NULL);
    if (from >= t->n_row && model == NULL)
        return;
    if (from > t->n_row)
        tab_reach(t, from);
    tab_reach(t, t->n_row + count);
    memmove(t->row + from + count, t->row + from, (t->n_row - count - from) * sizeof(*t->row));
    for (size_t i = 0; i < count; i++)
        t->row[from + i] = row_ref(model);
    row_unref(model);
}

void tab_delete_rows(struct tab *t, int64_t at, int64_t n)
{
    size_t from = (size_t)at, end = (size_t)(at + n);

    t->rows -= n;
    tab_merges_deleted(t, true, at, n);
    if (at < t->frozen_rows)
        t->frozen_rows -= at + n < t->frozen_rows ? n : t->frozen_rows - at;
    if (from >= t->n_row)
        return;
    end = end > t->n_row ? t->n_row : end;
    for (size_t i = from; i < end; i++)
        row_unref(t->row[i]);
    memmove(t->row + from, t->row + end, (t->n_row - end) * sizeof(*t->row));
    memset(t->row + t->n_row - (end - from), 0, (end - from) * sizeof(*t->row));
    t->n_row -= end - from;
}

/* Rotate N things of SIZE bytes in BASE from AT to before TO. */
static void rotate(void *base, size_t size, size_t at, size_t n, size_t to)
{
    char *b = base;
    char *held = mem_new(n, size);

    memcpy(held, b + at * size, n * size);
    if (to > at) {
        memmove(b + at * size, b + (at + n) * size, (to - at - n) * size);
        memcpy(b + (to - n) * size, held, n * size);
    } else {
        memmove(b + (to + n) * size, b + to * size, (at - to) * size);
        memcpy(b + to * size, held, n * size);
    }
    free(held);
}

void tab_move_rows(struct tab *t, int64_t at, int64_t n, int64_t to)
{
    int64_t end = to > at + n ? to : at + n;

    if (to >= at && to <= at + n)
        return;
    tab_merges_moved(t, true, at, n, to);
    tab_reach(t, (size_t)end);
    rotate(t->row, sizeof(*t->row), (size_t)at, (size_t)n, (size_t)to);
}

void tab_insert_columns(struct tab *t, int64_t at, int64_t n, bool inherit_before)
{
    uint32_t from = (uint32_t)at, count = (uint32_t)n, had, neighbour;
    struct row *r;

    t->columns += n;
    tab_merges_inserted(t, false, at, n);
    if (at < t->frozen_columns)
        t->frozen_columns += n;
    for (size_t i = 0; i < t->n_row; i++) {
        if (t->row[i] == NULL || t->row[i]->n < from || (t->row[i]->n == from && from == 0))
            continue;
        had = t->row[i]->n;
        r = row_own(&t->row[i], had + count);
        memmove(r->cells + from + count, r->cells + from, (had - from) * sizeof(*r->cells));
        memset(r->cells + from, 0, count * sizeof(*r->cells));
        neighbour = inherit_before && from > 0 ? from - 1 : from + count;
        for (uint32_t k = 0; neighbour < r->n && k < count; k++)
            r->cells[from + k].format = format_ref(r->cells[neighbour].format);
    }
}

void tab_delete_columns(struct tab *t, int64_t at, int64_t n)
{
    uint32_t from = (uint32_t)at, end;
    struct row *r;

    t->columns -= n;
    tab_merges_deleted(t, false, at, n);
    if (at < t->frozen_columns)
        t->frozen_columns -= at + n < t->frozen_columns ? n : t->frozen_columns - at;
    for (size_t i = 0; i < t->n_row; i++) {
        if (t->row[i] == NULL || t->row[i]->n <= from)
            continue;
        r = row_own(&t->row[i], t->row[i]->n);
        end = at + n > r->n ? r->n : (uint32_t)(at + n);
        for (uint32_t k = from; k < end; k++)
            cell_close(&r->cells[k]);
        memmove(r->cells + from, r->cells + end, (r->n - end) * sizeof(*r->cells));
        memset(r->cells + r->n - (end - from), 0, (end - from) * sizeof(*r->cells));
        r->n -= end - from;
    }
}

void tab_move_columns(struct tab *t, int64_t at, int64_t n, int64_t to)
{
    int64_t end = to > at + n ? to : at + n;
    struct row *r;

    if (to >= at && to <= at + n)
        return;
    tab_merges_moved(t, false, at, n, to);
    for (size_t i = 0; i < t->n_row; i++) {
        if (t->row[i] == NULL)
            continue;
        r = row_own(&t->row[i], (uint32_t)end);
        rotate(r->cells, sizeof(*r->cells), (size_t)at, (size_t)n, (size_t)to);
    }
}

void tab_resize(struct tab *t, int64_t rows, int64_t columns)
{
    if (rows < t->rows)
        tab_delete_rows(t, rows, t->rows - rows);
    if (columns < t->columns)
        tab_delete_columns(t, columns, t->columns - columns);
    t->rows = rows;
    t->columns = columns;
}

void tab_shift_down(struct tab *t, struct area a)
{
    int64_t n = a.end_row - a.row, last = (int64_t)t->n_row;

    if (last > t->rows - n)
        t->rows = last + n;
    for (int64_t row = last - 1; row >= a.row; row--)
        for (int64_t column = a.column; column < a.end_column; column++)
            tab_swap_cells(t, row, column, row + n, column);
}

void tab_shift_up(struct tab *t, struct area a)
{
    int64_t n = a.end_row - a.row, last = (int64_t)t->n_row;

    for (int64_t row = a.row; row < a.end_row && row < last; row++)
        for (int64_t column = a.column; column < a.end_column; column++)
            if (tab_cell(t, row, column) != NULL)
                cell_close(tab_write(t, row, column));
    for (int64_t row = a.end_row; row < last; row++)
        for (int64_t column = a.column; column < a.end_column; column++)
            tab_swap_cells(t, row - n, column, row, column);
}
