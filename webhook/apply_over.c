/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value that the script knows from the event only: the cell showed something else already when
 * its row was read. Most likely we wrote there. But the script has only the place, and where MySQL
 * has just deleted rows, others have taken it.
 */
#include "webhook/apply_steps.h"
#include "webhook/state.h"

#define CLOCKS_MS 5000 /* Google's clock and MySQL's */

int apply_over(struct task *task, bool *is_its_row, struct err *err)
{
    bool has_moved = false;

    if (state_tombstone_since(task->db, task->m->cfg->name, task->edit->time_ms - CLOCKS_MS,
                              &has_moved, err) != 0)
        return -1;
    *is_its_row = task->is_found && !has_moved;
    return 0;
}
