/* SPDX-License-Identifier: Apache-2.0 */
/* grid_rows: the rows of an answer's grids, taken out of its text one by one. A tree of all cells
 * would take 500 bytes a cell, of which 32 are needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/sheets/private.h"

/* What a grid's rows are replaced by in the text: no longer than `"rowData":[]`. */
#define MARK "\"" GRID_ROWS_MARK "\":%zu"

static const struct cell blank = {.type = CELL_BLANK};

/* --- cells --- */

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

/* --- rows --- */

struct grid_store *grid_store_share(struct grid_store *store)
{
    store->n_users++;
    return store;
}

void grid_store_free(struct grid_store *store)
{
    if (store == NULL || --store->n_users > 0)
        return;
    arena_close(&store->arena);
    free(store->rows);
    free(store);
}

static struct grid_row *add_row(struct grid_store *store)
{
    if (store->n_rows == store->size) {
        size_t size = store->size == 0 ? 16 : store->size * 2;
        struct grid_row *rows = realloc(store->rows, size * sizeof(*rows));

        if (rows == NULL)
            return NULL;
        store->rows = rows;
        store->size = size;
    }
    store->rows[store->n_rows] = (struct grid_row){0};
    return &store->rows[store->n_rows++];
}

static size_t last_cell(const struct cell *cells, size_t n)
{
    while (n > 0 && cells[n - 1].type == CELL_BLANK)
        n--;
    return n;
}

/* PART of ROW's cells; most cells have no note, so blank ones at its end are left out. */
static int store_row(struct grid_store *store, enum grid_part part, const cJSON *row)
{
    static int (*const parsers[])(struct arena *, const cJSON *, struct cell *) = {
        [GRID_VALUES] = parse_cell, [GRID_NOTES] = parse_note, [GRID_LOOKS] = parse_look};
    const cJSON *values = json_get(row, "values"), *item;
    size_t size = cJSON_IsArray(values) ? (size_t)cJSON_GetArraySize(values) : 0, n = 0;
    CLEANUP_FREE struct cell *cells = calloc(size + 1, sizeof(*cells));
    struct grid_row *to = add_row(store);

    if (cells == NULL || to == NULL)
        return -1;
    cJSON_ArrayForEach(item, values)
    {
        if (n < size && parsers[part](&store->arena, item, &cells[n++]) != 0)
            return -1;
    }
    n = last_cell(cells, n);
    if (n == 0)
        return 0;
    to->cells = arena_alloc(&store->arena, n * sizeof(*cells));
    if (to->cells == NULL)
        return -1;
    memcpy(to->cells, cells, n * sizeof(*cells));
    to->n_cells = (int64_t)n;
    return 0;
}

/* --- the text --- */

struct scan {
    char *text;
    size_t len, at;
    struct grid_rows *out;
};

static int malformed(const struct scan *scan, struct err *err)
{
    return err_set(err, ERR_FORMAT, "json: malformed at byte %zu", scan->at);
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->len && memchr(" \t\r\n", scan->text[scan->at], 4) != NULL)
        scan->at++;
}

/* The next byte that is not blank, 0 at the end. */
static char peek(struct scan *scan)
{
    skip_blanks(scan);
    return scan->at < scan->len ? scan->text[scan->at] : '\0';
}

/* From a quotation mark to behind the one that ends it, or to the end of the text. */
static void skip_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->len; scan->at++) {
        if (scan->text[scan->at] == '\\')
            scan->at++;
        else if (scan->text[scan->at] == '"')
            break;
    }
    scan->at = scan->at < scan->len ? scan->at + 1 : scan->len;
}

/* From an opening brace to behind its closing one, or to the end of the text. */
static void skip_object(struct scan *scan)
{
    size_t depth = 0;

    while (scan->at < scan->len) {
        char c = scan->text[scan->at];

        if (c == '"') {
            skip_string(scan);
            continue;
        }
        scan->at++;
        depth += c == '{';
        if (c == '}' && --depth == 0)
            return;
    }
}

static int take_row(struct scan *scan, struct grid_store *const *stores, struct err *err)
{
    CLEANUP_JSON cJSON *row = NULL;
    size_t first = scan->at;

    skip_object(scan);
    if (json_parse(scan->text + first, scan->at - first, &row, err) != 0)
        return err->code == ERR_NOMEM ? -1 : malformed(scan, err);
    for (enum grid_part part = 0; part < GRID_PARTS; part++)
        if (stores[part] != NULL && store_row(stores[part], part, row) != 0)
            return err_nomem(err, "grid");
    return 0;
}

/* From the opening bracket to behind the closing one. */
static int take_array(struct scan *scan, struct grid_store *const *stores, struct err *err)
{
    scan->at++;
    if (peek(scan) == ']') {
        scan->at++;
        return 0;
    }
    for (;;) {
        char c;

        if (peek(scan) != '{')
            return malformed(scan, err);
        if (take_row(scan, stores, err) != 0)
            return -1;
        c = peek(scan);
        scan->at += c != '\0';
        if (c == ']')
            return 0;
        if (c != ',')
            return malformed(scan, err);
    }
}

/* One more place in OUT, with a store for each part that is wanted; NULL: out of memory. */
static struct grid_store **add_stores(struct grid_rows *out)
{
    struct grid_store *(*all)[GRID_PARTS] = realloc(out->stores, (out->n + 1) * sizeof(*all));
    struct grid_store **stores;

    if (all == NULL)
        return NULL;
    out->stores = all;
    stores = all[out->n++];
    memset(stores, 0, sizeof(*all));
    for (enum grid_part part = 0; part < GRID_PARTS; part++) {
        if ((out->parts & 1U << part) == 0)
            continue;
        stores[part] = calloc(1, sizeof(struct grid_store));
        if (stores[part] == NULL)
            return NULL;
        stores[part]->n_users = 1;
    }
    return stores;
}

/* The rows behind the key at FIRST, which ends before the scan's place. */
static int take_rows(struct scan *scan, size_t first, struct err *err)
{
    struct grid_store **stores = add_stores(scan->out);
    char mark[32];
    int len;

    if (stores == NULL)
        return err_nomem(err, "grid");
    if (take_array(scan, stores, err) != 0)
        return -1;
    len = snprintf(mark, sizeof(mark), MARK, scan->out->n - 1);
    if ((size_t)len > scan->at - first)
        return err_set(err, ERR_FORMAT, "grid: %zu of them are too many", scan->out->n);
    memset(scan->text + first, ' ', scan->at - first);
    memcpy(scan->text + first, mark, (size_t)len);
    return 0;
}

static bool is_key(const struct scan *scan, size_t first)
{
    static const char key[] = "\"rowData\"";

    return scan->at - first == sizeof(key) - 1 &&
           memcmp(scan->text + first, key, sizeof(key) - 1) == 0;
}

int grid_rows_take(struct buf *text, struct grid_rows *out, struct err *err)
{
    struct scan scan = {.text = text->ptr, .len = text->len, .out = out};

    grid_rows_close(out);
    while (scan.at < scan.len) {
        size_t first = scan.at;

        if (scan.text[first] != '"') {
            scan.at++;
            continue;
        }
        skip_string(&scan);
        if (!is_key(&scan, first) || peek(&scan) != ':')
            continue;
        scan.at++;
        if (peek(&scan) == '[' && take_rows(&scan, first, err) != 0)
            return -1;
    }
    return 0;
}

void grid_rows_close(struct grid_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        for (enum grid_part part = 0; part < GRID_PARTS; part++)
            grid_store_free(rows->stores[i][part]);
    free(rows->stores);
    rows->stores = NULL;
    rows->n = 0;
}
