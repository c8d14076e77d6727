/* SPDX-License-Identifier: Apache-2.0 */
/* action_grid: rows, columns and tabs come, go, move and get names. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/action.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/tab_request.h"

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
    int64_t index = 0, count = 1, size = rows ? a->tab->rows : a->tab->columns;

    if (action_number(a, "index", 0, size - 1, &index, err) < 0 ||
        (json_get(a->json, "count") != NULL &&
         action_number(a, "count", 1, size - index, &count, err) < 0))
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

static bool has_data(const struct tab *t, int64_t row, int64_t n)
{
    for (int64_t r = row; r < row + n; r++)
        for (int64_t c = 0; c < t->columns; c++)
            if (cell_has_value(tab_cell(t, r, c)))
                return true;
    return false;
}

/* Moved data fire an edit where they are now, and a change; blank rows a change only. */
int action_move_rows(struct action *a, struct err *err)
{
    int64_t index = 0, count = 1, to = 0, now;

    if (action_number(a, "index", 0, a->tab->rows - 1, &index, err) < 0 ||
        (json_get(a->json, "count") != NULL &&
         action_number(a, "count", 1, a->tab->rows - index, &count, err) < 0) ||
        action_number(a, "to", 0, a->tab->rows, &to, err) < 0)
        return -1;
    a->effect.is_edit = has_data(a->tab, index, count);
    now = to > index + count ? to - count : to >= index ? index : to;
    a->effect.area = (struct area){now, now + count, 0, a->tab->columns};
    book_move(a->draft, a->tab, true, index, count, to);
    a->effect.change = "OTHER";
    return 0;
}

int action_rename_tab(struct action *a, struct err *err)
{
    CLEANUP_JSON cJSON *properties = cJSON_CreateObject();
    CLEANUP(fields_cleanup) struct fields *mask = NULL;

    cJSON_AddNumberToObject(properties, "sheetId", (double)a->tab->id);
    cJSON_AddStringToObject(properties, "title", json_text(a->json, "title", ""));
    a->effect.change = "OTHER";
    if (fields_parse("title", &mask, err) < 0)
        return -1;
    return tab_request_update(a->draft, properties, mask, err);
}

int action_add_tab(struct action *a, struct err *err)
{
    CLEANUP_JSON cJSON *properties = cJSON_CreateObject();
    const char *title = json_text(a->json, "title", NULL);
    struct tab *t;

    if (title != NULL)
        cJSON_AddStringToObject(properties, "title", title);
    if (tab_request_new(a->draft, properties, &t, err) < 0)
        return -1;
    book_add_tab(a->draft, t, -1);
    a->effect.change = "INSERT_GRID";
    return 0;
}

int action_delete_tab(struct action *a, struct err *err)
{
    if (a->draft->n_tabs == 1)
        return refuse(err, 400, "You can't remove all the sheets in a document.");
    book_remove_tab(a->draft, a->tab->id);
    a->effect.change = "REMOVE_GRID";
    return 0;
}
