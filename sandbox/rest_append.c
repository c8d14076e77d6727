/* SPDX-License-Identifier: Apache-2.0 */
/* rest_append: values.append, which looks for a table and writes below it. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/refuse.h"
#include "sandbox/rest.h"
#include "sandbox/rest_values.h"
#include "sandbox/tab_request.h"

static bool has_value(const struct tab *t, int64_t row, int64_t column)
{
    return cell_has_value(tab_cell(t, row, column));
}

static bool row_has_value(const struct tab *t, int64_t row, int64_t from, int64_t end)
{
    for (int64_t column = from; column < end; column++)
        if (has_value(t, row, column))
            return true;
    return false;
}

static bool column_has_value(const struct tab *t, int64_t column, int64_t from, int64_t end)
{
    for (int64_t row = from; row < end; row++)
        if (has_value(t, row, column))
            return true;
    return false;
}

/* Let A grow over neighbours (diagonal ones, too) until blanks are all around. */
static struct area grow(const struct tab *t, struct area a)
{
    struct area old;

    do {
        int64_t left = a.column > 0 ? a.column - 1 : 0;
        int64_t right = a.end_column < t->columns ? a.end_column + 1 : t->columns;

        old = a;
        while (a.row > 0 && row_has_value(t, a.row - 1, left, right))
            a.row--;
        while (a.end_row < t->rows && row_has_value(t, a.end_row, left, right))
            a.end_row++;
        while (a.column > 0 && column_has_value(t, a.column - 1, a.row, a.end_row))
            a.column--;
        while (a.end_column < t->columns && column_has_value(t, a.end_column, a.row, a.end_row))
            a.end_column++;
    } while (memcmp(&old, &a, sizeof(a)) != 0);
    return a;
}

/* The last table that touches AREA: the one that holds its last cell with a value. */
static bool find_table(const struct tab *t, struct area area, struct area *out)
{
    int64_t end = area.end_row < (int64_t)t->n_row ? area.end_row : (int64_t)t->n_row;

    for (int64_t row = end - 1; row >= area.row; row--)
        for (int64_t column = area.end_column - 1; column >= area.column; column--)
            if (has_value(t, row, column)) {
                *out = grow(t, (struct area){row, row + 1, column, column + 1});
                return true;
            }
    return false;
}

/* Make room for the rows and columns, as the method promises. */
static int make_room(struct book *draft, struct value_write *w, bool insert, struct err *err)
{
    const struct tab *t = w->place.tab;
    int64_t rows, columns, at = w->place.area.row, more_rows, more_columns;
    struct tab *own;

    value_size(w->values, w->by_columns, &rows, &columns);
    more_rows = insert ? rows : at + rows - t->rows;
    more_columns = w->place.area.column + columns - t->columns;
    more_rows = more_rows > 0 ? more_rows : 0;
    more_columns = more_columns > 0 ? more_columns : 0;
    if (tab_request_check_cells(
            draft, (t->rows + more_rows) * (t->columns + more_columns) - t->rows * t->columns,
            err) < 0)
        return -1;
    own = book_write_tab(draft, t);
    own->columns += more_columns;
    if (insert && at < own->rows)
        book_insert(draft, own, true, at, rows, at > 0);
    else
        own->rows += more_rows;
    if (more_rows + more_columns > 0)
        book_touch(draft, own, TOUCH_STRUCTURE, tab_all(own));
    w->place.tab = own;
    w->place.area.end_row = own->rows;
    w->place.area.end_column = own->columns;
    return 0;
}

static int append(struct call *call, struct book *draft, const char *range, bool is_raw,
                  struct value_write *w, struct value_written *done, struct area *table,
                  bool *has_table, struct err *err)
{
    CLEANUP_FREE char *insert = rest_query(call, "insertDataOption");

    w->values = json_get(call->body, "values");
    w->by_columns = strcmp(json_text(call->body, "majorDimension", ""), "COLUMNS") == 0;
    w->is_raw = is_raw;
    if (filter_a1(draft, range, &w->place, err) < 0)
        return -1;
    *has_table = find_table(w->place.tab, w->place.area, table);
    if (*has_table) {
        w->place.area.row = table->end_row;
        w->place.area.column = table->column;
    }
    if (make_room(draft, w, insert != NULL && strcmp(insert, "INSERT_ROWS") == 0, err) < 0)
        return -1;
    return value_write(draft, w, done, err);
}

int rest_values_append(struct call *call, struct err *err)
{
    CLEANUP_FREE char *option = rest_query(call, "valueInputOption");
    const char *range = json_text(call->body, "range", call->rest);
    struct library *lib = call->sandbox->library;
    struct author author = {"api", call->user};
    struct values_response response = values_response_from_query(call);
    CLEANUP(book_cleanup) struct book *published = NULL;
    struct value_written done;
    struct value_write w = {0};
    struct area table;
    struct book *draft;
    const struct tab *t;
    bool is_raw, has_table;

    if (value_input(option, &is_raw, err) < 0 || library_begin(lib, call->id, &draft, err) < 0)
        return -1;
    if (append(call, draft, range, is_raw, &w, &done, &table, &has_table, err) < 0) {
        library_abort(lib, draft);
        return -1;
    }
    if (library_commit(lib, draft, author, &published, err) < 0)
        return -1;
    t = book_tab(published, w.place.tab->id);
    call->cells = (long)done.cells;
    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "spreadsheetId", published->id);
    if (has_table)
        cJSON_AddItemToObject(call->answer, "tableRange", render_name(t, table));
    cJSON_AddItemToObject(call->answer, "updates", values_answer(published, t, &done, &response));
    return 0;
}
