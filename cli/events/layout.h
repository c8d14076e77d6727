/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout: what the lines of one table have in common, rendered once: names, and how each column's
 * values are written.
 *
 * One thread at a time.
 */
#ifndef CLI_EVENTS_LAYOUT_H
#define CLI_EVENTS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/table.h"
#include "replicator/binlog/reader.h"

enum layout_form {
    LAYOUT_NUMBER, /* the canonical digits are a JSON number */
    LAYOUT_PLAIN,  /* a string of digits and signs: nothing to escape */
    LAYOUT_TEXT,
    LAYOUT_BYTES,
    LAYOUT_FLOAT, /* digits, but for NaN and infinity, which only a broken log holds */
    LAYOUT_YEAR,  /* digits, but for 0000 */
};

struct layout_column {
    const char
        *label;       /* in labels: ,"name": and the quote that a string of this form begins with */
    size_t label_len; /* with that quote */
    enum layout_form form;
    bool is_quoted;
};

enum { LAYOUT_TYPES = CHANGE_DELETE + 1 };

struct layout {
    struct layout_column *columns; /* owned; as many as the table has */
    size_t n_columns;
    size_t *key; /* owned */
    size_t n_key;
    struct buf labels; /* ,"name": of each column, with JSON_BYTES_SLACK bytes after */
    struct buf middle[LAYOUT_TYPES]; /* by enum change_type: ,"schema":...,"type":"insert","key": */
};

/* Free with layout_free (NULL is fine). ERR_NOMEM. */
int layout_new(const struct table *table, struct layout **out, struct err *err);
void layout_free(struct layout *layout);
#endif
