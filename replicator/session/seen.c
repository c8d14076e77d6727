/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/seen.h"

static void add_gap(struct seen_edits *s, int64_t edit)
{
    if (s->n_gaps < SEEN_GAPS) {
        s->gaps[s->n_gaps++] = edit;
        return;
    }
    s->gaps[s->oldest_gap] = edit;
    s->oldest_gap = (s->oldest_gap + 1) % SEEN_GAPS;
}

void seen_take(struct seen_edits *s, int64_t edit)
{
    for (size_t i = 0; edit <= s->max && i < s->n_gaps; i++)
        if (s->gaps[i] == edit)
            s->gaps[i] = 0;
    if (edit <= s->max)
        return;
    for (int64_t gap = edit - s->max > SEEN_GAPS ? edit - SEEN_GAPS : s->max + 1; gap < edit; gap++)
        add_gap(s, gap);
    s->max = edit;
}

bool seen_has(const struct seen_edits *s, int64_t edit)
{
    for (size_t i = 0; i < s->n_gaps; i++)
        if (s->gaps[i] == edit && edit != 0)
            return false;
    return edit <= s->max;
}
