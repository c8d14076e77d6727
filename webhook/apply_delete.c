/* SPDX-License-Identifier: Apache-2.0 */
#include "common/hash.h"
#include "webhook/apply_steps.h"
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
    return task_show_all(task, err);
}

int apply_delete(struct task *task, struct err *err)
{
    struct answer *answer = &task->answer;
    struct hash128 key_hash = task_key_hash(task);

    if (!task->has_base && !task->is_found)
        return 0; /* unchanged: gone on both sides */
    if (!task->has_base || is_stale(task)) {
        answer->outcome = ANSWER_STALE;
        answer_say(answer, "the row has been synchronised since this was found");
        return 0;
    }
    if (task->is_found && is_changed(task)) {
        if (task->m->cfg->conflict == CONFIG_MYSQL_WINS)
            return refuse_conflict(task, err);
        answer->outcome = ANSWER_CONFLICT;
        answer_say(answer, "the row was deleted in the sheet, and the database had changed it "
                           "meanwhile; the sheet won");
    } else if (task->is_found) {
        answer->outcome = ANSWER_APPLIED;
    }
    if (task->is_found) {
        answer->operation = ANSWER_DELETE;
        if (row_delete(task->db, task->m, task->key, err) != 0)
            return -1;
    }
    if (state_tombstone_save(task->db, task->m->cfg->name, key_hash, err) != 0)
        return -1;
    return state_base_delete(task->db, task->m->cfg->name, key_hash, err);
}
