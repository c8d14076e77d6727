/* SPDX-License-Identifier: Apache-2.0 */
/* action_cells: edit, paste, clear, set_note, sort. */
#include <string.h>

#include "sandbox/action.h"
#include "sandbox/cell_data.h"
#include "sandbox/display.h"
#include "sandbox/filter.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/sort.h"
#include "sandbox/tab_request.h"
#include "sandbox/typed.h"

/* What Google puts into the event for one cell: the plain value as text; nothing for a blank or a
 * formula. */
static char *event_text(const struct cell *c)
{
    struct buf text = BUF_INIT;

    if (c == NULL || c->kind == KIND_BLANK)
        return NULL;
    if (c->kind == KIND_NUMBER)
        display_put_exact(&text, c->number);
    else
        display_put(&text, (struct scalar){c->kind, c->boolean, c->number, c->text}, NULL);
    return buf_take(&text);
}

static void edited(struct action *a, struct area area)
{
    a->effect.is_edit = true;
    a->effect.area = area;
    a->effect.change = "EDIT";
    book_touch(a->draft, a->tab, TOUCH_CELLS, area);
}

static int enter(struct action *a, struct tab *t, int64_t row, int64_t column, const cJSON *value,
                 struct err *err)
{
    CLEANUP_BUF struct buf number = BUF_INIT;
    const char *text = "";

    if (cJSON_IsString(value)) {
        text = value->valuestring;
    } else if (cJSON_IsNumber(value)) {
        display_put_exact(&number, value->valuedouble);
        text = buf_text(&number);
    } else if (cJSON_IsBool(value)) {
        text = cJSON_IsTrue(value) ? "TRUE" : "FALSE";
    } else if (value != NULL && !cJSON_IsNull(value)) {
        return refuse(err, 400, "value: expected a text as typed");
    }
    (void)a;
    if (cell_data_check_text(text, err) < 0)
        return -1;
    typed_enter(tab_write(t, row, column), text);
    return 0;
}

static int find_cell(struct action *a, int64_t *row, int64_t *column, struct err *err)
{
    const char *range = json_text(a->json, "range", NULL);
    struct place place;
    struct a1 a1;
    bool has_title;

    if (range == NULL)
        return action_number(a, "row", 0, a->tab->rows - 1, row, err) < 0 ||
                       action_number(a, "column", 0, a->tab->columns - 1, column, err) < 0
                   ? -1
                   : 0;
    if (!a1_parse(range, &a1))
        return refuse(err, 400, "Unable to parse range: %.100s", range);
    has_title = a1.title != NULL;
    free(a1.title);
    if (has_title && filter_a1(a->draft, range, &place, err) < 0)
        return -1;
    if (has_title)
        a->tab = place.tab;
    if (a1.area.row >= a->tab->rows || a1.area.column >= a->tab->columns)
        return filter_exceeds(a->tab, a1.area, err);
    *row = a1.area.row;
    *column = a1.area.column;
    return 0;
}

int action_cell(struct action *a, int64_t *row, int64_t *column, struct err *err)
{
    const struct area *merge;

    if (find_cell(a, row, column, err) < 0)
        return -1;
    merge = tab_merge_at(a->tab, *row, *column);
    if (merge != NULL) {
        *row = merge->row;
        *column = merge->column;
    }
    return 0;
}

int action_area(struct action *a, struct area *out, struct err *err)
{
    int64_t row = 0, column = 0, rows = 1, columns = 1;

    if (find_cell(a, &row, &column, err) < 0 ||
        (json_get(a->json, "rows") != NULL &&
         action_number(a, "rows", 1, a->tab->rows - row, &rows, err) < 0) ||
        (json_get(a->json, "columns") != NULL &&
         action_number(a, "columns", 1, a->tab->columns - column, &columns, err) < 0))
        return -1;
    *out = (struct area){row, row + rows, column, column + columns};
    return 0;
}

int action_edit(struct action *a, struct err *err)
{
    int64_t row = 0, column = 0;
    struct tab *t;

    if (action_cell(a, &row, &column, err) < 0)
        return -1;
    a->effect.old_value = event_text(tab_cell(a->tab, row, column));
    a->tab = t = book_write_tab(a->draft, a->tab);
    if (enter(a, t, row, column, json_get(a->json, "value"), err) < 0)
        return -1;
    a->effect.value = event_text(tab_cell(t, row, column));
    edited(a, (struct area){row, row + 1, column, column + 1});
    return 0;
}

int action_make_room(struct action *a, int64_t rows, int64_t columns, struct err *err)
{
    int64_t more_rows = rows > a->tab->rows ? rows - a->tab->rows : 0;
    int64_t more_columns = columns > a->tab->columns ? columns - a->tab->columns : 0;
    struct tab *t;

    if (more_rows == 0 && more_columns == 0)
        return 0;
    if (columns > MAX_COLUMNS)
        return refuse(err, 400, "A sheet cannot have more than %d columns.", MAX_COLUMNS);
    if (tab_request_check_cells(a->draft,
                                (a->tab->rows + more_rows) * (a->tab->columns + more_columns) -
                                    a->tab->rows * a->tab->columns,
                                err) < 0)
        return -1;
    a->tab = t = book_write_tab(a->draft, a->tab);
    t->rows += more_rows;
    t->columns += more_columns;
    book_touch(a->draft, t, TOUCH_STRUCTURE, tab_all(t));
    return 0;
}

int action_paste(struct action *a, struct err *err)
{
    const cJSON *values = json_get(a->json, "values"), *line, *value;
    int64_t row = 0, column = 0, n_rows = cJSON_GetArraySize(values), n_columns = 0, n, r;
    struct tab *t;

    cJSON_ArrayForEach(line, values)
    {
        n = cJSON_GetArraySize(line);
        n_columns = n > n_columns ? n : n_columns;
    }
    if (!cJSON_IsArray(values) || n_columns == 0)
        return refuse(err, 400, "values: expected a list of lists");
    if (action_cell(a, &row, &column, err) < 0 ||
        action_make_room(a, row + n_rows, column + n_columns, err) < 0)
        return -1;
    if (n_rows == 1 && n_columns == 1)
        a->effect.old_value = event_text(tab_cell(a->tab, row, column));
    a->tab = t = book_write_tab(a->draft, a->tab);
    r = row;
    cJSON_ArrayForEach(line, values)
    {
        int64_t c = column;

        cJSON_ArrayForEach(value, line) if (enter(a, t, r, c++, value, err) < 0) return -1;
        r++;
    }
    if (n_rows == 1 && n_columns == 1)
        a->effect.value = event_text(tab_cell(t, row, column));
    edited(a, (struct area){row, row + n_rows, column, column + n_columns});
    return 0;
}

int action_clear(struct action *a, struct err *err)
{
    struct area area;
    struct tab *t;

    if (action_area(a, &area, err) < 0)
        return -1;
    if (area.end_row - area.row == 1 && area.end_column - area.column == 1)
        a->effect.old_value = event_text(tab_cell(a->tab, area.row, area.column));
    a->tab = t = book_write_tab(a->draft, a->tab);
    for (int64_t r = area.row; r < area.end_row && r < (int64_t)t->n_row; r++)
        for (int64_t c = area.column; c < area.end_column; c++)
            if (cell_has_value(tab_cell(t, r, c)))
                cell_clear_value(tab_write(t, r, c));
    edited(a, area);
    return 0;
}

int action_set_note(struct action *a, struct err *err)
{
    int64_t row = 0, column = 0;
    struct tab *t;

    if (action_cell(a, &row, &column, err) < 0)
        return -1;
    a->tab = t = book_write_tab(a->draft, a->tab);
    cell_set_note(tab_write(t, row, column), json_text(a->json, "note", NULL));
    a->effect.change = "OTHER";
    book_touch(a->draft, t, TOUCH_CELLS, (struct area){row, row + 1, column, column + 1});
    return 0;
}

int action_sort(struct action *a, struct err *err)
{
    int64_t row = 0, rows, column = 0;
    struct sort_key key = {.is_descending = cJSON_IsTrue(json_get(a->json, "descending"))};
    struct area area;

    if (action_number(a, "row", 0, a->tab->rows - 1, &row, err) < 0 ||
        action_number(a, "column", 0, a->tab->columns - 1, &column, err) < 0)
        return -1;
    rows = a->tab->rows - row;
    if (json_get(a->json, "rows") != NULL && action_number(a, "rows", 1, rows, &rows, err) < 0)
        return -1;
    key.column = column;
    area = (struct area){row, row + rows, 0, a->tab->columns};
    for (size_t i = 0; i < a->tab->n_merges; i++)
        if (area_overlaps(a->tab->merges[i], area))
            return refuse(err, 400, "A range with merged cells cannot be sorted.");
    sort_area(a->draft, a->tab, area, &key, 1);
    a->tab = book_tab(a->draft, a->tab->id);
    a->effect.is_edit = true;
    a->effect.area = area;
    a->effect.change = "OTHER";
    return 0;
}
