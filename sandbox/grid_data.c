/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/grid_data.h"

#include <string.h>

#include "sandbox/display.h"

/* What of a cell is wanted, looked up once. */
struct wants {
    bool entered, effective, shown, note, validation;
    const struct fields *entered_format, *effective_format;
};

static const struct {
    const char *shown, *type, *message;
} errors[] = {
    {"#N/A", "N_A", "Value is not available."},
    {"#DIV/0!", "DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero."},
    {"#VALUE!", "VALUE", "A value is of the wrong kind."},
    {"#REF!", "REF", "Reference does not exist."},
    {"#NAME?", "NAME", "Unknown function or name."},
    {"#NUM!", "NUM", "A number is out of range."},
    {"#NULL!", "NULL_VALUE", "The ranges do not intersect."},
    {"#ERROR!", "ERROR", "Formula parse error."},
};

static cJSON *error_value(const char *shown)
{
    cJSON *json = cJSON_CreateObject();
    size_t i = 0;

    while (i + 1 < sizeof(errors) / sizeof(errors[0]) && strcmp(errors[i].shown, shown) != 0)
        i++;
    cJSON_AddStringToObject(json, "type", errors[i].type);
    cJSON_AddStringToObject(json, "message", errors[i].message);
    return json;
}

cJSON *grid_value(struct scalar v)
{
    cJSON *json;

    if (v.kind == KIND_BLANK)
        return NULL;
    json = cJSON_CreateObject();
    if (v.kind == KIND_NUMBER)
        cJSON_AddNumberToObject(json, "numberValue", v.number);
    else if (v.kind == KIND_TEXT)
        cJSON_AddStringToObject(json, "stringValue", v.text);
    else if (v.kind == KIND_BOOL)
        cJSON_AddBoolToObject(json, "boolValue", v.boolean);
    else
        cJSON_AddItemToObject(json, "errorValue", error_value(v.text));
    return json;
}

static void put(cJSON *to, const char *name, cJSON *item)
{
    if (item != NULL)
        cJSON_AddItemToObject(to, name, item);
}

static cJSON *entered_value(const struct cell *c)
{
    cJSON *json;

    if (c->formula == NULL)
        return grid_value((struct scalar){c->kind, c->boolean, c->number, c->text});
    json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "formulaValue", c->formula);
    return json;
}

static cJSON *shown_value(struct scalar v, const struct format *format)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (v.kind == KIND_BLANK)
        return NULL;
    display_put(&text, v, format);
    return cJSON_CreateString(buf_text(&text));
}

static cJSON *format_value(const struct format *format, const struct fields *mask)
{
    cJSON *json;

    if (format == NULL || mask == NULL)
        return NULL;
    json = cJSON_Duplicate(format_json(format), true);
    fields_apply(mask, json);
    return json;
}

static cJSON *cell_data(const struct tab *t, int64_t row, int64_t column, struct calc *calc,
                        const struct wants *w)
{
    const struct cell *c = tab_cell(t, row, column);
    cJSON *json = cJSON_CreateObject();
    struct scalar v;

    if (c == NULL)
        return json;
    v = calc_value(calc, t, row, column);
    if (w->entered)
        put(json, "userEnteredValue", entered_value(c));
    if (w->effective)
        put(json, "effectiveValue", grid_value(v));
    if (w->shown)
        put(json, "formattedValue", shown_value(v, c->format));
    put(json, "userEnteredFormat", format_value(c->format, w->entered_format));
    put(json, "effectiveFormat", format_value(c->format, w->effective_format));
    if (w->note && c->note != NULL)
        cJSON_AddStringToObject(json, "note", c->note);
    if (w->validation && c->validation != NULL)
        cJSON_AddItemToObject(json, "dataValidation",
                              cJSON_Duplicate(format_json(c->validation), true));
    return json;
}

static bool has_wanted(const struct cell *c, const struct wants *w)
{
    if (c == NULL)
        return false;
    return ((w->entered || w->effective || w->shown) && cell_has_value(c)) ||
           (w->note && c->note != NULL) || (w->validation && c->validation != NULL) ||
           ((w->entered_format != NULL || w->effective_format != NULL) && c->format != NULL);
}

static int64_t row_width(const struct tab *t, int64_t row, struct area a, const struct wants *w)
{
    int64_t end = a.end_column;

    if ((size_t)row >= t->n_row || t->row[row] == NULL)
        return 0;
    if (end > t->row[row]->n)
        end = t->row[row]->n;
    while (end > a.column && !has_wanted(tab_cell(t, row, end - 1), w))
        end--;
    return end > a.column ? end - a.column : 0;
}

static void put_rows(cJSON *json, const struct tab *t, struct area a, struct calc *calc,
                     const struct fields *mask)
{
    const struct fields *cells = fields_get(mask, "values");
    struct wants w = {
        .entered = fields_wants(cells, "userEnteredValue"),
        .effective = fields_wants(cells, "effectiveValue"),
        .shown = fields_wants(cells, "formattedValue"),
        .note = fields_wants(cells, "note"),
        .validation = fields_wants(cells, "dataValidation"),
        .entered_format = fields_get(cells, "userEnteredFormat"),
        .effective_format = fields_get(cells, "effectiveFormat"),
    };
    cJSON *rows, *row, *values;
    int64_t end = a.end_row, width;

    while (end > a.row && row_width(t, end - 1, a, &w) == 0)
        end--;
    if (end == a.row)
        return;
    rows = cJSON_AddArrayToObject(json, "rowData");
    for (int64_t r = a.row; r < end; r++) {
        row = cJSON_CreateObject();
        cJSON_AddItemToArray(rows, row);
        width = row_width(t, r, a, &w);
        if (width == 0)
            continue;
        values = cJSON_AddArrayToObject(row, "values");
        for (int64_t c = 0; c < width; c++)
            cJSON_AddItemToArray(values, cell_data(t, r, a.column + c, calc, &w));
    }
}

static cJSON *put_sizes(cJSON *json, const char *name, int64_t n, int pixels)
{
    cJSON *list = cJSON_AddArrayToObject(json, name), *one;

    for (int64_t i = 0; i < n; i++) {
        one = cJSON_CreateObject();
        cJSON_AddNumberToObject(one, "pixelSize", pixels);
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

static void put_rows_metadata(cJSON *json, const struct tab *t, struct area a)
{
    cJSON *list = put_sizes(json, "rowMetadata", a.end_row - a.row, 21), *one;
    unsigned hidden;
    int64_t row = a.row;

    cJSON_ArrayForEach(one, list)
    {
        hidden = tab_hidden(t, row++);
        if (hidden & HIDDEN_BY_FILTER)
            cJSON_AddTrueToObject(one, "hiddenByFilter");
        if (hidden & HIDDEN_BY_USER)
            cJSON_AddTrueToObject(one, "hiddenByUser");
    }
}

cJSON *grid_data(const struct tab *t, struct area a, struct calc *calc, const struct fields *mask)
{
    cJSON *json = cJSON_CreateObject();

    if (a.row > 0 && fields_wants(mask, "startRow"))
        cJSON_AddNumberToObject(json, "startRow", (double)a.row);
    if (a.column > 0 && fields_wants(mask, "startColumn"))
        cJSON_AddNumberToObject(json, "startColumn", (double)a.column);
    if (fields_wants(mask, "rowData"))
        put_rows(json, t, a, calc, fields_get(mask, "rowData"));
    if (fields_wants(mask, "rowMetadata"))
        put_rows_metadata(json, t, a);
    if (fields_wants(mask, "columnMetadata"))
        put_sizes(json, "columnMetadata", a.end_column - a.column, 100);
    return json;
}
