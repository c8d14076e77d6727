/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/filter.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/a1.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"

int filter_exceeds(const struct tab *t, struct area area, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (area.end_row < 0)
        area.end_row = t->rows > area.row ? t->rows : area.row + 1;
    if (area.end_column < 0)
        area.end_column = t->columns > area.column ? t->columns : area.column + 1;
    a1_put(&text, t->title, area);
    return refuse(err, 400, "Range (%.200s) exceeds grid limits. Max rows: %lld, max columns: %lld",
                  buf_text(&text), (long long)t->rows, (long long)t->columns);
}

static const struct tab *first_visible(const struct book *b)
{
    for (size_t i = 0; i < b->n_tabs; i++)
        if (!b->tabs[i]->is_hidden)
            return b->tabs[i];
    return b->n_tabs > 0 ? b->tabs[0] : NULL;
}

int filter_a1(const struct book *b, const char *text, struct place *out, struct err *err)
{
    struct a1 a1;
    bool is_parsed = a1_parse(text, &a1);
    CLEANUP_FREE char *title = a1.title;

    *out = (struct place){.is_open = a1.is_whole_tab};
    if (is_parsed)
        out->tab = title == NULL ? first_visible(b) : book_tab_by_title(b, title);
    if (out->tab == NULL)
        return refuse(err, 400, "Unable to parse range: %.300s", text);
    if (a1.area.row >= out->tab->rows || a1.area.column >= out->tab->columns)
        return filter_exceeds(out->tab, a1.area, err);
    out->area = tab_clip(out->tab, a1.area);
    return 0;
}

int filter_tab(const struct book *b, const cJSON *object, const char *name, const struct tab **out,
               struct err *err)
{
    long long id = json_int(object, name, 0);

    *out = book_tab(b, id);
    if (*out == NULL)
        return refuse(err, 400, "No grid with id: %lld", id);
    return 0;
}

static int check_order(const char *what, int64_t start, int64_t end, struct err *err)
{
    if (start < 0)
        return refuse(err, 400, "%s must be greater than or equal to 0.", what);
    if (end >= 0 && end <= start)
        return refuse(err, 400, "The end of %s[%lld] must be greater than its start[%lld].", what,
                      (long long)end, (long long)start);
    return 0;
}

int filter_grid_range(const struct book *b, const cJSON *range, bool is_strict, struct place *out,
                      struct err *err)
{
    struct area a = {
        json_int(range, "startRowIndex", 0),
        json_int(range, "endRowIndex", -1),
        json_int(range, "startColumnIndex", 0),
        json_int(range, "endColumnIndex", -1),
    };

    *out = (struct place){0};
    if (filter_tab(b, range, "sheetId", &out->tab, err) < 0 ||
        check_order("rowIndex", a.row, a.end_row, err) < 0 ||
        check_order("columnIndex", a.column, a.end_column, err) < 0)
        return -1;
    if (a.row >= out->tab->rows || a.column >= out->tab->columns)
        return filter_exceeds(out->tab, a, err);
    if (is_strict && (a.end_row > out->tab->rows || a.end_column > out->tab->columns))
        return filter_exceeds(out->tab, a, err);
    out->area = tab_clip(out->tab, a);
    return 0;
}

static const char *place_name(enum metadata_place place)
{
    static const char *const names[] = {"SPREADSHEET", "SHEET", "ROW", "COLUMN"};

    return names[place];
}

/* EXACT_LOCATION (the default with a location) or INTERSECTING_LOCATION. */
static bool is_at(const struct metadata *m, const cJSON *lookup)
{
    const cJSON *location = json_get(lookup, "metadataLocation");
    const cJSON *dimension = json_get(location, "dimensionRange");
    bool is_exact =
        strcmp(json_text(lookup, "locationMatchingStrategy", ""), "INTERSECTING_LOCATION") != 0;
    bool is_column = strcmp(json_text(dimension, "dimension", "ROWS"), "COLUMNS") == 0;
    long long start, end;

    if (location == NULL)
        return true;
    if (cJSON_IsTrue(json_get(location, "spreadsheet")))
        return !is_exact || m->place == META_SPREADSHEET;
    if (dimension == NULL)
        return m->place != META_SPREADSHEET && m->sheet_id == json_int(location, "sheetId", 0) &&
               (!is_exact || m->place == META_SHEET);
    start = json_int(dimension, "startIndex", 0);
    end = json_int(dimension, "endIndex", -1);
    return m->place == (is_column ? META_COLUMN : META_ROW) &&
           m->sheet_id == json_int(dimension, "sheetId", 0) && m->index >= start &&
           (end < 0 || m->index < end);
}

static bool matches_lookup(const struct metadata *m, const cJSON *lookup)
{
    const char *key = json_text(lookup, "metadataKey", NULL);
    const char *value = json_text(lookup, "metadataValue", NULL);
    const char *type = json_text(lookup, "locationType", NULL);
    const char *visibility = json_text(lookup, "visibility", NULL);

    if (json_get(lookup, "metadataId") != NULL && m->id != json_int(lookup, "metadataId", -1))
        return false;
    if (key != NULL && strcmp(key, m->key) != 0)
        return false;
    if (value != NULL && strcmp(value, m->value == NULL ? "" : m->value) != 0)
        return false;
    if (type != NULL && strcmp(type, place_name(m->place)) != 0)
        return false;
    if (visibility != NULL && (strcmp(visibility, "PROJECT") == 0) != m->is_project)
        return false;
    return is_at(m, lookup);
}

/* The cells that a metadatum stands on. */
static bool metadata_place(const struct book *b, const struct metadata *m, struct place *out)
{
    *out = (struct place){0};
    if (m->place == META_SPREADSHEET)
        return false;
    out->tab = book_tab(b, m->sheet_id);
    if (out->tab == NULL)
        return false;
    out->area = tab_all(out->tab);
    if (m->place == META_ROW) {
        out->area.row = m->index;
        out->area.end_row = m->index + 1;
    } else if (m->place == META_COLUMN) {
        out->area.column = m->index;
        out->area.end_column = m->index + 1;
    }
    return true;
}

static bool intersects(const struct place *a, const struct place *b)
{
    return a->tab == b->tab && a->area.row < b->area.end_row && b->area.row < a->area.end_row &&
           a->area.column < b->area.end_column && b->area.column < a->area.end_column;
}

static int read_range_filter(const struct book *b, const cJSON *filter, struct place *out,
                             struct err *err)
{
    const char *text = json_text(filter, "a1Range", NULL);
    const cJSON *range = json_get(filter, "gridRange");

    if (text != NULL)
        return filter_a1(b, text, out, err);
    if (range != NULL)
        return filter_grid_range(b, range, false, out, err);
    return refuse(err, 400,
                  "DataFilter must have one of a1Range, gridRange or "
                  "developerMetadataLookup set.");
}

int filter_metadata(const struct book *b, const cJSON *filter, const struct metadata *m,
                    struct err *err)
{
    const cJSON *lookup = json_get(filter, "developerMetadataLookup");
    struct place wanted, place;

    if (lookup != NULL)
        return matches_lookup(m, lookup);
    if (read_range_filter(b, filter, &wanted, err) < 0)
        return -1;
    return metadata_place(b, m, &place) && intersects(&wanted, &place);
}

int filter_data(const struct book *b, const cJSON *filter, struct place **out, size_t *n,
                struct err *err)
{
    const cJSON *lookup = json_get(filter, "developerMetadataLookup");

    *n = 0;
    if (lookup == NULL) {
        *out = mem_new(1, sizeof(**out));
        if (read_range_filter(b, filter, *out, err) < 0) {
            free(take_ptr(*out));
            return -1;
        }
        *n = 1;
        return 0;
    }
    *out = mem_new(b->n_metadata, sizeof(**out));
    for (size_t i = 0; i < b->n_metadata; i++)
        if (matches_lookup(&b->metadata[i], lookup) &&
            metadata_place(b, &b->metadata[i], &(*out)[*n]))
            (*n)++;
    return 0;
}
