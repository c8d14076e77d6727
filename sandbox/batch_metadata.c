/* SPDX-License-Identifier: Apache-2.0 */
/* batch_metadata: developer metadata come, go and change; and their read methods. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/filter.h"
#include "sandbox/grid.h"
#include "sandbox/mem.h"
#include "sandbox/refuse.h"
#include "sandbox/rest.h"

enum { MAX_METADATA_CHARACTERS = 30000 };

static struct metadata *find_id(const struct book *b, int64_t id)
{
    for (size_t i = 0; i < b->n_metadata; i++)
        if (b->metadata[i].id == id)
            return &b->metadata[i];
    return NULL;
}

/* DeveloperMetadataLocation -> place, tab, index. */
static int read_location(const struct book *b, const cJSON *location, struct metadata *m,
                         struct err *err)
{
    const cJSON *range = json_get(location, "dimensionRange");
    const struct tab *t = NULL;

    m->place = META_SPREADSHEET;
    if (cJSON_IsTrue(json_get(location, "spreadsheet")))
        return 0;
    if (range == NULL && json_get(location, "sheetId") == NULL)
        return refuse(err, 400, "The location of developer metadata must be set.");
    if (filter_tab(b, range == NULL ? location : range, "sheetId", &t, err) < 0)
        return -1;
    m->sheet_id = t->id;
    m->place = META_SHEET;
    if (range == NULL)
        return 0;
    m->place = strcmp(json_text(range, "dimension", ""), "COLUMNS") == 0 ? META_COLUMN : META_ROW;
    m->index = json_int(range, "startIndex", 0);
    if (json_int(range, "endIndex", -1) != m->index + 1 || m->index < 0 ||
        m->index >= (m->place == META_ROW ? t->rows : t->columns))
        return refuse(err, 400,
                      "The dimension range of developer metadata must be exactly one row "
                      "or column of the sheet.");
    return 0;
}

/* 30,000 characters of keys and values for the spreadsheet, and as many for each tab. */
static int check_room(const struct book *b, const struct metadata *m, struct err *err)
{
    size_t n = strlen(m->key) + (m->value == NULL ? 0 : strlen(m->value));

    for (size_t i = 0; i < b->n_metadata; i++) {
        const struct metadata *other = &b->metadata[i];

        if ((other->place == META_SPREADSHEET) == (m->place == META_SPREADSHEET) &&
            (m->place == META_SPREADSHEET || other->sheet_id == m->sheet_id))
            n += strlen(other->key) + (other->value == NULL ? 0 : strlen(other->value));
    }
    if (n > MAX_METADATA_CHARACTERS)
        return refuse(err, 400,
                      "The developer metadata storage limit of %d characters has been "
                      "exceeded.",
                      MAX_METADATA_CHARACTERS);
    return 0;
}

int batch_create_metadata(struct batch_run *run, const cJSON *request, struct err *err)
{
    const cJSON *json = json_get(request, "developerMetadata");
    CLEANUP_FREE char *key = mem_text(json_text(json, "metadataKey", ""));
    CLEANUP_FREE char *value = mem_text(json_text(json, "metadataValue", NULL));
    struct metadata m = {.id = json_int(json, "metadataId", 0), .key = key, .value = value};
    const char *visibility = json_text(json, "visibility", "");
    cJSON *reply;

    if (*key == '\0')
        return refuse(err, 400, "The metadataKey of developer metadata must be set.");
    if (strcmp(visibility, "DOCUMENT") != 0 && strcmp(visibility, "PROJECT") != 0)
        return refuse(err, 400, "The visibility of developer metadata must be set.");
    m.is_project = *visibility == 'P';
    if (m.id < 0)
        return refuse(err, 400, "The metadataId must be positive: %lld", (long long)m.id);
    if (m.id != 0 && find_id(run->draft, m.id) != NULL)
        return refuse(err, 400, "Developer metadata with ID %lld already exists.", (long long)m.id);
    if (read_location(run->draft, json_get(json, "location"), &m, err) < 0 ||
        check_room(run->draft, &m, err) < 0)
        return -1;
    if (m.id == 0)
        m.id = book_fresh_metadata_id(run->draft);
    book_add_metadata(run->draft, &m);
    reply = cJSON_AddObjectToObject(run->reply, "createDeveloperMetadata");
    cJSON_AddItemToObject(reply, "developerMetadata", grid_metadata(&m));
    return 0;
}

static bool matches_any(const struct book *b, const cJSON *filters, const struct metadata *m,
                        struct err *err)
{
    const cJSON *filter;

    if (!cJSON_IsArray(filters))
        return filters != NULL && filter_metadata(b, filters, m, err) == 1;
    cJSON_ArrayForEach(filter, filters) if (filter_metadata(b, filter, m, err) == 1) return true;
    return false;
}

int batch_delete_metadata(struct batch_run *run, const cJSON *request, struct err *err)
{
    const cJSON *filter = json_get(request, "dataFilter");
    cJSON *reply = cJSON_AddObjectToObject(run->reply, "deleteDeveloperMetadata");
    cJSON *list = NULL;

    if (filter == NULL)
        return refuse(err, 400, "dataFilter must be set.");
    for (size_t i = 0; i < run->draft->n_metadata;) {
        if (!matches_any(run->draft, filter, &run->draft->metadata[i], err)) {
            if (err->code != ERR_NONE)
                return -1;
            i++;
            continue;
        }
        if (list == NULL)
            list = cJSON_AddArrayToObject(reply, "deletedDeveloperMetadata");
        cJSON_AddItemToArray(list, grid_metadata(&run->draft->metadata[i]));
        book_remove_metadata(run->draft, i);
    }
    return 0;
}

static int update_one(struct batch_run *run, struct metadata *m, const cJSON *from,
                      const struct fields *mask, struct err *err)
{
    if (fields_wants(mask, "metadataKey") && json_text(from, "metadataKey", NULL) != NULL) {
        free(m->key);
        m->key = mem_text(json_text(from, "metadataKey", ""));
    }
    if (fields_wants(mask, "metadataValue")) {
        free(m->value);
        m->value = mem_text(json_text(from, "metadataValue", NULL));
    }
    if (fields_wants(mask, "visibility") && json_text(from, "visibility", NULL) != NULL)
        m->is_project = strcmp(json_text(from, "visibility", ""), "PROJECT") == 0;
    if (fields_wants(mask, "location") && json_get(from, "location") != NULL)
        return read_location(run->draft, json_get(from, "location"), m, err);
    return 0;
}

int batch_update_metadata(struct batch_run *run, const cJSON *request, struct err *err)
{
    CLEANUP(fields_cleanup) struct fields *mask = NULL;
    const cJSON *filters = json_get(request, "dataFilters");
    cJSON *reply = cJSON_AddObjectToObject(run->reply, "updateDeveloperMetadata"), *list = NULL;

    if (batch_mask(request, "DeveloperMetadata", &mask, err) < 0)
        return -1;
    for (size_t i = 0; i < run->draft->n_metadata; i++) {
        struct metadata *m = &run->draft->metadata[i];

        if (!matches_any(run->draft, filters, m, err)) {
            if (err->code != ERR_NONE)
                return -1;
            continue;
        }
        if (update_one(run, m, json_get(request, "developerMetadata"), mask, err) < 0)
            return -1;
        if (list == NULL)
            list = cJSON_AddArrayToObject(reply, "developerMetadata");
        cJSON_AddItemToArray(list, grid_metadata(m));
    }
    return 0;
}

int rest_metadata_get(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    const struct metadata *m;

    if (b == NULL)
        return -1;
    m = find_id(b, strtoll(call->rest, NULL, 10));
    if (m == NULL)
        return refuse(err, 404, "Requested entity was not found.");
    call->answer = grid_metadata(m);
    return 0;
}

int rest_metadata_search(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = rest_book(call, err);
    const cJSON *filters = json_get(call->body, "dataFilters");
    cJSON *list = NULL, *item;

    if (b == NULL)
        return -1;
    call->answer = cJSON_CreateObject();
    for (size_t i = 0; i < b->n_metadata; i++) {
        if (!matches_any(b, filters, &b->metadata[i], err)) {
            if (err->code != ERR_NONE)
                return -1;
            continue;
        }
        if (list == NULL)
            list = cJSON_AddArrayToObject(call->answer, "matchedDeveloperMetadata");
        item = cJSON_CreateObject();
        cJSON_AddItemToObject(item, "developerMetadata", grid_metadata(&b->metadata[i]));
        cJSON_AddItemToArray(list, item);
    }
    return 0;
}
