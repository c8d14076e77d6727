/* SPDX-License-Identifier: Apache-2.0 */
/* An edit is taken back as a new edit, where MySQL still has what it wrote. The sheet learns of it
 * as of any change of MySQL's. */
#include "common/base.h"
#include "webhook/apply_steps.h"
#include "webhook/held.h"
#include "webhook/row.h"
#include "webhook/values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The edit that is taken back. */
struct undone {
    const char *operation; /* texts are in the task's arena */
    const char *row_key;
    const char *edited_columns;
    struct value *before; /* n_columns; absent: not logged */
    struct value *after;
};

static const char *copy(struct task *task, const struct db_rows *rows, size_t column)
{
    struct value v = db_rows_at(rows, 0, column);

    return v.state == VALUE_TEXT ? arena_copy(&task->arena, v.ptr, v.len) : "";
}

static int read_values(struct task *task, const char *json, struct value **out, struct err *err)
{
    *out = task_values(task, task->m->n_columns, err);
    if (*out == NULL)
        return -1;
    return json[0] == '\0' ? 0 : values_read_row(json, task->m, &task->arena, *out, err);
}

static int load(struct task *task, struct undone *out, bool *is_found, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(task->edit->undone), DB_P_TEXT(task->m->cfg->name)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(task->db,
               "SELECT operation, row_key, edited_columns, before_values, after_values "
               "FROM edit_log WHERE edit_id = ? AND mapping = ?",
               params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "edit log");
    *is_found = rows.n_rows > 0;
    if (!*is_found)
        return 0;
    out->operation = copy(task, &rows, 0);
    out->row_key = copy(task, &rows, 1);
    out->edited_columns = copy(task, &rows, 2);
    if (out->operation == NULL || out->row_key == NULL || out->edited_columns == NULL)
        return err_nomem(err, "undo");
    return read_values(task, db_rows_text(&rows, 0, 3), &out->before, err) != 0
               ? -1
               : read_values(task, db_rows_text(&rows, 0, 4), &out->after, err);
}

static bool names(const cJSON *columns, const char *name)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, columns)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, name) == 0)
            return true;
    }
    return false;
}

/* Put back one column that the edit wrote, unless somebody has written it since. */
static int undo_cell(struct task *task, const struct undone *u, size_t i, struct value *writes,
                     struct err *err)
{
    const char *header = task->m->columns[i].header;

    if (held_cell(task, i)) {
        answer_say(&task->answer, "%s: a conflict waits for a decision", header);
        return 0;
    }
    if (!value_equal(task->mysql[i], u->after[i]) && !task->edit->is_forced) {
        answer_say(&task->answer, "%s: the database has %s now, not %s", header,
                   task_quote(task, task->mysql[i]), task_quote(task, u->after[i]));
        return 0;
    }
    task->cells[i].is_edited = true;
    writes[i] = u->before[i];
    return task_show(task, i, u->before[i], err);
}

static int undo_update(struct task *task, const struct undone *u, struct err *err)
{
    const struct schema_mapping *m = task->m;
    struct value *writes = task_values(task, m->n_columns, err);
    CLEANUP_JSON cJSON *columns = cJSON_Parse(u->edited_columns);

    if (writes == NULL)
        return -1;
    if (!task->is_found)
        return task_reject(task, "the row is gone in the database");
    for (size_t i = 0; i < m->n_columns; i++)
        if (names(columns, schema_column_of(m, i)->name) && !m->columns[i].is_key &&
            !schema_column_of(m, i)->is_generated && u->before[i].state != VALUE_ABSENT &&
            !value_equal(u->before[i], u->after[i]) && undo_cell(task, u, i, writes, err) != 0)
            return -1;
    if (!task_is_edited(task))
        return task_reject(task, "nothing of it was taken back");
    task->answer.outcome = ANSWER_APPLIED;
    task->answer.operation = ANSWER_UPDATE;
    return row_update(task->db, m, task->key, writes, err) != 0 ? -1 : task_reread(task, err);
}

static int undo_insert(struct task *task, const struct undone *u, struct err *err)
{
    if (!task->is_found)
        return task_reject(task, "the row is gone in the database");
    for (size_t i = 0; i < task->m->n_columns && !task->edit->is_forced; i++)
        if (u->after[i].state != VALUE_ABSENT && !value_equal(task->mysql[i], u->after[i]))
            return task_reject(task, "%s: the database has %s now, not %s",
                               task->m->columns[i].header, task_quote(task, task->mysql[i]),
                               task_quote(task, u->after[i]));
    task->answer.outcome = ANSWER_APPLIED;
    task->answer.operation = ANSWER_DELETE;
    return row_delete(task->db, task->m, task->key, err);
}

static int undo_delete(struct task *task, const struct undone *u, struct err *err)
{
    const struct schema_mapping *m = task->m;

    if (task->is_found)
        return task_reject(task, "the database has a row with this key again");
    for (size_t i = 0; i < m->n_columns; i++) {
        if (schema_column_of(m, i)->is_generated)
            u->before[i].state = VALUE_ABSENT;
        task->cells[i].is_edited = u->before[i].state != VALUE_ABSENT;
    }
    task->answer.outcome = ANSWER_APPLIED;
    task->answer.operation = ANSWER_INSERT;
    if (row_insert(task->db, m, u->before, err) != 0 || task_reread(task, err) != 0)
        return -1;
    return state_tombstone_delete(task->db, m->cfg->name, task_key_hash(task), err);
}

int apply_undo(struct task *task, struct err *err)
{
    struct undone u = {0};
    bool is_found = false;

    if (load(task, &u, &is_found, err) != 0)
        return -1;
    if (!is_found)
        return task_reject(task, "this mapping has no edit %s", task->edit->undone);
    if (strcmp(u.operation, "none") == 0 || u.row_key[0] == '\0')
        return task_reject(task, "edit %s wrote nothing", task->edit->undone);
    if (task_find_by(task, u.row_key, err) != 0)
        return -1;
    if (strcmp(u.operation, "insert") == 0)
        return undo_insert(task, &u, err);
    if (strcmp(u.operation, "delete") == 0)
        return undo_delete(task, &u, err);
    return undo_update(task, &u, err);
}
