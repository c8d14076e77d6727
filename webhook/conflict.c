/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/conflict.h"

#include "webhook/edit_log.h"
#include "webhook/values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define COLUMNS                                                                             \
    "id, row_key, column_name, kind, policy, state, base_value, mysql_value, sheet_value, " \
    "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', edited_at) DIV 1000"

static struct db_param text_or_null(const char *text)
{
    return text == NULL ? DB_P_NULL : DB_P_TEXT(text);
}

static struct db_param number_or_null(int64_t number)
{
    return number == 0 ? DB_P_NULL : DB_P_INT(number);
}

static int save(struct task *task, const char *sql, const struct db_param *params, size_t n,
                struct err *err)
{
    return db_run(task->db, sql, params, n, NULL, err) == 0 ? 0 : err_wrap(err, "conflicts");
}

int conflict_add(struct task *task, const struct conflict *c, struct err *err)
{
    struct hash128 key = task_key_hash(task);
    const char *row_key = task_row_key(task);
    bool is_decided = c->outcome != NULL;
    char edited_at[EDIT_LOG_TIME_SIZE];

    if (row_key == NULL)
        return err_nomem(err, "conflicts");
    conflict_counts_met(&task->conflicts, c->kind, c->policy, is_decided ? c->outcome : c->state);
    edit_log_time(task->edit->time_ms, edited_at);
    const struct db_param params[] = {
        DB_P_TEXT(task->m->cfg->name),
        DB_P_BYTES(key.bytes, sizeof(key.bytes)),
        DB_P_TEXT(row_key),
        DB_P_TEXT(c->column),
        DB_P_TEXT(c->kind),
        DB_P_TEXT(c->policy),
        DB_P_TEXT(c->state),
        DB_P_TEXT(task->edit->id),
        DB_P_TEXT(task->request->editor),
        DB_P_TEXT(edited_at),
        text_or_null(c->base),
        text_or_null(c->mysql),
        text_or_null(c->sheet),
        number_or_null(c->changed_us),
        DB_P_INT(is_decided),
        text_or_null(is_decided ? c->decider : NULL),
        text_or_null(c->outcome),
        text_or_null(c->final),
    };
    return save(task,
                "INSERT INTO conflicts (mapping, key_hash, row_key, column_name, kind, policy, "
                "state, edit_id, editor, edited_at, base_value, mysql_value, sheet_value, "
                "changed_at, opened_at, resolved_at, resolved_by, outcome, final_value) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                "'1970-01-01' + INTERVAL ? MICROSECOND, UTC_TIMESTAMP(3), "
                "IF(?, UTC_TIMESTAMP(3), NULL), ?, ?, ?)",
                params, COUNT(params), err);
}

static const char *copy(struct task *task, const struct db_rows *rows, size_t column)
{
    struct value v = db_rows_at(rows, 0, column);

    return v.state == VALUE_TEXT ? arena_copy(&task->arena, v.ptr, v.len) : NULL;
}

static int read_row(struct task *task, const char *sql, const struct db_param *params, size_t n,
                    struct conflict *out, bool *is_found, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(task->db, sql, params, n, &rows, err) != 0)
        return err_wrap(err, "conflicts");
    *is_found = rows.n_rows > 0;
    if (!*is_found)
        return 0;
    *out = (struct conflict){
        .id = db_rows_int(&rows, 0, 0),
        .row_key = copy(task, &rows, 1),
        .column = copy(task, &rows, 2),
        .kind = copy(task, &rows, 3),
        .policy = copy(task, &rows, 4),
        .state = copy(task, &rows, 5),
        .base = copy(task, &rows, 6),
        .mysql = copy(task, &rows, 7),
        .sheet = copy(task, &rows, 8),
        .edited_ms = db_rows_int(&rows, 0, 9),
        .decider = "",
    };
    return out->row_key == NULL || out->column == NULL || out->kind == NULL ||
                   out->policy == NULL || out->state == NULL
               ? err_nomem(err, "conflicts")
               : 0;
}

int conflict_load(struct task *task, int64_t id, struct conflict *out, bool *is_found,
                  struct err *err)
{
    const struct db_param params[] = {DB_P_INT(id), DB_P_TEXT(task->m->cfg->name)};

    return read_row(task,
                    "SELECT " COLUMNS " FROM conflicts WHERE id = ? AND mapping = ? FOR UPDATE",
                    params, COUNT(params), out, is_found, err);
}

int conflict_find(struct task *task, const char *column, struct conflict *out, bool *is_found,
                  struct err *err)
{
    struct hash128 key = task_key_hash(task);
    const struct db_param params[] = {DB_P_TEXT(task->m->cfg->name),
                                      DB_P_BYTES(key.bytes, sizeof(key.bytes)), DB_P_TEXT(column)};

    return read_row(task,
                    "SELECT " COLUMNS " FROM conflicts WHERE mapping = ? AND key_hash = ? "
                    "AND state IN ('asked', 'open') AND column_name = ? ORDER BY id LIMIT 1 "
                    "FOR UPDATE",
                    params, COUNT(params), out, is_found, err);
}

int conflict_update(struct task *task, const struct conflict *c, const char *sheet, struct err *err)
{
    char edited_at[EDIT_LOG_TIME_SIZE];

    edit_log_time(task->edit->time_ms, edited_at);
    const struct db_param params[] = {text_or_null(sheet), DB_P_TEXT(task->edit->id),
                                      DB_P_TEXT(task->request->editor), DB_P_TEXT(edited_at),
                                      DB_P_INT(c->id)};
    return save(task,
                "UPDATE conflicts SET sheet_value = ?, edit_id = ?, editor = ?, edited_at = ? "
                "WHERE id = ?",
                params, COUNT(params), err);
}

int conflict_resolve(struct task *task, const struct conflict *c, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(c->decider), DB_P_TEXT(c->outcome),
                                      text_or_null(c->final), number_or_null(c->changed_us),
                                      DB_P_INT(c->id)};

    conflict_counts_resolved(&task->conflicts, c->outcome, 1);
    return save(task,
                "UPDATE conflicts SET state = 'resolved', resolved_at = UTC_TIMESTAMP(3), "
                "resolved_by = ?, outcome = ?, final_value = ?, "
                "changed_at = '1970-01-01' + INTERVAL ? MICROSECOND WHERE id = ?",
                params, COUNT(params), err);
}

int conflict_close_row(struct task *task, struct err *err)
{
    struct hash128 key = task_key_hash(task);
    const struct db_param params[] = {DB_P_TEXT(task->m->cfg->name),
                                      DB_P_BYTES(key.bytes, sizeof(key.bytes))};

    if (save(task,
             "UPDATE conflicts SET state = 'resolved', resolved_at = UTC_TIMESTAMP(3), "
             "resolved_by = '', outcome = 'agreed' WHERE mapping = ? AND key_hash = ? "
             "AND state IN ('asked', 'open')",
             params, COUNT(params), err) != 0)
        return -1;
    conflict_counts_resolved(&task->conflicts, "agreed", (size_t)db_affected_rows(task->db));
    return 0;
}

static const char *keep(struct task *task, const struct buf *json)
{
    return json->is_failed ? NULL : arena_copy(&task->arena, json->ptr, json->len);
}

const char *conflict_value(struct task *task, struct value v)
{
    CLEANUP_BUF struct buf json = BUF_INIT;

    if (v.state == VALUE_ABSENT)
        return NULL;
    values_write(&json, v);
    return keep(task, &json);
}

const char *conflict_sheet_row(struct task *task)
{
    CLEANUP_BUF struct buf json = BUF_INIT;
    struct err ignored = ERR_INIT;
    struct value *row = task_values(task, task->m->n_columns, &ignored);

    for (size_t i = 0; row != NULL && i < task->m->n_columns; i++)
        row[i] = task->cells[i].value;
    if (row == NULL)
        return NULL;
    values_write_row(&json, task->m, row);
    return keep(task, &json);
}
