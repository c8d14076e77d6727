/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edit that has waited in the script's queue, while a comparison has found what the cell showed
 * later: the older value would come and go again.
 */
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "webhook/apply_steps.h"
#include "webhook/edit_log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CLOCKS_MS 5000 /* Google's clock and the replicator's */

static int mark(struct task *task, const char *columns, struct err *err)
{
    CLEANUP_JSON cJSON *names = NULL;
    const cJSON *name;

    if (json_parse(columns, strlen(columns), &names, err) != 0)
        return err_wrap(err, "edit log");
    cJSON_ArrayForEach(name, names)
    {
        for (size_t i = 0; cJSON_IsString(name) && i < task->m->n_columns; i++)
            if (strcmp(schema_column_of(task->m, i)->name, name->valuestring) == 0)
                task->cells[i].is_stale = task->cells[i].is_edited;
    }
    return 0;
}

int apply_late(struct task *task, struct err *err)
{
    int64_t from_ms = task->edit->time_ms + CLOCKS_MS;
    struct hash128 key = task_key_hash(task);
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    char from[EDIT_LOG_TIME_SIZE];

    if (task->request->source != EDIT_SCRIPT || from_ms > clock_wall_ms())
        return 0;
    edit_log_time(from_ms, from);
    const struct db_param params[] = {DB_P_TEXT(task->m->cfg->name),
                                      DB_P_BYTES(key.bytes, sizeof(key.bytes)), DB_P_TEXT(from)};
    if (db_run(task->db,
               "SELECT edited_columns FROM edit_log WHERE mapping = ? AND key_hash = ? "
               "AND source = 'found' AND operation IN ('insert', 'update') AND edited_at > ?",
               params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "edit log");
    for (size_t i = 0; i < rows.n_rows; i++)
        if (mark(task, db_rows_text(&rows, i, 0), err) != 0)
            return -1;
    return 0;
}
