/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/grid.h"

#include <string.h>

#include "sandbox/grid_data.h"
#include "sandbox/mem.h"

static void put_nonzero(cJSON *to, const char *name, int64_t n)
{
    if (n != 0)
        cJSON_AddNumberToObject(to, name, (double)n);
}

cJSON *grid_sheet_properties(const struct book *b, const struct tab *t)
{
    cJSON *p = cJSON_CreateObject(), *grid;

    cJSON_AddNumberToObject(p, "sheetId", (double)t->id);
    cJSON_AddStringToObject(p, "title", t->title);
    cJSON_AddNumberToObject(p, "index", (double)book_tab_index(b, t->id));
    cJSON_AddStringToObject(p, "sheetType", "GRID");
    grid = cJSON_AddObjectToObject(p, "gridProperties");
    cJSON_AddNumberToObject(grid, "rowCount", (double)t->rows);
    cJSON_AddNumberToObject(grid, "columnCount", (double)t->columns);
    put_nonzero(grid, "frozenRowCount", t->frozen_rows);
    put_nonzero(grid, "frozenColumnCount", t->frozen_columns);
    if (t->is_hidden)
        cJSON_AddTrueToObject(p, "hidden");
    return p;
}

static cJSON *dimension_range(const struct metadata *m)
{
    cJSON *range = cJSON_CreateObject();

    put_nonzero(range, "sheetId", m->sheet_id);
    cJSON_AddStringToObject(range, "dimension", m->place == META_ROW ? "ROWS" : "COLUMNS");
    put_nonzero(range, "startIndex", m->index);
    cJSON_AddNumberToObject(range, "endIndex", (double)m->index + 1);
    return range;
}

cJSON *grid_metadata(const struct metadata *m)
{
    static const char *const types[] = {"SPREADSHEET", "SHEET", "ROW", "COLUMN"};
    cJSON *json = cJSON_CreateObject(), *location;

    cJSON_AddNumberToObject(json, "metadataId", (double)m->id);
    cJSON_AddStringToObject(json, "metadataKey", m->key);
    if (m->value != NULL)
        cJSON_AddStringToObject(json, "metadataValue", m->value);
    location = cJSON_AddObjectToObject(json, "location");
    cJSON_AddStringToObject(location, "locationType", types[m->place]);
    if (m->place == META_SPREADSHEET)
        cJSON_AddTrueToObject(location, "spreadsheet");
    else if (m->place == META_SHEET)
        cJSON_AddNumberToObject(location, "sheetId", (double)m->sheet_id);
    else
        cJSON_AddItemToObject(location, "dimensionRange", dimension_range(m));
    cJSON_AddStringToObject(json, "visibility", m->is_project ? "PROJECT" : "DOCUMENT");
    return json;
}

/* Metadata of the spreadsheet itself (SHEET_ID -1) or of one tab. */
static cJSON *metadata_of(const struct book *b, int64_t sheet_id, enum metadata_place place)
{
    cJSON *list = NULL;

    for (size_t i = 0; i < b->n_metadata; i++) {
        if (b->metadata[i].place != place ||
            (place != META_SPREADSHEET && b->metadata[i].sheet_id != sheet_id))
            continue;
        if (list == NULL)
            list = cJSON_CreateArray();
        cJSON_AddItemToArray(list, grid_metadata(&b->metadata[i]));
    }
    return list;
}

static void put_masked(cJSON *to, const char *name, cJSON *item, const struct fields *mask)
{
    const struct fields *below = fields_get(mask, name);

    if (item == NULL || below == NULL) {
        cJSON_Delete(item);
        return;
    }
    fields_apply(below, item);
    cJSON_AddItemToObject(to, name, item);
}

static cJSON *grids(const struct tab *t, const struct grid_request *r, struct calc *calc,
                    const struct fields *mask)
{
    cJSON *list = cJSON_CreateArray();

    for (size_t i = 0; i < r->n_places; i++)
        if (r->places[i].tab == t)
            cJSON_AddItemToArray(list, grid_data(t, r->places[i].area, calc, mask));
    if (r->n_places == 0)
        cJSON_AddItemToArray(list, grid_data(t, tab_all(t), calc, mask));
    return list;
}

static cJSON *merges(const struct tab *t)
{
    cJSON *list = t->n_merges == 0 ? NULL : cJSON_CreateArray(), *range;

    for (size_t i = 0; i < t->n_merges; i++) {
        range = cJSON_CreateObject();
        put_nonzero(range, "sheetId", t->id);
        cJSON_AddNumberToObject(range, "startRowIndex", (double)t->merges[i].row);
        cJSON_AddNumberToObject(range, "endRowIndex", (double)t->merges[i].end_row);
        cJSON_AddNumberToObject(range, "startColumnIndex", (double)t->merges[i].column);
        cJSON_AddNumberToObject(range, "endColumnIndex", (double)t->merges[i].end_column);
        cJSON_AddItemToArray(list, range);
    }
    return list;
}

static cJSON *sheet(const struct book *b, const struct tab *t, const struct grid_request *r,
                    struct calc *calc)
{
    const struct fields *mask = fields_get(r->mask, "sheets");
    cJSON *json = cJSON_CreateObject();

    put_masked(json, "properties", grid_sheet_properties(b, t), mask);
    if (r->with_data && fields_get(mask, "data") != NULL)
        cJSON_AddItemToObject(json, "data", grids(t, r, calc, fields_get(mask, "data")));
    put_masked(json, "merges", merges(t), mask);
    put_masked(json, "developerMetadata", metadata_of(b, t->id, META_SHEET), mask);
    if (t->protected_ranges != NULL)
        put_masked(json, "protectedRanges", cJSON_Duplicate(t->protected_ranges, true), mask);
    return json;
}

static bool is_wanted(const struct tab *t, const struct grid_request *r)
{
    for (size_t i = 0; i < r->n_places; i++)
        if (r->places[i].tab == t)
            return true;
    return r->n_places == 0;
}

static cJSON *properties(const struct book *b)
{
    cJSON *p = cJSON_CreateObject();

    cJSON_AddStringToObject(p, "title", b->title);
    cJSON_AddStringToObject(p, "locale", b->locale);
    cJSON_AddStringToObject(p, "autoRecalc", "ON_CHANGE");
    cJSON_AddStringToObject(p, "timeZone", b->time_zone);
    return p;
}

cJSON *grid_spreadsheet(const struct book *b, const struct grid_request *r)
{
    CLEANUP(calc_cleanup) struct calc *calc = calc_new(b);
    CLEANUP_FREE char *url = mem_printf("%s/d/%s", r->base_url, b->id);
    cJSON *json = cJSON_CreateObject(), *sheets;

    put_masked(json, "spreadsheetId", cJSON_CreateString(b->id), r->mask);
    put_masked(json, "properties", properties(b), r->mask);
    if (fields_get(r->mask, "sheets") != NULL) {
        sheets = cJSON_AddArrayToObject(json, "sheets");
        for (size_t i = 0; i < b->n_tabs; i++)
            if (is_wanted(b->tabs[i], r))
                cJSON_AddItemToArray(sheets, sheet(b, b->tabs[i], r, calc));
    }
    put_masked(json, "spreadsheetUrl", cJSON_CreateString(url), r->mask);
    put_masked(json, "developerMetadata", metadata_of(b, -1, META_SPREADSHEET), r->mask);
    return json;
}
