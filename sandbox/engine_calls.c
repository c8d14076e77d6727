/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/engine_calls.h"

#include <stdlib.h>

#include "sandbox/script/engine.h"

void effect_close(struct effect *e)
{
    free(e->value);
    free(e->old_value);
    e->value = e->old_value = NULL;
}

void engine_fire(struct sandbox *s, const char *spreadsheet, const char *user,
                 const struct effect *e)
{
    struct script_edit edit = {
        .user = user,
        .sheet_id = e->sheet_id,
        .row = e->area.row,
        .column = e->area.column,
        .n_rows = e->area.end_row - e->area.row,
        .n_columns = e->area.end_column - e->area.column,
        .value = e->value,
        .old_value = e->old_value,
    };

    if (s->script == NULL)
        return;
    if (e->is_edit)
        script_fire_edit(s->script, spreadsheet, &edit);
    if (e->change != NULL)
        script_fire_change(s->script, spreadsheet, e->change, user);
}
