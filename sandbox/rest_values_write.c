/* SPDX-License-Identifier: Apache-2.0 */
/* rest_values_write: values.update, batchUpdate, clear, batchClear. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/render.h"
#include "sandbox/rest.h"
#include "sandbox/rest_values.h"
#include "sandbox/value_range.h"

/* The range of a write is where it begins; how far it may go is the range, or the grid if only a
 * corner was given. */
static void widen_corner(struct place *p)
{
    if (p->area.end_row == p->area.row + 1 && p->area.end_column == p->area.column + 1) {
        p->area.end_row = p->tab->rows;
        p->area.end_column = p->tab->columns;
    }
}

cJSON *values_answer(const struct book *b, const struct tab *t, const struct value_written *done,
                     const struct values_response *response)
{
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    struct place place = {.tab = t, .area = done->area};
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "spreadsheetId", b->id);
    cJSON_AddItemToObject(json, "updatedRange", render_name(t, done->area));
    if (done->rows > 0) {
        cJSON_AddNumberToObject(json, "updatedRows", (double)done->rows);
        cJSON_AddNumberToObject(json, "updatedColumns", (double)done->columns);
        cJSON_AddNumberToObject(json, "updatedCells", (double)done->cells);
    }
    if (response->with_values) {
        calc = calc_new(b);
        cJSON_AddItemToObject(json, "updatedData", render_range(calc, &place, response->how));
    }
    return json;
}

struct values_response values_response_from_query(const struct call *call)
{
    CLEANUP_FREE char *value = rest_query(call, "responseValueRenderOption");
    CLEANUP_FREE char *date_time = rest_query(call, "responseDateTimeRenderOption");

    return (struct values_response){
        .with_values = rest_query_flag(call, "includeValuesInResponse"),
        .how = render_from(value, date_time, json_text(call->body, "majorDimension", NULL)),
    };
}

/* One ValueRange into the draft. */
static int write_range(struct book *draft, const char *range, const cJSON *body, bool is_raw,
                       int64_t *sheet_id, struct value_written *done, struct err *err)
{
    struct value_write w = {
        .values = json_get(body, "values"),
        .by_columns = strcmp(json_text(body, "majorDimension", ""), "COLUMNS") == 0,
        .is_raw = is_raw,
    };
    int64_t rows, columns;
    struct area want;

    if (filter_a1(draft, range, &w.place, err) < 0)
        return -1;
    widen_corner(&w.place);
    value_size(w.values, w.by_columns, &rows, &columns);
    want = w.place.area;
    want.end_row = want.row + rows;
    want.end_column = want.column + columns;
    if (want.end_row > w.place.tab->rows || want.end_column > w.place.tab->columns)
        return filter_exceeds(w.place.tab, want, err);
    *sheet_id = w.place.tab->id;
    return value_write(draft, &w, done, err);
}

int rest_values_update(struct call *call, struct err *err)
{
    CLEANUP_FREE char *option = rest_query(call, "valueInputOption");
    const char *range = json_text(call->body, "range", call->rest);
    struct library *lib = call->sandbox->library;
    struct author author = {"api", call->user};
    struct values_response response = values_response_from_query(call);
    CLEANUP(book_cleanup) struct book *published = NULL;
    struct value_written done;
    struct book *draft;
    int64_t sheet_id;
    bool is_raw;

    if (value_input(option, &is_raw, err) < 0 || library_begin(lib, call->id, &draft, err) < 0)
        return -1;
    if (write_range(draft, range, call->body, is_raw, &sheet_id, &done, err) < 0) {
        library_abort(lib, draft);
        return -1;
    }
    if (library_commit(lib, draft, author, &published, err) < 0)
        return -1;
    call->cells = (long)done.cells;
    call->answer = values_answer(published, book_tab(published, sheet_id), &done, &response);
    return 0;
}

struct written {
    int64_t sheet_id;
    struct value_written done;
};

static int write_all(struct book *draft, const cJSON *data, bool is_raw, struct written *out,
                     struct err *err)
{
    const cJSON *one;
    int i = 0;

    cJSON_ArrayForEach(one, data)
    {
        if (write_range(draft, json_text(one, "range", ""), one, is_raw, &out[i].sheet_id,
                        &out[i].done, err) < 0)
            return err_wrap(err, "Invalid data[%d]", i);
        i++;
    }
    return 0;
}

static void put_total(cJSON *json, const char *name, int64_t n)
{
    if (n > 0)
        cJSON_AddNumberToObject(json, name, (double)n);
}

static cJSON *batch_answer(const struct book *b, const cJSON *body, const struct written *written)
{
    struct values_response response = {
        .with_values = cJSON_IsTrue(json_get(body, "includeValuesInResponse")),
        .how = render_from(json_text(body, "responseValueRenderOption", NULL),
                           json_text(body, "responseDateTimeRenderOption", NULL), NULL),
    };
    cJSON *json = cJSON_CreateObject(), *responses = cJSON_CreateArray();
    int n = cJSON_GetArraySize(json_get(body, "data"));
    int64_t rows = 0, columns = 0, cells = 0, sheets = 0;

    for (int i = 0; i < n; i++) {
        const struct value_written *done = &written[i].done;
        bool is_new = true;

        for (int k = 0; k < i; k++)
            is_new = is_new && written[k].sheet_id != written[i].sheet_id;
        rows += done->rows;
        columns += done->columns;
        cells += done->cells;
        sheets += is_new;
        cJSON_AddItemToArray(responses,
                             values_answer(b, book_tab(b, written[i].sheet_id), done, &response));
    }
    cJSON_AddStringToObject(json, "spreadsheetId", b->id);
    put_total(json, "totalUpdatedRows", rows);
    put_total(json, "totalUpdatedColumns", columns);
    put_total(json, "totalUpdatedCells", cells);
    put_total(json, "totalUpdatedSheets", sheets);
    cJSON_AddItemToObject(json, "responses", responses);
    return json;
}

int rest_values_batch_update(struct call *call, struct err *err)
{
    const cJSON *data = json_get(call->body, "data");
    struct library *lib = call->sandbox->library;
    struct author author = {"api", call->user};
    CLEANUP_FREE struct written *written =
        mem_new((size_t)cJSON_GetArraySize(data), sizeof(*written));
    CLEANUP(book_cleanup) struct book *published = NULL;
    struct book *draft;
    bool is_raw;

    if (value_input(json_text(call->body, "valueInputOption", NULL), &is_raw, err) < 0 ||
        library_begin(lib, call->id, &draft, err) < 0)
        return -1;
    if (write_all(draft, data, is_raw, written, err) < 0) {
        library_abort(lib, draft);
        return -1;
    }
    if (library_commit(lib, draft, author, &published, err) < 0)
        return -1;
    for (int i = 0; i < cJSON_GetArraySize(data); i++)
        call->cells += (long)written[i].done.cells;
    call->answer = batch_answer(published, call->body, written);
    return 0;
}

/* Clear all RANGES; their real names go to NAMES. */
static int clear_ranges(struct call *call, const char *const *ranges, size_t n, cJSON *names,
                        struct err *err)
{
    struct library *lib = call->sandbox->library;
    struct author author = {"api", call->user};
    struct book *draft;
    struct place place;

    if (library_begin(lib, call->id, &draft, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (filter_a1(draft, ranges[i], &place, err) < 0) {
            library_abort(lib, draft);
            return -1;
        }
        cJSON_AddItemToArray(names, render_name(place.tab, place.area));
        value_clear(draft, &place);
    }
    return library_commit(lib, draft, author, NULL, err);
}

int rest_values_clear(struct call *call, struct err *err)
{
    const char *range = call->rest;
    CLEANUP_JSON cJSON *names = cJSON_CreateArray();

    if (clear_ranges(call, &range, 1, names, err) < 0)
        return -1;
    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "spreadsheetId", call->id);
    cJSON_AddItemToObject(call->answer, "clearedRange", cJSON_DetachItemFromArray(names, 0));
    return 0;
}

int rest_values_batch_clear(struct call *call, struct err *err)
{
    const cJSON *list = json_get(call->body, "ranges"), *item;
    CLEANUP_FREE const char **ranges = mem_new((size_t)cJSON_GetArraySize(list), sizeof(*ranges));
    CLEANUP_JSON cJSON *names = cJSON_CreateArray();
    size_t n = 0;

    cJSON_ArrayForEach(item, list) ranges[n++] = cJSON_IsString(item) ? item->valuestring : "";
    if (clear_ranges(call, ranges, n, names, err) < 0)
        return -1;
    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "spreadsheetId", call->id);
    cJSON_AddItemToObject(call->answer, "clearedRanges", take_ptr(names));
    return 0;
}
