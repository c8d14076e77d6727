/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflict_count: how many conflicts an edit, or a request, has met and ended, as the metrics count
 * them. They are counted when the transaction is committed: only then are they true.
 */
#ifndef WEBHOOK_CONFLICT_COUNT_H
#define WEBHOOK_CONFLICT_COUNT_H

#include <stddef.h>
#include <stdint.h>

enum {
    CONFLICT_KINDS = 4,
    CONFLICT_POLICIES = 7,
    CONFLICT_OUTCOMES = 5,
    CONFLICT_RESOLUTIONS = 5,
};

/* Places as in metrics_list.h: CONFLICT_KIND, POLICY, CONFLICT_OUTCOME; RESOLUTION. */
struct conflict_counts {
    uint32_t met[CONFLICT_KINDS][CONFLICT_POLICIES][CONFLICT_OUTCOMES];
    uint32_t resolved[CONFLICT_RESOLUTIONS];
};

/* OUTCOME: as in the table conflicts, or the state of one that is not decided. */
void conflict_counts_met(struct conflict_counts *counts, const char *kind, const char *policy,
                         const char *outcome);
void conflict_counts_resolved(struct conflict_counts *counts, const char *outcome, size_t n);
void conflict_counts_sum(struct conflict_counts *to, const struct conflict_counts *more);
/* Add them to the metrics. */
void conflict_counts_tell(const struct conflict_counts *counts);
#endif
