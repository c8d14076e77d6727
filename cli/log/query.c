/* SPDX-License-Identifier: Apache-2.0 */
/* query: edits of the log, filtered, the newest first, page by page: the log may be large. */
#include <string.h>

#include "cli/log/log.h"
#include "common/json.h"
#include "common/rowkey.h"

enum { KEY_MAX = 16 };

#define SQL_PAGE                                                                 \
    LOG_SQL "WHERE id < ? AND (? IS NULL OR " CLI_SQL_CALLED ") "                \
            "AND (? IS NULL OR key_hash = ?) AND (? IS NULL OR editor = ?) "     \
            "AND (? IS NULL OR received_at >= ?) "                               \
            "AND (? IS NULL OR received_at < ?) AND (? IS NULL OR outcome = ?) " \
            "ORDER BY id DESC LIMIT ?"

int log_parse_key(const char *text, struct hash128 *out, struct err *err)
{
    CLEANUP_JSON cJSON *array = NULL;
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value key[KEY_MAX] = {value_text(text, strlen(text))};
    size_t n = 1;

    if (text[0] == '[') {
        if (json_parse(text, strlen(text), &array, err) != 0 || cJSON_GetArraySize(array) < 1 ||
            cJSON_GetArraySize(array) > KEY_MAX)
            return err_set(err, ERR_CONFIG, "expected a key, or a JSON array of its columns");
        n = (size_t)cJSON_GetArraySize(array);
        if (rowkey_read(text, strlen(text), &bytes, key, n, err) != 0)
            return -1;
    }
    *out = hash_key(key, n);
    return 0;
}

static struct db_param text_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? DB_P_NULL : DB_P_TEXT(text);
}

int log_load_page(struct db *db, const struct log_filter *f, int64_t before, long n,
                  struct db_rows *rows, struct err *err)
{
    struct db_param mapping = text_or_null(f->mapping), person = text_or_null(f->person),
                    outcome = text_or_null(f->outcome), since = text_or_null(f->since.ptr),
                    until = text_or_null(f->until.ptr),
                    key = f->has_key ? DB_P_BYTES(f->key.bytes, sizeof(f->key.bytes)) : DB_P_NULL;
    const struct db_param params[] = {DB_P_INT(before), mapping, mapping,    mapping, key,   key,
                                      person,           person,  since,      since,   until, until,
                                      outcome,          outcome, DB_P_INT(n)};

    return db_run(db, SQL_PAGE, params, sizeof(params) / sizeof(params[0]), rows, err);
}

void log_filter_close(struct log_filter *f)
{
    buf_close(&f->since);
    buf_close(&f->until);
}

int log_put_pruned(struct db *db, struct buf *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_exec(db,
                "SELECT DATE_FORMAT(MAX(newest), '%Y-%m-%d %H:%i:%s') FROM pruned "
                "WHERE table_name = 'edit_log'",
                &rows, err) != 0)
        return -1;
    if (db_rows_text(&rows, 0, 0)[0] != '\0')
        buf_printf(out, "edits from before %s UTC were pruned (keep.edits)",
                   db_rows_text(&rows, 0, 0));
    return 0;
}

int log_load(struct db *db, const char *edit_id, struct db_rows *rows, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(edit_id)};
    CLEANUP_BUF struct buf pruned = BUF_INIT;

    if (db_run(db, LOG_SQL "WHERE edit_id = ?", params, 1, rows, err) != 0)
        return -1;
    if (rows->n_rows > 0)
        return 0;
    if (log_put_pruned(db, &pruned, err) != 0)
        return -1;
    err_set(err, ERR_GONE, "the edit log has no edit %.64s%s%s", edit_id,
            pruned.len > 0 ? "; " : "", buf_text(&pruned));
    return err_hint(err, "tabrelay log lists them.");
}
