/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/conflict_count.h"

#include "common/metrics.h"

void conflict_counts_met(struct conflict_counts *counts, const char *kind, const char *policy,
                         const char *outcome)
{
    size_t k = metrics_place(METRICS_LABEL_CONFLICT_KIND, kind);
    size_t p = metrics_place(METRICS_LABEL_POLICY, policy);
    size_t o = metrics_place(METRICS_LABEL_CONFLICT_OUTCOME, outcome);

    if (k < CONFLICT_KINDS && p < CONFLICT_POLICIES && o < CONFLICT_OUTCOMES)
        counts->met[k][p][o]++;
}

void conflict_counts_resolved(struct conflict_counts *counts, const char *outcome, size_t n)
{
    size_t o = metrics_place(METRICS_LABEL_RESOLUTION, outcome);

    if (o < CONFLICT_RESOLUTIONS)
        counts->resolved[o] += (uint32_t)n;
}

void conflict_counts_sum(struct conflict_counts *to, const struct conflict_counts *more)
{
    for (size_t k = 0; k < CONFLICT_KINDS; k++)
        for (size_t p = 0; p < CONFLICT_POLICIES; p++)
            for (size_t o = 0; o < CONFLICT_OUTCOMES; o++)
                to->met[k][p][o] += more->met[k][p][o];
    for (size_t o = 0; o < CONFLICT_RESOLUTIONS; o++)
        to->resolved[o] += more->resolved[o];
}

void conflict_counts_tell(const struct conflict_counts *counts)
{
    for (size_t k = 0; k < CONFLICT_KINDS; k++)
        for (size_t p = 0; p < CONFLICT_POLICIES; p++)
            for (size_t o = 0; o < CONFLICT_OUTCOMES; o++)
                if (counts->met[k][p][o] != 0) /* hardly ever; each is an atomic */
                    metrics_add(METRIC_CONFLICTS, counts->met[k][p][o], k, p, o);
    for (size_t o = 0; o < CONFLICT_RESOLUTIONS; o++)
        metrics_add(METRIC_RESOLVED, counts->resolved[o], o);
}
