/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/planted.h"
#include "common/rowkey.h"
#include "webhook/apply_steps.h"
#include "webhook/edit_log.h"
#include "webhook/values.h"

/* Of an insert all cells that the row was made of, else the touched ones. */
static void write_edited_columns(const struct task *task, struct buf *out)
{
    bool is_insert = task->answer.operation == ANSWER_INSERT && task->edit->kind == EDIT_UPSERT;

    buf_putc(out, '[');
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];
        const char *name = schema_column_of(task->m, i)->name;

        if (is_insert ? !cell->is_sent || cell->cell.type == CELL_BLANK : !cell->is_edited)
            continue;
        if (out->ptr[out->len - 1] != '[')
            buf_putc(out, ',');
        buf_json(out, name, strlen(name));
    }
    buf_putc(out, ']');
}

/* A copy in the arena, NULL: OUT of memory. */
static const char *keep(struct task *task, const struct buf *text)
{
    return text->is_failed ? NULL : arena_copy(&task->arena, buf_text(text), text->len);
}

static int keep_texts(struct task *task, bool is_logged, struct edit_log_entry *out,
                      struct err *err)
{
    CLEANUP_BUF struct buf answer = BUF_INIT;
    CLEANUP_BUF struct buf before = BUF_INIT;
    CLEANUP_BUF struct buf after = BUF_INIT;
    CLEANUP_BUF struct buf edited = BUF_INIT;

    if (is_logged)
        values_write_row(&before, task->m, task->mysql);
    if (task->after != NULL)
        values_write_row(&after, task->m, task->after);
    write_edited_columns(task, &edited);
    answer_write(&task->answer, task->m, task->edit, &answer);
    out->edited_columns = keep(task, &edited);
    out->before_values = is_logged ? keep(task, &before) : NULL;
    out->after_values = task->after != NULL ? keep(task, &after) : NULL;
    out->answer = keep(task, &answer);
    if (out->edited_columns == NULL || out->answer == NULL ||
        (is_logged && out->before_values == NULL) ||
        (task->after != NULL && out->after_values == NULL))
        return err_nomem(err, "answer");
    return 0;
}

int apply_entry(struct task *task, struct edit_log_entry *out, struct err *err)
{
    /* Of a row that MySQL does not know the log says no key: the replicator would look for it, find
     * that it is gone, and take it away from the person who is still typing it. */
    bool has_key = task->is_found || task->has_base || task->answer.operation == ANSWER_INSERT;

    *out = (struct edit_log_entry){
        .outcome = answer_outcome_name(planted(7) && task->answer.outcome == ANSWER_CONFLICT
                                           ? ANSWER_APPLIED
                                           : task->answer.outcome),
        /* The other edit has written it. */
        .operation =
            answer_operation_name(task->same_as != NULL ? ANSWER_NONE : task->answer.operation),
        .has_key = has_key,
        .same_as = task->same_as,
        .message = buf_text(&task->answer.message),
    };
    if ((has_key || task->key_state == TASK_KEY_OK) && task_tell_key(task, err) != 0)
        return -1;
    if (has_key)
        out->key_hash = task_key_hash(task);
    out->row_key = has_key ? task_row_key(task) : NULL;
    if (out->row_key != NULL && strlen(out->row_key) > ROWKEY_MAX)
        out->row_key = NULL;
    return keep_texts(task, task->is_found && task->same_as == NULL, out, err);
}

int apply_finish(struct task *task, struct buf *results, struct err *err)
{
    struct edit_log_entry entry;

    if (apply_entry(task, &entry, err) != 0)
        return -1;
    buf_puts(results, entry.answer);
    return edit_log_finish(task->db, task->edit->id, &entry, err);
}
