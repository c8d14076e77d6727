/* SPDX-License-Identifier: Apache-2.0 */
/* rest_values_read: values.get, batchGet, batchGetByDataFilter. */
#include <stdlib.h>

#include "sandbox/refuse.h"
#include "sandbox/render.h"
#include "sandbox/rest.h"

static struct render how_from_query(const struct call *call)
{
    CLEANUP_FREE char *value = rest_query(call, "valueRenderOption");
    CLEANUP_FREE char *date_time = rest_query(call, "dateTimeRenderOption");
    CLEANUP_FREE char *dimension = rest_query(call, "majorDimension");

    return render_from(value, date_time, dimension);
}

int rest_values_get(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    struct place place;

    if (b == NULL || filter_a1(b, call->rest, &place, err) < 0)
        return -1;
    calc = calc_new(b);
    call->answer = render_range(calc, &place, how_from_query(call));
    return 0;
}

int rest_values_batch_get(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    CLEANUP(texts_close) struct texts ranges = rest_query_all(call, "ranges");
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    struct render how = how_from_query(call);
    struct place place;
    cJSON *list;

    if (b == NULL)
        return -1;
    calc = calc_new(b);
    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "spreadsheetId", b->id);
    list = ranges.n == 0 ? NULL : cJSON_AddArrayToObject(call->answer, "valueRanges");
    for (size_t i = 0; i < ranges.n; i++) {
        if (filter_a1(b, ranges.text[i], &place, err) < 0)
            return -1;
        cJSON_AddItemToArray(list, render_range(calc, &place, how));
    }
    return 0;
}

int rest_values_batch_get_by_filter(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    const cJSON *filters = json_get(call->body, "dataFilters"), *filter;
    struct render how = render_from(json_text(call->body, "valueRenderOption", NULL),
                                    json_text(call->body, "dateTimeRenderOption", NULL),
                                    json_text(call->body, "majorDimension", NULL));
    cJSON *list = NULL, *item;
    size_t n;

    if (b == NULL)
        return -1;
    calc = calc_new(b);
    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "spreadsheetId", b->id);
    cJSON_ArrayForEach(filter, filters)
    {
        CLEANUP_FREE struct place *places = NULL;

        if (filter_data(b, filter, &places, &n, err) < 0)
            return -1;
        for (size_t i = 0; i < n; i++) {
            if (list == NULL)
                list = cJSON_AddArrayToObject(call->answer, "valueRanges");
            item = cJSON_CreateObject();
            cJSON_AddItemToObject(item, "valueRange", render_range(calc, &places[i], how));
            cJSON_AddItemToArray(cJSON_AddArrayToObject(item, "dataFilters"),
                                 cJSON_Duplicate(filter, true));
            cJSON_AddItemToArray(list, item);
        }
    }
    return 0;
}
