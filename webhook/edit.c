/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/edit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "webhook/edit_check.h"

#define MAX_ROW 10000000              /* Sheets' limit of cells of a spreadsheet */
#define MAX_TIME_MS 253402300799999LL /* the last millisecond of the year 9999 */
#define MAX_EDITOR_BYTES 255
#define MAX_TAB_BYTES 400
#define MAX_CHANGES 64

static const char *const source_names[] = {"script", "found", "cli"};
static const char *const kind_names[] = {"upsert", "delete", "resolve", "decide", "undo"};

const char *edit_source_name(enum edit_source source)
{
    return source_names[source];
}

const char *edit_kind_name(enum edit_kind kind)
{
    return kind_names[kind];
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

static int parse_head(const cJSON *json, struct edit *edit, const char *where, struct err *err)
{
    const char *kind_text = json_text(json, "kind", NULL);
    int kind = edit_find_name(kind_names, 5, kind_text);
    long long row = json_int(json, "row", 0);

    edit->id = json_text(json, "id", NULL);
    edit->time_ms = json_int(json, "time", -1);
    if (!edit_is_identifier(edit->id, 64))
        return err_set(err, ERR_VALUE, "%s.id: expected 1 to 64 of A-Z a-z 0-9 _ -", where);
    if (kind < 0)
        return err_set(err, ERR_VALUE,
                       "%s.kind: expected \"upsert\", \"delete\", \"resolve\", \"decide\" or "
                       "\"undo\"",
                       where);
    if (edit->time_ms < 0 || edit->time_ms > MAX_TIME_MS)
        return err_set(err, ERR_VALUE, "%s.time: expected milliseconds since 1970", where);
    if (row < 0 || row > MAX_ROW || (edit_optional(json, "row") != NULL && row == 0))
        return err_set(err, ERR_VALUE, "%s.row: expected a row number from 1", where);
    edit->kind = (enum edit_kind)kind;
    edit->row = (uint32_t)row;
    return 0;
}

/* What the sheet shows, of a row. */
static int parse_cells(const cJSON *json, const char *where, struct edit *edit, struct err *err)
{
    char member[80];

    edit->cells = json_get(json, "cells");
    edit->edited = edit_optional(json, "edited");
    edit->old = edit_optional(json, "old");
    edit->base = edit_optional(json, "base");
    edit->formulas = edit_optional(json, "formulas");
    edit->after = json_text(json, "after", NULL);
    if (edit_optional(json, "after") != NULL && !edit_is_identifier(edit->after, 64))
        return err_set(err, ERR_VALUE, "%s.after: expected an edit's id", where);
    snprintf(member, sizeof(member), "%s.cells", where);
    if (edit_check_members(edit->cells, member, edit_check_cell, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.edited", where);
    if (edit_check_texts(edit->edited, member, EDIT_MAX_HEADERS, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.old", where);
    if (edit->old != NULL && edit_check_members(edit->old, member, edit_check_cell, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.base", where);
    if (edit->base != NULL && edit_check_members(edit->base, member, edit_check_hash, err) != 0)
        return -1;
    snprintf(member, sizeof(member), "%s.formulas", where);
    return edit->formulas == NULL
               ? 0
               : edit_check_members(edit->formulas, member, edit_check_text, err);
}

static int parse_edit(const cJSON *json, size_t i, enum edit_source source, struct edit *edit,
                      struct err *err)
{
    char where[64];

    snprintf(where, sizeof(where), "edits[%zu]", i);
    if (!cJSON_IsObject(json))
        return err_set(err, ERR_VALUE, "%s: expected an object", where);
    edit->json = json;
    if (edit_check_once(json, where, err) != 0)
        return -1;
    if (parse_head(json, edit, where, err) != 0 ||
        edit_parse_kind(json, source, where, edit, err) != 0)
        return -1;
    return edit->kind == EDIT_UPSERT || edit->kind == EDIT_DELETE
               ? parse_cells(json, where, edit, err)
               : 0;
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

    if (edit_check_texts(array, "changes", MAX_CHANGES, err) != 0)
        return -1;
    cJSON_ArrayForEach(item, array)
    {
        int known = edit_find_name(structural, 6, item->valuestring);
        int before = edit_find_name(structural, 6, out->change);

        if (known >= 0 && (before < 0 || known < before))
            out->change = structural[known];
    }
    return 0;
}

/* Which tab: by its spreadsheet, and its id or its title. */
static int parse_place(struct edit_request *out, struct err *err)
{
    const cJSON *json = out->json, *sheet_id = edit_optional(json, "sheet_id");

    out->sheet_id = -1;
    out->mapping = json_text(json, "mapping", NULL);
    out->spreadsheet = json_text(json, "spreadsheet", "");
    out->tab = json_text(json, "tab", "");
    if (out->mapping != NULL && out->source == EDIT_SCRIPT)
        return err_set(err, ERR_VALUE, "mapping: a script names its spreadsheet and tab");
    if (out->mapping != NULL)
        return 0;
    if (!edit_is_identifier(out->spreadsheet, 128))
        return err_set(err, ERR_VALUE, "spreadsheet: expected a spreadsheet's id");
    out->sheet_id = sheet_id == NULL ? -1 : json_int(json, "sheet_id", -1);
    if (sheet_id != NULL && out->sheet_id < 0)
        return err_set(err, ERR_VALUE, "sheet_id: expected a number from 0");
    if (strlen(out->tab) > MAX_TAB_BYTES || (out->tab[0] == '\0' && sheet_id == NULL))
        return err_set(err, ERR_VALUE, "tab: expected the tab's title");
    return 0;
}

static int parse_request(struct edit_request *out, struct err *err)
{
    const cJSON *json = out->json;
    int source = edit_find_name(source_names, 3, json_text(json, "source", "script"));

    if (!cJSON_IsObject(json))
        return err_set(err, ERR_VALUE, "expected an object");
    if (edit_check_once(json, "request", err) != 0)
        return -1;
    if (json_int(json, "version", 0) != 1)
        return err_set(err, ERR_VALUE, "version: expected 1");
    if (source < 0)
        return err_set(err, ERR_VALUE, "source: expected \"script\", \"found\" or \"cli\"");
    out->source = (enum edit_source)source;
    if (parse_place(out, err) != 0)
        return -1;
    out->editor = json_text(json, "editor", "");
    if (strlen(out->editor) > MAX_EDITOR_BYTES)
        return err_set(err, ERR_VALUE, "editor: longer than %d bytes", MAX_EDITOR_BYTES);
    if (parse_edits(edit_optional(json, "edits"), out, err) != 0)
        return -1;
    return parse_changes(edit_optional(json, "changes"), out, err);
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
    } else if (edit_is_date(item, &cell.number)) {
        cell.type = CELL_NUMBER;
    } else if (edit_is_error(item)) {
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
