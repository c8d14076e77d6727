/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/apply_steps.h"
#include "webhook/held.h"

static int say_stale(struct task *task, const char *why)
{
    task->answer.outcome = ANSWER_STALE;
    answer_say(&task->answer, "%s", why);
    return 0;
}

static bool has_expectation(const struct edit *edit)
{
    return edit->base != NULL && edit->base->child != NULL;
}

/* The sheet wins: the row comes again, if it is complete. */
static int insert_again(struct task *task, struct err *err)
{
    if (apply_insert(task, true, err) != 0)
        return -1;
    if (task->answer.operation != ANSWER_INSERT)
        return 0;
    return apply_row_log(task, "delete_update", MERGE_SHEET_WINS, err);
}

/* Both sides once had the row, and MySQL has deleted it. */
static int decide_deleted(struct task *task, struct err *err)
{
    if (!task_is_edited(task)) {
        task->answer.outcome = ANSWER_IGNORED;
        return 0;
    }
    switch (held_row(task) ? MERGE_HOLD : merge_gone(task->m->cfg, false)) {
    case MERGE_SHEET_WINS:
        return insert_again(task, err);
    case MERGE_HOLD:
        return apply_row_hold(task, "delete_update", err);
    default:
        task->answer.outcome = ANSWER_CONFLICT;
        answer_say(&task->answer, "the database had deleted this row meanwhile; the database won");
        return apply_row_log(task, "delete_update", MERGE_MYSQL_WINS, err);
    }
}

int apply_missing(struct task *task, struct err *err)
{
    bool is_found_edit = task->request->source == EDIT_FOUND;
    enum state_tombstone deleted_by = TOMBSTONE_NONE;
    int64_t deleted_ms = 0;

    if (is_found_edit && !task->has_base && has_expectation(task->edit))
        return say_stale(task, "the row has been synchronised since this was found");
    if ((task_is_key_edited(task) && !is_found_edit) || task->edit->is_forced)
        return apply_insert(task, false, err);
    if (task->has_base)
        return decide_deleted(task, err);
    if (!is_found_edit && state_tombstone_find(task->db, task->m->cfg->name, task_key_hash(task),
                                               &deleted_by, &deleted_ms, err) != 0)
        return -1;
    if (deleted_by == TOMBSTONE_MYSQL)
        return decide_deleted(task, err);
    if (deleted_by == TOMBSTONE_SHEET && task->edit->time_ms <= deleted_ms)
        return say_stale(task, "the row was deleted in the sheet after this edit");
    return apply_insert(task, false, err);
}
