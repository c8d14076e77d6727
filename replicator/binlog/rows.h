/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows: a rows event (v1, v2, compressed by MariaDB, partial JSON) as row images, one at a time.
 *
 * Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_ROWS_H
#define REPLICATOR_BINLOG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/value.h"
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/field.h"
#include "replicator/binlog/table_map.h"

enum rows_kind { ROWS_WRITE, ROWS_UPDATE, ROWS_DELETE };

enum {
    ROWS_FLAG_STATEMENT_END = 0x1,
    ROWS_FLAG_SQL_FK = 0x10, /* MySQL 9.6: foreign keys in the SQL layer, cascades are logged */
};
/* A rows event that carries no rows, only the end of a statement. */
#define ROWS_DUMMY_ID UINT64_C(0xffffff)

struct rows {
    enum rows_kind kind;
    uint64_t table_id;
    uint16_t flags;
    bool is_compressed;
    bool is_partial;               /* PARTIAL_UPDATE_ROWS */
    struct cursor rest;            /* after the fixed part; then the rows */
    const uint8_t *before_columns; /* bitmaps of the columns that the images carry */
    const uint8_t *after_columns;
};

/* Only which table and what kind: cheap. */
int rows_open(const struct event_format *format, const struct event *e, struct rows *out,
              struct err *err);

/* Read the bitmaps for the table's columns, and unpack what MariaDB compressed into UNPACKED (kept
 * by pointer until the last row). */
int rows_start(struct rows *r, const struct table_map *map, struct buf *unpacked, struct err *err);

/* The next row: 1, or 0 at the end, -1 on error. BEFORE and AFTER have table->n_columns values,
 * absent where the image carries none; texts are in ARENA or in the event. *IS_PARTIAL is set when
 * a JSON column of AFTER is only described by its difference: it is absent then, though it has
 * changed. */
int rows_next(struct rows *r, const struct table_map *map, const struct field *fields,
              size_t n_values, struct value *before, struct value *after, struct arena *arena,
              bool *is_partial, struct err *err);
#endif
