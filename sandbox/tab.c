/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/tab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"
#include "sandbox/tab_row.h"

struct row *row_new(uint32_t n)
{
    struct row *r = mem_new(1, sizeof(*r) + n * sizeof(struct cell));

    atomic_init(&r->refs, 1);
    r->n = n;
    return r;
}

struct row *row_ref(struct row *r)
{
    if (r != NULL)
        atomic_fetch_add(&r->refs, 1);
    return r;
}

void row_unref(struct row *r)
{
    if (r == NULL || atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    for (uint32_t i = 0; i < r->n; i++)
        cell_close(&r->cells[i]);
    free(r);
}

/* Make *SLOT a row that nobody else holds, with N cells at least. */
struct row *row_own(struct row **slot, uint32_t n)
{
    struct row *old = *slot, *r;
    uint32_t had = old == NULL ? 0 : old->n;

    if (old != NULL && had >= n && atomic_load(&old->refs) == 1)
        return old;
    r = row_new(n > had ? n : had);
    r->hidden = old == NULL ? 0 : old->hidden;
    for (uint32_t i = 0; i < had; i++)
        cell_copy(&r->cells[i], &old->cells[i]);
    row_unref(old);
    *slot = r;
    return r;
}

/* Have row pointers for N rows. */
void tab_reach(struct tab *t, size_t n)
{
    if (n > t->row_size) {
        size_t size = t->row_size * 2 > n ? t->row_size * 2 : n;

        t->row = mem_resize(t->row, size, sizeof(*t->row));
        memset(t->row + t->row_size, 0, (size - t->row_size) * sizeof(*t->row));
        t->row_size = size;
    }
    if (n > t->n_row)
        t->n_row = n;
}

struct tab *tab_new(int64_t id, const char *title, int64_t rows, int64_t columns)
{
    struct tab *t = mem_new(1, sizeof(*t));

    atomic_init(&t->refs, 1);
    t->id = id;
    t->title = mem_text(title);
    t->rows = rows;
    t->columns = columns;
    return t;
}

struct tab *tab_ref(struct tab *t)
{
    atomic_fetch_add(&t->refs, 1);
    return t;
}

void tab_unref(struct tab *t)
{
    if (t == NULL || atomic_fetch_sub(&t->refs, 1) != 1)
        return;
    for (size_t i = 0; i < t->n_row; i++)
        row_unref(t->row[i]);
    free(t->row);
    free(t->title);
    cJSON_Delete(t->protected_ranges);
    free(t->merges);
    free(t);
}

struct tab *tab_clone(const struct tab *t)
{
    struct tab *c = tab_new(t->id, t->title, t->rows, t->columns);

    c->frozen_rows = t->frozen_rows;
    c->frozen_columns = t->frozen_columns;
    c->is_hidden = t->is_hidden;
    if (t->protected_ranges != NULL)
        c->protected_ranges = cJSON_Duplicate(t->protected_ranges, true);
    for (size_t i = 0; i < t->n_merges; i++)
        tab_merge(c, t->merges[i]);
    tab_reach(c, t->n_row);
    for (size_t i = 0; i < t->n_row; i++)
        c->row[i] = row_ref(t->row[i]);
    return c;
}

const struct cell *tab_cell(const struct tab *t, int64_t row, int64_t column)
{
    const struct row *r;

    if (row < 0 || column < 0 || (size_t)row >= t->n_row || t->row[row] == NULL)
        return NULL;
    r = t->row[row];
    return column < r->n ? &r->cells[column] : NULL;
}

struct cell *tab_write(struct tab *t, int64_t row, int64_t column)
{
    struct row *r;
    uint32_t n = (uint32_t)column + 1;

    assert(row >= 0 && row < t->rows && column >= 0 && column < t->columns);
    tab_reach(t, (size_t)row + 1);
    /* Rows are filled from the left: leave room, so that a row is not copied for each new cell. */
    if (t->row[row] == NULL || t->row[row]->n < n)
        n = n + 3 < t->columns ? n + 3 : (uint32_t)t->columns;
    r = row_own(&t->row[row], n);
    return &r->cells[column];
}

unsigned tab_hidden(const struct tab *t, int64_t row)
{
    return (size_t)row < t->n_row && t->row[row] != NULL ? t->row[row]->hidden : 0;
}

void tab_set_hidden(struct tab *t, int64_t row, unsigned hidden)
{
    if (tab_hidden(t, row) == hidden)
        return;
    tab_reach(t, (size_t)row + 1);
    row_own(&t->row[row], 0)->hidden = hidden;
}

static int64_t row_end(const struct row *r)
{
    int64_t n = r == NULL ? 0 : r->n;

    while (n > 0 && !cell_has_value(&r->cells[n - 1]))
        n--;
    return n;
}

int64_t tab_last_row(const struct tab *t)
{
    size_t n = t->n_row;

    while (n > 0 && row_end(t->row[n - 1]) == 0)
        n--;
    return (int64_t)n;
}

int64_t tab_last_column(const struct tab *t)
{
    int64_t last = 0, n;

    for (size_t i = 0; i < t->n_row; i++) {
        n = row_end(t->row[i]);
        last = n > last ? n : last;
    }
    return last;
}

struct area tab_all(const struct tab *t)
{
    return (struct area){0, t->rows, 0, t->columns};
}

struct area tab_clip(const struct tab *t, struct area a)
{
    if (a.end_row < 0 || a.end_row > t->rows)
        a.end_row = t->rows;
    if (a.end_column < 0 || a.end_column > t->columns)
        a.end_column = t->columns;
    a.row = a.row > a.end_row ? a.end_row : a.row;
    a.column = a.column > a.end_column ? a.end_column : a.column;
    return a;
}

void tab_swap_cells(struct tab *t, int64_t row, int64_t column, int64_t row2, int64_t column2)
{
    struct cell swap, *a, *b;

    if (tab_cell(t, row, column) == NULL && tab_cell(t, row2, column2) == NULL)
        return;
    tab_write(t, row, column);
    b = tab_write(t, row2, column2);
    a = tab_write(t, row, column); /* again: the second call may have moved the row */
    swap = *a;
    *a = *b;
    *b = swap;
}
