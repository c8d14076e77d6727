/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edit that comes after a comparison has found what the cell showed later: the older value would
 * come and go again. It has waited in the script's queue; or its trigger ran so late that another
 * row stood there, whose value was read and is told as if it had been typed.
 */
#include <string.h>

#include "common/base.h"
#include "common/clock.h"
#include "common/json.h"
#include "webhook/apply_steps.h"
#include "webhook/edit_log.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Google's clock and the replicator's. Where they differ by more an edit may be taken for an older
 * one: the cell shows it still, and the next comparison brings it. */
#define CLOCKS_MS 500

bool apply_repeats(const struct task *task, size_t i)
{
    const struct buf *hashes = &task->base.hashes;
    const struct task_cell *cell = &task->cells[i];
    uint64_t previous;
    bool is_shown;

    return cell->is_edited && cell->old.state == VALUE_ABSENT &&
           cell->value.state != VALUE_ABSENT &&
           base_find_previous(hashes->ptr, hashes->len, schema_column_of(task->m, i)->name,
                              &previous, &is_shown) &&
           !is_shown && previous == hash_value(cell->value);
}

/* COLUMNS were found, long after the edit or not: then only what repeats an older value counts. */
static int mark(struct task *task, const char *columns, bool is_long_after, struct err *err)
{
    CLEANUP_JSON cJSON *names = NULL;
    const cJSON *name;

    if (json_parse(columns, strlen(columns), &names, err) != 0)
        return err_wrap(err, "edit log");
    cJSON_ArrayForEach(name, names)
    {
        for (size_t i = 0; cJSON_IsString(name) && i < task->m->n_columns; i++)
            if (strcmp(schema_column_of(task->m, i)->name, name->valuestring) == 0 &&
                (is_long_after || apply_repeats(task, i)))
                task->cells[i].is_stale = task->cells[i].is_edited;
    }
    return 0;
}

static bool repeats_any(const struct task *task)
{
    for (size_t i = 0; i < task->m->n_columns; i++)
        if (apply_repeats(task, i))
            return true;
    return false;
}

int apply_late(struct task *task, struct err *err)
{
    int64_t time_ms = task->edit->time_ms, long_after_ms = time_ms + CLOCKS_MS;
    struct hash128 key = task_key_hash(task);
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    char from[EDIT_LOG_TIME_SIZE], long_after[EDIT_LOG_TIME_SIZE];

    if (task->request->source != EDIT_SCRIPT ||
        (long_after_ms > clock_wall_ms() && !repeats_any(task)))
        return 0;
    edit_log_time(time_ms, from);
    edit_log_time(long_after_ms, long_after);
    const struct db_param params[] = {DB_P_TEXT(long_after), DB_P_TEXT(task->m->cfg->name),
                                      DB_P_BYTES(key.bytes, sizeof(key.bytes)), DB_P_TEXT(from)};
    if (db_run(task->db,
               "SELECT edited_columns, edited_at > ? FROM edit_log WHERE mapping = ? AND "
               "key_hash = ? AND source = 'found' AND operation IN ('insert', 'update') AND "
               "edited_at > ?",
               params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "edit log");
    for (size_t i = 0; i < rows.n_rows; i++)
        if (mark(task, db_rows_text(&rows, i, 0), db_rows_int(&rows, i, 1) != 0, err) != 0)
            return -1;
    return 0;
}
