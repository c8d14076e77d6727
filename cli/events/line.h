/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line: a row change as one line of JSON, written straight into the sink.
 *
 * What an event's lines begin with is rendered once for each event (line_begin), what a table's
 * lines have in common once for each table (layout.h). docs/events.md describes the format. One
 * thread at a time.
 */
#ifndef CLI_EVENTS_LINE_H
#define CLI_EVENTS_LINE_H

#include <stdint.h>

#include "cli/events/layout.h"
#include "cli/events/sink.h"
#include "common/buf.h"
#include "common/err.h"
#include "replicator/binlog/reader.h"

enum { LINE_TIME_SIZE = 32 };

struct line {
    struct sink *sink; /* not owned */
    struct buf head;   /* owned; {"server":1,"position":"...","gtid":"...","time":"..." */
};

#define LINE_INIT(sink_) ((struct line){.sink = (sink_)})

void line_close(struct line *l);

/* The lines from here on are of the event at ORIGIN. ERR_NOMEM. */
int line_begin(struct line *l, const struct origin *origin, struct err *err);

/* Print a change of a table that LAYOUT is of. */
void line_change(struct line *l, const struct layout *layout, const struct change *c);

/* Print what a statement did to a table. ERR_NOMEM. */
int line_statement(struct line *l, const struct ddl *ddl, struct err *err);

/* When the change happened: microseconds since 1970 UTC, and in OUT as ISO 8601, with a fraction if
 * that is the time of the commit, else without. 0 and "" if unknown. */
int64_t line_time(const struct origin *origin, char out[LINE_TIME_SIZE]);
/* TIME_US with six digits, or IS_EXACT false: with none. Returns the length. */
size_t line_print_time(int64_t time_us, bool is_exact, char out[LINE_TIME_SIZE]);
#endif
