/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace: how large a batch may be, learned from how long Google takes for one.
 *
 * Full batches that are answered in less than two seconds let the next one be twice as large, until
 * one was too much: one that took more than five seconds makes the next smaller by a quarter, one
 * whose answer did not come halves it, and from then on it grows by steps. So it stays where Google
 * is well, and a batch that is too much for it is not sent again and again.
 *
 * Of a row that the tab has only the cells that differ are written, and how many do is known only
 * once it is planned. So it is learned, too, what share of their size such rows have come to, and
 * how much less than reckoned new ones do. Pure.
 */
#ifndef REPLICATOR_SESSION_PACE_H
#define REPLICATOR_SESSION_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace {
    size_t bytes; /* of a request's JSON, about */
    size_t max;
    bool is_met;             /* a batch was too much: no more doubling */
    double share, new_share; /* of a known row's size, and a new one's, that is written, of late */
};

void pace_init(struct pace *p, size_t max);
/* A request was answered after MS. BYTES: of its rows. */
void pace_answered(struct pace *p, size_t bytes, int64_t ms);
/* One was sent, and no answer came. */
void pace_lost(struct pace *p);
/* Of a row of so many BYTES, a new one or one that is known, about so many will be written. */
size_t pace_reckon(const struct pace *p, size_t bytes, bool is_new);
/* Rows of BYTES together were planned, all new or all known: WRITTEN is what they came to. */
void pace_planned(struct pace *p, size_t bytes, size_t written, bool is_new);
#endif
