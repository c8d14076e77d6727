/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typed: rows that a person has typed, without a key, and whose trigger never came.
 *
 * Whoever types is not done with the first cell, and the script may only be late: such a row is
 * sent when it stood there unchanged in two looks, 30 s apart (reconcile_every, if that is
 * shorter). It is known by what its mapped cells show, for it may move. Each is sent once; what the
 * webhook lets wait is sent again when it has changed. Worker thread; memory is bounded (10,000
 * rows of different content at once; more of them when these have their keys).
 */
#ifndef REPLICATOR_SESSION_TYPED_H
#define REPLICATOR_SESSION_TYPED_H

#include "replicator/session/session.h"

/* Rows with the same content, and how many of them stood in the look before and stand in this one,
 * and were sent. */
struct typed {
    uint64_t content;
    unsigned n_before, n_now, n_sent;
    int64_t since_ms; /* monotonic: they are as many as that since */
    UT_hash_handle hh;
};

/* A look begins; ROW of GRID has no key: is it to be sent? IS_NOTED: it has a note of ours. And the
 * look is over: when to look again, monotonic; 0: no need to. */
void typed_begin(struct follow *f);
bool typed_is_due(const struct session *s, struct follow *f, const struct grid *grid, int64_t row,
                  bool is_noted);
int64_t typed_end(const struct session *s, struct follow *f);
/* What was to be sent did not arrive, or the session is over. */
void typed_close(struct follow *f);
#endif
