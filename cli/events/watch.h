/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: the handler that the reader's calls end in: what is within the bounds is printed or
 * counted, and enough is enough.
 *
 * One thread at a time.
 */
#ifndef CLI_EVENTS_WATCH_H
#define CLI_EVENTS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/events/line.h"
#include "cli/events/names.h"
#include "cli/events/options.h"
#include "cli/events/roster.h"
#include "cli/events/sink.h"
#include "cli/events/summary.h"
#include "replicator/binlog/reader.h"

/* A place in the log, as SHOW BINARY LOGS counts. */
struct watch_end {
    const char *file; /* NULL: none */
    uint64_t offset;
};

struct watch {
    struct events_options *options; /* not owned */
    const struct stop *stop;        /* not owned */
    struct sink sink;
    struct line line;
    struct roster roster;
    struct names names;
    struct summary summary;

    bool is_done;         /* enough: no failure */
    bool is_prompt;       /* somebody waits for each transaction */
    bool is_live;         /* from a server */
    struct watch_end end; /* from a server: stop there */
    uint64_t n_changes;   /* printed or counted */

    /* The event under way. */
    const struct origin *origin; /* the reader's; NULL before the first event */
    bool is_fresh;               /* nothing has been made of it yet */
    bool is_within;              /* the bounds */
    uint64_t event_end;
    struct roster_table *mapped; /* of a TABLE_MAP */
    uint64_t shape;              /* of the last change; 0: none */
    struct roster_table *entry;  /* its table */
    const struct layout *layout;

    /* For taking up a broken stream: after its last commit, without what was printed since. */
    struct buf resume; /* a position; whoever begins sets it to the first one */
    uint64_t n_since;  /* changes and statements printed since then */
    uint64_t n_skip;   /* of those that come again */
};

/* OPTIONS and STOP are kept. ERR_NOMEM. Close it with watch_close, also after a failure. */
int watch_open(struct watch *w, struct events_options *options, const struct stop *stop,
               struct err *err);
void watch_close(struct watch *w);

/* The handler that tells W. Its error is ERR_STOPPED when W is done, when nobody reads the output,
 * or when the stop is asked. */
struct reader_handler watch_handler(struct watch *w);

/* The stream broke: what comes next begins at W->resume. */
void watch_resume(struct watch *w);

/* Write out what is there, and the summary. ERR_IO, ERR_NOMEM. */
int watch_finish(struct watch *w, struct err *err);
#endif
