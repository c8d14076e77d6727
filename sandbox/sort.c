/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/sort.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/calc.h"
#include "sandbox/mem.h"

struct line {
    const struct scalar *values; /* one a key */
    const struct sort_key *keys;
    size_t n_keys;
    size_t at; /* its place before; decides between equals */
};

static int compare_values(struct scalar a, struct scalar b)
{
    static const int ranks[] = {
        [KIND_NUMBER] = 0, [KIND_TEXT] = 1, [KIND_BOOL] = 2, [KIND_ERROR] = 3, [KIND_BLANK] = 4};

    if (a.kind != b.kind)
        return ranks[a.kind] < ranks[b.kind] ? -1 : 1;
    switch (a.kind) {
    case KIND_NUMBER:
        return (a.number > b.number) - (a.number < b.number);
    case KIND_TEXT:
        return strcasecmp(a.text, b.text);
    case KIND_BOOL:
        return a.boolean - b.boolean;
    default:
        return 0;
    }
}

static int compare_lines(const void *x, const void *y)
{
    const struct line *a = x, *b = y;
    int order;

    for (size_t i = 0; i < a->n_keys; i++) {
        order = compare_values(a->values[i], b->values[i]);
        if (a->values[i].kind == KIND_BLANK || b->values[i].kind == KIND_BLANK) {
            if (order != 0)
                return order;
            continue;
        }
        if (order != 0)
            return a->keys[i].is_descending ? -order : order;
    }
    return a->at < b->at ? -1 : a->at > b->at;
}

/* Put the cells of the area's rows in their new order. */
static void reorder(struct tab *t, struct area a, const struct line *lines, size_t n)
{
    size_t width = (size_t)(a.end_column - a.column);
    struct cell *cells = mem_new(n * width, sizeof(*cells)), *c;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++) {
            if (tab_cell(t, a.row + (int64_t)i, a.column + (int64_t)k) == NULL)
                continue;
            c = tab_write(t, a.row + (int64_t)i, a.column + (int64_t)k);
            cells[i * width + k] = *c;
            *c = (struct cell){0};
        }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++) {
            c = &cells[lines[i].at * width + k];
            if (cell_has_value(c) || c->note != NULL || c->format != NULL || c->validation != NULL)
                *tab_write(t, a.row + (int64_t)i, a.column + (int64_t)k) = *c;
        }
    free(cells);
}

void sort_area(struct book *draft, const struct tab *t, struct area area,
               const struct sort_key *keys, size_t n_keys)
{
    CLEANUP(calc_cleanup) struct calc *calc = calc_new(draft);
    struct area a = area;
    struct scalar *values;
    struct line *lines;
    size_t n;

    /* Blank rows stay at the end: nothing below the last cell moves. */
    if (a.end_row > (int64_t)t->n_row)
        a.end_row = (int64_t)t->n_row;
    if (a.end_row <= a.row)
        return;
    n = (size_t)(a.end_row - a.row);
    values = mem_new(n * n_keys, sizeof(*values));
    lines = mem_new(n, sizeof(*lines));
    for (size_t i = 0; i < n; i++) {
        lines[i] = (struct line){values + i * n_keys, keys, n_keys, i};
        for (size_t k = 0; k < n_keys; k++)
            values[i * n_keys + k] = calc_value(calc, t, a.row + (int64_t)i, keys[k].column);
    }
    qsort(lines, n, sizeof(*lines), compare_lines);
    reorder(book_write_tab(draft, t), a, lines, n);
    book_touch(draft, book_tab(draft, t->id), TOUCH_CELLS, a);
    draft->shape++;
    free(lines);
    free(values);
}
