/* SPDX-License-Identifier: Apache-2.0 */
/* log: what the files of `tabrelay log` share: one edit out of edit_log, and how it is shown. */
#ifndef CLI_LOG_LOG_H
#define CLI_LOG_LOG_H

#include <cjson/cJSON.h>

#include "cli/cli.h"
#include "common/hash.h"

/* Columns of LOG_SQL. */
enum {
    LOG_ID,
    LOG_EDIT,
    LOG_MAPPING,
    LOG_SOURCE,
    LOG_KIND,
    LOG_OPERATION,
    LOG_KEY,
    LOG_ROW,
    LOG_COLUMNS,
    LOG_EDITOR,
    LOG_EDITED,
    LOG_RECEIVED,
    LOG_CELLS,
    LOG_BEFORE,
    LOG_AFTER,
    LOG_OUTCOME,
    LOG_MESSAGE,
    LOG_POSITION,
    LOG_SAME_AS,
    LOG_ANSWER,
    LOG_POLICIES,
    LOG_CONFLICTS,
};
#define LOG_SQL                                                                             \
    "SELECT id, edit_id, mapping, source, kind, operation, row_key, sheet_row, "            \
    "edited_columns, editor, edited_at, received_at, cells, before_values, after_values, "  \
    "outcome, message, position, same_as, answer, "                                         \
    "(SELECT GROUP_CONCAT(DISTINCT policy) FROM conflicts c WHERE c.edit_id = e.edit_id), " \
    "(SELECT GROUP_CONCAT(id ORDER BY id SEPARATOR ', ') FROM conflicts c "                 \
    "WHERE c.edit_id = e.edit_id) FROM edit_log e "

/* Append one edit as a few lines; IS_FULL: with everything that is known. */
void log_put_text(struct buf *out, const struct db_rows *rows, size_t r, bool is_full);
void log_put_json(struct buf *out, const struct db_rows *rows, size_t r);
/* What became of a column: BEFORE is NULL where it is not known or there was no row. */
enum log_change { LOG_WRITTEN, LOG_TYPED, LOG_DELETED };
typedef void log_visit(void *ctx, const char *column, enum log_change change, const cJSON *before,
                       const cJSON *after);
/* Each column that the edit changed; of one that changed nothing, what was typed. */
void log_each_change(const struct db_rows *rows, size_t r, log_visit *visit, void *ctx);
/* Append a line for each column that the edit changed: "    price: 10.00 -> 12.50". */
void log_put_changes(struct buf *out, const struct db_rows *rows, size_t r, size_t max);

/* Which edits; NULL and empty: any. The texts are not owned. */
struct log_filter {
    const char *mapping, *person, *outcome;
    struct hash128 key;
    bool has_key;
    struct buf since, until; /* owned; as when_parse gives them */
};
void log_filter_close(struct log_filter *f);
/* A row's key as it is shown: one column's text, or a JSON array of them. ERR_CONFIG, ERR_FORMAT.
 */
int log_parse_key(const char *text, struct hash128 *out, struct err *err);
/* The newest N edits with a LOG_ID below BEFORE. */
int log_load_page(struct db *db, const struct log_filter *f, int64_t before, long n,
                  struct db_rows *rows, struct err *err);
/* Append from when on the log is whole: "edits from before 2026-08-28 10:11:12 UTC were pruned
 * (keep.edits)"; nothing where none was. */
int log_put_pruned(struct db *db, struct buf *out, struct err *err);
/* The edit with that id; ERR_GONE with a hint. */
int log_load(struct db *db, const char *edit_id, struct db_rows *rows, struct err *err);
#endif
