/* SPDX-License-Identifier: Apache-2.0 */
/* batch_sheets: tabs come, go and change; so do the spreadsheet's own properties. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/filter.h"
#include "sandbox/grid.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/tab_request.h"

int batch_add_sheet(struct batch_run *run, const cJSON *request, struct err *err)
{
    const cJSON *properties = json_get(request, "properties");
    cJSON *added = cJSON_AddObjectToObject(run->reply, "addSheet");
    struct tab *t;

    if (tab_request_new(run->draft, properties, &t, err) < 0)
        return -1;
    book_add_tab(run->draft, t, json_int(properties, "index", -1));
    cJSON_AddItemToObject(added, "properties", grid_sheet_properties(run->draft, t));
    return 0;
}

int batch_delete_sheet(struct batch_run *run, const cJSON *request, struct err *err)
{
    const struct tab *t;

    if (filter_tab(run->draft, request, "sheetId", &t, err) < 0)
        return -1;
    if (run->draft->n_tabs == 1)
        return refuse(err, 400, "You can't remove all the sheets in a document.");
    book_remove_tab(run->draft, t->id);
    return 0;
}

int batch_update_sheet_properties(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;

    if (batch_mask(request, "SheetProperties", &mask, err) < 0)
        return -1;
    return tab_request_update(run->draft, json_get(request, "properties"), mask, err);
}

static int set_text(char **slot, const cJSON *properties, const struct fields *mask,
                    const char *name, struct err *err)
{
    const char *text = json_text(properties, name, NULL);

    if (!fields_wants(mask, name) || (text == NULL && fields_is_all(mask)))
        return 0;
    if (text == NULL || *text == '\0')
        return refuse(err, 400, "The spreadsheet's %s cannot be empty.", name);
    free(*slot);
    *slot = mem_text(text);
    return 0;
}

int batch_update_spreadsheet_properties(struct batch_run *run, const cJSON *request,
                                        struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    const cJSON *properties = json_get(request, "properties");

    if (batch_mask(request, "SpreadsheetProperties", &mask, err) < 0 ||
        set_text(&run->draft->title, properties, mask, "title", err) < 0 ||
        set_text(&run->draft->locale, properties, mask, "locale", err) < 0 ||
        set_text(&run->draft->time_zone, properties, mask, "timeZone", err) < 0)
        return -1;
    for (size_t i = 0; i < run->draft->n_tabs; i++)
        book_touch(run->draft, run->draft->tabs[i], TOUCH_TABS, tab_all(run->draft->tabs[i]));
    return 0;
}

static int64_t protected_id(const cJSON *range)
{
    return json_int(range, "protectedRangeId", 0);
}

/* The protected range of that id, and its tab. */
static cJSON *find_protected(struct batch_run *run, int64_t id, struct tab **tab)
{
    cJSON *item;

    for (size_t i = 0; i < run->draft->n_tabs; i++) {
        const struct tab *t = run->draft->tabs[i];

        cJSON_ArrayForEach(item, t->protected_ranges)
        {
            if (protected_id(item) != id)
                continue;
            *tab = book_write_tab(run->draft, t);
            cJSON_ArrayForEach(item,
                               (*tab)->protected_ranges) if (protected_id(item) == id) return item;
        }
    }
    return NULL;
}

static int no_protected(int64_t id, struct err *err)
{
    return refuse(err, 400, "No protected range with ID: %lld", (long long)id);
}

int batch_add_protected_range(struct batch_run *run, const cJSON *request, struct err *err)
{
    const cJSON *range = json_get(request, "protectedRange");
    struct tab *t = NULL;
    struct place place;
    cJSON *copy, *reply;

    if (protected_id(range) != 0 && find_protected(run, protected_id(range), &t) != NULL)
        return refuse(err, 400, "A protected range with ID %lld already exists.",
                      (long long)protected_id(range));
    if (cJSON_IsTrue(json_get(range, "warningOnly")) && json_get(range, "editors") != NULL)
        return refuse(err, 400, "Editors cannot be set on a protected range with warningOnly.");
    if (filter_grid_range(run->draft, json_get(range, "range"), false, &place, err) < 0)
        return -1;
    t = book_write_tab(run->draft, place.tab);
    copy = cJSON_Duplicate(range, true);
    if (protected_id(range) == 0)
        cJSON_AddNumberToObject(copy, "protectedRangeId", (double)book_fresh_sheet_id(run->draft));
    cJSON_AddBoolToObject(copy, "requestingUserCanEdit", true);
    if (t->protected_ranges == NULL)
        t->protected_ranges = cJSON_CreateArray();
    cJSON_AddItemToArray(t->protected_ranges, copy);
    reply = cJSON_AddObjectToObject(run->reply, "addProtectedRange");
    cJSON_AddItemToObject(reply, "protectedRange", cJSON_Duplicate(copy, true));
    return 0;
}

int batch_update_protected_range(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    const cJSON *range = json_get(request, "protectedRange");
    struct tab *t = NULL;
    cJSON *found;

    if (batch_mask(request, "ProtectedRange", &mask, err) < 0)
        return -1;
    found = find_protected(run, protected_id(range), &t);
    if (found == NULL)
        return no_protected(protected_id(range), err);
    fields_merge(mask, found, range);
    if (json_get(found, "protectedRangeId") == NULL)
        cJSON_AddNumberToObject(found, "protectedRangeId", (double)protected_id(range));
    return 0;
}

int batch_delete_protected_range(struct batch_run *run, const cJSON *request, struct err *err)
{
    int64_t id = json_int(request, "protectedRangeId", 0);
    struct tab *t = NULL;
    cJSON *found = find_protected(run, id, &t);

    if (found == NULL)
        return no_protected(id, err);
    cJSON_Delete(cJSON_DetachItemViaPointer(t->protected_ranges, found));
    return 0;
}
