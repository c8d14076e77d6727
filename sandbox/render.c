/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/render.h"

#include <string.h>

#include "sandbox/display.h"

struct render render_from(const char *value, const char *date_time, const char *dimension)
{
    struct render r = {.value = RENDER_FORMATTED};

    if (value != NULL && strcmp(value, "UNFORMATTED_VALUE") == 0)
        r.value = RENDER_UNFORMATTED;
    else if (value != NULL && strcmp(value, "FORMULA") == 0)
        r.value = RENDER_FORMULA;
    r.dates_as_text = date_time != NULL && strcmp(date_time, "FORMATTED_STRING") == 0;
    r.by_columns = dimension != NULL && strcmp(dimension, "COLUMNS") == 0;
    return r;
}

cJSON *render_name(const struct tab *t, struct area area)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    a1_put(&text, t->title, area);
    return cJSON_CreateString(buf_text(&text));
}

static cJSON *render_cell(struct calc *calc, const struct tab *t, int64_t row, int64_t column,
                          struct render how)
{
    const struct cell *c = tab_cell(t, row, column);
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct scalar v;

    if (c != NULL && c->formula != NULL && how.value == RENDER_FORMULA)
        return cJSON_CreateString(c->formula);
    v = calc_value(calc, t, row, column);
    if (how.value != RENDER_FORMATTED && v.kind == KIND_NUMBER &&
        !(how.dates_as_text && format_is_date(c->format)))
        return cJSON_CreateNumber(v.number);
    if (how.value != RENDER_FORMATTED && v.kind == KIND_BOOL)
        return cJSON_CreateBool(v.boolean);
    display_put(&text, v, c == NULL ? NULL : c->format);
    return cJSON_CreateString(buf_text(&text));
}

/* One row or column of the answer, without its trailing blanks. */
static cJSON *render_line(struct calc *calc, const struct place *p, int64_t line, struct render how)
{
    cJSON *list = cJSON_CreateArray();
    int64_t from = how.by_columns ? p->area.row : p->area.column;
    int64_t end = how.by_columns ? p->area.end_row : p->area.end_column;

#define CELL_ROW(i) (how.by_columns ? (i) : line)
#define CELL_COLUMN(i) (how.by_columns ? line : (i))
    while (end > from && !cell_has_value(tab_cell(p->tab, CELL_ROW(end - 1), CELL_COLUMN(end - 1))))
        end--;
    for (int64_t i = from; i < end; i++)
        cJSON_AddItemToArray(list, render_cell(calc, p->tab, CELL_ROW(i), CELL_COLUMN(i), how));
#undef CELL_ROW
#undef CELL_COLUMN
    return list;
}

cJSON *render_range(struct calc *calc, const struct place *place, struct render how)
{
    cJSON *json = cJSON_CreateObject(), *values = cJSON_CreateArray(), *line, *last = NULL;
    struct place p = *place;
    int64_t from, end;

    /* Below the last row that was ever touched there is nothing to look at. */
    if (p.area.end_row > (int64_t)p.tab->n_row)
        p.area.end_row = (int64_t)p.tab->n_row > p.area.row ? (int64_t)p.tab->n_row : p.area.row;
    from = how.by_columns ? p.area.column : p.area.row;
    end = how.by_columns ? p.area.end_column : p.area.end_row;
    for (int64_t i = from; i < end; i++) {
        line = render_line(calc, &p, i, how);
        cJSON_AddItemToArray(values, line);
        if (line->child != NULL)
            last = line;
    }
    while (values->child != NULL && values->child->prev != last)
        cJSON_Delete(cJSON_DetachItemViaPointer(values, values->child->prev));
    cJSON_AddItemToObject(json, "range", render_name(place->tab, place->area));
    cJSON_AddStringToObject(json, "majorDimension", how.by_columns ? "COLUMNS" : "ROWS");
    if (values->child == NULL)
        cJSON_Delete(values);
    else
        cJSON_AddItemToObject(json, "values", values);
    return json;
}
