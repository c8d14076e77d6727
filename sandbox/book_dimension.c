/* SPDX-License-Identifier: Apache-2.0 */
/* book_dimension: rows and columns come, go and move, with all that hangs on them. */
#include <stdlib.h>

#include "sandbox/book.h"
#include "sandbox/formula.h"

/* Let the formulas of one tab follow the change. */
static void follow_tab(struct book *draft, size_t index, const struct formula_change *change,
                       bool is_same_tab)
{
    for (size_t row = 0; row < draft->tabs[index]->n_row; row++) {
        const struct row *r = draft->tabs[index]->row[row];

        for (uint32_t column = 0; r != NULL && column < r->n; column++) {
            char *formula = r->cells[column].formula;

            if (formula != NULL)
                formula = formula_follow(formula, change, is_same_tab);
            if (formula == NULL)
                continue;
            cell_set_formula(
                tab_write(book_write_tab(draft, draft->tabs[index]), (int64_t)row, column),
                formula);
            free(formula);
            r = draft->tabs[index]->row[row];
        }
    }
}

static void follow(struct book *draft, const struct tab *t, const struct formula_change *change)
{
    for (size_t i = 0; i < draft->n_tabs; i++)
        follow_tab(draft, i, change, draft->tabs[i]->id == t->id);
    book_touch(draft, t, TOUCH_STRUCTURE, tab_all(t));
}

void book_insert(struct book *draft, const struct tab *t, bool rows, int64_t at, int64_t n,
                 bool inherit_before)
{
    struct tab *own = book_write_tab(draft, t);
    struct formula_change change = {
        .kind = FORMULA_INSERT, .rows = rows, .at = at, .n = n, .title = own->title};

    if (rows)
        tab_insert_rows(own, at, n, inherit_before);
    else
        tab_insert_columns(own, at, n, inherit_before);
    book_metadata_inserted(draft, own->id, rows, at, n);
    follow(draft, own, &change);
}

void book_delete(struct book *draft, const struct tab *t, bool rows, int64_t at, int64_t n)
{
    struct tab *own = book_write_tab(draft, t);
    struct formula_change change = {
        .kind = FORMULA_DELETE, .rows = rows, .at = at, .n = n, .title = own->title};

    if (rows)
        tab_delete_rows(own, at, n);
    else
        tab_delete_columns(own, at, n);
    book_metadata_deleted(draft, own->id, rows, at, n);
    follow(draft, own, &change);
}

void book_move(struct book *draft, const struct tab *t, bool rows, int64_t at, int64_t n,
               int64_t to)
{
    struct tab *own = book_write_tab(draft, t);
    struct formula_change change = {
        .kind = FORMULA_MOVE, .rows = rows, .at = at, .n = n, .to = to, .title = own->title};

    if (rows)
        tab_move_rows(own, at, n, to);
    else
        tab_move_columns(own, at, n, to);
    book_metadata_moved(draft, own->id, rows, at, n, to);
    follow(draft, own, &change);
}

void book_follow_cut(struct book *draft, const struct tab *t, struct area from, int64_t down,
                     int64_t right)
{
    struct formula_change change = {
        .kind = FORMULA_CUT, .title = t->title, .area = from, .down = down, .right = right};

    follow(draft, t, &change);
}
