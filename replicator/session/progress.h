/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: how far a snapshot is, for people: in the log, in `tabrelay status`, in the metrics.
 *
 * How many rows there are is MySQL's estimate (InnoDB samples its pages), so the share and the time
 * that is left are "about". The pace is an average of the last half minute or so. Worker thread.
 */
#ifndef REPLICATOR_SESSION_PROGRESS_H
#define REPLICATOR_SESSION_PROGRESS_H

#include <stdint.h>

#include "common/err.h"

struct session;
struct follow;

struct progress {
    int64_t total;      /* rows, as MySQL estimates; 0: not known */
    double rows_a_ms;   /* 0: not known yet */
    int64_t counted;    /* rows when it was last counted ... */
    int64_t counted_ms; /* ... and when, monotonic; 0: never */
    int64_t logged_ms;  /* monotonic */
};

/* Pure. ROWS are done at NOW_MS. */
void progress_count(struct progress *p, int64_t rows, int64_t now_ms);
/* Seconds that are left; -1: not known. */
int64_t progress_left_s(const struct progress *p);
/* Of 100; at most 99, for an estimate is no end; -1: not known. */
int progress_percent(const struct progress *p);

/* A snapshot of F begins or goes on. Blocks for a query. */
int progress_begin(struct session *s, struct follow *f, struct err *err);
/* F's snapshot is one or more chunks further: it is saved, with its key; every 10 s it is logged.
 * Blocks for a query. */
int progress_save(struct session *s, struct follow *f, struct err *err);
/* Set the metrics of all snapshots under way. */
void progress_measure(const struct session *s);
#endif
