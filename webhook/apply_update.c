/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/held.h"
#include "webhook/row.h"

/* Was the key typed into another row? Then its other cells show neither what MySQL has nor what was
 * agreed on. */
static bool is_another_row(const struct task *task)
{
    if (!task->has_base || !task_is_key_edited(task) || task->request->source == EDIT_FOUND)
        return false;
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];
        struct merge_cell merge = task_sides(task, i, task->mysql[i], false);

        if (!cell->is_sent || cell->is_edited || task->m->columns[i].is_key ||
            cell->value.state == VALUE_ABSENT)
            continue;
        if (!value_equal(cell->value, task->mysql[i]) &&
            !(merge.has_base && merge.base == hash_value(cell->value)))
            return true;
    }
    return false;
}

bool apply_is_strange(const struct task *task)
{
    size_t n_own = 0, n_strange = 0;

    if (!task->has_base || task->request->source != EDIT_SCRIPT || task->edit->is_forced)
        return false;
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];
        struct merge_cell merge = task_sides(task, i, task->mysql[i], false);
        uint64_t hash = hash_value(cell->value), previous;
        bool is_shown;

        if (task->m->columns[i].is_key) {
            if (cell->is_edited)
                return false;
            continue;
        }
        if (!cell->is_sent || cell->is_edited || cell->value.state == VALUE_ABSENT)
            continue;
        if (value_equal(cell->value, task->mysql[i]) || (merge.has_base && merge.base == hash) ||
            (base_find_previous(task->base.hashes.ptr, task->base.hashes.len,
                                schema_column_of(task->m, i)->name, &previous, &is_shown) &&
             previous == hash)) {
            n_own += cell->value.state != VALUE_NULL;
        } else {
            n_strange += cell->value.state != VALUE_NULL;
        }
    }
    return n_strange > 1 && n_strange > n_own;
}

/* Comparing finds whose row it is, and what was typed there. */
static int leave_to_comparison(struct task *task)
{
    task->reconcile = "a key stood in a row that is not its own";
    task->answer.outcome = ANSWER_IGNORED;
    answer_say(&task->answer, "most of the row is not what belongs to its key: the tab is "
                              "compared, and the edit is found then");
    return 0;
}

static int refuse_another_row(struct task *task, struct err *err)
{
    const struct schema_mapping *m = task->m;

    task->answer.outcome = ANSWER_REJECTED;
    for (size_t k = 0; k < m->n_key; k++) {
        struct task_cell *cell = &task->cells[m->key[k]];

        if (!cell->is_edited)
            continue;
        if (task_refuse(task, m->key[k], err, "%s is already the key of another row",
                        task_quote_cell(task, &cell->cell)) != 0)
            return -1;
        if (cell->has_old && answer_show(&task->answer, m->key[k], &cell->old_cell, err) != 0)
            return -1;
    }
    return 0;
}

/* Held: MySQL's value is not shown; where something was typed that was refused, what stood there.
 */
static int show_held(struct task *task, size_t i, struct err *err)
{
    struct value v = held_value(task, i);

    return task->cells[i].is_refused && v.state != VALUE_ABSENT ? task_show(task, i, v, err) : 0;
}

static bool is_waiting(const struct task *task, size_t i)
{
    enum merge_verdict verdict = task->cells[i].verdict;

    return task->cells[i].is_edited && (verdict == MERGE_HOLD || verdict == MERGE_LAST_WRITE);
}

static int show_cell(struct task *task, size_t i, struct value after, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];
    bool must_show;

    if (cell->is_stale || is_waiting(task, i))
        return 0;
    if (held_cell(task, i))
        return show_held(task, i, err);
    if (cell->is_edited || (task->m->columns[i].is_key && cell->is_sent)) {
        must_show = cell->is_refused || !value_equal(cell->value, after);
    } else if (cell->is_sent && cell->value.state == VALUE_ABSENT) {
        must_show = false; /* somebody typed that, and the edit is on its way */
    } else {
        struct merge_cell merge = task_sides(task, i, after, true);

        must_show = merge_must_show(&merge);
    }
    return must_show ? task_show(task, i, after, err) : 0;
}

/* The sheet and MySQL have agreed on the edited cells as they were sent: what MySQL made of them is
 * then news for the sheet, which the replicator finds by comparing with the base. A row without a
 * base gets one of the cells that show what MySQL had; on the others nobody has agreed yet. */
static void agree(struct task *task, size_t i)
{
    const struct task_cell *cell = &task->cells[i];
    bool is_sent_value = cell->is_sent && cell->value.state != VALUE_ABSENT;

    if (cell->is_refused || cell->is_stale)
        return;
    if (is_waiting(task, i)) {
        held_hold(task, i, cell->value);
        return;
    }
    if (cell->is_edited && is_sent_value && !task->m->columns[i].is_key)
        task_agree(task, i, cell->value);
    else if (!task->has_base && (!cell->is_sent || value_equal(cell->value, task->mysql[i])))
        task_agree(task, i, task->mysql[i]);
}

static void set_outcome(struct task *task, const struct tally *tally)
{
    struct answer *answer = &task->answer;

    answer->operation = tally->n_written > 0 ? ANSWER_UPDATE : ANSWER_NONE;
    if (tally->n_conflicts > 0) {
        answer->outcome = ANSWER_CONFLICT;
    } else if (tally->n_written > 0) {
        answer->outcome = ANSWER_APPLIED;
    } else if (tally->n_refused > 0 || answer->other_notes.len > 0) {
        answer->outcome = ANSWER_REJECTED;
    } else if (tally->n_edited == 0) {
        answer->outcome = ANSWER_IGNORED;
    } else if (tally->n_stale == tally->n_edited) {
        answer->outcome = ANSWER_STALE;
        answer_say(answer, task->request->source == EDIT_FOUND
                               ? "the row has been synchronised since this was found"
                               : "what the sheet showed later is in the database already");
    } else {
        answer->outcome = ANSWER_UNCHANGED;
    }
}

int apply_update_decide(struct task *task, struct value *writes, struct tally *tally,
                        struct err *err)
{
    if (held_release_equal(task, err) != 0)
        return -1;
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited && apply_cell(task, i, writes, tally, err) != 0)
            return -1;
    return 0;
}

static int write_row(struct task *task, const struct value *writes, const struct tally *tally,
                     struct err *err)
{
    if (tally->n_written > 0 &&
        (row_update(task->db, task->m, task->key, writes, err) != 0 || task_reread(task, err) != 0))
        return -1;
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited && apply_cell_log(task, i, err) != 0)
            return -1;
    return 0;
}

static int show(struct task *task, struct err *err)
{
    const struct value *now = task->after == NULL ? task->mysql : task->after;

    for (size_t i = 0; i < task->m->n_columns; i++)
        if (show_cell(task, i, now[i], err) != 0)
            return -1;
    return 0;
}

int apply_update_answer(struct task *task, const struct tally *tally, bool *must_save_base,
                        struct err *err)
{
    bool is_news = tally->n_edited > tally->n_stale;

    set_outcome(task, tally);
    if (is_news && show(task, err) != 0)
        return -1;
    *must_save_base = task->is_base_changed || (is_news && task->answer.outcome != ANSWER_REJECTED);
    for (size_t i = 0; *must_save_base && i < task->m->n_columns; i++)
        agree(task, i);
    return 0;
}

int apply_update(struct task *task, struct err *err)
{
    struct value *writes = task_values(task, task->m->n_columns, err);
    struct tally tally = {0};
    bool must_save_base = false;

    if (writes == NULL)
        return -1;
    if (task_is_key_edited(task) && task->request->source != EDIT_FOUND)
        task->reconcile = "a key was typed over";
    if (is_another_row(task))
        return refuse_another_row(task, err);
    if (apply_is_strange(task))
        return leave_to_comparison(task);
    if (apply_late(task, err) != 0 || apply_update_decide(task, writes, &tally, err) != 0 ||
        write_row(task, writes, &tally, err) != 0 ||
        apply_update_answer(task, &tally, &must_save_base, err) != 0)
        return -1;
    return must_save_base ? task_save_base(task, err) : 0;
}
