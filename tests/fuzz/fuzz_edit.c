/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the body of POST /v1/edits: refused with words or taken, never more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/targets.h"
#include "webhook/edit.h"

/* What later steps take for granted of each kind. */
static void use_kind(const struct edit *edit)
{
    struct cell cell;

    switch (edit->kind) {
    case EDIT_RESOLVE:
        if (edit->conflict <= 0 || (edit->take == EDIT_TAKE_VALUE) != (edit->set != NULL))
            abort();
        cell = edit_cell(edit->set);
        if (cell.type == CELL_TEXT && cell.text_len > EDIT_MAX_TEXT_BYTES)
            abort();
        break;
    case EDIT_DECIDE:
        if (edit->conflict <= 0 || edit->changed_ms < 0)
            abort();
        break;
    case EDIT_UNDO:
        if (strlen(edit->undone) > 64)
            abort();
        break;
    default:
        if (edit->cells == NULL)
            abort();
        break;
    }
}

static void use_edit(const struct edit *edit)
{
    const cJSON *item;
    uint64_t hash;

    if (strlen(edit->id) > 64 || edit->json == NULL)
        abort();
    use_kind(edit);
    cJSON_ArrayForEach(item, edit->cells)
    {
        struct cell cell = edit_cell(item);

        if (cell.type == CELL_TEXT && cell.text_len != strlen(cell.text))
            abort();
        edit_touches(edit, item->string);
        edit_base(edit, item->string, &hash);
    }
}

void fuzz_edit(const uint8_t *data, size_t size)
{
    char *body = malloc(size + 1); /* the server puts a NUL after the body */
    struct edit_request request;
    struct err err = ERR_INIT;

    if (body == NULL)
        return;
    memcpy(body, data, size);
    body[size] = '\0';
    if (edit_parse(body, size, &request, &err) == 0)
        for (size_t i = 0; i < request.n_edits; i++)
            use_edit(&request.edits[i]);
    else if (err.code == ERR_NONE || err.msg[0] == '\0')
        abort();
    edit_request_close(&request);
    free(body);
}
