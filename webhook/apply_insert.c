/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "webhook/apply_steps.h"
#include "webhook/conflict.h"
#include "webhook/row.h"
#include "webhook/same_row.h"
#include "webhook/state.h"

/* Index of the key column that MySQL numbers and the person left blank, or -1. */
static int numbered_key(const struct task *task)
{
    const struct schema_mapping *m = task->m;

    for (size_t k = 0; k < m->n_key; k++)
        if (schema_column_of(m, m->key[k])->is_auto_increment &&
            (task->key[k].state != VALUE_TEXT || !m->columns[m->key[k]].can_edit))
            return (int)k;
    return -1;
}

/* What is to be written of each cell: blank ones are left to their defaults. */
static int collect(struct task *task, struct value *writes, size_t *n_refused, struct err *err)
{
    const struct schema_mapping *m = task->m;

    for (size_t i = 0; i < m->n_columns; i++) {
        struct task_cell *cell = &task->cells[i];

        if (!cell->is_sent || cell->cell.type == CELL_BLANK || !m->columns[i].can_edit)
            continue;
        if (cell->problem == NULL) {
            writes[i] = cell->value;
            continue;
        }
        ++*n_refused;
        if (task_refuse_problem(task, i, err) != 0)
            return -1;
    }
    return 0;
}

/* Append the headers of the cells that the row still lacks; false: it lacks none. A blank part of a
 * key, which could be the empty text of a row that MySQL has, is one that the person has not typed
 * yet. */
static bool is_incomplete(const struct task *task, const struct value *writes, struct buf *headers)
{
    const struct schema_mapping *m = task->m;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct column *c = schema_column_of(m, i);
        bool is_required = !c->has_default || m->columns[i].is_key;

        if (writes[i].state != VALUE_ABSENT || !is_required || !m->columns[i].can_edit ||
            c->is_auto_increment || (schema_is_given(m, i) && !m->columns[i].is_key))
            continue;
        buf_printf(headers, "%s%s", headers->len == 0 ? "" : ", ", m->columns[i].header);
    }
    return headers->len > 0;
}

/* Find the new row under the key it has got. */
static int reread_new(struct task *task, int numbered, struct err *err)
{
    char number[24];

    if (numbered >= 0) {
        int n = snprintf(number, sizeof(number), "%" PRIu64, db_insert_id(task->db));

        task->key[numbered] = value_text(number, (size_t)n);
    }
    return task_reread(task, err);
}

static int show_new(struct task *task, size_t i, struct value shown, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];

    if (value_equal(shown, task->after[i]))
        return 0;
    if (cell->is_edited && cell->cell.type != CELL_BLANK && !task->m->columns[i].is_key &&
        !task->m->columns[i].can_edit &&
        task_refuse(task, i, err, "%s was not taken over: %s", task_quote_cell(task, &cell->cell),
                    schema_why_locked(task->m, i)) != 0)
        return -1;
    return task_show(task, i, task->after[i], err);
}

static int show_and_save_base(struct task *task, struct err *err)
{
    state_base_clear(&task->base);
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];
        bool is_blank = !cell->is_sent || cell->cell.type == CELL_BLANK;
        struct value shown = is_blank ? VALUE_INIT_NULL : cell->value;

        /* A cell that could not be read was never agreed on. */
        if (shown.state != VALUE_ABSENT)
            task_agree(task, i, shown);
        if (show_new(task, i, shown, err) != 0)
            return -1;
    }
    return task_save_base(task, err);
}

/* A key that was there before: it is not gone any more. */
static int end_absence(struct task *task, struct err *err)
{
    return conflict_close_row(task, err) != 0
               ? -1
               : state_tombstone_delete(task->db, task->m->cfg->name, task_key_hash(task), err);
}

/* It would not be seen here, and perhaps nowhere. */
static int refuse_other(const struct task *task, struct err *err)
{
    const struct row_filter *filter = &task->m->cfg->filter;

    if (filter->column == NULL)
        return err_set(err, ERR_VALUE, "this tab does not show rows like this one (its filter)");
    return err_set(err, ERR_VALUE,
                   "this tab does not show rows like this one: its rows have %s in %s; leave that "
                   "cell blank, or type the row into its own tab",
                   filter->value.state != VALUE_TEXT ? "nothing"
                   : filter->value.len == 0          ? "\"\""
                                                     : filter->value.ptr,
                   filter->column);
}

static int insert(struct task *task, const struct value *writes, struct err *err)
{
    int numbered = numbered_key(task);
    bool is_mapped;

    if (row_insert(task->db, task->m, writes, err) != 0 || reread_new(task, numbered, err) != 0)
        return -1;
    if (row_is_mapped(task->db, task->m, task->key, &is_mapped, err) != 0)
        return -1;
    if (!is_mapped)
        return refuse_other(task, err);
    task->answer.operation = ANSWER_INSERT;
    if (numbered < 0 && end_absence(task, err) != 0)
        return -1;
    return show_and_save_base(task, err);
}

int apply_insert(struct task *task, bool is_again, struct err *err)
{
    CLEANUP_BUF struct buf missing = BUF_INIT;
    struct value *writes = task_values(task, task->m->n_columns, err);
    size_t n_refused = 0;
    bool is_same = false, is_earlier = false;

    if (writes == NULL || collect(task, writes, &n_refused, err) != 0)
        return -1;
    if (n_refused > 0) {
        task->answer.outcome = ANSWER_REJECTED;
        return 0;
    }
    if (is_incomplete(task, writes, &missing)) {
        task->answer.outcome = ANSWER_WAITING;
        answer_say(&task->answer, "the new row still needs: %s", missing.ptr);
        return 0;
    }
    for (size_t k = 0; k < task->m->n_key; k++) {
        const struct task_cell *cell = &task->cells[task->m->key[k]];

        if (cell->is_edited && cell->has_old && cell->old_cell.type != CELL_BLANK)
            task->reconcile = "a key was typed over";
    }
    if (numbered_key(task) >= 0 && same_row_claim(task, &is_same, err) != 0)
        return -1;
    if (is_same)
        return 0;
    if (numbered_key(task) >= 0 && same_row_find_earlier(task, &is_earlier, err) != 0)
        return -1;
    if (is_earlier)
        return apply_update(task, err);
    task->answer.outcome = is_again ? ANSWER_CONFLICT : ANSWER_APPLIED;
    if (is_again)
        answer_say(&task->answer, "the database had deleted this row meanwhile; the sheet won, and "
                                  "it was inserted again");
    return insert(task, writes, err);
}
