/* SPDX-License-Identifier: Apache-2.0 */
/* action: one action of a person on a draft, for actions.c and the files that do them. */
#ifndef SANDBOX_ACTION_H
#define SANDBOX_ACTION_H

#include "common/json.h"
#include "sandbox/engine_calls.h"

struct action {
    struct book *draft;
    const cJSON *json;
    const struct tab *tab; /* the tab it is about */
    struct effect effect;
};

typedef int action_function(struct action *a, struct err *err);

/* action_cells.c */
action_function action_edit, action_paste, action_clear, action_set_note, action_sort;
/* action_grid.c */
action_function action_insert_rows, action_delete_rows, action_insert_columns,
    action_delete_columns, action_move_rows, action_rename_tab, action_add_tab, action_delete_tab;

/* A member that must be an integer of LOW to HIGH. */
int action_number(const struct action *a, const char *name, int64_t low, int64_t high, int64_t *out,
                  struct err *err);
#endif
