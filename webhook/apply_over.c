/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value that the script knows from the event only: the cell showed something else already when
 * its row was read. Most likely we wrote MySQL's value there. But the script has only the place,
 * and where MySQL deletes rows, others take it.
 */
#include "common/hash.h"
#include "webhook/apply_steps.h"
#include "webhook/state.h"

#define CLOCKS_MS 5000 /* Google's clock and MySQL's */

/* Did the cell show that before, as the event says? Google tells of no blank one. */
static int was_there(struct task *task, size_t i, bool *is_there, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];
    const struct cell blank = {.type = CELL_BLANK};
    struct merge_cell merge = task_sides(task, i, task->mysql[i], false);
    struct value old = cell->old;
    const char *problem = NULL;
    uint64_t hash;

    if (!cell->has_old && task_parse(task, i, &blank, &old, &problem, err) != 0)
        return -1;
    if (!cell->has_old && old.state == VALUE_ABSENT)
        old = VALUE_INIT_NULL;
    if (old.state == VALUE_ABSENT)
        return 0;
    hash = hash_value(old);
    *is_there = (merge.has_base && merge.base == hash) ||
                (merge.has_previous && merge.previous == hash) || value_equal(old, task->mysql[i]);
    return 0;
}

int apply_over(struct task *task, bool *is_its_row, struct err *err)
{
    bool has_moved = false;

    *is_its_row = false;
    if (!task->is_found)
        return 0;
    if (state_tombstone_since(task->db, task->m->cfg->name, task->edit->time_ms - CLOCKS_MS,
                              &has_moved, err) != 0)
        return -1;
    for (size_t i = 0; !has_moved && i < task->m->n_columns; i++)
        if (task->cells[i].is_edited && was_there(task, i, is_its_row, err) != 0)
            return -1;
    return 0;
}
