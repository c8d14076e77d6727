/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value that the script knows from the event only: the cell showed something else already when
 * its row was read. Most likely we wrote there. But the script has only the place, and where MySQL
 * has just deleted rows, others have taken it; so they have where a person has inserted some. A row
 * in which we can have written nothing is another one. And where the sheet itself has said
 * something since, a person has typed over the value before its trigger ran.
 */
#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/state.h"

#define CLOCKS_MS 5000 /* Google's clock and MySQL's */

/* Can we have written over the edit? A cell that was blank when the person typed (nothing is told
 * of what was there) and that shows what has been agreed on for long is one of another row. */
static bool is_written_over(const struct task *task)
{
    const struct buf *hashes = &task->base.hashes;

    for (size_t i = 0; i < task->m->n_columns; i++) {
        const char *name = schema_column_of(task->m, i)->name;
        uint64_t hash;

        if (!task->cells[i].is_edited || task->cells[i].has_old || !task->has_base)
            continue;
        if (base_find(hashes->ptr, hashes->len, name, &hash) &&
            hash == hash_value(task->mysql[i]) &&
            base_shown_ms(hashes->ptr, hashes->len, name) < task->edit->time_ms - CLOCKS_MS)
            return false;
    }
    return true;
}

/* What is agreed on came from the sheet, MySQL has it, and it is not what the person typed over. */
static bool is_typed_over(const struct task *task, size_t i)
{
    const struct buf *hashes = &task->base.hashes;
    const char *name = schema_column_of(task->m, i)->name;
    uint64_t hash, previous;
    bool is_shown;

    return task->has_base && task->cells[i].old.state != VALUE_ABSENT &&
           base_find(hashes->ptr, hashes->len, name, &hash) && hash == hash_value(task->mysql[i]) &&
           hash != hash_value(task->cells[i].old) &&
           base_find_previous(hashes->ptr, hashes->len, name, &previous, &is_shown) && !is_shown;
}

static void mark_typed_over(struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++) {
        if (!task->cells[i].is_edited || !is_typed_over(task, i))
            continue;
        task->cells[i].is_stale = true;
        task->reconcile = "a value was typed over";
    }
}

int apply_over(struct task *task, bool *is_its_row, struct err *err)
{
    bool has_moved = false;

    if (state_tombstone_since(task->db, task->m->cfg->name, task->edit->time_ms - CLOCKS_MS,
                              &has_moved, err) != 0)
        return -1;
    *is_its_row = task->is_found && !has_moved && is_written_over(task);
    if (*is_its_row)
        mark_typed_over(task);
    return 0;
}
