/* SPDX-License-Identifier: Apache-2.0 */
/* One side changed a row that the other deleted: its conflict, and how it waits. */
#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/conflict.h"
#include "webhook/values.h"

static const char *mysql_row(struct task *task)
{
    CLEANUP_BUF struct buf json = BUF_INIT;

    if (!task->is_found)
        return NULL;
    values_write_row(&json, task->m, task->mysql);
    return json.is_failed ? NULL : arena_copy(&task->arena, json.ptr, json.len);
}

int apply_row_log(struct task *task, const char *kind, enum merge_verdict verdict, struct err *err)
{
    struct conflict c = {
        .column = BASE_ROW,
        .kind = kind,
        .policy = merge_gone_policy(task->m->cfg),
        .state = verdict == MERGE_HOLD ? "open" : "resolved",
        .mysql = mysql_row(task),
        .sheet = task->edit->kind == EDIT_DELETE ? NULL : conflict_sheet_row(task),
    };

    c.decider = c.policy;
    if (verdict != MERGE_HOLD) {
        c.outcome = verdict == MERGE_SHEET_WINS ? "sheet" : "mysql";
        c.final = verdict == MERGE_SHEET_WINS ? c.sheet : c.mysql;
    }
    return conflict_add(task, &c, err);
}

/* Of the touched cells base keeps what the sheet shows, so that they are not found again. */
static int hold(struct task *task, struct err *err)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited && task->cells[i].value.state != VALUE_ABSENT &&
            !task->m->columns[i].is_key)
            task_agree(task, i, task->cells[i].value);
    base_hold(&task->base.hashes, BASE_ROW);
    return task_save_base(task, err);
}

static int say(struct task *task, struct err *err)
{
    const char *why = task->edit->kind == EDIT_DELETE
                          ? "waiting for a decision: the sheet deleted this row, the database "
                            "changed it"
                          : "waiting for a decision: the database deleted this row, the sheet "
                            "changed it";

    task->answer.outcome = ANSWER_CONFLICT;
    answer_say(&task->answer, "%s", why);
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited && answer_note(&task->answer, i, why, err) != 0)
            return -1;
    return 0;
}

int apply_row_hold(struct task *task, const char *kind, struct err *err)
{
    struct conflict c;
    bool is_open = false;

    if (conflict_find(task, BASE_ROW, &c, &is_open, err) != 0)
        return -1;
    if (is_open && task->edit->kind == EDIT_UPSERT &&
        conflict_update(task, &c, conflict_sheet_row(task), err) != 0)
        return -1;
    if (!is_open && apply_row_log(task, kind, MERGE_HOLD, err) != 0)
        return -1;
    /* Without a base the tab has no such row any more: there is nothing to hold. */
    if (task->has_base && hold(task, err) != 0)
        return -1;
    return say(task, err);
}
