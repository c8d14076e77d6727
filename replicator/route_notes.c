/* SPDX-License-Identifier: Apache-2.0 */
/* route_notes: which notes an edit's answer wants its row to have. The script shows those of its
 * own edits (Code.gs); the same rules here. */
#include <string.h>

#include "common/buf.h"
#include "common/json.h"
#include "replicator/route_private.h"

static const char *header_of(const struct mapping *m, const char *column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (strcmp(mapping_column_of(m, i)->name, column) == 0)
            return m->columns[i].header;
    return NULL;
}

/* A message that names no cell is for the first one that was edited, or the row's first. */
static void add_message(cJSON *notes, const struct mapping *m, const cJSON *columns,
                        const struct edit_texts *edit)
{
    bool is_waiting = strcmp(edit->outcome, "waiting") == 0;
    CLEANUP_BUF struct buf text = BUF_INIT;
    const cJSON *first = cJSON_IsArray(columns) ? columns->child : NULL;
    const char *header = cJSON_IsString(first) ? header_of(m, first->valuestring) : NULL;

    if (notes->child != NULL || edit->message[0] == '\0' ||
        (!is_waiting && strcmp(edit->outcome, "rejected") != 0 &&
         strcmp(edit->outcome, "conflict") != 0))
        return;
    buf_printf(&text, "%s%s", is_waiting ? "waiting: " : "", edit->message);
    cJSON_AddStringToObject(notes, is_waiting || header == NULL ? m->columns[0].header : header,
                            buf_text(&text));
}

/* What was refused before is not refused any more. */
static void add_ends(cJSON *notes, const struct mapping *m, const cJSON *columns,
                     const struct edit_texts *edit)
{
    const cJSON *item;

    if (strcmp(edit->source, "found") != 0 ||
        (strcmp(edit->outcome, "applied") != 0 && strcmp(edit->outcome, "unchanged") != 0))
        return;
    cJSON_ArrayForEach(item, columns)
    {
        const char *header = cJSON_IsString(item) ? header_of(m, item->valuestring) : NULL;

        if (header != NULL && !cJSON_HasObjectItem(notes, header))
            cJSON_AddNullToObject(notes, header);
    }
}

char *route_notes(const struct mapping *m, const struct edit_texts *edit)
{
    CLEANUP_JSON cJSON *answer = NULL;
    CLEANUP_JSON cJSON *columns = NULL;
    CLEANUP_JSON cJSON *notes = NULL;
    struct err ignored;

    json_parse(edit->answer, strlen(edit->answer), &answer, &ignored);
    json_parse(edit->columns, strlen(edit->columns), &columns, &ignored);
    notes = cJSON_IsObject(json_get(answer, "notes"))
                ? cJSON_Duplicate(json_get(answer, "notes"), true)
                : cJSON_CreateObject();
    if (notes == NULL)
        return NULL;
    add_message(notes, m, columns, edit);
    add_ends(notes, m, columns, edit);
    return notes->child == NULL ? NULL : cJSON_PrintUnformatted(notes);
}
