/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/edit_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/utf8.h"
#include "webhook/many.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DUPLICATE_ENTRY 1062
#define MESSAGE_CHARACTERS 1024

void edit_log_time(int64_t ms, char out[EDIT_LOG_TIME_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    size_t n;

    gmtime_r(&seconds, &tm);
    n = strftime(out, 24, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(out + n, EDIT_LOG_TIME_SIZE - n, ".%03d", (int)(ms % 1000));
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

static int insert_row(struct db *db, const struct edit_log_head *head, const char *cells,
                      struct err *err)
{
    const struct edit *edit = head->edit;
    char edited_at[EDIT_LOG_TIME_SIZE];

    edit_log_time(edit->time_ms, edited_at);
    const struct db_param params[] = {
        DB_P_TEXT(edit->id),
        DB_P_TEXT(head->mapping),
        DB_P_TEXT(edit_source_name(head->request->source)),
        DB_P_TEXT(edit_kind_name(edit->kind)),
        edit->row == 0 ? DB_P_NULL : DB_P_INT(edit->row),
        DB_P_TEXT(head->request->editor),
        DB_P_TEXT(edited_at),
        DB_P_TEXT(cells),
        head->content == NULL ? DB_P_NULL
                              : DB_P_BYTES(head->content->bytes, sizeof(head->content->bytes)),
        head->key == NULL ? DB_P_NULL : DB_P_BYTES(head->key->bytes, sizeof(head->key->bytes)),
        text_or_null(head->position),
    };

    return db_run(
        db,
        "INSERT INTO edit_log (edit_id, mapping, source, kind, sheet_row, edited_columns, editor, "
        "edited_at, received_at, cells, outcome, content_hash, key_hash, position) "
        "VALUES (?, ?, ?, ?, ?, '[]', ?, ?, UTC_TIMESTAMP(3), ?, 'pending', ?, ?, ?)",
        params, COUNT(params), NULL, err);
}

/* Of edits without cells all that was asked for. Formulas stand under "", which is no header. */
static char *print_cells(const struct edit *edit)
{
    CLEANUP_JSON cJSON *cells = NULL;
    cJSON *formulas;

    if (edit->cells == NULL || edit->formulas == NULL)
        return cJSON_PrintUnformatted(edit->cells == NULL ? edit->json : edit->cells);
    cells = cJSON_Duplicate(edit->cells, true);
    formulas = cJSON_AddObjectToObject(cells, "");
    if (formulas == NULL ||
        !cJSON_AddItemToObject(formulas, "formulas", cJSON_Duplicate(edit->formulas, true)))
        return NULL;
    return cJSON_PrintUnformatted(cells);
}

int edit_log_begin(struct db *db, const struct edit_log_head *head, bool *is_repeat,
                   struct buf *answer, struct err *err)
{
    char *cells = print_cells(head->edit);
    int rc;

    if (cells == NULL)
        return err_nomem(err, "edit log");
    rc = insert_row(db, head, cells, err);
    cJSON_free(cells);
    *is_repeat = rc != 0 && err->code == ERR_MYSQL && err->detail == DUPLICATE_ENTRY;
    if (*is_repeat)
        rc = load_answer(db, head->edit->id, answer, err);
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

/* The message as it is kept. */
static struct db_param cut_message(const char *text)
{
    struct db_param message = DB_P_TEXT(text);

    message.len = prefix_bytes(text, MESSAGE_CHARACTERS);
    return message;
}

int edit_log_finish(struct db *db, const char *edit_id, const struct edit_log_entry *entry,
                    struct err *err)
{
    const struct db_param params[] = {
        DB_P_TEXT(entry->outcome),
        DB_P_TEXT(entry->operation),
        entry->has_key ? DB_P_BYTES(entry->key_hash.bytes, sizeof(entry->key_hash.bytes))
                       : DB_P_NULL,
        text_or_null(entry->row_key),
        DB_P_TEXT(entry->edited_columns),
        text_or_null(entry->before_values),
        text_or_null(entry->after_values),
        cut_message(entry->message),
        DB_P_TEXT(entry->answer),
        text_or_null(entry->same_as),
        DB_P_TEXT(edit_id),
    };
    if (db_run(db,
               "UPDATE edit_log SET outcome = ?, operation = ?, key_hash = ?, row_key = ?, "
               "edited_columns = ?, before_values = ?, after_values = ?, message = ?, answer = ?, "
               "same_as = ? WHERE edit_id = ?",
               params, COUNT(params), NULL, err) != 0)
        return err_wrap(err, "edit log");
    return 0;
}

#define ROW_COLUMNS                                                                        \
    "edit_id, mapping, source, kind, sheet_row, editor, edited_at, cells, content_hash, "  \
    "outcome, operation, key_hash, row_key, edited_columns, before_values, after_values, " \
    "message, answer, same_as, position, received_at"
enum { ROW_PARAMS = 20 };

/* TIME and CELLS are kept until the statement has run. */
static void fill_row(const struct edit_log_row *row, const char *time, const char *cells,
                     struct db_param *p)
{
    const struct edit_log_head *head = &row->head;
    const struct edit_log_entry *entry = &row->entry;
    const struct edit *edit = head->edit;
    const struct db_param all[ROW_PARAMS] = {
        DB_P_TEXT(edit->id),
        DB_P_TEXT(head->mapping),
        DB_P_TEXT(edit_source_name(head->request->source)),
        DB_P_TEXT(edit_kind_name(edit->kind)),
        edit->row == 0 ? DB_P_NULL : DB_P_INT(edit->row),
        DB_P_TEXT(head->request->editor),
        DB_P_TEXT(time),
        DB_P_TEXT(cells),
        head->content == NULL ? DB_P_NULL
                              : DB_P_BYTES(head->content->bytes, sizeof(head->content->bytes)),
        DB_P_TEXT(entry->outcome),
        DB_P_TEXT(entry->operation),
        entry->has_key ? DB_P_BYTES(entry->key_hash.bytes, sizeof(entry->key_hash.bytes))
                       : DB_P_NULL,
        text_or_null(entry->row_key),
        DB_P_TEXT(entry->edited_columns),
        text_or_null(entry->before_values),
        text_or_null(entry->after_values),
        cut_message(entry->message),
        DB_P_TEXT(entry->answer),
        text_or_null(entry->same_as),
        text_or_null(head->position),
    };

    memcpy(p, all, sizeof(all));
}

static int learn_numbers(struct db *db, struct edit_log_row *rows, size_t n, struct err *err)
{
    CLEANUP_ROWS struct db_rows found = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct db_param params[MANY];

    buf_puts(&sql, "SELECT edit_id, id FROM edit_log WHERE edit_id IN (");
    many_repeat(&sql, "?", many_padded(n));
    buf_putc(&sql, ')');
    for (size_t i = 0; i < many_padded(n); i++)
        params[i] = DB_P_TEXT(rows[i < n ? i : n - 1].head.edit->id);
    if (sql.is_failed)
        return err_nomem(err, "edit log");
    if (db_run(db, sql.ptr, params, many_padded(n), &found, err) != 0)
        return -1;
    for (size_t r = 0; r < found.n_rows; r++)
        for (size_t i = 0; i < n; i++)
            if (strcmp(db_rows_text(&found, r, 0), rows[i].head.edit->id) == 0)
                rows[i].number = db_rows_int(&found, r, 1);
    return 0;
}

static int add_piece(struct db *db, struct edit_log_row *rows, size_t n, struct err *err)
{
    CLEANUP_FREE struct db_param *params = calloc(n * ROW_PARAMS, sizeof(*params));
    CLEANUP_BUF struct buf sql = BUF_INIT;
    char times[MANY][EDIT_LOG_TIME_SIZE];
    char *cells[MANY] = {NULL};
    int rc = 0;

    buf_puts(&sql, "INSERT INTO edit_log (" ROW_COLUMNS ") VALUES ");
    many_repeat(&sql, "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,UTC_TIMESTAMP(3))", n);
    if (params == NULL || sql.is_failed)
        return err_nomem(err, "edit log");
    for (size_t i = 0; rc == 0 && i < n; i++) {
        edit_log_time(rows[i].head.edit->time_ms, times[i]);
        cells[i] = print_cells(rows[i].head.edit);
        if (cells[i] == NULL)
            rc = err_nomem(err, "edit log");
        else
            fill_row(&rows[i], times[i], cells[i], &params[i * ROW_PARAMS]);
    }
    if (rc == 0)
        rc = db_run(db, sql.ptr, params, n * ROW_PARAMS, NULL, err);
    for (size_t i = 0; i < n; i++)
        cJSON_free(cells[i]);
    return rc;
}

int edit_log_add(struct db *db, struct edit_log_row *rows, size_t n, struct err *err)
{
    for (size_t done = 0, piece; done < n; done += piece) {
        piece = many_piece(n - done);
        if (add_piece(db, &rows[done], piece, err) != 0)
            return err_wrap(err, "edit log");
    }
    for (size_t done = 0; done < n; done += MANY)
        if (learn_numbers(db, &rows[done], n - done < MANY ? n - done : MANY, err) != 0)
            return err_wrap(err, "edit log");
    return 0;
}

int edit_log_is_said(struct db *db, const char *mapping, const struct hash128 *content,
                     const char *edit_id, const char *outcome, const char *message, bool *is_said,
                     struct err *err)
{
    const struct db_param params[] = {
        DB_P_TEXT(outcome), cut_message(message),
        DB_P_TEXT(mapping), DB_P_BYTES(content->bytes, sizeof(content->bytes)),
        DB_P_TEXT(edit_id),
    };
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(
            db,
            "SELECT outcome = ? AND message = ? FROM edit_log WHERE mapping = ? "
            "AND content_hash = ? AND edit_id <> ? AND source = 'found' ORDER BY id DESC LIMIT 1",
            params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "edit log");
    *is_said = rows.n_rows > 0 && db_rows_int(&rows, 0, 0) != 0;
    return 0;
}
