/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_filter: which rows of a table a mapping shows: those that meet a condition, and of these the
 * first N in an order. MySQL evaluates it wherever rows are read; nobody else does.
 */
#ifndef COMMON_MYSQL_ROW_FILTER_H
#define COMMON_MYSQL_ROW_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/value.h"

struct db;
struct column;
struct table;

struct row_filter {
    char *where;    /* owned; an SQL expression over the table's columns; NULL: all rows */
    char *order_by; /* owned; "created_at DESC, id"; only with a limit */
    unsigned limit; /* rows; 0: no limit */
    /* Not owned: only rows with VALUE (NULL, or canonical text) in this column, as its collation
     * compares; NULL: all. */
    const char *column;
    struct value value;
};

bool row_filter_is_none(const struct row_filter *f);
/* Look a condition, an order over. ERR_CONFIG: what is wrong, and at which character. Pure. */
int row_filter_check_where(const char *where, struct err *err);
int row_filter_check_order(const char *order_by, struct err *err);
/* Ask MySQL whether it can evaluate it. One query, of no rows. ERR_CONFIG: it cannot, and why. */
int row_filter_try(struct db *db, const struct row_filter *f, const struct table *t,
                   struct err *err);
/* Does the condition hang on more than the row (the time, the user, chance)? Then rows come and go
 * without a change. */
bool row_filter_is_fleeting(const struct row_filter *f);
/* Append what tells it from another one; nothing for none. */
void row_filter_print(const struct row_filter *f, struct buf *out);
/* May rows be told apart by the values of C like that? */
bool row_filter_can_compare(const struct column *c);
/* Append a condition: the column called NAME, of which C is the type, has VALUE. Of a type that
 * can be compared. */
void row_filter_equal(struct buf *sql, const char *name, const struct column *c,
                      struct value value);
/* Append what stands after FROM: the table, or a SELECT of its rows under the table's name. KEY
 * (column indexes) makes the order certain. */
void row_filter_source(struct buf *sql, const struct row_filter *f, const struct table *t,
                       const size_t *key, size_t n_key);
#endif
