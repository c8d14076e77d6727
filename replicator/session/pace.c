/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/pace.h"

enum { START = 512 * 1024, STEP = 128 * 1024, MIN = 32 * 1024, FAST_MS = 2000, SLOW_MS = 5000 };
/* A batch may be no more than so many times too large. */
static const double SHARE_MIN = 0.25, NEW_SHARE_MIN = 0.9;

void pace_init(struct pace *p, size_t max)
{
    *p = (struct pace){.bytes = max < START ? max : START, .max = max, .share = 1, .new_share = 1};
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

size_t pace_reckon(const struct pace *p, size_t bytes, bool is_new)
{
    return (size_t)((double)bytes * (is_new ? p->new_share : p->share));
}

/* What is more than was reckoned counts at once, what is less by half. */
static double learned(double before, double share, double least)
{
    if (share < before)
        share = (share + before) / 2;
    return share < least ? least : share > 1 ? 1 : share;
}

void pace_planned(struct pace *p, size_t bytes, size_t written, bool is_new)
{
    double share;

    if (bytes == 0)
        return;
    share = (double)written / (double)bytes;
    if (is_new)
        p->new_share = learned(p->new_share, share, NEW_SHARE_MIN);
    else
        p->share = learned(p->share, share, SHARE_MIN);
}
