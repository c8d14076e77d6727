/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/edit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

#define MAX_ROW 10000000              /* Sheets' limit of cells of a spreadsheet */
#define MAX_TIME_MS 253402300799999LL /* the last millisecond of the year 9999 */
#define MAX_EDITOR_BYTES 255
#define MAX_TAB_BYTES 400
#define MAX_CHANGES 64

static const char *const source_names[] = {"script", "found", "cli"};
static const char *const kind_names[] = {"upsert", "delete"};

const char *edit_source_name(enum edit_source source)
{
    return source_names[source];
}

const char *edit_kind_name(enum edit_kind kind)
{
    return kind_names[kind];
}

/* Index of TEXT in NAMES, or -1. */
static int find_name(const char *const *names, size_t n, const char *text)
{
    for (size_t i = 0; text != NULL && i < n; i++)
        if (strcmp(names[i], text) == 0)
            return (int)i;
    return -1;
}

static bool is_identifier(const char *text, size_t max_len)
{
    size_t len = text == NULL ? 0 : strlen(text);

    return len > 0 && len <= max_len &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* An escaped NUL in a text would end it there without a word: cJSON's strings end at the first one.
 */
static bool has_escaped_nul(const char *body, size_t len)
{
    const char *end = body + len;

    for (const char *p = body; (p = memchr(p, '\\', (size_t)(end - p))) != NULL;) {
        if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
            return true;
        p += end - p >= 2 ? 2 : 1;
    }
    return false;
}

static bool is_date(const cJSON *item, double *serial)
{
    const char *iso = json_text(item, "date", NULL);

    return iso != NULL && cJSON_GetArraySize(item) == 1 &&
           cell_parse_iso(iso, strlen(iso), serial) == 0;
}

static bool is_error_value(const cJSON *item)
{
    const char *text = json_text(item, "error", NULL);

    return text != NULL && cJSON_GetArraySize(item) == 1 && strlen(text) <= 64;
}

static int check_cell(const cJSON *item, const char *where, struct err *err)
{
    double serial;

    if (cJSON_IsString(item) && strlen(item->valuestring) > EDIT_MAX_TEXT_BYTES)
        return err_set(err, ERR_VALUE, "%s.%s: the text is longer than a cell can be", where,
                       item->string);
    if (cJSON_IsNull(item) || cJSON_IsBool(item) || cJSON_IsString(item) ||
        (cJSON_IsNumber(item) && isfinite(item->valuedouble)) || is_date(item, &serial) ||
        is_error_value(item))
        return 0;
    return err_set(err, ERR_VALUE,
                   "%s.%s: expected text, a number, true, false, null, {\"date\": ISO} or "
                   "{\"error\": TEXT}",
                   where, item->string);
}

static int check_hash(const cJSON *item, const char *where, struct err *err)
{
    if (cJSON_IsString(item) && strlen(item->valuestring) == 16 &&
        strspn(item->valuestring, "0123456789abcdef") == 16)
        return 0;
    return err_set(err, ERR_VALUE, "%s.%s: expected 16 lower-case hex digits", where, item->string);
}

/* Every member of an object by header: bounded, none twice, each as CHECK wants it. */
static int check_members(const cJSON *object, const char *where,
                         int (*check)(const cJSON *, const char *, struct err *), struct err *err)
{
    const cJSON *item, *other;

    if (!cJSON_IsObject(object))
        return err_set(err, ERR_VALUE, "%s: expected an object", where);
    if (cJSON_GetArraySize(object) > EDIT_MAX_HEADERS)
        return err_set(err, ERR_VALUE, "%s: more than %d columns", where, EDIT_MAX_HEADERS);
    cJSON_ArrayForEach(item, object)
    {
        for (other = object->child; other != item; other = other->next)
            if (strcmp(other->string, item->string) == 0)
                return err_set(err, ERR_VALUE, "%s: the header \"%.100s\" comes twice", where,
                               item->string);
        if (check(item, where, err) != 0)
            return -1;
    }
    return 0;
}

/* A member that may be missing or null. */
static const cJSON *optional(const cJSON *object, const char *name)
{
    const cJSON *item = json_get(object, name);

    return cJSON_IsNull(item) ? NULL : item;
}

static int check_texts(const cJSON *array, const char *where, int max, struct err *err)
{
    const cJSON *item;

    if (array == NULL)
        return 0;
    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) > max)
        return err_set(err, ERR_VALUE, "%s: expected an array of at most %d texts", where, max);
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item))
            return err_set(err, ERR_VALUE, "%s: expected an array of texts", where);
    }
    return 0;
}

static int parse_head(const cJSON *json, struct edit *edit, enum edit_source source,
                      const char *where, struct err *err)
{
    const char *kind_text = json_text(json, "kind", NULL);
    int kind = find_name(kind_names, 2, kind_text);
    long long row = json_int(json, "row", 0);

    edit->id = json_text(json, "id", NULL);
    edit->time_ms = json_int(json, "time", -1);
    if (!is_identifier(edit->id, 64))
        return err_set(err, ERR_VALUE, "%s.id: expected 1 to 64 of A-Z a-z 0-9 _ -", where);
    if (kind < 0)
        return err_set(err, ERR_VALUE, "%s.kind: expected \"upsert\" or \"delete\"", where);
    if (kind == EDIT_DELETE && source != EDIT_FOUND)
        return err_set(err, ERR_VALUE, "%s.kind: only a found edit may be a delete", where);
    if (edit->time_ms < 0 || edit->time_ms > MAX_TIME_MS)
        return err_set(err, ERR_VALUE, "%s.time: expected milliseconds since 1970", where);
    if (row < 0 || row > MAX_ROW || (optional(json, "row") != NULL && row == 0))
        return err_set(err, ERR_VALUE, "%s.row: expected a row number from 1", where);
    edit->kind = (enum edit_kind)kind;
    edit->row = (uint32_t)row;
    return 0;
}

static int parse_edit(const cJSON *json, size_t i, enum edit_source source, struct edit *edit,
                      struct err *err)
{
    char where[64], member[80];

    snprintf(where, sizeof(where), "edits[%zu]", i);
    if (!cJSON_IsObject(json))
        return err_set(err, ERR_VALUE, "%s: expected an object", where);
    if (parse_head(json, edit, source, where, err) != 0)
        return -1;
    edit->cells = json_get(json, "cells");
    edit->edited = optional(json, "edited");
    edit->old = optional(json, "old");
    edit->base = optional(json, "base");
    snprintf(member, sizeof(member), "%s.cells", where);
    if (check_members(edit->cells, member, check_cell, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.edited", where);
    if (check_texts(edit->edited, member, EDIT_MAX_HEADERS, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.old", where);
    if (edit->old != NULL && check_members(edit->old, member, check_cell, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.base", where);
    return edit->base == NULL ? 0 : check_members(edit->base, member, check_hash, err);
}

static int parse_edits(const cJSON *array, struct edit_request *out, struct err *err)
{
    const cJSON *item;
    int n = cJSON_GetArraySize(array);

    if (array == NULL)
        return 0;
    if (!cJSON_IsArray(array))
        return err_set(err, ERR_VALUE, "edits: expected an array");
    if (n > EDIT_MAX_EDITS)
        return err_set(err, ERR_VALUE, "edits: %d are more than %d at once", n, EDIT_MAX_EDITS);
    out->edits = calloc((size_t)n + 1, sizeof(*out->edits));
    if (out->edits == NULL)
        return err_nomem(err, "edits");
    cJSON_ArrayForEach(item, array)
    {
        if (parse_edit(item, out->n_edits, out->source, &out->edits[out->n_edits], err) != 0)
            return -1;
        out->n_edits++;
    }
    return 0;
}

/* Google's change types; the others say nothing that the edits do not say, too. */
static int parse_changes(const cJSON *array, struct edit_request *out, struct err *err)
{
    /* The first says most: the replicator then looks for deletes; the last says only that rows are
     * elsewhere. */
    static const char *const structural[] = {"REMOVE_ROW",    "REMOVE_GRID", "REMOVE_COLUMN",
                                             "INSERT_COLUMN", "OTHER",       "INSERT_ROW"};
    const cJSON *item;

    if (check_texts(array, "changes", MAX_CHANGES, err) != 0)
        return -1;
    cJSON_ArrayForEach(item, array)
    {
        int known = find_name(structural, 6, item->valuestring);
        int before = find_name(structural, 6, out->change);

        if (known >= 0 && (before < 0 || known < before))
            out->change = structural[known];
    }
    return 0;
}

static int parse_request(struct edit_request *out, struct err *err)
{
    const cJSON *json = out->json, *sheet_id = optional(json, "sheet_id");
    int source = find_name(source_names, 3, json_text(json, "source", "script"));

    if (!cJSON_IsObject(json))
        return err_set(err, ERR_VALUE, "expected an object");
    if (json_int(json, "version", 0) != 1)
        return err_set(err, ERR_VALUE, "version: expected 1");
    out->spreadsheet = json_text(json, "spreadsheet", NULL);
    if (!is_identifier(out->spreadsheet, 128))
        return err_set(err, ERR_VALUE, "spreadsheet: expected a spreadsheet's id");
    out->sheet_id = sheet_id == NULL ? -1 : json_int(json, "sheet_id", -1);
    if (sheet_id != NULL && out->sheet_id < 0)
        return err_set(err, ERR_VALUE, "sheet_id: expected a number from 0");
    out->tab = json_text(json, "tab", "");
    if (strlen(out->tab) > MAX_TAB_BYTES || (out->tab[0] == '\0' && sheet_id == NULL))
        return err_set(err, ERR_VALUE, "tab: expected the tab's title");
    out->editor = json_text(json, "editor", "");
    if (strlen(out->editor) > MAX_EDITOR_BYTES)
        return err_set(err, ERR_VALUE, "editor: longer than %d bytes", MAX_EDITOR_BYTES);
    if (source < 0)
        return err_set(err, ERR_VALUE, "source: expected \"script\", \"found\" or \"cli\"");
    out->source = (enum edit_source)source;
    if (parse_edits(optional(json, "edits"), out, err) != 0)
        return -1;
    return parse_changes(optional(json, "changes"), out, err);
}

int edit_parse(const char *body, size_t len, struct edit_request *out, struct err *err)
{
    *out = (struct edit_request){0};
    if (!utf8_is_valid(body, len))
        return err_set(err, ERR_FORMAT, "json: not in UTF-8");
    if (has_escaped_nul(body, len))
        return err_set(err, ERR_FORMAT, "json: a NUL character is not allowed");
    if (json_parse(body, len, &out->json, err) != 0)
        return -1;
    return parse_request(out, err);
}

void edit_request_close(struct edit_request *request)
{
    cJSON_Delete(request->json);
    free(request->edits);
    *request = (struct edit_request){0};
}

struct cell edit_cell(const cJSON *item)
{
    struct cell cell = {.type = CELL_BLANK};

    if (cJSON_IsNumber(item)) {
        cell.type = CELL_NUMBER;
        cell.number = item->valuedouble;
    } else if (cJSON_IsBool(item)) {
        cell.type = CELL_BOOL;
        cell.boolean = cJSON_IsTrue(item);
    } else if (cJSON_IsString(item) && item->valuestring[0] != '\0') {
        cell.type = CELL_TEXT;
        cell.text = item->valuestring;
        cell.text_len = strlen(cell.text);
    } else if (is_date(item, &cell.number)) {
        cell.type = CELL_NUMBER;
    } else if (is_error_value(item)) {
        cell.type = CELL_ERROR;
        cell.text = json_text(item, "error", "");
        cell.text_len = strlen(cell.text);
    }
    return cell;
}

bool edit_touches(const struct edit *edit, const char *header)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, edit->edited)
    {
        if (strcmp(item->valuestring, header) == 0)
            return true;
    }
    return false;
}

bool edit_base(const struct edit *edit, const char *header, uint64_t *hash)
{
    const char *hex = json_text(edit->base, header, NULL);

    if (hex == NULL)
        return false;
    *hash = strtoull(hex, NULL, 16);
    return true;
}
