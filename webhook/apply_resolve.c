/* SPDX-License-Identifier: Apache-2.0 */
/* A conflict that waits is decided: by a person (resolve), or by the times (decide). */
#include <stdio.h>

#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/conflict.h"
#include "webhook/held.h"
#include "webhook/row.h"
#include "webhook/values.h"

#define NOTE_BYTES 512

static int end(struct task *task, struct conflict *c, const char *outcome, struct value final,
               struct err *err)
{
    c->outcome = outcome;
    c->final = conflict_value(task, final);
    task->answer.outcome = ANSWER_APPLIED;
    return conflict_resolve(task, c, err);
}

/* What is decided, as the person or the times say; *REFUSED: it cannot be. */
static int pick(struct task *task, size_t i, struct conflict *c, enum edit_take take,
                struct value *out, bool *refused, struct err *err)
{
    struct cell cell;
    int rc = 0;

    *out = task->mysql[i];
    if (take == EDIT_TAKE_SHEET || take == EDIT_TAKE_BASE)
        rc = values_read(take == EDIT_TAKE_SHEET ? c->sheet : c->base, &task->arena, out, err);
    if (take == EDIT_TAKE_VALUE) {
        cell = edit_cell(task->edit->set);
        task->cells[i].cell = cell;
        rc = task_parse(task, i, &cell, out, &task->cells[i].problem, err);
    }
    if (rc != 0 || out->state != VALUE_ABSENT)
        return rc;
    *refused = true;
    if (take == EDIT_TAKE_VALUE)
        return task_refuse_problem(task, i, err);
    return task_reject(task, "it is not known what %s had",
                       take == EDIT_TAKE_BASE ? "both sides" : "the sheet");
}

static int write_cell(struct task *task, size_t i, struct value v, struct err *err)
{
    struct value *writes = task_values(task, task->m->n_columns, err);

    if (writes == NULL)
        return -1;
    if (value_equal(v, task->mysql[i]))
        return 0;
    writes[i] = v;
    task->answer.operation = ANSWER_UPDATE;
    return row_update(task->db, task->m, task->key, writes, err) != 0 ? -1 : task_reread(task, err);
}

/* The person whose value the times have put aside is told, where it was typed. */
static int note(struct task *task, size_t i, struct value sheet, struct err *err)
{
    char text[NOTE_BYTES];

    answer_clear_note(&task->answer, i);
    if (task->edit->kind != EDIT_DECIDE || value_equal(sheet, task->mysql[i]) ||
        task->after != NULL)
        return 0;
    snprintf(text, sizeof(text), "%s was not taken over: the database had changed to %s later",
             task_quote(task, sheet), task_quote(task, task->mysql[i]));
    answer_say(&task->answer, "%s: %s", task->m->columns[i].header, text);
    return answer_note(&task->answer, i, text, err);
}

static const char *outcome_of(const struct task *task, size_t i, enum edit_take take,
                              struct value sheet)
{
    bool is_either = take == EDIT_TAKE_SHEET || take == EDIT_TAKE_MYSQL;

    static const char *const names[] = {
        [EDIT_TAKE_MYSQL] = "mysql",
        [EDIT_TAKE_SHEET] = "sheet",
        [EDIT_TAKE_BASE] = "base",
        [EDIT_TAKE_VALUE] = "value",
    };

    return is_either && value_equal(sheet, task->mysql[i]) ? "agreed" : names[take];
}

/* The replicator has seen that both sides agree: it decides nothing. */
static bool is_finding(const struct task *task)
{
    return task->edit->kind == EDIT_RESOLVE && task->request->source == EDIT_FOUND;
}

static int resolve_cell(struct task *task, size_t i, struct conflict *c, enum edit_take take,
                        struct err *err)
{
    struct value v, sheet;
    const struct value *now;
    bool is_refused = false;

    if (pick(task, i, c, take, &v, &is_refused, err) != 0)
        return -1;
    if (is_refused)
        return 0;
    if (values_read(c->sheet, &task->arena, &sheet, err) != 0)
        return -1;
    if (is_finding(task) && !value_equal(sheet, task->mysql[i])) {
        task->answer.outcome = ANSWER_STALE;
        answer_say(&task->answer, "the two sides do not agree any more");
        return 0;
    }
    if (write_cell(task, i, v, err) != 0)
        return -1;
    now = task->after == NULL ? task->mysql : task->after;
    if (end(task, c, outcome_of(task, i, take, sheet), now[i], err) != 0 ||
        note(task, i, sheet, err) != 0 ||
        (!value_equal(sheet, now[i]) && task_show(task, i, now[i], err) != 0))
        return -1;
    task->cells[i].is_edited = true;
    held_release(task, i);
    return task->has_base ? task_save_base(task, err) : 0;
}

/* The table is not as it was: there is nothing to write any more. */
static int resolve_nothing(struct task *task, int i, struct conflict *c, struct err *err)
{
    answer_say(&task->answer,
               i < 0 ? "the column is not mapped any more" : "the row is gone in the database");
    if (end(task, c, "mysql", (struct value){.state = VALUE_ABSENT}, err) != 0)
        return -1;
    if (i >= 0)
        held_release(task, (size_t)i);
    return task->has_base ? task_save_base(task, err) : 0;
}

/* ==== Whole rows ==== */

static int insert_row(struct task *task, const struct conflict *c, struct err *err)
{
    const struct schema_mapping *m = task->m;
    struct value *row = task_values(task, m->n_columns, err);

    if (row == NULL || values_read_row(c->sheet, m, &task->arena, row, err) != 0)
        return -1;
    for (size_t i = 0; i < m->n_columns; i++) {
        if (row[i].state != VALUE_ABSENT && task->has_base)
            task_agree(task, i, row[i]);
        if (row[i].state == VALUE_NULL || (!m->columns[i].can_edit && !m->columns[i].is_key))
            row[i].state = VALUE_ABSENT;
    }
    task->answer.operation = ANSWER_INSERT;
    if (row_insert(task->db, m, row, err) != 0 || task_reread(task, err) != 0)
        return -1;
    return state_tombstone_delete(task->db, m->cfg->name, task_key_hash(task), err);
}

static int delete_row(struct task *task, struct err *err)
{
    const char *mapping = task->m->cfg->name;
    struct hash128 key_hash = task_key_hash(task);

    task->answer.operation = ANSWER_DELETE;
    task->has_base = false;
    if (row_delete(task->db, task->m, task->key, err) != 0 || conflict_close_row(task, err) != 0 ||
        state_tombstone_save(task->db, mapping, key_hash, err) != 0)
        return -1;
    return state_base_delete(task->db, mapping, key_hash, err);
}

static int take_sheets(struct task *task, const struct conflict *c, struct err *err)
{
    bool is_deleted = strcmp(c->kind, "update_delete") == 0;

    if (is_deleted)
        return task->is_found ? delete_row(task, err) : 0;
    return task->is_found ? 0 : insert_row(task, c, err);
}

/* All of the row is written to the tab, or taken out of it, by the replicator. */
static int resolve_row(struct task *task, struct conflict *c, enum edit_take take, struct err *err)
{
    const char *final = take == EDIT_TAKE_SHEET ? c->sheet : c->mysql;

    if (take != EDIT_TAKE_SHEET && take != EDIT_TAKE_MYSQL)
        return task_reject(task, "of a whole row only the sheet's or the database's can be taken");
    if (take == EDIT_TAKE_SHEET && take_sheets(task, c, err) != 0)
        return -1;
    c->outcome = take == EDIT_TAKE_SHEET ? "sheet" : "mysql";
    if (is_finding(task))
        c->outcome = "agreed";
    c->final = final;
    task->answer.outcome = ANSWER_APPLIED;
    if (conflict_resolve(task, c, err) != 0)
        return -1;
    for (size_t i = 0; i < task->m->n_columns; i++) {
        task->cells[i].is_edited = true;
        answer_clear_note(&task->answer, i);
    }
    base_release(&task->base.hashes, BASE_ROW);
    if (task->has_base && task_save_base(task, err) != 0)
        return -1;
    return task->answer.operation == ANSWER_DELETE ? 0 : task_show_all(task, err);
}

/* The times decide, whoever asked; of what waits for a person only a person decides. */
static bool may_decide(const struct edit *edit, const struct conflict *c)
{
    return edit->kind != EDIT_DECIDE || strcmp(c->state, "asked") == 0;
}

static enum edit_take take_of(struct task *task, struct conflict *c)
{
    const struct edit *edit = task->edit;

    c->decider = is_finding(task) ? "" : task->request->editor;
    if (edit->kind == EDIT_RESOLVE)
        return edit->take;
    c->decider = "last_write_wins";
    c->changed_us = edit->changed_ms * 1000;
    return merge_last_write(c->edited_ms, c->changed_us) == MERGE_SHEET_WINS ? EDIT_TAKE_SHEET
                                                                             : EDIT_TAKE_MYSQL;
}

int apply_resolve(struct task *task, struct err *err)
{
    struct conflict c;
    bool is_found = false;
    enum edit_take take;
    int i;

    if (conflict_load(task, task->edit->conflict, &c, &is_found, err) != 0)
        return -1;
    if (!is_found)
        return task_reject(task, "this mapping has no conflict %lld",
                           (long long)task->edit->conflict);
    if (strcmp(c.state, "resolved") == 0) {
        answer_say(&task->answer, "conflict %lld is decided already", (long long)c.id);
        return 0;
    }
    if (!may_decide(task->edit, &c))
        return task_reject(task, "conflict %lld waits for a person", (long long)c.id);
    if (task_find_by(task, c.row_key, err) != 0)
        return -1;
    take = take_of(task, &c);
    if (c.column[0] == '\0')
        return resolve_row(task, &c, take, err);
    i = schema_find_name(task->m, c.column);
    if (i < 0 || !task->is_found)
        return resolve_nothing(task, i, &c, err);
    return resolve_cell(task, (size_t)i, &c, take, err);
}
