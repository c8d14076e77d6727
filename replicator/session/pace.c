/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/pace.h"

enum { START = 512 * 1024, STEP = 128 * 1024, MIN = 32 * 1024, FAST_MS = 2000, SLOW_MS = 5000 };
static const double SHARE_MIN = 0.25; /* a batch may be no more than so many times too large */

void pace_init(struct pace *p, size_t max)
{
    *p = (struct pace){.bytes = max < START ? max : START, .max = max, .share = 1};
}

static void shrink(struct pace *p, size_t bytes)
{
    p->is_met = true;
    p->bytes = bytes < MIN ? MIN : bytes;
    if (p->bytes > p->max)
        p->bytes = p->max;
}

static void grow(struct pace *p)
{
    size_t step = p->is_met ? STEP : p->bytes;

    p->bytes = step > p->max - p->bytes ? p->max : p->bytes + step;
}

void pace_answered(struct pace *p, size_t bytes, int64_t ms)
{
    bool is_full = bytes >= p->bytes - p->bytes / 4;

    if (ms > SLOW_MS)
        shrink(p, p->bytes - p->bytes / 4);
    else if (ms < FAST_MS && is_full)
        grow(p);
}

void pace_lost(struct pace *p)
{
    shrink(p, p->bytes / 2);
}

size_t pace_reckon(const struct pace *p, size_t bytes)
{
    return (size_t)((double)bytes * p->share);
}

/* What is more than was reckoned counts at once, what is less by half. */
void pace_planned(struct pace *p, size_t bytes, size_t written)
{
    double share;

    if (bytes == 0)
        return;
    share = (double)written / (double)bytes;
    if (share < p->share)
        share = (share + p->share) / 2;
    p->share = share < SHARE_MIN ? SHARE_MIN : share > 1 ? 1 : share;
}
