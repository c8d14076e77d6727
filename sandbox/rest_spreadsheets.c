/* SPDX-License-Identifier: Apache-2.0 */
/* rest_spreadsheets: spreadsheets.create, get, getByDataFilter. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/grid.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/rest.h"
#include "sandbox/tab_request.h"

struct book *rest_book(struct call *call, struct err *err)
{
    struct book *b = library_get(call->sandbox->library, call->id);

    if (b == NULL)
        refuse(err, 404, "Requested entity was not found.");
    return b;
}

/* A mask decides about grid data; without one the flag does. */
static void answer_with(struct call *call, const struct book *b, const struct place *places,
                        size_t n, bool wants_data)
{
    struct grid_request r = {
        .mask = call->mask,
        .with_data = call->has_mask || wants_data,
        .places = places,
        .n_places = n,
        .base_url = call->sandbox->url,
    };

    call->answer = grid_spreadsheet(b, &r);
}

int rest_get(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    CLEANUP(texts_close) struct texts ranges = rest_query_all(call, "ranges");
    CLEANUP_FREE struct place *places = mem_new(ranges.n, sizeof(*places));

    if (b == NULL)
        return -1;
    for (size_t i = 0; i < ranges.n; i++)
        if (filter_a1(b, ranges.text[i], &places[i], err) < 0)
            return -1;
    answer_with(call, b, places, ranges.n, rest_query_flag(call, "includeGridData"));
    return 0;
}

int rest_get_by_filter(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    CLEANUP_FREE struct place *all = NULL;
    const cJSON *filter, *filters = json_get(call->body, "dataFilters");
    size_t n = 0, some_n;

    if (b == NULL)
        return -1;
    cJSON_ArrayForEach(filter, filters)
    {
        CLEANUP_FREE struct place *some = NULL;

        if (filter_data(b, filter, &some, &some_n, err) < 0)
            return -1;
        all = mem_resize(all, n + some_n, sizeof(*all));
        if (some_n > 0)
            memcpy(all + n, some, some_n * sizeof(*all));
        n += some_n;
    }
    if (n == 0 && cJSON_GetArraySize(filters) > 0)
        return refuse(err, 400, "No data matched the given data filters.");
    answer_with(call, b, all, n, cJSON_IsTrue(json_get(call->body, "includeGridData")));
    return 0;
}

static int add_sheets(struct book *b, const cJSON *sheets, struct err *err)
{
    const cJSON *sheet;
    struct tab *t;

    if (cJSON_GetArraySize(sheets) == 0)
        return 0;
    book_remove_tab(b, 0);
    cJSON_ArrayForEach(sheet, sheets)
    {
        if (tab_request_new(b, json_get(sheet, "properties"), &t, err) < 0)
            return -1;
        book_add_tab(b, t, -1);
    }
    return 0;
}

int rest_create(struct call *call, struct err *err)
{
    const cJSON *p = json_get(call->body, "properties");
    struct author author = {"api", call->user};
    struct book *b = book_new(NULL, json_text(p, "title", "Untitled spreadsheet"));
    CLEANUP(book_cleanup) struct book *held = book_ref(b);

    if (json_text(p, "timeZone", NULL) != NULL) {
        free(b->time_zone);
        b->time_zone = mem_text(json_text(p, "timeZone", ""));
    }
    if (json_text(p, "locale", NULL) != NULL) {
        free(b->locale);
        b->locale = mem_text(json_text(p, "locale", ""));
    }
    if (add_sheets(b, json_get(call->body, "sheets"), err) < 0) {
        book_unref(b);
        return -1;
    }
    if (library_add(call->sandbox->library, b, author, err) < 0)
        return -1;
    answer_with(call, held, NULL, 0, false);
    return 0;
}
