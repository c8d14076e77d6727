/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows: a rows event (v1, v2, compressed by MariaDB, partial JSON) as row images, one at a time.
 *
 * All rows of an event carry the same columns, so which ones, and what is missing, is found out
 * once an event. Pure; one thread at a time.
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
#include "replicator/binlog/row_layout.h"
#include "replicator/binlog/table_map.h"

enum rows_kind { ROWS_WRITE, ROWS_UPDATE, ROWS_DELETE };

enum {
    ROWS_FLAG_STATEMENT_END = 0x1,
    ROWS_FLAG_SQL_FK = 0x10, /* MySQL 9.6: foreign keys in the SQL layer, cascades are logged */
};
/* A rows event that carries no rows, only the end of a statement. */
#define ROWS_DUMMY_ID UINT64_C(0xffffff)

/* The bytes of one value in the event. */
struct rows_bytes {
    const uint8_t *ptr; /* NULL: SQL's NULL */
    size_t len;
};

/* One of the (at most two) images of a row. */
struct rows_image {
    struct value *values;        /* one a column of the schema, and one for all that is skipped */
    const struct field **fields; /* those that the event carries, in order */
    struct rows_bytes *bytes;    /* of each of them; for the before image only */
    size_t n_fields;
};

/* Where rows are read into; kept from event to event. Zeros at the start. */
struct rows_space {
    struct rows_image before, after; /* their arrays are owned */
    size_t *carried; /* columns that only the before image has: they have not changed; owned */
    size_t n_carried;
    size_t n_values, size_fields;    /* how large the arrays are */
    const struct row_layout *layout; /* what they were made for: this layout, ... */
    uint64_t serial;                 /* ... as it was then, ... */
    struct buf columns;              /* ... and these bitmaps */
    char *text;                      /* owned: what value_put made of both images of a row */
    size_t text_size;
    struct arena arena;  /* texts of one row that did not fit there */
    struct buf unpacked; /* MariaDB's compressed rows */
};

void rows_space_close(struct rows_space *space);

struct rows {
    enum rows_kind kind;
    uint64_t table_id;
    uint16_t flags;
    bool is_compressed;
    bool is_partial;    /* PARTIAL_UPDATE_ROWS */
    struct cursor rest; /* after the fixed part; then the rows */
    const struct table_map *map;
    const struct row_layout *layout;
    struct rows_space *space;
    bool has_same_columns; /* both images of an update carry the same ones */
};

/* Only which table and what kind: cheap. */
int rows_open(const struct event_format *format, const struct event *e, struct rows *out,
              struct err *err);

/* Read which columns the images carry, and unpack what MariaDB compressed. MAP, LAYOUT and SPACE
 * are kept by pointer. */
int rows_start(struct rows *r, const struct table_map *map, const struct row_layout *layout,
               struct rows_space *space, struct err *err);

/* The next row: 1, or 0 at the end, -1 on error. SPACE's values are valid until the next call:
 * absent where the image carries none; of an update AFTER has what only BEFORE carries, too. A JSON
 * column of which only the difference was told is absent, though it has changed. */
int rows_next(struct rows *r, struct err *err);
#endif
