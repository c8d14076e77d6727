/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch_validation: setDataValidation. The rule is kept and shown; nothing is refused because of
 * it: whether Google refuses API writes that break a strict rule is nowhere documented.
 */
#include <string.h>

#include "sandbox/batch.h"
#include "sandbox/filter.h"
#include "sandbox/refuse.h"

/* A list needs its items, a checkbox at most two values. */
static int check_condition(const cJSON *condition, struct err *err)
{
    const char *type = json_text(condition, "type", "CONDITION_TYPE_UNSPECIFIED");
    int n = cJSON_GetArraySize(json_get(condition, "values"));

    if (strcmp(type, "CONDITION_TYPE_UNSPECIFIED") == 0)
        return refuse(err, 400, "A condition type must be set.");
    if ((strcmp(type, "ONE_OF_LIST") == 0 && n == 0) || (strcmp(type, "BOOLEAN") == 0 && n > 2))
        return refuse(err, 400, "Invalid number of values for condition type %s: %d", type, n);
    return 0;
}

int batch_set_data_validation(struct batch_run *run, const cJSON *request, struct err *err)
{
    const cJSON *rule = json_get(request, "rule");
    struct format *shared;
    struct place place;
    struct tab *t;

    if ((rule != NULL && check_condition(json_get(rule, "condition"), err) < 0) ||
        filter_grid_range(run->draft, json_get(request, "range"), true, &place, err) < 0)
        return -1;
    shared = rule == NULL ? NULL : format_new(cJSON_Duplicate(rule, true));
    t = book_write_tab(run->draft, place.tab);
    for (int64_t row = place.area.row; row < place.area.end_row; row++)
        for (int64_t column = place.area.column; column < place.area.end_column; column++)
            if (shared != NULL || tab_cell(t, row, column) != NULL)
                cell_set_validation(tab_write(t, row, column), format_ref(shared));
    format_unref(shared);
    book_touch(run->draft, t, TOUCH_CELLS, place.area);
    return 0;
}
