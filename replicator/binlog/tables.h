/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables: the TABLE_MAPs of the statement that the stream is in, and its rows on their way to the
 * handler.
 *
 * A table id means something only until its statement ends. Of a table that the handler does not
 * want nothing but the id is kept, and its rows are not looked at. One thread at a time.
 */
#ifndef REPLICATOR_BINLOG_TABLES_H
#define REPLICATOR_BINLOG_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "replicator/binlog/event.h"
#include "replicator/binlog/reader.h"
#include "replicator/binlog/rows.h"
#include "replicator/binlog/table_map.h"

struct tables_slot {
    uint64_t id;
    const struct table *table; /* the handler's, or logged; NULL: not wanted */
    void *notice;              /* the handler's wish */
    struct table *logged;      /* owned; the table as the log describes it */
    struct table_map map;      /* owned */
    struct field *fields;      /* owned; map.n_columns */
    size_t size;               /* of fields */
};

struct tables {
    struct tables_slot *slots; /* owned; the first n_slots are this statement's */
    size_t n_slots;
    size_t n_ready; /* slots that hold memory */
    size_t size;
    struct value *before; /* owned; as many as the widest table has */
    struct value *after;
    size_t n_values;
    struct arena arena; /* the texts of one row */
    struct buf unpacked;
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
