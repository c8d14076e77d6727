/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_log: the row of an edit in the edit log: origin marker, audit trail and guard against
 * repeats in one.
 *
 * It is inserted before anything else of the edit, so that it is first in the binlog's transaction,
 * and completed last.
 */
#ifndef WEBHOOK_EDIT_LOG_H
#define WEBHOOK_EDIT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/mysql/db.h"
#include "webhook/edit.h"

struct edit_log_entry {
    const char *outcome; /* as in the table's ENUM, and so are the next */
    const char *operation;
    bool has_key;
    struct hash128 key_hash;
    const char *row_key;        /* NULL without a key */
    const char *edited_columns; /* JSON array of column names */
    const char *before_values;  /* JSON object; NULL: there was no row */
    const char *message;        /* cut to the column's length */
    const char *answer;         /* the result as it was sent */
};

/* Begin the log of an edit. *IS_REPEAT: the id is there already; the result that it had is appended
 * to ANSWER. Waits for a transaction that has just inserted the same id. */
int edit_log_begin(struct db *db, const char *mapping, const struct edit_request *request,
                   const struct edit *edit, bool *is_repeat, struct buf *answer, struct err *err);
int edit_log_finish(struct db *db, const char *edit_id, const struct edit_log_entry *entry,
                    struct err *err);
#endif
