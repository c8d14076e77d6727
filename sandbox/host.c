/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/host.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/calc.h"
#include "sandbox/cell_data.h"
#include "sandbox/display.h"
#include "sandbox/mem.h"
#include "sandbox/typed.h"

static const struct author script_author = {"script", ""};

/* The newest version and one of its tabs; ERR_GONE. */
static int open_tab(struct sandbox *s, const char *spreadsheet, int64_t sheet_id,
                    struct book **book, const struct tab **tab, struct err *err)
{
    *book = library_get(s->library, spreadsheet);
    if (*book == NULL)
        return err_set(err, ERR_GONE, "there is no spreadsheet %.100s", spreadsheet);
    *tab = book_tab(*book, sheet_id);
    if (*tab == NULL)
        return err_set(err, ERR_GONE, "there is no tab %lld", (long long)sheet_id);
    return 0;
}

static int check_area(const struct tab *t, struct area a, struct err *err)
{
    if (a.row < 0 || a.column < 0 || a.end_row <= a.row || a.end_column <= a.column ||
        a.end_row > t->rows || a.end_column > t->columns)
        return err_set(err, ERR_VALUE,
                       "The coordinates of the range are outside the dimensions "
                       "of the sheet.");
    return 0;
}

static int host_title(void *ctx, const char *spreadsheet, char **title, char **time_zone,
                      struct err *err)
{
    struct sandbox *s = ctx;
    CLEANUP(book_cleanup) struct book *b = library_get(s->library, spreadsheet);

    if (b == NULL)
        return err_set(err, ERR_GONE, "there is no spreadsheet %.100s", spreadsheet);
    *title = mem_text(b->title);
    *time_zone = mem_text(b->time_zone);
    return 0;
}

static int host_sheets(void *ctx, const char *spreadsheet, struct script_sheet **out, size_t *n,
                       struct err *err)
{
    struct sandbox *s = ctx;
    CLEANUP(book_cleanup) struct book *b = library_get(s->library, spreadsheet);

    if (b == NULL)
        return err_set(err, ERR_GONE, "there is no spreadsheet %.100s", spreadsheet);
    *out = mem_new(b->n_tabs, sizeof(**out));
    for (*n = 0; *n < b->n_tabs; (*n)++) {
        const struct tab *t = b->tabs[*n];

        (*out)[*n] = (struct script_sheet){
            .sheet_id = t->id,
            .title = mem_text(t->title),
            .max_rows = t->rows,
            .max_columns = t->columns,
            .last_row = tab_last_row(t),
            .last_column = tab_last_column(t),
        };
    }
    return 0;
}

static void read_cell(struct calc *calc, const struct tab *t, int64_t row, int64_t column,
                      struct script_cell *out)
{
    static const enum script_cell_type types[] = {
        [KIND_BLANK] = SCRIPT_CELL_BLANK, [KIND_NUMBER] = SCRIPT_CELL_NUMBER,
        [KIND_TEXT] = SCRIPT_CELL_TEXT,   [KIND_BOOL] = SCRIPT_CELL_BOOL,
        [KIND_ERROR] = SCRIPT_CELL_ERROR,
    };
    const struct cell *c = tab_cell(t, row, column);
    const struct format *format = c == NULL ? NULL : c->format;
    struct scalar v = calc_value(calc, t, row, column);
    struct buf text = BUF_INIT;

    out->type = types[v.kind];
    if (v.kind == KIND_NUMBER && format_is_date(format))
        out->type = SCRIPT_CELL_DATE;
    out->number = v.number;
    out->boolean = v.boolean;
    out->text = mem_text(v.text);
    display_put(&text, v, format);
    out->display = mem_text(buf_text(&text));
    buf_close(&text);
    out->formula = c == NULL ? NULL : mem_text(c->formula);
}

static int host_read(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                     int64_t column, int64_t n_rows, int64_t n_columns, struct script_cell *out,
                     struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = NULL;
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    const struct tab *t;

    if (open_tab(ctx, spreadsheet, sheet_id, &b, &t, err) < 0 ||
        check_area(t, (struct area){row, row + n_rows, column, column + n_columns}, err) < 0)
        return -1;
    calc = calc_new(b);
    for (int64_t r = 0; r < n_rows; r++)
        for (int64_t c = 0; c < n_columns; c++)
            read_cell(calc, t, row + r, column + c, out++);
    return 0;
}

static int write_cell(struct cell *c, const struct script_cell *from, struct err *err)
{
    const char *text = from->text == NULL ? "" : from->text;

    if (cell_data_check_text(text, err) < 0)
        return -1;
    switch (from->type) {
    case SCRIPT_CELL_BLANK:
        cell_clear_value(c);
        break;
    case SCRIPT_CELL_NUMBER:
    case SCRIPT_CELL_DATE:
        cell_set(c, (struct scalar){.kind = KIND_NUMBER, .number = from->number});
        if (from->type == SCRIPT_CELL_DATE && format_number_type(c->format) == NUMBER_AUTO)
            cell_set_format(c, format_with_number(c->format, NUMBER_DATE, NULL));
        break;
    case SCRIPT_CELL_BOOL:
        cell_set(c, (struct scalar){.kind = KIND_BOOL, .boolean = from->boolean});
        break;
    case SCRIPT_CELL_TEXT:
        typed_enter(c, text);
        break;
    case SCRIPT_CELL_ERROR:
        cell_set(c, (struct scalar){.kind = KIND_ERROR, .text = text});
        break;
    }
    return 0;
}

/* A change to an area of one tab, as one version. */
struct script_change {
    struct sandbox *sandbox;
    struct book *draft;
    struct tab *tab;
    struct area area;
};

static int begin(struct script_change *c, const char *spreadsheet, int64_t sheet_id,
                 struct err *err)
{
    const struct tab *found;

    if (library_begin(c->sandbox->library, spreadsheet, &c->draft, err) < 0)
        return -1;
    found = book_tab(c->draft, sheet_id);
    if (found == NULL)
        err_set(err, ERR_GONE, "there is no tab %lld", (long long)sheet_id);
    if (found == NULL || check_area(found, c->area, err) < 0) {
        library_abort(c->sandbox->library, c->draft);
        return -1;
    }
    c->tab = book_write_tab(c->draft, found);
    return 0;
}

static int finish(struct script_change *c, struct err *err)
{
    book_touch(c->draft, c->tab, TOUCH_CELLS, c->area);
    return library_commit(c->sandbox->library, c->draft, script_author, NULL, err);
}

static int host_write(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                      int64_t column, int64_t n_rows, int64_t n_columns,
                      const struct script_cell *cells, struct err *err)
{
    struct script_change change = {.sandbox = ctx,
                                   .area = {row, row + n_rows, column, column + n_columns}};

    if (begin(&change, spreadsheet, sheet_id, err) < 0)
        return -1;
    for (int64_t r = row; r < change.area.end_row; r++)
        for (int64_t c = column; c < change.area.end_column; c++)
            if (write_cell(tab_write(change.tab, r, c), cells++, err) < 0) {
                library_abort(change.sandbox->library, change.draft);
                return -1;
            }
    return finish(&change, err);
}

static int host_get_note(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                         int64_t column, char **note, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = NULL;
    const struct cell *c;
    const struct tab *t;

    if (open_tab(ctx, spreadsheet, sheet_id, &b, &t, err) < 0 ||
        check_area(t, (struct area){row, row + 1, column, column + 1}, err) < 0)
        return -1;
    c = tab_cell(t, row, column);
    *note = mem_text(c == NULL || c->note == NULL ? "" : c->note);
    return 0;
}

static int host_set_note(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                         int64_t column, const char *note, struct err *err)
{
    struct script_change change = {.sandbox = ctx, .area = {row, row + 1, column, column + 1}};

    if (begin(&change, spreadsheet, sheet_id, err) < 0)
        return -1;
    cell_set_note(tab_write(change.tab, row, column), note);
    return finish(&change, err);
}

static enum number_type type_of(const char *pattern)
{
    bool has_date = strpbrk(pattern, "yYdD") != NULL, has_time = strpbrk(pattern, "hHsS") != NULL;

    if (strcmp(pattern, "@") == 0)
        return NUMBER_TEXT;
    if (*pattern == '\0' || strcasecmp(pattern, "General") == 0)
        return NUMBER_AUTO;
    if (has_date || has_time)
        return has_date && has_time ? NUMBER_DATE_TIME : has_date ? NUMBER_DATE : NUMBER_TIME;
    return strchr(pattern, '%') != NULL ? NUMBER_PERCENT : NUMBER_NUMBER;
}

static int host_set_format(void *ctx, const char *spreadsheet, int64_t sheet_id, int64_t row,
                           int64_t column, int64_t n_rows, int64_t n_columns, const char *pattern,
                           struct err *err)
{
    struct script_change change = {.sandbox = ctx,
                                   .area = {row, row + n_rows, column, column + n_columns}};
    struct cell *cell;

    if (begin(&change, spreadsheet, sheet_id, err) < 0)
        return -1;
    for (int64_t r = row; r < change.area.end_row; r++)
        for (int64_t c = column; c < change.area.end_column; c++) {
            cell = tab_write(change.tab, r, c);
            cell_set_format(cell, format_with_number(cell->format, type_of(pattern), pattern));
        }
    return finish(&change, err);
}

static void host_tell(void *ctx, const char *spreadsheet, const char *title, const char *text)
{
    struct sandbox *s = ctx;

    events_tell(s->events, spreadsheet, title, text);
}

struct script_host host_for(struct sandbox *s)
{
    return (struct script_host){
        .ctx = s,
        .title = host_title,
        .sheets = host_sheets,
        .read = host_read,
        .write = host_write,
        .get_note = host_get_note,
        .set_note = host_set_note,
        .set_format = host_set_format,
        .tell = host_tell,
    };
}
