/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/same_row.h"

#include <string.h>

#include "common/json.h"
#include "webhook/edit_log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Google's clock gives the time of a script's edit, ours that of the other's arrival. */
#define CLOCKS_MS 5000

/* So long a row may stand without the key that it has in MySQL. */
#define KEYLESS_MS 300000

/* Were cells cleared only? A row that shows what was inserted already is that row then, wherever it
 * has moved: nobody has typed it twice. */
static bool types_nothing(const struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (task->cells[i].is_edited && task->cells[i].cell.type != CELL_BLANK)
            return false;
    return true;
}

/* A found row was typed before the tab was read, the edit's time: what the script has told since
 * may be it. */
static int64_t since_ms(const struct task *task)
{
    return task->edit->time_ms - (task->request->source == EDIT_SCRIPT ? CLOCKS_MS : 0);
}

static int find(struct task *task, struct db_rows *rows, struct err *err)
{
    bool is_script = task->request->source == EDIT_SCRIPT;
    bool was_typed = !is_script || !types_nothing(task);
    int64_t since_at_ms = was_typed ? since_ms(task) : task->edit->time_ms - KEYLESS_MS;
    const char *other = edit_source_name(is_script ? EDIT_FOUND : EDIT_SCRIPT);
    char since[EDIT_LOG_TIME_SIZE];

    edit_log_time(since_at_ms < 0 ? 0 : since_at_ms, since);
    const struct db_param params[] = {
        DB_P_TEXT(task->m->cfg->name),
        DB_P_BYTES(task->content.bytes, sizeof(task->content.bytes)),
        DB_P_TEXT(other),
        DB_P_TEXT(was_typed ? other : edit_source_name(EDIT_SCRIPT)),
        DB_P_TEXT(since),
    };
    if (db_run(task->db,
               "SELECT edit_id, row_key FROM edit_log e WHERE mapping = ? AND content_hash = ? "
               "AND source IN (?, ?) AND received_at >= ? AND kind = 'upsert' AND "
               "operation = 'insert' AND same_as IS NULL AND NOT EXISTS (SELECT 1 FROM edit_log c "
               "WHERE c.mapping = e.mapping AND c.content_hash = e.content_hash "
               "AND c.same_as = e.edit_id) ORDER BY id LIMIT 1 FOR UPDATE",
               params, COUNT(params), rows, err) != 0)
        return err_wrap(err, "edit log");
    return 0;
}

/* What the row has otherwise than it was typed. */
static int show(struct task *task, struct err *err)
{
    for (size_t i = 0; i < task->m->n_columns; i++) {
        const struct task_cell *cell = &task->cells[i];
        bool is_blank = !cell->is_sent || cell->cell.type == CELL_BLANK;

        if (!value_equal(is_blank ? VALUE_INIT_NULL : cell->value, task->mysql[i]) &&
            task_show(task, i, task->mysql[i], err) != 0)
            return -1;
    }
    return 0;
}

int same_row_claim(struct task *task, bool *is_same, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const char *edit_id;

    if (task->request->source == EDIT_CLI)
        return 0;
    if (find(task, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    *is_same = true;
    edit_id = db_rows_text(&rows, 0, 0);
    task->same_as = arena_copy(&task->arena, edit_id, strlen(edit_id));
    if (task->same_as == NULL)
        return err_nomem(err, "edit log");
    if (task_find_by(task, db_rows_text(&rows, 0, 1), err) != 0)
        return -1;
    if (!task->is_found) {
        /* It stands in the tab without a key: somebody has to be told. */
        task->answer.outcome = ANSWER_REJECTED;
        answer_say(&task->answer, "the row was inserted, and the database has deleted it since");
        return 0;
    }
    task->answer.outcome = ANSWER_APPLIED;
    task->answer.operation = ANSWER_INSERT;
    return show(task, err);
}

/* Does the row still show every cell that EARLIER (a row's cells, as JSON) had, or did it until the
 * person typed over that one? */
static int look_back(const struct task *task, const char *earlier, bool *is_grown_from,
                     struct err *err)
{
    CLEANUP_JSON cJSON *cells = NULL;
    const cJSON *cell;
    size_t n = 0;

    *is_grown_from = false;
    if (json_parse(earlier, strlen(earlier), &cells, err) != 0)
        return err->code == ERR_NOMEM ? -1 : 0;
    cJSON_ArrayForEach(cell, cells)
    {
        if (cJSON_IsNull(cell) || schema_find_header(task->m, cell->string) < 0)
            continue;
        n++;
        if (!cJSON_Compare(cell, json_get(task->edit->cells, cell->string), true) &&
            !cJSON_Compare(cell, json_get(task->edit->old, cell->string), true))
            return 0;
    }
    *is_grown_from = n > 0;
    return 0;
}

/* The newest insert of this very line of the tab that the person cannot have seen the key of. No
 * lock: the script tells one thing after the other. */
static int find_unseen(struct task *task, struct db_rows *rows, struct err *err)
{
    char since[EDIT_LOG_TIME_SIZE];

    edit_log_time(since_ms(task) < 0 ? 0 : since_ms(task), since);
    const struct db_param params[] = {DB_P_TEXT(task->m->cfg->name), DB_P_TEXT(since),
                                      DB_P_INT(task->edit->row)};

    if (db_run(task->db,
               "SELECT row_key, cells FROM edit_log WHERE mapping = ? AND received_at >= ? "
               "AND sheet_row = ? AND source = 'script' AND kind = 'upsert' "
               "AND operation = 'insert' AND content_hash IS NOT NULL "
               "ORDER BY id DESC LIMIT 1",
               params, COUNT(params), rows, err) != 0)
        return err_wrap(err, "edit log");
    return 0;
}

/* The row of an edit that the script has named. */
static int find_named(struct task *task, struct db_rows *rows, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(task->m->cfg->name), DB_P_TEXT(task->edit->after)};

    if (db_run(task->db,
               "SELECT row_key FROM edit_log WHERE mapping = ? AND edit_id = ? "
               "AND source = 'script' AND row_key IS NOT NULL",
               params, COUNT(params), rows, err) != 0)
        return err_wrap(err, "edit log");
    return 0;
}

int same_row_find_earlier(struct task *task, bool *is_earlier, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    bool is_grown;

    if (task->request->source != EDIT_SCRIPT)
        return 0;
    if (task->edit->after != NULL && find_named(task, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0) {
        if (task->edit->row == 0)
            return 0;
        if (find_unseen(task, &rows, err) != 0)
            return -1;
        if (rows.n_rows == 0)
            return 0;
        if (look_back(task, db_rows_text(&rows, 0, 1), &is_grown, err) != 0)
            return -1;
        if (!is_grown)
            return 0;
    }
    if (task_find_by(task, db_rows_text(&rows, 0, 0), err) != 0)
        return -1;
    *is_earlier = task->is_found;
    for (size_t k = 0; *is_earlier && k < task->m->n_key; k++)
        task->cells[task->m->key[k]].is_edited = false; /* blank, because it had not come yet */
    return 0;
}
