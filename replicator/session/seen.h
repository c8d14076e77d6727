/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen: which edits of the webhook the stream has shown.
 *
 * Base is read with a SELECT and may be ahead of the stream: it knows what an edit agreed on while
 * the row's image in the change set is from before. Planned together they would write an old value
 * over what a person has typed. So base says which edit it is from, and its row waits until the
 * stream has shown that. Numbers come in the order in which the edits began, which is not that of
 * their commits. Pure.
 */
#ifndef REPLICATOR_SESSION_SEEN_H
#define REPLICATOR_SESSION_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEEN_GAPS = 1024 };

struct seen_edits {
    int64_t max;               /* the highest number; 0: none yet */
    int64_t gaps[SEEN_GAPS];   /* numbers below it that were not shown; the newest of them */
    size_t n_gaps, oldest_gap; /* a ring */
};

void seen_take(struct seen_edits *s, int64_t edit);
bool seen_has(const struct seen_edits *s, int64_t edit);
#endif
