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
/* action_range.c */
action_function action_cut_paste, action_copy_paste, action_merge_cells, action_unmerge_cells;
/* action_grid.c */
action_function action_insert_rows, action_delete_rows, action_insert_columns,
    action_delete_columns, action_move_rows, action_move_columns, action_hide_rows,
    action_show_rows, action_filter;
/* action_tabs.c */
action_function action_rename_tab, action_add_tab, action_delete_tab, action_copy_tab,
    action_move_tab;

/* A member that must be an integer of LOW to HIGH. */
int action_number(const struct action *a, const char *name, int64_t low, int64_t high, int64_t *out,
                  struct err *err);
/* The cell that "row" and "column", or "range", name; a merge is named by any cell of it. */
int action_cell(struct action *a, int64_t *row, int64_t *column, struct err *err);
/* The area from there on that "rows" and "columns" (1 if missing) tell. */
int action_area(struct action *a, struct area *out, struct err *err);
/* A paste at the edge makes the grid larger, as the browser does: so many rows and columns. */
int action_make_room(struct action *a, int64_t rows, int64_t columns, struct err *err);
#endif
