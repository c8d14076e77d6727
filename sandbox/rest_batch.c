/* SPDX-License-Identifier: Apache-2.0 */
/* rest_batch: spreadsheets.batchUpdate. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/check.h"
#include "sandbox/filter.h"
#include "sandbox/grid.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/rest.h"

enum { MAX_REQUESTS = 100000 };

static const struct {
    const char *kind;
    batch_request *apply;
} kinds[] = {
    {"updateCells", batch_update_cells},
    {"appendCells", batch_append_cells},
    {"repeatCell", batch_repeat_cell},
    {"insertDimension", batch_insert_dimension},
    {"deleteDimension", batch_delete_dimension},
    {"appendDimension", batch_append_dimension},
    {"moveDimension", batch_move_dimension},
    {"insertRange", batch_insert_range},
    {"deleteRange", batch_delete_range},
    {"addSheet", batch_add_sheet},
    {"deleteSheet", batch_delete_sheet},
    {"updateSheetProperties", batch_update_sheet_properties},
    {"updateSpreadsheetProperties", batch_update_spreadsheet_properties},
    {"sortRange", batch_sort_range},
    {"findReplace", batch_find_replace},
    {"createDeveloperMetadata", batch_create_metadata},
    {"updateDeveloperMetadata", batch_update_metadata},
    {"deleteDeveloperMetadata", batch_delete_metadata},
    {"addProtectedRange", batch_add_protected_range},
    {"updateProtectedRange", batch_update_protected_range},
    {"deleteProtectedRange", batch_delete_protected_range},
    {"setDataValidation", batch_set_data_validation},
    /* Looks that the sandbox does not draw: accepted, and without an effect. */
    {"autoResizeDimensions", batch_accept},
    {"updateDimensionProperties", batch_accept},
    {"updateBorders", batch_accept},
};

int batch_mask(const cJSON *request, const char *schema, struct fields **out, struct err *err)
{
    const char *text = json_text(request, "fields", "");

    *out = NULL;
    if (*text == '\0')
        return refuse(err, 400,
                      "At least one field must be listed in 'fields'. (Use '*' to "
                      "indicate all fields.)");
    if (fields_parse(text, out, err) < 0 || check_mask(check_schema(schema), *out, err) < 0)
        return refuse(err, 400, "Invalid field: %.200s", text);
    return 0;
}

int batch_accept(struct batch_run *run, const cJSON *request, struct err *err)
{
    (void)run;
    (void)request;
    (void)err;
    return 0;
}

static int apply_kind(struct batch_run *run, const cJSON *request, int i, struct err *err)
{
    const char *kind = request->string;

    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        if (strcmp(kinds[k].kind, kind) == 0) {
            if (kinds[k].apply(run, request, err) == 0)
                return 0;
            err_wrap(err, "Invalid requests[%d].%s", i, kind);
            return -1;
        }
    return refuse(err, 400,
                  "Invalid requests[%d].%.60s: this request is not implemented by the "
                  "tabrelay sandbox.",
                  i, kind);
}

static int apply_all(struct call *call, struct batch_run *run, cJSON *replies, struct err *err)
{
    const cJSON *requests = json_get(call->body, "requests"), *request;
    int i = 0;

    if (cJSON_GetArraySize(requests) == 0)
        return refuse(err, 400, "Must specify at least one request.");
    if (cJSON_GetArraySize(requests) > MAX_REQUESTS)
        return refuse(err, 400, "Cannot exceed %d requests in a single batch.", MAX_REQUESTS);
    cJSON_ArrayForEach(request, requests)
    {
        run->reply = cJSON_CreateObject();
        cJSON_AddItemToArray(replies, run->reply);
        if (request->child == NULL || request->child->next != NULL)
            return refuse(err, 400,
                          "Invalid requests[%d]: exactly one kind of request must be "
                          "set.",
                          i);
        if (apply_kind(run, request->child, i, err) < 0)
            return -1;
        i++;
    }
    return 0;
}

/* Response ranges name the spreadsheet as it is after the batch, so they are looked up in the
 * draft, before anything is published. */
static int find_response(const struct call *call, const struct book *b, struct place **out,
                         size_t *n, struct err *err)
{
    const cJSON *ranges = json_get(call->body, "responseRanges"), *range;

    *n = 0;
    *out = mem_new((size_t)cJSON_GetArraySize(ranges), sizeof(**out));
    cJSON_ArrayForEach(range, ranges)
    {
        if (filter_a1(b, cJSON_IsString(range) ? range->valuestring : "", &(*out)[*n], err) < 0)
            return -1;
        (*n)++;
    }
    return 0;
}

static void answer_with(struct call *call, const struct book *b, cJSON *replies,
                        const struct place *places, size_t n)
{
    struct grid_request r = {
        .mask = fields_get(call->mask, "updatedSpreadsheet"),
        .with_data =
            call->has_mask || cJSON_IsTrue(json_get(call->body, "responseIncludeGridData")),
        .places = places,
        .n_places = n,
        .base_url = call->sandbox->url,
    };

    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "spreadsheetId", b->id);
    cJSON_AddItemToObject(call->answer, "replies", replies);
    if (cJSON_IsTrue(json_get(call->body, "includeSpreadsheetInResponse")) && r.mask != NULL)
        cJSON_AddItemToObject(call->answer, "updatedSpreadsheet", grid_spreadsheet(b, &r));
}

int rest_batch_update(struct call *call, struct err *err)
{
    CLEANUP_JSON cJSON *replies = cJSON_CreateArray();
    CLEANUP_FREE struct place *places = NULL;
    CLEANUP(book_cleanup) struct book *published = NULL;
    struct author author = {"api", call->user};
    struct batch_run run = {0};
    size_t n;

    if (library_begin(call->sandbox->library, call->id, &run.draft, err) < 0)
        return -1;
    if (apply_all(call, &run, replies, err) < 0 ||
        find_response(call, run.draft, &places, &n, err) < 0) {
        library_abort(call->sandbox->library, run.draft);
        return -1;
    }
    if (library_commit(call->sandbox->library, run.draft, author, &published, err) < 0)
        return -1;
    call->cells = run.cells;
    answer_with(call, published, take_ptr(replies), places, n);
    return 0;
}
