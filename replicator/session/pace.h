/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace: how large a batch may be, learned from how long Google takes for one.
 *
 * Full batches that are answered in less than two seconds let the next one grow by a step, one that
 * took more than five makes it smaller by a quarter, one whose answer did not come halves it. So it
 * stays where Google is well, and a batch that is too much for it is not sent again and again.
 * Pure.
 */
#ifndef REPLICATOR_SESSION_PACE_H
#define REPLICATOR_SESSION_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace {
    size_t bytes; /* of the rows of a request; its JSON is no larger, about */
    size_t max;
};

void pace_init(struct pace *p, size_t max);
/* A request was answered after MS. IS_FULL: more rows waited than it had room for. */
void pace_answered(struct pace *p, bool is_full, int64_t ms);
/* One was sent, and no answer came. */
void pace_lost(struct pace *p);
#endif
