/* SPDX-License-Identifier: Apache-2.0 */
/* action_range: a range is cut or copied and pasted elsewhere; cells are merged. */
#include <stdlib.h>

#include "sandbox/action.h"
#include "sandbox/formula.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"

static struct area shifted(struct area a, int64_t rows, int64_t columns)
{
    return (struct area){a.row + rows, a.end_row + rows, a.column + columns,
                         a.end_column + columns};
}

/* Copies of the area's cells, row by row, and of the merges inside it. */
struct clipboard {
    struct area area;
    struct cell *cells;  /* owned */
    struct area *merges; /* owned */
    size_t n_merges;
};

static size_t count(struct area a)
{
    return (size_t)((a.end_row - a.row) * (a.end_column - a.column));
}

static void clipboard_fill(struct clipboard *b, const struct tab *t, struct area area)
{
    const struct cell *c;
    size_t i = 0;

    *b = (struct clipboard){.area = area, .cells = mem_new(count(area), sizeof(*b->cells))};
    for (int64_t row = area.row; row < area.end_row; row++)
        for (int64_t column = area.column; column < area.end_column; column++, i++) {
            c = tab_cell(t, row, column);
            if (c != NULL)
                cell_copy(&b->cells[i], c);
        }
    b->merges = mem_new(t->n_merges, sizeof(*b->merges));
    for (size_t k = 0; k < t->n_merges; k++)
        if (area_contains(area, t->merges[k]))
            b->merges[b->n_merges++] = t->merges[k];
}

static void clipboard_close(struct clipboard *b)
{
    for (size_t i = 0; i < count(b->area); i++)
        cell_close(&b->cells[i]);
    free(b->cells);
    free(b->merges);
}

static void erase(struct tab *t, struct area area)
{
    tab_unmerge(t, area);
    for (int64_t row = area.row; row < area.end_row && row < (int64_t)t->n_row; row++)
        for (int64_t column = area.column; column < area.end_column; column++)
            if (tab_cell(t, row, column) != NULL)
                cell_close(tab_write(t, row, column));
}

/* What is pasted replaces whole cells: values, formulas, notes and formats, blank ones, too. */
static void paste(struct tab *t, struct clipboard *b, struct area to)
{
    struct cell *c = b->cells;

    erase(t, to);
    for (int64_t row = to.row; row < to.end_row; row++)
        for (int64_t column = to.column; column < to.end_column; column++, c++)
            if (cell_has_value(c) || c->note != NULL || c->format != NULL || c->validation != NULL)
                cell_copy(tab_write(t, row, column), c);
    for (size_t i = 0; i < b->n_merges; i++)
        tab_merge(t, shifted(b->merges[i], to.row - b->area.row, to.column - b->area.column));
}

/* The place where the range goes: "toRow", "toColumn", on "toTab" if it is another tab, which is
 * the action's tab from here on. */
static int find_target(struct action *a, struct area from, struct area *to, struct err *err)
{
    const char *title = json_text(a->json, "toTab", NULL);
    int64_t row = 0, column = 0;

    if (title != NULL)
        a->tab = book_tab_by_title(a->draft, title);
    if (a->tab == NULL)
        return refuse(err, 400, "There is no such tab.");
    if (action_number(a, "toRow", 0, a->tab->rows - 1, &row, err) < 0 ||
        action_number(a, "toColumn", 0, a->tab->columns - 1, &column, err) < 0)
        return -1;
    *to = shifted(from, row - from.row, column - from.column);
    return action_make_room(a, to->end_row, to->end_column, err);
}

/* Not documented: whether a cut tells of the place it has emptied, too. Here the edit event tells
 * of the target only: a script that can live with that can live with more. */
static void pasted(struct action *a, struct area to)
{
    a->effect.is_edit = true;
    a->effect.area = to;
    a->effect.change = "EDIT";
    book_touch(a->draft, a->tab, TOUCH_CELLS, to);
}

int action_cut_paste(struct action *a, struct err *err)
{
    struct clipboard board;
    struct area from, to;
    struct tab *t;
    int64_t tab;

    if (action_area(a, &from, err) < 0)
        return -1;
    clipboard_fill(&board, a->tab, from);
    t = book_write_tab(a->draft, a->tab);
    tab = t->id;
    erase(t, from);
    book_touch(a->draft, t, TOUCH_CELLS, from);
    if (find_target(a, from, &to, err) < 0) {
        clipboard_close(&board);
        return -1;
    }
    a->tab = t = book_write_tab(a->draft, a->tab);
    paste(t, &board, to);
    clipboard_close(&board);
    if (tab == t->id)
        book_follow_cut(a->draft, t, from, to.row - from.row, to.column - from.column);
    a->draft->shape++; /* cells have changed their places */
    pasted(a, to);
    return 0;
}

int action_copy_paste(struct action *a, struct err *err)
{
    struct clipboard board;
    struct area from, to;
    struct tab *t;

    if (action_area(a, &from, err) < 0)
        return -1;
    clipboard_fill(&board, a->tab, from);
    if (find_target(a, from, &to, err) < 0) {
        clipboard_close(&board);
        return -1;
    }
    for (size_t i = 0; i < count(from); i++)
        if (board.cells[i].formula != NULL)
            formula_shift_cell(&board.cells[i], to.row - from.row, to.column - from.column);
    a->tab = t = book_write_tab(a->draft, a->tab);
    paste(t, &board, to);
    clipboard_close(&board);
    pasted(a, to);
    return 0;
}

/* Merging keeps the upper left cell; the other cells' values and notes go. */
int action_merge_cells(struct action *a, struct err *err)
{
    struct area area;
    struct tab *t;

    if (action_area(a, &area, err) < 0)
        return -1;
    if (count(area) < 2)
        return refuse(err, 400, "You must select at least two cells to merge.");
    a->tab = t = book_write_tab(a->draft, a->tab);
    for (int64_t row = area.row; row < area.end_row && row < (int64_t)t->n_row; row++)
        for (int64_t column = area.column; column < area.end_column; column++)
            if ((row != area.row || column != area.column) && tab_cell(t, row, column) != NULL) {
                cell_clear_value(tab_write(t, row, column));
                cell_set_note(tab_write(t, row, column), NULL);
            }
    tab_merge(t, area);
    a->effect.change = "OTHER";
    book_touch(a->draft, t, TOUCH_CELLS, area);
    a->draft->shape++; /* undo has to take the merge back, too */
    return 0;
}

int action_unmerge_cells(struct action *a, struct err *err)
{
    struct area area;
    struct tab *t;

    if (action_area(a, &area, err) < 0)
        return -1;
    a->tab = t = book_write_tab(a->draft, a->tab);
    tab_unmerge(t, area);
    a->effect.change = "OTHER";
    book_touch(a->draft, t, TOUCH_STRUCTURE, area);
    return 0;
}
