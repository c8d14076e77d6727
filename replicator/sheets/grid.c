/* SPDX-License-Identifier: Apache-2.0 */
/* grid: cells that Google sent (GridData), checked and copied. Proto defaults are left out of its
 * JSON: a missing number is 0. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "replicator/sheets/private.h"

static const struct cell blank = {.type = CELL_BLANK};

const struct cell *grid_at(const struct grid *g, int64_t row, int64_t column)
{
    if (row < g->row || row - g->row >= g->n_rows || column < g->column ||
        column - g->column >= g->rows[row - g->row].n_cells)
        return &blank;
    return &g->rows[row - g->row].cells[column - g->column];
}

int64_t grid_end_row(const struct grid *g)
{
    for (int64_t r = g->n_rows; r-- > 0;)
        for (int64_t c = 0; c < g->rows[r].n_cells; c++)
            if (g->rows[r].cells[c].type != CELL_BLANK)
                return g->row + r + 1;
    return 0;
}

void grids_free(struct grid *grids, size_t n)
{
    if (grids == NULL)
        return;
    for (size_t i = 0; i < n; i++) {
        free(grids[i].rows);
        if (grids[i].arena != NULL)
            arena_close(grids[i].arena);
        free(grids[i].arena);
    }
    free(grids);
}

static const char *error_text(const cJSON *error)
{
    static const struct {
        const char *type, *text;
    } names[] = {{"NULL_VALUE", "#NULL!"}, {"DIVIDE_BY_ZERO", "#DIV/0!"},
                 {"VALUE", "#VALUE!"},     {"REF", "#REF!"},
                 {"NAME", "#NAME?"},       {"NUM", "#NUM!"},
                 {"N_A", "#N/A"},          {"LOADING", "Loading..."}};
    const char *type = json_text(error, "type", "");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(type, names[i].type) == 0)
            return names[i].text;
    return "#ERROR!";
}

static int set_text(struct arena *arena, struct cell *cell, enum cell_type type, const char *text)
{
    size_t len = strlen(text);

    *cell = (struct cell){.type = type, .text = arena_copy(arena, text, len), .text_len = len};
    return cell->text == NULL ? -1 : 0;
}

static int parse_cell(struct arena *arena, const cJSON *json, struct cell *cell)
{
    const cJSON *value = json_get(json, "effectiveValue"), *item;

    *cell = blank;
    if ((item = json_get(value, "numberValue")) != NULL && cJSON_IsNumber(item))
        *cell = (struct cell){.type = CELL_NUMBER, .number = item->valuedouble};
    else if ((item = json_get(value, "boolValue")) != NULL && cJSON_IsBool(item))
        *cell = (struct cell){.type = CELL_BOOL, .boolean = cJSON_IsTrue(item)};
    else if ((item = json_get(value, "errorValue")) != NULL)
        return set_text(arena, cell, CELL_ERROR, error_text(item));
    else if ((item = json_get(value, "stringValue")) != NULL && cJSON_IsString(item) &&
             item->valuestring[0] != '\0')
        return set_text(arena, cell, CELL_TEXT, item->valuestring);
    return 0;
}

static int parse_note(struct arena *arena, const cJSON *json, struct cell *cell)
{
    const char *note = json_text(json, "note", "");

    *cell = blank;
    return note[0] == '\0' ? 0 : set_text(arena, cell, CELL_TEXT, note);
}

/* Some text where the cell has a number format or a rule of its own. */
static int parse_look(struct arena *arena, const cJSON *json, struct cell *cell)
{
    bool has = json_get(json_get(json, "userEnteredFormat"), "numberFormat") != NULL ||
               json_get(json, "dataValidation") != NULL;

    *cell = blank;
    return has ? set_text(arena, cell, CELL_TEXT, "x") : 0;
}

static int parse_row(struct grid *g, size_t r, const cJSON *row, enum grid_part part)
{
    const cJSON *values = json_get(row, "values"), *item;
    size_t n = cJSON_IsArray(values) ? (size_t)cJSON_GetArraySize(values) : 0, c = 0;

    if (n == 0)
        return 0;
    g->rows[r].cells = arena_alloc(g->arena, n * sizeof(struct cell));
    if (g->rows[r].cells == NULL)
        return -1;
    cJSON_ArrayForEach(item, values)
    {
        static int (*const parsers[])(struct arena *, const cJSON *, struct cell *) = {
            [GRID_VALUES] = parse_cell, [GRID_NOTES] = parse_note, [GRID_LOOKS] = parse_look};

        if (parsers[part](g->arena, item, &g->rows[r].cells[c++]) != 0)
            return -1;
    }
    g->rows[r].n_cells = (int64_t)n;
    return 0;
}

static int parse_grid(struct grid *g, const cJSON *data, enum grid_part part, struct err *err)
{
    const cJSON *rows = json_get(data, "rowData"), *item;
    size_t n = cJSON_IsArray(rows) ? (size_t)cJSON_GetArraySize(rows) : 0, r = 0;

    g->row = json_int(data, "startRow", 0);
    g->column = json_int(data, "startColumn", 0);
    g->arena = calloc(1, sizeof(struct arena));
    g->rows = calloc(n + 1, sizeof(*g->rows));
    if (g->arena == NULL || g->rows == NULL)
        return err_nomem(err, "grid");
    g->n_rows = (int64_t)n;
    cJSON_ArrayForEach(item, rows)
    {
        if (parse_row(g, r++, item, part) != 0)
            return err_nomem(err, "grid");
    }
    return 0;
}

static const cJSON *find_sheet(const cJSON *sheets, int64_t sheet_id)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, sheets)
    {
        if (json_int(json_get(item, "properties"), "sheetId", 0) == sheet_id)
            return item;
    }
    return NULL;
}

static bool starts_alike(const struct grid_range *a, const struct grid_range *b)
{
    return a->sheet_id == b->sheet_id && a->row == b->row && a->column == b->column;
}

/* The grid of range AT: the answer has the grids by tab, each tab's in the order asked. Of those
 * that start alike the first one belongs to the range that was asked first. */
static const cJSON *find_data(const cJSON *sheets, const struct grid_range *ranges, size_t at)
{
    const struct grid_range *range = &ranges[at];
    const cJSON *data = json_get(find_sheet(sheets, range->sheet_id), "data"), *item;
    size_t skip = 0;

    for (size_t i = 0; i < at; i++)
        skip += starts_alike(&ranges[i], range);
    cJSON_ArrayForEach(item, data)
    {
        if (json_int(item, "startRow", 0) == range->row &&
            json_int(item, "startColumn", 0) == range->column && skip-- == 0)
            return item;
    }
    /* Nothing says that a range that was asked twice comes twice. */
    for (size_t i = 0; i < at; i++)
        if (starts_alike(&ranges[i], range) && ranges[i].end_row == range->end_row &&
            ranges[i].end_column == range->end_column)
            return find_data(sheets, ranges, i);
    return NULL;
}

int grids_parse(const cJSON *sheets, const struct grid_range *ranges, size_t n, enum grid_part part,
                struct grid **out, struct err *err)
{
    struct grid *grids = calloc(n + 1, sizeof(*grids));

    if (grids == NULL)
        return err_nomem(err, "grid");
    for (size_t i = 0; i < n; i++) {
        const cJSON *data = find_data(sheets, ranges, i);

        /* A range that did not come is not an empty range. */
        if (data == NULL)
            err_set(err, ERR_FORMAT, "sheets: the answer lacks range %zu of %zu", i + 1, n);
        if (data == NULL || parse_grid(&grids[i], data, part, err) != 0) {
            grids_free(grids, n);
            return -1;
        }
    }
    *out = grids;
    return 0;
}
