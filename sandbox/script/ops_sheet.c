/* SPDX-License-Identifier: Apache-2.0 */
/* The spreadsheet: cells, notes, formats, tabs. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sandbox/script/ops.h"

#define MAX_CELLS 10000000 /* a spreadsheet has no more */

struct area {
    int64_t sheet, row, column, rows, columns;
};

static int get_area(const cJSON *args, struct area *area, struct err *err)
{
    *area = (struct area){.sheet = json_int(args, "sheet", -1),
                          .row = json_int(args, "row", -1),
                          .column = json_int(args, "column", -1),
                          .rows = json_int(args, "rows", 0),
                          .columns = json_int(args, "columns", 0)};
    if (area->row < 0 || area->column < 0 || area->rows < 1 || area->columns < 1 ||
        area->rows > MAX_CELLS || area->columns > MAX_CELLS / area->rows)
        return err_set(err, ERR_VALUE, "The coordinates of the range are invalid.");
    return 0;
}

static int op_title(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    CLEANUP_FREE char *title = NULL, *time_zone = NULL;

    (void)args;
    if (host->title(host->ctx, r->spreadsheet, &title, &time_zone, err) != 0)
        return -1;
    buf_puts(out, "{\"title\":");
    ops_put_text(out, title);
    buf_puts(out, ",\"time_zone\":");
    ops_put_text(out, time_zone);
    buf_putc(out, '}');
    return 0;
}

static int op_sheets(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    CLEANUP_FREE struct script_sheet *sheets = NULL;
    size_t n = 0;

    (void)args;
    if (host->sheets(host->ctx, r->spreadsheet, &sheets, &n, err) != 0)
        return -1;
    buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        const struct script_sheet *s = &sheets[i];

        buf_printf(out, "%s{\"id\":%" PRId64 ",\"index\":%zu,\"title\":", i == 0 ? "" : ",",
                   s->sheet_id, i);
        ops_put_text(out, s->title);
        buf_printf(out,
                   ",\"max_rows\":%" PRId64 ",\"max_columns\":%" PRId64 ",\"last_row\":%" PRId64
                   ",\"last_column\":%" PRId64 "}",
                   s->max_rows, s->max_columns, s->last_row, s->last_column);
        free(s->title);
    }
    buf_putc(out, ']');
    return 0;
}

static int spreadsheet_zone(struct run *r, const struct zone **zone, struct err *err)
{
    const struct script_host *host = r->world->host;
    CLEANUP_FREE char *title = NULL, *time_zone = NULL;

    if (host->title(host->ctx, r->spreadsheet, &title, &time_zone, err) != 0)
        return -1;
    return ops_zone(r, time_zone, zone, err);
}

static void put_number(struct buf *out, double number)
{
    if (isfinite(number))
        buf_printf(out, "%.17g", number);
    else
        buf_puts(out, "null");
}

static void put_value(struct buf *out, const struct script_cell *cell, const struct zone *zone)
{
    const char *text = cell->text == NULL ? "" : cell->text;

    switch (cell->type) {
    case SCRIPT_CELL_BLANK:
        buf_puts(out, "null");
        break;
    case SCRIPT_CELL_NUMBER:
        put_number(out, cell->number);
        break;
    case SCRIPT_CELL_DATE:
        buf_printf(out, "{\"date\":%" PRId64 "}", zone_ms(zone, cell->number));
        break;
    case SCRIPT_CELL_TEXT:
        ops_put_text(out, text);
        break;
    case SCRIPT_CELL_BOOL:
        buf_puts(out, cell->boolean ? "true" : "false");
        break;
    case SCRIPT_CELL_ERROR:
        buf_puts(out, "{\"error\":");
        ops_put_text(out, text);
        buf_putc(out, '}');
        break;
    }
}

static void put_cell(struct buf *out, const struct script_cell *cell, const char *what,
                     const struct zone *zone)
{
    if (strcmp(what, "display") == 0)
        ops_put_text(out, cell->display == NULL ? "" : cell->display);
    else if (strcmp(what, "formulas") == 0)
        ops_put_text(out, cell->formula == NULL ? "" : cell->formula);
    else
        put_value(out, cell, zone);
}

static void cells_free(struct script_cell *cells, size_t n)
{
    for (size_t i = 0; i < n && cells != NULL; i++) {
        free(cells[i].text);
        free(cells[i].display);
        free(cells[i].formula);
    }
    free(cells);
}

static int op_read(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    const char *what = json_text(args, "what", "values");
    const struct zone *zone;
    struct script_cell *cells;
    struct area a;
    size_t n;
    int rc;

    if (get_area(args, &a, err) != 0 || spreadsheet_zone(r, &zone, err) != 0)
        return -1;
    n = (size_t)(a.rows * a.columns);
    cells = calloc(n, sizeof(*cells));
    if (cells == NULL)
        return err_nomem(err, "script");
    rc = host->read(host->ctx, r->spreadsheet, a.sheet, a.row, a.column, a.rows, a.columns, cells,
                    err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        bool starts_row = i % (size_t)a.columns == 0;

        buf_puts(out, i == 0 ? "[[" : starts_row ? "],[" : ",");
        put_cell(out, &cells[i], what, zone);
    }
    if (rc == 0)
        buf_puts(out, "]]");
    cells_free(cells, n);
    return rc;
}

/* From JSON to a cell; texts are copied: struct script_cell owns them. */
static int get_cell(const cJSON *item, const struct zone *zone, struct script_cell *cell,
                    struct err *err)
{
    const cJSON *date = json_get(item, "date");

    if (cJSON_IsNumber(item)) {
        cell->type = SCRIPT_CELL_NUMBER;
        cell->number = item->valuedouble;
    } else if (cJSON_IsBool(item)) {
        cell->type = SCRIPT_CELL_BOOL;
        cell->boolean = cJSON_IsTrue(item);
    } else if (cJSON_IsNumber(date)) {
        cell->type = SCRIPT_CELL_DATE;
        cell->number = zone_serial(zone, (int64_t)date->valuedouble);
    } else if (cJSON_IsString(item)) {
        cell->type = SCRIPT_CELL_TEXT;
        cell->text = strdup(item->valuestring);
        if (cell->text == NULL)
            return err_nomem(err, "script");
    }
    return 0;
}

/* The matrix NAME has the area's shape. */
static int check_matrix(const cJSON *args, const char *name, const struct area *a, struct err *err)
{
    const cJSON *rows = json_get(args, name), *row;

    if (cJSON_GetArraySize(rows) != a->rows)
        return err_set(err, ERR_VALUE, "%s: expected %" PRId64 " rows", name, a->rows);
    cJSON_ArrayForEach(row, rows)
    {
        if (cJSON_GetArraySize(row) != a->columns)
            return err_set(err, ERR_VALUE, "%s: expected %" PRId64 " columns", name, a->columns);
    }
    return 0;
}

static int get_cells(const cJSON *rows, const struct zone *zone, struct script_cell *cells,
                     struct err *err)
{
    const cJSON *row, *item;
    size_t i = 0;

    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(item, row)
        {
            if (get_cell(item, zone, &cells[i++], err) != 0)
                return -1;
        }
    }
    return 0;
}

static int op_write(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    const struct zone *zone;
    struct script_cell *cells;
    struct area a;
    int rc;

    (void)out;
    if (get_area(args, &a, err) != 0 || check_matrix(args, "cells", &a, err) != 0 ||
        spreadsheet_zone(r, &zone, err) != 0)
        return -1;
    cells = calloc((size_t)(a.rows * a.columns), sizeof(*cells));
    if (cells == NULL)
        return err_nomem(err, "script");
    rc = get_cells(json_get(args, "cells"), zone, cells, err);
    if (rc == 0)
        rc = host->write(host->ctx, r->spreadsheet, a.sheet, a.row, a.column, a.rows, a.columns,
                         cells, err);
    cells_free(cells, (size_t)(a.rows * a.columns));
    return rc;
}

static int op_notes(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    struct area a;

    if (get_area(args, &a, err) != 0)
        return -1;
    for (int64_t i = 0; i < a.rows * a.columns; i++) {
        CLEANUP_FREE char *note = NULL;

        if (host->get_note(host->ctx, r->spreadsheet, a.sheet, a.row + i / a.columns,
                           a.column + i % a.columns, &note, err) != 0)
            return -1;
        buf_puts(out, i == 0 ? "[[" : i % a.columns == 0 ? "],[" : ",");
        ops_put_text(out, note == NULL ? "" : note);
    }
    buf_puts(out, "]]");
    return 0;
}

static int op_set_notes(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    const cJSON *row, *note;
    int64_t at_row, at_column;
    struct area a;

    (void)out;
    if (get_area(args, &a, err) != 0 || check_matrix(args, "notes", &a, err) != 0)
        return -1;
    at_row = a.row;
    cJSON_ArrayForEach(row, json_get(args, "notes"))
    {
        at_column = a.column;
        cJSON_ArrayForEach(note, row)
        {
            if (host->set_note(host->ctx, r->spreadsheet, a.sheet, at_row, at_column,
                               cJSON_GetStringValue(note), err) != 0)
                return -1;
            at_column++;
        }
        at_row++;
    }
    return 0;
}

static int op_format(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    struct area a;

    (void)out;
    if (get_area(args, &a, err) != 0)
        return -1;
    return host->set_format(host->ctx, r->spreadsheet, a.sheet, a.row, a.column, a.rows, a.columns,
                            json_text(args, "pattern", ""), err);
}

static int op_tell(struct run *r, const cJSON *args, struct buf *out, struct err *err)
{
    const struct script_host *host = r->world->host;
    CLEANUP_BUF struct buf line = BUF_INIT;
    const char *title = json_text(args, "title", ""), *text = json_text(args, "text", "");

    (void)out;
    (void)err;
    buf_printf(&line, "told: %s%s%s", title, title[0] == '\0' ? "" : ": ", text);
    journal_add(r->world->journal, "info", r->spreadsheet, buf_text(&line));
    if (host->tell != NULL)
        host->tell(host->ctx, r->spreadsheet, title, text);
    return 0;
}

const struct ops_row ops_sheet[] = {
    {"title", op_title},   {"sheets", op_sheets}, {"read", op_read},
    {"write", op_write},   {"notes", op_notes},   {"set_notes", op_set_notes},
    {"format", op_format}, {"tell", op_tell},     {NULL, NULL}};
