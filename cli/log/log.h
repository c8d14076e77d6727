/* SPDX-License-Identifier: Apache-2.0 */
/* log: what the files of `tabrelay log` share: one edit out of edit_log, and how it is shown. */
#ifndef CLI_LOG_LOG_H
#define CLI_LOG_LOG_H

#include "cli/cli.h"

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
/* Append a line for each column that the edit changed: "    price: 10.00 -> 12.50". */
void log_put_changes(struct buf *out, const struct db_rows *rows, size_t r, size_t max);
/* The edit with that id; ERR_GONE with a hint. */
int log_load(struct db *db, const char *edit_id, struct db_rows *rows, struct err *err);
#endif
