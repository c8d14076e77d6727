/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/merge.h"
#include "webhook/row.h"
#include "webhook/state.h"

/* What became of the edited cells. */
struct tally {
    size_t n_edited;
    size_t n_written;
    size_t n_conflicts;
    size_t n_refused;
    size_t n_stale;
};

static const char *column_name(const struct task *task, size_t i)
{
    return schema_column_of(task->m, i)->name;
}

/* The cell's three sides; without a base the sheet is taken to show what MySQL had before the edit.
 */
static struct merge_cell sides(const struct task *task, size_t i, struct value mysql,
                               bool may_assume_base)
{
    const struct task_cell *cell = &task->cells[i];
    struct merge_cell merge = {.sheet = cell->value, .mysql = mysql, .old = cell->old};

    merge.has_base =
        base_find(task->base.hashes.ptr, task->base.hashes.len, column_name(task, i), &merge.base);
    if (!merge.has_base && may_assume_base) {
        merge.has_base = true;
        merge.base = hash_value(task->mysql[i]);
    }
    return merge;
}

/* A found edit was computed against a base; when that has moved on, what was found is no news. */
static bool is_stale(const struct task *task, size_t i)
{
    uint64_t expected = 0, stored = 0;
    bool has_expected, has_stored;

    if (task->request->source != EDIT_FOUND)
        return false;
    has_expected = edit_base(task->edit, task->m->columns[i].header, &expected);
    has_stored =
        base_find(task->base.hashes.ptr, task->base.hashes.len, column_name(task, i), &stored);
    return has_expected != has_stored || expected != stored;
}

static int decide_locked(struct task *task, size_t i, const struct merge_cell *merge,
                         struct tally *tally, struct err *err)
{
    const struct schema_column *sc = &task->m->columns[i];
    const char *why = "only the database changes this column";

    if (value_equal(task->cells[i].value, task->mysql[i]) ||
        (merge->has_base && merge->base == hash_value(task->cells[i].value)))
        return 0; /* touched, not changed */
    if (sc->is_key)
        why = "the key of a row cannot be changed";
    else if (schema_column_of(task->m, i)->is_generated)
        why = "the database computes this column";
    tally->n_refused++;
    return task_refuse(task, i, err, "%s was not taken over: %s",
                       task_quote_cell(task, &task->cells[i].cell), why);
}

static int decide_conflict(struct task *task, size_t i, enum merge_verdict verdict,
                           struct tally *tally, struct err *err)
{
    const char *header = task->m->columns[i].header;
    const char *typed = task_quote_cell(task, &task->cells[i].cell);
    const char *stored = task_quote(task, task->mysql[i]);
    char note[512];

    tally->n_conflicts++;
    if (verdict == MERGE_SHEET_WINS) {
        answer_say(&task->answer,
                   "%s: the sheet says %s, the database had changed to %s; the sheet won", header,
                   typed, stored);
        return 0;
    }
    answer_say(&task->answer,
               "%s: the sheet says %s, the database had changed to %s; the database won", header,
               typed, stored);
    snprintf(note, sizeof(note), "%s was not taken over: the database had changed to %s meanwhile",
             typed, stored);
    return answer_note(&task->answer, i, note, err);
}

/* Decide about an edited cell; what is to be written goes to WRITES. */
static int decide(struct task *task, size_t i, struct value *writes, struct tally *tally,
                  struct err *err)
{
    struct task_cell *cell = &task->cells[i];
    struct merge_cell merge = sides(task, i, task->mysql[i], false);
    enum merge_verdict verdict;

    tally->n_edited++;
    if (is_stale(task, i)) {
        cell->is_stale = true;
        tally->n_stale++;
        return 0;
    }
    if (task->m->columns[i].is_key || !task->m->columns[i].can_edit)
        return decide_locked(task, i, &merge, tally, err);
    if (cell->problem != NULL) {
        tally->n_refused++;
        return task_refuse_problem(task, i, err);
    }
    verdict = merge_edited(&merge, task->m->cfg->conflict);
    if (merge_writes(verdict)) {
        writes[i] = cell->value;
        tally->n_written++;
    }
    if (verdict == MERGE_SHEET_WINS || verdict == MERGE_MYSQL_WINS)
        return decide_conflict(task, i, verdict, tally, err);
    return 0;
}

/* Was the key typed into another row? Then its other cells show neither what MySQL has nor what was
 * agreed on. */
static bool is_another_row(const struct task *task)
{
    if (!task->has_base || !task_is_key_edited(task) || task->request->source == EDIT_FOUND)
        return false;
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];
        struct merge_cell merge = sides(task, i, task->mysql[i], false);

        if (!cell->is_sent || cell->is_edited || task->m->columns[i].is_key ||
            cell->value.state == VALUE_ABSENT)
            continue;
        if (!value_equal(cell->value, task->mysql[i]) &&
            !(merge.has_base && merge.base == hash_value(cell->value)))
            return true;
    }
    return false;
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

static int show_cell(struct task *task, size_t i, struct value after, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];
    bool must_show;

    if (cell->is_stale)
        return 0;
    if (cell->is_edited || (task->m->columns[i].is_key && cell->is_sent)) {
        must_show = cell->is_refused || !value_equal(cell->value, after);
    } else if (cell->is_sent && cell->value.state == VALUE_ABSENT) {
        must_show = false; /* somebody typed that, and the edit is on its way */
    } else {
        struct merge_cell merge = sides(task, i, after, true);

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
    if (cell->is_edited && is_sent_value && !task->m->columns[i].is_key)
        task_agree(task, i, cell->value);
    else if (!task->has_base && (!cell->is_sent || value_equal(cell->value, task->mysql[i])))
        task_agree(task, i, task->mysql[i]);
}

static int save_base(struct task *task, struct err *err)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        agree(task, i);
    return task_save_base(task, err);
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
        answer_say(answer, "the row has been synchronised since this was found");
    } else {
        answer->outcome = ANSWER_UNCHANGED;
    }
}

int apply_update(struct task *task, struct err *err)
{
    size_t n = task->m->n_columns;
    struct value *writes = task_values(task, n, err);
    struct tally tally = {0};

    if (writes == NULL)
        return -1;
    if (task_is_key_edited(task) && task->request->source != EDIT_FOUND)
        task->reconcile = "a key was typed over";
    if (is_another_row(task))
        return refuse_another_row(task, err);
    for (size_t i = 0; i < n; i++)
        if (task->cells[i].is_edited && decide(task, i, writes, &tally, err) != 0)
            return -1;
    if (tally.n_written > 0) {
        if (row_update(task->db, task->m, task->key, writes, err) != 0 ||
            task_reread(task, err) != 0)
            return -1;
    }
    set_outcome(task, &tally);
    if (tally.n_edited == tally.n_stale)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (show_cell(task, i, task->after == NULL ? task->mysql[i] : task->after[i], err) != 0)
            return -1;
    return task->answer.outcome == ANSWER_REJECTED ? 0 : save_base(task, err);
}
