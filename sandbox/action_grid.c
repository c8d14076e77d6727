/* SPDX-License-Identifier: Apache-2.0 */
/* action_grid: rows and columns come, go, move, and are hidden. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/action.h"
#include "sandbox/calc.h"
#include "sandbox/display.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/tab_request.h"

/* "index" and "count" (1 if missing) of rows or columns that are there. */
static int read_band(struct action *a, bool rows, int64_t *index, int64_t *count, struct err *err)
{
    int64_t size = rows ? a->tab->rows : a->tab->columns;

    *count = 1;
    if (action_number(a, "index", 0, size - 1, index, err) < 0 ||
        (json_get(a->json, "count") != NULL &&
         action_number(a, "count", 1, size - *index, count, err) < 0))
        return -1;
    return 0;
}

static int insert(struct action *a, bool rows, const char *change, struct err *err)
{
    int64_t index = 0, count = 1, size = rows ? a->tab->rows : a->tab->columns;
    int64_t other = rows ? a->tab->columns : a->tab->rows;

    if (action_number(a, "index", 0, size, &index, err) < 0 ||
        (json_get(a->json, "count") != NULL &&
         action_number(a, "count", 1, MAX_BOOK_CELLS, &count, err) < 0) ||
        tab_request_check_cells(a->draft, count * other, err) < 0)
        return -1;
    if (!rows && size + count > MAX_COLUMNS)
        return refuse(err, 400, "A sheet cannot have more than %d columns.", MAX_COLUMNS);
    book_insert(a->draft, a->tab, rows, index, count, index > 0);
    a->effect.change = change;
    return 0;
}

static int delete (struct action *a, bool rows, const char *change, struct err *err)
{
    int64_t index = 0, count, size = rows ? a->tab->rows : a->tab->columns;

    if (read_band(a, rows, &index, &count, err) < 0)
        return -1;
    if (count >= size)
        return refuse(err, 400, "You can't delete all the %s on the sheet.",
                      rows ? "rows" : "columns");
    book_delete(a->draft, a->tab, rows, index, count);
    a->effect.change = change;
    return 0;
}

int action_insert_rows(struct action *a, struct err *err)
{
    return insert(a, true, "INSERT_ROW", err);
}

int action_insert_columns(struct action *a, struct err *err)
{
    return insert(a, false, "INSERT_COLUMN", err);
}

int action_delete_rows(struct action *a, struct err *err)
{
    return delete (a, true, "REMOVE_ROW", err);
}

int action_delete_columns(struct action *a, struct err *err)
{
    return delete (a, false, "REMOVE_COLUMN", err);
}

static bool has_data(const struct tab *t, struct area a)
{
    for (int64_t r = a.row; r < a.end_row && r < (int64_t)t->n_row; r++)
        for (int64_t c = a.column; c < a.end_column; c++)
            if (cell_has_value(tab_cell(t, r, c)))
                return true;
    return false;
}

/* The area of COUNT rows (or columns) from INDEX on. */
static struct area band(const struct tab *t, bool rows, int64_t index, int64_t count)
{
    struct area a = tab_all(t);

    *(rows ? &a.row : &a.column) = index;
    *(rows ? &a.end_row : &a.end_column) = index + count;
    return a;
}

/* Moved data fire an edit where they are now, and a change; blank rows a change only. */
static int move(struct action *a, bool rows, struct err *err)
{
    int64_t size = rows ? a->tab->rows : a->tab->columns, index = 0, count, to = 0, now;

    if (read_band(a, rows, &index, &count, err) < 0 ||
        action_number(a, "to", 0, size, &to, err) < 0)
        return -1;
    a->effect.is_edit = has_data(a->tab, band(a->tab, rows, index, count));
    now = to > index + count ? to - count : to >= index ? index : to;
    a->effect.area = band(a->tab, rows, now, count);
    book_move(a->draft, a->tab, rows, index, count, to);
    a->effect.change = "OTHER";
    return 0;
}

int action_move_rows(struct action *a, struct err *err)
{
    return move(a, true, err);
}

int action_move_columns(struct action *a, struct err *err)
{
    return move(a, false, err);
}

/* Set and clear reasons why rows are not shown. */
static void hide(struct action *a, struct tab *t, int64_t row, unsigned set, unsigned clear)
{
    tab_set_hidden(t, row, (tab_hidden(t, row) & ~clear) | set);
    a->effect.change = "OTHER";
}

static int hide_band(struct action *a, unsigned set, unsigned clear, struct err *err)
{
    int64_t index = 0, count;
    struct tab *t;

    if (read_band(a, true, &index, &count, err) < 0)
        return -1;
    a->tab = t = book_write_tab(a->draft, a->tab);
    for (int64_t row = index; row < index + count; row++)
        hide(a, t, row, set, clear);
    book_touch(a->draft, t, TOUCH_STRUCTURE, band(t, true, index, count));
    return 0;
}

int action_hide_rows(struct action *a, struct err *err)
{
    return hide_band(a, HIDDEN_BY_USER, 0, err);
}

int action_show_rows(struct action *a, struct err *err)
{
    return hide_band(a, 0, HIDDEN_BY_USER, err);
}

/* Does the cell show the text that the filter lets through? */
static bool is_shown(struct calc *calc, const struct tab *t, int64_t row, int64_t column,
                     const char *text)
{
    CLEANUP_BUF struct buf shown = BUF_INIT;
    const struct cell *c = tab_cell(t, row, column);

    display_put(&shown, calc_value(calc, t, row, column), c == NULL ? NULL : c->format);
    return strcmp(buf_text(&shown), text) == 0;
}

/* A filter below row 1: rows stay shown whose cell in the column shows the value; without a column
 * the filter is taken away. */
int action_filter(struct action *a, struct err *err)
{
    const char *text = json_text(a->json, "value", "");
    bool has_column = json_get(a->json, "column") != NULL;
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    int64_t column = 0;
    struct tab *t;

    if (has_column && action_number(a, "column", 0, a->tab->columns - 1, &column, err) < 0)
        return -1;
    a->tab = t = book_write_tab(a->draft, a->tab);
    calc = calc_new(a->draft);
    for (int64_t row = 1; row < tab_last_row(t); row++)
        hide(a, t, row, has_column && !is_shown(calc, t, row, column, text) ? HIDDEN_BY_FILTER : 0,
             HIDDEN_BY_FILTER);
    book_touch(a->draft, t, TOUCH_STRUCTURE, tab_all(t));
    return 0;
}
