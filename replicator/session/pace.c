/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/pace.h"

enum { START = 512 * 1024, STEP = 128 * 1024, MIN = 32 * 1024, FAST_MS = 2000, SLOW_MS = 5000 };

void pace_init(struct pace *p, size_t max)
{
    *p = (struct pace){.bytes = max < START ? max : START, .max = max};
}

static void shrink(struct pace *p, size_t bytes)
{
    p->bytes = bytes < MIN ? MIN : bytes;
    if (p->bytes > p->max)
        p->bytes = p->max;
}

void pace_answered(struct pace *p, bool is_full, int64_t ms)
{
    if (ms > SLOW_MS)
        shrink(p, p->bytes - p->bytes / 4);
    else if (ms < FAST_MS && is_full)
        p->bytes = p->bytes + STEP > p->max ? p->max : p->bytes + STEP;
}

void pace_lost(struct pace *p)
{
    shrink(p, p->bytes / 2);
}
