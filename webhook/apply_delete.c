/* SPDX-License-Identifier: Apache-2.0 */
#include "common/hash.h"
#include "webhook/apply_steps.h"
#include "webhook/conflict.h"
#include "webhook/held.h"
#include "webhook/row.h"
#include "webhook/state.h"

static bool is_changed(const struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task_is_changed(task, i))
            return true;
    return false;
}

/* Was the delete found by comparing with the base that is stored now? */
static bool is_stale(const struct task *task)
{
    uint64_t expected = 0;

    return !edit_base(task->edit, "*", &expected) ||
           expected != hash64(buf_text(&task->base.hashes), task->base.hashes.len);
}

static int refuse_conflict(struct task *task, struct err *err)
{
    task->answer.outcome = ANSWER_CONFLICT;
    answer_say(&task->answer, "the row was deleted in the sheet, but the database had changed it "
                              "meanwhile; the database won");
    if (apply_row_log(task, "update_delete", MERGE_MYSQL_WINS, err) != 0)
        return -1;
    return task_show_all(task, err);
}

/* The row is gone on both sides now, and all that waited of it is over. */
static int forget(struct task *task, struct err *err)
{
    const char *mapping = task->m->cfg->name;
    struct hash128 key_hash = task_key_hash(task);

    if (conflict_close_row(task, err) != 0 ||
        state_tombstone_save(task->db, mapping, key_hash, err) != 0)
        return -1;
    return state_base_delete(task->db, mapping, key_hash, err);
}

static int delete_row(struct task *task, struct err *err)
{
    task->answer.operation = ANSWER_DELETE;
    return row_delete(task->db, task->m, task->key, err) != 0 ? -1 : forget(task, err);
}

static int decide_conflict(struct task *task, struct err *err)
{
    switch (held_row(task) ? MERGE_HOLD : merge_gone(task->m->cfg, true)) {
    case MERGE_HOLD:
        return apply_row_hold(task, "update_delete", err);
    case MERGE_MYSQL_WINS:
        return refuse_conflict(task, err);
    default:
        task->answer.outcome = ANSWER_CONFLICT;
        answer_say(&task->answer, "the row was deleted in the sheet, and the database had changed "
                                  "it meanwhile; the sheet won");
        return delete_row(task, err) != 0
                   ? -1
                   : apply_row_log(task, "update_delete", MERGE_SHEET_WINS, err);
    }
}

int apply_delete(struct task *task, struct err *err)
{
    bool is_forced = task->edit->is_forced;

    if (!task->has_base && !task->is_found)
        return 0; /* unchanged: gone on both sides */
    if (!is_forced && (!task->has_base || is_stale(task))) {
        task->answer.outcome = ANSWER_STALE;
        answer_say(&task->answer, "the row has been synchronised since this was found");
        return 0;
    }
    if (!task->is_found)
        return forget(task, err);
    if (is_changed(task) && !is_forced)
        return decide_conflict(task, err);
    task->answer.outcome = ANSWER_APPLIED;
    return delete_row(task, err);
}
