/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables: the TABLE_MAPs of the statement that the stream is in, and its rows on their way to the
 * handler.
 *
 * A table id means something only until its statement ends; what a TABLE_MAP says of its table is
 * kept longer and known again by its bytes. Of a table that the handler does not want nothing but
 * the id is kept, and its rows are not looked at. One thread at a time.
 */
#ifndef REPLICATOR_BINLOG_TABLES_H
#define REPLICATOR_BINLOG_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "replicator/binlog/event.h"
#include "replicator/binlog/reader.h"
#include "replicator/binlog/row_layout.h"
#include "replicator/binlog/rows.h"
#include "replicator/binlog/table_map.h"

/* One TABLE_MAP, read. The servers repeat the same bytes before each statement: they are read once.
 */
struct tables_shape {
    uint64_t hash;             /* of the event's body without the id */
    const struct table *table; /* the handler's (only valid in its statement), or LOGGED */
    uint64_t table_id;         /* the handler's may be freed: another may take its address */
    bool is_as_logged;
    struct table *logged;     /* owned; the table as the log describes it */
    struct table_map map;     /* owned */
    struct row_layout layout; /* owned */
    uint64_t serial;          /* another one each time that the shape is filled */
    size_t used;              /* when last; a counter */
};

/* A table of the statement that the stream is in. */
struct tables_entry {
    uint64_t id;
    struct tables_shape *shape; /* NULL: its rows are not wanted */
    void *notice;               /* the handler's wish */
};

struct tables {
    struct tables_entry *entries; /* owned; of this statement */
    size_t n_entries, size_entries;
    struct tables_shape **shapes; /* owned */
    size_t n_shapes, size_shapes;
    uint64_t serial;
    size_t clock;
    struct rows_space space;
};

#define TABLES_INIT ((struct tables){0})

void tables_close(struct tables *t);
/* The statement has ended. */
void tables_forget(struct tables *t);

/* A TABLE_MAP: ask the handler whether it wants the table. */
int tables_map(struct tables *t, const struct event_format *format, const struct event *e,
               const struct reader_handler *handler, struct err *err);

/* A rows event: hand its rows out. *IS_WANTED: it had rows of a table that the handler wants. */
int tables_rows(struct tables *t, const struct event_format *format, const struct event *e,
                const struct reader_handler *handler, const struct origin *origin, bool *is_wanted,
                struct err *err);
#endif
