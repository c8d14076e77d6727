/* SPDX-License-Identifier: Apache-2.0 */
/* One edited cell of a row that MySQL has: is it a conflict, and who wins? */
#include <stdio.h>

#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/conflict.h"
#include "webhook/held.h"
#include "webhook/row.h"

#define NOTE_BYTES 512

static const char *column_name(const struct task *task, size_t i)
{
    return schema_column_of(task->m, i)->name;
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
    const char *why = task->m->columns[i].is_key ? "the key of a row cannot be changed"
                                                 : schema_why_locked(task->m, i);

    if (value_equal(task->cells[i].value, task->mysql[i]) ||
        (merge->has_base && merge->base == hash_value(task->cells[i].value)))
        return 0; /* touched, not changed */
    tally->n_refused++;
    return task_refuse(task, i, err, "%s was not taken over: %s",
                       task_quote_cell(task, &task->cells[i].cell), why);
}

/* The first synchronisation of two filled sides has a policy of its own. */
static enum config_conflict policy_of(const struct task *task, size_t i)
{
    if (task->edit->is_initial && task->m->cfg->initial == CONFIG_INITIAL_MYSQL)
        return CONFIG_MYSQL_WINS;
    if (task->edit->is_initial && task->m->cfg->initial == CONFIG_INITIAL_SHEET)
        return CONFIG_SHEET_WINS;
    return config_policy(task->m->cfg, column_name(task, i));
}

/* The later write wins: decided at once where a column says when the row was written, else asked.
 */
static int decide_by_time(struct task *task, size_t i, struct err *err)
{
    struct task_cell *cell = &task->cells[i];
    const char *column = task->m->cfg->last_write_column;

    if (column == NULL)
        return 0;
    if (row_written_at(task->db, task->m, task->key, column, &cell->changed_us, err) != 0)
        return -1;
    cell->verdict = merge_last_write(task->edit->time_ms, cell->changed_us);
    return 0;
}

/* Who won, in the message. */
static void say_winner(struct task *task, size_t i, const char *winner)
{
    answer_say(&task->answer, "%s: the sheet says %s, the database had changed to %s; %s",
               task->m->columns[i].header, task_quote_cell(task, &task->cells[i].cell),
               task_quote(task, task->mysql[i]), winner);
}

/* The first synchronisation is as it was configured: no note. */
static int note_loser(struct task *task, size_t i, struct err *err)
{
    char note[NOTE_BYTES];

    say_winner(task, i, "the database won");
    if (task->edit->is_initial)
        return 0;
    snprintf(note, sizeof(note), "%s was not taken over: the database had changed to %s meanwhile",
             task_quote_cell(task, &task->cells[i].cell), task_quote(task, task->mysql[i]));
    return answer_note(&task->answer, i, note, err);
}

static int take_rules(struct task *task, size_t i, struct value result, struct value *writes,
                      struct err *err)
{
    const char *made = task_quote(task, result);
    char note[NOTE_BYTES];

    if (!value_equal(result, task->mysql[i]))
        writes[i] = result;
    snprintf(note, sizeof(note), "the rule made it %s", made);
    say_winner(task, i, note);
    if (value_equal(result, task->cells[i].value))
        return 0;
    snprintf(note, sizeof(note), "%s became %s: the database had changed to %s, and a rule decides",
             task_quote_cell(task, &task->cells[i].cell), made, task_quote(task, task->mysql[i]));
    return answer_note(&task->answer, i, note, err);
}

/* A rule that cannot tell leaves it to a person. */
static int decide_by_rule(struct task *task, size_t i, struct value *writes, const char **why,
                          struct err *err)
{
    struct value result = {.state = VALUE_ABSENT};

    if (apply_rule(task, i, &result, why, err) != 0)
        return -1;
    if (*why == NULL)
        return take_rules(task, i, result, writes, err);
    task->cells[i].verdict = MERGE_HOLD;
    return 0;
}

static int decide_conflict(struct task *task, size_t i, enum config_conflict policy,
                           struct value *writes, struct err *err)
{
    struct task_cell *cell = &task->cells[i];
    const char *why = NULL;

    cell->policy = merge_policy(policy);
    if (cell->verdict == MERGE_LAST_WRITE && decide_by_time(task, i, err) != 0)
        return -1;
    if (cell->verdict == MERGE_RULE && decide_by_rule(task, i, writes, &why, err) != 0)
        return -1;
    switch (cell->verdict) {
    case MERGE_SHEET_WINS:
        say_winner(task, i, "the sheet won");
        writes[i] = cell->value;
        return 0;
    case MERGE_MYSQL_WINS:
        return note_loser(task, i, err);
    case MERGE_HOLD:
    case MERGE_LAST_WRITE:
        return held_say(task, i, why, err);
    default:
        return 0;
    }
}

/* A cell whose conflict waits already. *IS_DONE: nothing more is to be decided. */
static int decide_held(struct task *task, size_t i, bool *is_done, struct err *err)
{
    if (!held_cell(task, i))
        return 0;
    if (held_edit(task, i, is_done, err) != 0)
        return -1;
    if (*is_done || !merge_is_conflict(task->cells[i].verdict))
        return 0;
    *is_done = true;
    return held_say(task, i, NULL, err);
}

/* The cell shows a stand-in for it, and nobody edits what they do not see. */
static bool is_too_long(const struct task *task, size_t i)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err why = ERR_INIT;
    struct cell cell;

    return !value_equal(task->cells[i].value, task->mysql[i]) &&
           cell_from_value(schema_column_of(task->m, i), task->mysql[i], &scratch, &cell, &why) !=
               0 &&
           why.code == ERR_VALUE;
}

int apply_cell(struct task *task, size_t i, struct value *writes, struct tally *tally,
               struct err *err)
{
    struct task_cell *cell = &task->cells[i];
    struct merge_cell merge = task_sides(task, i, task->mysql[i], false);
    enum config_conflict policy = policy_of(task, i);
    bool is_done = false;

    tally->n_edited++;
    if (cell->is_stale || is_stale(task, i)) {
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
    if (!task->edit->is_forced && is_too_long(task, i)) {
        tally->n_refused++;
        return task_refuse(task, i, err,
                           "%s was not taken over: the database has a text here that is too long "
                           "for a cell; change it there",
                           task_quote_cell(task, &cell->cell));
    }
    if (decide_held(task, i, &is_done, err) != 0)
        return -1;
    if (!is_done)
        cell->verdict = merge_edited(&merge, policy);
    if (task->edit->is_forced && cell->verdict != MERGE_SAME)
        cell->verdict = MERGE_APPLY;
    if (!is_done && merge_is_conflict(cell->verdict) &&
        decide_conflict(task, i, policy, writes, err) != 0)
        return -1;
    if (cell->verdict == MERGE_APPLY)
        writes[i] = cell->value;
    tally->n_written += writes[i].state != VALUE_ABSENT;
    tally->n_conflicts += merge_is_conflict(cell->verdict);
    return 0;
}

/* What both had, or, where MySQL's value was shown over the person's, what the person saw. */
static const char *base_json(struct task *task, size_t i)
{
    struct value base = task_base_value(task, i);

    return conflict_value(task, value_equal(base, task->mysql[i]) ? task->cells[i].old : base);
}

static const char *outcome_of(enum merge_verdict verdict)
{
    switch (verdict) {
    case MERGE_SHEET_WINS:
        return "sheet";
    case MERGE_MYSQL_WINS:
        return "mysql";
    case MERGE_RULE:
        return "value";
    default:
        return NULL;
    }
}

int apply_cell_log(struct task *task, size_t i, struct err *err)
{
    const struct task_cell *cell = &task->cells[i];
    const struct value *now = task->after == NULL ? task->mysql : task->after;
    struct conflict c = {
        .column = column_name(task, i),
        .kind = task->has_base ? "update_update" : "insert_insert",
        .policy = cell->policy,
        .outcome = outcome_of(cell->verdict),
        .base = base_json(task, i),
        .mysql = conflict_value(task, task->mysql[i]),
        .sheet = conflict_value(task, cell->value),
        .changed_us = cell->changed_us,
        .decider = cell->policy,
    };

    if (cell->policy == NULL)
        return 0; /* no conflict, or one that waits already */
    c.state = cell->verdict == MERGE_LAST_WRITE ? "asked" : "open";
    if (c.outcome != NULL) {
        c.state = "resolved";
        c.final = conflict_value(task, now[i]);
    }
    return conflict_add(task, &c, err);
}
