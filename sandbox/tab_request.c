/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/tab_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/filter.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"

enum { MAX_TITLE = 100, MAX_TABS = 200 };

int tab_request_check_cells(const struct book *b, int64_t extra, struct err *err)
{
    if (book_cells(b) + extra > MAX_BOOK_CELLS)
        return refuse(err, 400,
                      "This action would increase the number of cells in the workbook above the "
                      "limit of %d cells.",
                      MAX_BOOK_CELLS);
    return 0;
}

static int check_title(const struct book *b, const char *title, const struct tab *self,
                       struct err *err)
{
    const struct tab *other = book_tab_by_title(b, title);

    if (*title == '\0')
        return refuse(err, 400, "Sheet names cannot be blank.");
    if (strlen(title) > MAX_TITLE)
        return refuse(err, 400, "Sheet names cannot be longer than %d characters.", MAX_TITLE);
    if (other != NULL && other != self)
        return refuse(err, 400,
                      "A sheet with the name \"%.100s\" already exists. Please enter another name.",
                      title);
    return 0;
}

/* "Sheet2" for the second tab, and on until one is free. */
static char *fresh_title(const struct book *b)
{
    char title[40];

    for (size_t n = b->n_tabs + 1;; n++) {
        snprintf(title, sizeof(title), "Sheet%zu", n);
        if (book_tab_by_title(b, title) == NULL)
            return mem_text(title);
    }
}

static int check_size(int64_t rows, int64_t columns, struct err *err)
{
    if (rows < 1 || columns < 1)
        return refuse(err, 400, "Sheets must have at least one row and one column.");
    if (columns > MAX_COLUMNS)
        return refuse(err, 400, "A sheet cannot have more than %d columns.", MAX_COLUMNS);
    return 0;
}

static int check_frozen(const struct tab *t, struct err *err)
{
    if (t->frozen_rows < 0 || t->frozen_rows >= t->rows)
        return refuse(err, 400, "You can't freeze all visible rows on the sheet.");
    if (t->frozen_columns < 0 || t->frozen_columns >= t->columns)
        return refuse(err, 400, "You can't freeze all visible columns on the sheet.");
    return 0;
}

int tab_request_new(const struct book *b, const cJSON *p, struct tab **out, struct err *err)
{
    const cJSON *grid = json_get(p, "gridProperties");
    CLEANUP_FREE char *title = mem_text(json_text(p, "title", NULL));
    long long rows = json_int(grid, "rowCount", 1000);
    long long columns = json_int(grid, "columnCount", 26);
    bool has_id = json_get(p, "sheetId") != NULL;
    long long id = has_id ? json_int(p, "sheetId", -1) : book_fresh_sheet_id(b);

    if (title == NULL)
        title = fresh_title(b);
    if (id < 0)
        return refuse(err, 400, "The sheet ID must be a non-negative number: %lld", id);
    if (book_tab(b, id) != NULL)
        return refuse(err, 400, "Sheet with ID %lld already exists. Please enter another ID.", id);
    if (b->n_tabs >= MAX_TABS)
        return refuse(err, 400, "A spreadsheet cannot have more than %d sheets.", MAX_TABS);
    if (strcmp(json_text(p, "sheetType", "GRID"), "GRID") != 0)
        return refuse(err, 400, "Sheet type %.40s cannot be created in this sandbox.",
                      json_text(p, "sheetType", ""));
    if (check_title(b, title, NULL, err) < 0 || check_size(rows, columns, err) < 0 ||
        tab_request_check_cells(b, (int64_t)rows * columns, err) < 0)
        return -1;
    *out = tab_new(id, title, rows, columns);
    (*out)->frozen_rows = json_int(grid, "frozenRowCount", 0);
    (*out)->frozen_columns = json_int(grid, "frozenColumnCount", 0);
    (*out)->is_hidden = cJSON_IsTrue(json_get(p, "hidden"));
    if (check_frozen(*out, err) < 0) {
        tab_unref(take_ptr(*out));
        return -1;
    }
    return 0;
}

static int update_grid(struct book *draft, struct tab *t, const cJSON *grid,
                       const struct fields *mask, struct err *err)
{
    int64_t rows = t->rows, columns = t->columns;

    if (fields_wants(mask, "rowCount"))
        rows = json_int(grid, "rowCount", fields_is_all(mask) ? rows : 0);
    if (fields_wants(mask, "columnCount"))
        columns = json_int(grid, "columnCount", fields_is_all(mask) ? columns : 0);
    if (fields_wants(mask, "frozenRowCount"))
        t->frozen_rows = json_int(grid, "frozenRowCount", 0);
    if (fields_wants(mask, "frozenColumnCount"))
        t->frozen_columns = json_int(grid, "frozenColumnCount", 0);
    if (check_size(rows, columns, err) < 0)
        return -1;
    /* The rows are applied and checked first, as Google does. */
    if (tab_request_check_cells(draft, (rows - t->rows) * t->columns, err) < 0 ||
        tab_request_check_cells(draft, rows * columns - t->rows * t->columns, err) < 0)
        return -1;
    if (rows < t->rows)
        book_metadata_deleted(draft, t->id, true, rows, t->rows - rows);
    if (columns < t->columns)
        book_metadata_deleted(draft, t->id, false, columns, t->columns - columns);
    tab_resize(t, rows, columns);
    return check_frozen(t, err);
}

static int hide(const struct book *b, struct tab *t, bool is_hidden, struct err *err)
{
    size_t visible = 0;

    for (size_t i = 0; i < b->n_tabs; i++)
        visible += b->tabs[i] != t && !b->tabs[i]->is_hidden;
    if (is_hidden && visible == 0)
        return refuse(err, 400, "You can't hide all the sheets in a document.");
    t->is_hidden = is_hidden;
    return 0;
}

int tab_request_update(struct book *draft, const cJSON *p, const struct fields *mask,
                       struct err *err)
{
    const struct tab *found;
    const char *title = json_text(p, "title", "");
    struct tab *t;

    if (filter_tab(draft, p, "sheetId", &found, err) < 0)
        return -1;
    t = book_write_tab(draft, found);
    if (fields_wants(mask, "title") && (!fields_is_all(mask) || *title != '\0')) {
        if (check_title(draft, title, t, err) < 0)
            return -1;
        free(t->title);
        t->title = mem_text(title);
    }
    if (fields_wants(mask, "gridProperties") &&
        update_grid(draft, t, json_get(p, "gridProperties"), fields_get(mask, "gridProperties"),
                    err) < 0)
        return -1;
    if (fields_wants(mask, "hidden") &&
        hide(draft, t, cJSON_IsTrue(json_get(p, "hidden")), err) < 0)
        return -1;
    if (fields_wants(mask, "index") && json_get(p, "index") != NULL) {
        if (json_int(p, "index", -1) < 0)
            return refuse(err, 400, "The sheet index must not be negative.");
        book_move_tab(draft, t->id, json_int(p, "index", 0));
    }
    book_touch(draft, t, TOUCH_TABS, tab_all(t));
    return 0;
}
