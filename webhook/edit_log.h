/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_log: the row of an edit in the edit log: origin marker, audit trail and guard against
 * repeats in one.
 *
 * It is inserted before anything else of the edit, so that it is first in the binlog's transaction,
 * and completed last. Its position is where MySQL's binlog was when its transaction began, the
 * GTIDs that were executed (NULL where there are none): the edit's own transaction comes after it.
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

/* What is known when an edit is begun. */
struct edit_log_head {
    const char *mapping;
    const struct edit_request *request;
    const struct edit *edit;
    const struct hash128 *content; /* of a row that is typed without a key, or found, and that
                                      MySQL does not know; NULL: it is none */
    const struct hash128 *key;     /* of the row that the edit is about; NULL: not known yet */
    const char *position;          /* state_position */
};

struct edit_log_entry {
    const char *outcome; /* as in the table's ENUM, and so are the next */
    const char *operation;
    bool has_key;
    struct hash128 key_hash;
    const char *row_key;        /* NULL without a key */
    const char *edited_columns; /* JSON array of column names */
    const char *before_values;  /* JSON object; NULL: there was no row */
    const char *after_values;   /* the same, of the row as it was written; NULL: it was not */
    const char *same_as;        /* the edit that inserted this very row; NULL: none */
    const char *message;        /* cut to the column's length */
    const char *answer;         /* the result as it was sent */
};

/* Begin the log of an edit. *IS_REPEAT: the id is there already; the result that it had is appended
 * to ANSWER. Waits for a transaction that has just inserted the same id. */
int edit_log_begin(struct db *db, const struct edit_log_head *head, bool *is_repeat,
                   struct buf *answer, struct err *err);
int edit_log_finish(struct db *db, const char *edit_id, const struct edit_log_entry *entry,
                    struct err *err);
/* One edit's whole row. */
struct edit_log_row {
    struct edit_log_head head;
    struct edit_log_entry entry;
    int64_t number; /* its id, when it is added */
};
/* Add the rows of N edits whose doing is done, any number, and learn their numbers. An id that is
 * there already is an error (detail 1062). */
int edit_log_add(struct db *db, struct edit_log_row *rows, size_t n, struct err *err);
/* Had the last edit before EDIT_ID that was found with that CONTENT the same OUTCOME and MESSAGE?
 * One index look-up. */
int edit_log_is_said(struct db *db, const char *mapping, const struct hash128 *content,
                     const char *edit_id, const char *outcome, const char *message, bool *is_said,
                     struct err *err);

/* Milliseconds since 1970 as a DATETIME(3): "2026-08-22 10:11:12.345". */
#define EDIT_LOG_TIME_SIZE 32
void edit_log_time(int64_t ms, char out[EDIT_LOG_TIME_SIZE]);
#endif
