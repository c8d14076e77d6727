/* SPDX-License-Identifier: Apache-2.0 */
/* batch_dimensions: rows and columns come, go and move; cells shift inside a range. */
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/filter.h"
#include "sandbox/refuse.h"
#include "sandbox/tab_request.h"

struct span {
    const struct tab *tab;
    bool rows;
    int64_t start, end;
    int64_t size; /* of the grid in this dimension */
};

/* A DimensionRange; both ends must be written for what changes the grid. */
static int read_span(const struct book *b, const cJSON *range, struct span *out, struct err *err)
{
    const char *dimension = json_text(range, "dimension", "");

    if (filter_tab(b, range, "sheetId", &out->tab, err) < 0)
        return -1;
    if (strcmp(dimension, "ROWS") != 0 && strcmp(dimension, "COLUMNS") != 0)
        return refuse(err, 400, "No dimension specified.");
    out->rows = *dimension == 'R';
    out->size = out->rows ? out->tab->rows : out->tab->columns;
    out->start = json_int(range, "startIndex", 0);
    out->end = json_int(range, "endIndex", out->size);
    if (out->start < 0)
        return refuse(err, 400, "range.startIndex[%lld] must be greater than or equal to 0.",
                      (long long)out->start);
    if (out->end <= out->start)
        return refuse(err, 400, "range.endIndex[%lld] must be greater than range.startIndex[%lld].",
                      (long long)out->end, (long long)out->start);
    return 0;
}

static int check_growth(const struct book *b, const struct span *s, int64_t n, struct err *err)
{
    if (!s->rows && s->tab->columns + n > MAX_COLUMNS)
        return refuse(err, 400, "A sheet cannot have more than %d columns.", MAX_COLUMNS);
    return tab_request_check_cells(b, n * (s->rows ? s->tab->columns : s->tab->rows), err);
}

int batch_insert_dimension(struct batch_run *run, const cJSON *request, struct err *err)
{
    bool inherit = cJSON_IsTrue(json_get(request, "inheritFromBefore"));
    struct span s;

    if (json_get(json_get(request, "range"), "endIndex") == NULL)
        return refuse(err, 400, "range.endIndex must be set.");
    if (read_span(run->draft, json_get(request, "range"), &s, err) < 0)
        return -1;
    if (inherit && s.start == 0)
        return refuse(err, 400,
                      "inheritFromBefore cannot be true if inserting at the beginning of the "
                      "sheet.");
    if (s.start > s.size || (s.start == s.size && !inherit))
        return refuse(err, 400, "range.startIndex[%lld] must be less than the grid size[%lld]%s",
                      (long long)s.start, (long long)s.size,
                      inherit ? "." : " if inheritFromBefore is false.");
    if (check_growth(run->draft, &s, s.end - s.start, err) < 0)
        return -1;
    book_insert(run->draft, s.tab, s.rows, s.start, s.end - s.start, inherit);
    return 0;
}

static int check_exists(const struct span *s, struct err *err)
{
    const char *what = s->rows ? "row" : "column";

    if (s->end > s->size)
        return refuse(err, 400,
                      "Cannot delete a %s that doesn't exist. Tried to delete %s index %lld but "
                      "there are only %lld %ss.",
                      what, what, (long long)s->end - 1, (long long)s->size, what);
    if (s->end - s->start >= s->size)
        return refuse(err, 400, "You can't delete all the %ss on the sheet.", what);
    if (s->rows && s->start <= s->tab->frozen_rows && s->end == s->size)
        return refuse(err, 400, "Sorry, it is not possible to delete all non-frozen rows.");
    if (!s->rows && s->start <= s->tab->frozen_columns && s->end == s->size)
        return refuse(err, 400, "Sorry, it is not possible to delete all non-frozen columns.");
    return 0;
}

int batch_delete_dimension(struct batch_run *run, const cJSON *request, struct err *err)
{
    struct span s;

    if (read_span(run->draft, json_get(request, "range"), &s, err) < 0 || check_exists(&s, err) < 0)
        return -1;
    book_delete(run->draft, s.tab, s.rows, s.start, s.end - s.start);
    return 0;
}

int batch_append_dimension(struct batch_run *run, const cJSON *request, struct err *err)
{
    const char *dimension = json_text(request, "dimension", "");
    long long n = json_int(request, "length", 0);
    struct span s = {0};
    struct tab *t;

    if (filter_tab(run->draft, request, "sheetId", &s.tab, err) < 0)
        return -1;
    if (strcmp(dimension, "ROWS") != 0 && strcmp(dimension, "COLUMNS") != 0)
        return refuse(err, 400, "No dimension specified.");
    if (n < 1)
        return refuse(err, 400, "length must be greater than 0: %lld", n);
    s.rows = *dimension == 'R';
    if (check_growth(run->draft, &s, n, err) < 0)
        return -1;
    t = book_write_tab(run->draft, s.tab);
    if (s.rows)
        t->rows += n;
    else
        t->columns += n;
    book_touch(run->draft, t, TOUCH_STRUCTURE, tab_all(t));
    return 0;
}

int batch_move_dimension(struct batch_run *run, const cJSON *request, struct err *err)
{
    long long to = json_int(request, "destinationIndex", 0);
    struct span s;

    if (read_span(run->draft, json_get(request, "source"), &s, err) < 0)
        return -1;
    if (s.end > s.size || to < 0 || to > s.size)
        return refuse(err, 400, "Cannot move %s [%lld, %lld) to %lld: there are only %lld.",
                      s.rows ? "rows" : "columns", (long long)s.start, (long long)s.end, to,
                      (long long)s.size);
    book_move(run->draft, s.tab, s.rows, s.start, s.end - s.start, to);
    return 0;
}

/* insertRange and deleteRange move the cells of the range's columns only. */
static int read_range(struct batch_run *run, const cJSON *request, struct place *out,
                      struct err *err)
{
    if (filter_grid_range(run->draft, json_get(request, "range"), false, out, err) < 0)
        return -1;
    if (strcmp(json_text(request, "shiftDimension", ""), "ROWS") != 0)
        return refuse(err, 400, "The sandbox shifts cells by ROWS only.");
    return 0;
}

int batch_insert_range(struct batch_run *run, const cJSON *request, struct err *err)
{
    struct place p;
    struct tab *t;

    if (read_range(run, request, &p, err) < 0 ||
        tab_request_check_cells(run->draft, (p.area.end_row - p.area.row) * p.tab->columns, err) <
            0)
        return -1;
    t = book_write_tab(run->draft, p.tab);
    tab_shift_down(t, p.area);
    book_touch(run->draft, t, TOUCH_STRUCTURE, tab_all(t));
    return 0;
}

int batch_delete_range(struct batch_run *run, const cJSON *request, struct err *err)
{
    struct place p;
    struct tab *t;

    if (read_range(run, request, &p, err) < 0)
        return -1;
    t = book_write_tab(run->draft, p.tab);
    tab_shift_up(t, p.area);
    book_touch(run->draft, t, TOUCH_STRUCTURE, tab_all(t));
    return 0;
}
