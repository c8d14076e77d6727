/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/held.h"

#include <stdio.h>

#include "common/base.h"
#include "common/base_values.h"

#define NOTE_BYTES 1000

static const char *column_name(const struct task *task, size_t i)
{
    return schema_column_of(task->m, i)->name;
}

bool held_cell(const struct task *task, size_t i)
{
    return base_is_held(task->base.hashes.ptr, task->base.hashes.len, column_name(task, i));
}

bool held_row(const struct task *task)
{
    return base_is_held(task->base.hashes.ptr, task->base.hashes.len, BASE_ROW);
}

void held_hold(struct task *task, size_t i, struct value v)
{
    base_set(&task->base.hashes, column_name(task, i), hash_value(v));
    base_hold(&task->base.hashes, column_name(task, i));
    base_value_set(&task->base.agreed, column_name(task, i), v);
}

void held_release(struct task *task, size_t i)
{
    const char *name = column_name(task, i);

    base_release(&task->base.hashes, name);
    if (!config_keeps_value(task->m->cfg, name))
        base_value_set(&task->base.agreed, name, (struct value){.state = VALUE_ABSENT});
}

struct value held_value(const struct task *task, size_t i)
{
    return base_value_find(task->base.agreed.ptr, task->base.agreed.len, column_name(task, i));
}

static int end(struct task *task, struct conflict *c, const char *outcome, const char *decider,
               struct value final, struct err *err)
{
    c->outcome = outcome;
    c->decider = decider;
    c->final = conflict_value(task, final);
    return conflict_resolve(task, c, err);
}

static int release_if_equal(struct task *task, size_t i, struct err *err)
{
    struct conflict c;
    bool is_found = false;
    uint64_t hash = 0;

    if (!held_cell(task, i) ||
        !base_find(task->base.hashes.ptr, task->base.hashes.len, column_name(task, i), &hash) ||
        hash != hash_value(task->mysql[i]))
        return 0;
    if (conflict_find(task, column_name(task, i), &c, &is_found, err) != 0 ||
        (is_found && end(task, &c, "agreed", "", task->mysql[i], err) != 0))
        return -1;
    held_release(task, i);
    answer_clear_note(&task->answer, i);
    task->is_base_changed = true;
    return 0;
}

int held_release_equal(struct task *task, struct err *err)
{
    struct conflict c;
    bool is_found = false;

    if (held_row(task)) {
        if (conflict_find(task, BASE_ROW, &c, &is_found, err) != 0 ||
            (is_found && end(task, &c, "agreed", "", (struct value){.state = VALUE_ABSENT}, err)))
            return -1;
        base_release(&task->base.hashes, BASE_ROW);
        task->is_base_changed = true;
    }
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (release_if_equal(task, i, err) != 0)
            return -1;
    return 0;
}

static bool is_json_of(struct task *task, struct value v, const char *json)
{
    const char *own = conflict_value(task, v);

    return own != NULL && json != NULL && strcmp(own, json) == 0;
}

int held_edit(struct task *task, size_t i, bool *is_over, struct err *err)
{
    struct task_cell *cell = &task->cells[i];
    struct conflict c;
    bool is_found = false;
    int rc = 0;

    if (conflict_find(task, column_name(task, i), &c, &is_found, err) != 0)
        return -1;
    *is_over = true;
    task->is_base_changed = true;
    cell->verdict = MERGE_APPLY;
    if (!is_found) {
        *is_over = false;
    } else if (value_equal(cell->value, task->mysql[i])) {
        cell->verdict = MERGE_SAME;
        rc = end(task, &c, "agreed", "", task->mysql[i], err);
    } else if (task->edit->is_forced) {
        rc = end(task, &c, "sheet", task->request->editor, cell->value, err);
    } else if (is_json_of(task, cell->value, c.base)) {
        cell->verdict = MERGE_KEEP;
        rc = end(task, &c, "mysql", task->request->editor, task->mysql[i], err);
    } else {
        *is_over = false;
        cell->verdict = strcmp(c.state, "asked") == 0 ? MERGE_LAST_WRITE : MERGE_HOLD;
        return conflict_update(task, &c, conflict_value(task, cell->value), err);
    }
    held_release(task, i);
    answer_clear_note(&task->answer, i);
    return rc;
}

int held_say(struct task *task, size_t i, const char *why, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];
    char note[NOTE_BYTES];

    snprintf(note, sizeof(note), "%s: the sheet says %s, the database %s%s%s",
             cell->verdict == MERGE_LAST_WRITE ? "being decided" : "waiting for a decision",
             task_quote_cell(task, &cell->cell), task_quote(task, task->mysql[i]),
             why == NULL ? "" : "; ", why == NULL ? "" : why);
    answer_say(&task->answer, "%s: %s", task->m->columns[i].header, note);
    return answer_note(&task->answer, i, note, err);
}
