/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/edit_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "common/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DUPLICATE_ENTRY 1062
#define MESSAGE_CHARACTERS 1024

/* "2026-08-22 10:11:12.345" */
static void format_time(int64_t ms, char out[32])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    size_t n;

    gmtime_r(&seconds, &tm);
    n = strftime(out, 24, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(out + n, 32 - n, ".%03d", (int)(ms % 1000));
}

static struct db_param text_or_null(const char *text)
{
    return text == NULL ? DB_P_NULL : DB_P_TEXT(text);
}

static int load_answer(struct db *db, const char *edit_id, struct buf *answer, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(edit_id)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    /* A locking read sees what the other transaction has just committed. */
    if (db_run(db, "SELECT answer FROM edit_log WHERE edit_id = ? LOCK IN SHARE MODE", params,
               COUNT(params), &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0 || db_rows_at(&rows, 0, 0).state != VALUE_TEXT) {
        err_set(err, ERR_MYSQL, "edit %s has no answer yet", edit_id);
        return err_transient(err);
    }
    buf_puts(answer, db_rows_text(&rows, 0, 0));
    return 0;
}

int edit_log_begin(struct db *db, const char *mapping, const struct edit_request *request,
                   const struct edit *edit, bool *is_repeat, struct buf *answer, struct err *err)
{
    char *cells = cJSON_PrintUnformatted(edit->cells);
    char edited_at[32];
    int rc;

    if (cells == NULL)
        return err_nomem(err, "edit log");
    format_time(edit->time_ms, edited_at);
    const struct db_param params[] = {
        DB_P_TEXT(edit->id),
        DB_P_TEXT(mapping),
        DB_P_TEXT(edit_source_name(request->source)),
        DB_P_TEXT(edit_kind_name(edit->kind)),
        edit->row == 0 ? DB_P_NULL : DB_P_INT(edit->row),
        DB_P_TEXT(request->editor),
        DB_P_TEXT(edited_at),
        DB_P_TEXT(cells),
    };
    rc = db_run(db,
                "INSERT INTO edit_log (edit_id, mapping, source, kind, sheet_row, edited_columns, "
                "editor, edited_at, received_at, cells, outcome) "
                "VALUES (?, ?, ?, ?, ?, '[]', ?, ?, UTC_TIMESTAMP(3), ?, 'pending')",
                params, COUNT(params), NULL, err);
    cJSON_free(cells);
    *is_repeat = rc != 0 && err->code == ERR_MYSQL && err->detail == DUPLICATE_ENTRY;
    if (*is_repeat)
        rc = load_answer(db, edit->id, answer, err);
    return rc == 0 ? 0 : err_wrap(err, "edit log");
}

/* Bytes of the first N characters. */
static size_t prefix_bytes(const char *text, size_t n)
{
    size_t len = strlen(text), at = 0;

    for (size_t i = 0; i < n && at < len; i++) {
        size_t step = utf8_length(text + at, len - at);

        at += step == 0 ? 1 : step;
    }
    return at;
}

int edit_log_finish(struct db *db, const char *edit_id, const struct edit_log_entry *entry,
                    struct err *err)
{
    struct db_param message = DB_P_TEXT(entry->message);

    message.len = prefix_bytes(entry->message, MESSAGE_CHARACTERS);
    const struct db_param params[] = {
        DB_P_TEXT(entry->outcome),
        DB_P_TEXT(entry->operation),
        entry->has_key ? DB_P_BYTES(entry->key_hash.bytes, sizeof(entry->key_hash.bytes))
                       : DB_P_NULL,
        text_or_null(entry->row_key),
        DB_P_TEXT(entry->edited_columns),
        text_or_null(entry->before_values),
        message,
        DB_P_TEXT(entry->answer),
        DB_P_TEXT(edit_id),
    };
    if (db_run(db,
               "UPDATE edit_log SET outcome = ?, operation = ?, key_hash = ?, row_key = ?, "
               "edited_columns = ?, before_values = ?, message = ?, answer = ? WHERE edit_id = ?",
               params, COUNT(params), NULL, err) != 0)
        return err_wrap(err, "edit log");
    return 0;
}
