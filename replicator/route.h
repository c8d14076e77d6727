/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route: the stream thread: reads the binlog and puts what concerns us into the queue.
 *
 * Rows of mapped tables become images of their mapped columns; rows of our own tables become edit
 * notes, signals and marks. The thread reconnects by itself after a passing trouble, at the last
 * transaction it handed out whole; anything else, and a change of a mapped table's definition, ends
 * it with ITEM_BROKEN.
 *
 * A row is read with the definition that the session loaded, so it must have been written with that
 * one. A mapping whose table is not the remembered one is unsure: its rows are left out until the
 * stream shows the mark that was committed after the table was loaded. Nothing is lost, since such
 * a table is compared row by row, and its rows are fetched after the mark.
 */
#ifndef REPLICATOR_ROUTE_H
#define REPLICATOR_ROUTE_H

#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"
#include "replicator/queue.h"
#include "replicator/stream_clock.h"
#include "replicator/sync/cascades.h"
#include "replicator/sync/family.h"
#include "replicator/sync/mapping.h"

struct route;

/* A mapping with tabs_by, as the session follows it (session/families.h). */
struct follow_family {
    struct family family;  /* all that the route looks at */
    bool is_due;           /* a value may have no tab yet ... */
    uint64_t since;        /* ... since that transaction (session/watermark.h) */
    bool has_problem;      /* it was told that values get none */
    int64_t not_before_ms; /* monotonic: the next look */
    int64_t retry_ms;      /* monotonic: the next one where values got none */
};

struct route_options {
    const struct config *cfg;
    const struct mapping *const *mappings; /* their tables must not change until route_stop; those
                                              without a table are left out */
    size_t n_mappings;
    const struct follow_family *families;
    size_t n_families;
    const struct cascades *cascades;
    uint64_t loading_mark; /* committed before the tables were loaded: a DDL that comes before it is
                              in what was loaded */
    uint64_t definitions_mark; /* rows of unsure mappings are read from this mark on; 0: none is */
    const char *position;      /* to start at */
    struct queue *queue;
    struct stream_clock *clock;
    struct stop *stop;
};

/* All but the position must outlive the route. */
int route_start(const struct route_options *options, struct route **out, struct err *err);
/* End the thread, wait for it, free. NULL is fine. The queue must be closed before. */
void route_stop(struct route *r);
#endif
