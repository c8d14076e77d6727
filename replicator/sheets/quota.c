/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sheets/quota.h"

#include <math.h>

enum { MINUTE_MS = 60000, REFUSED_MS = 15000 };
static const double PACE_MIN = 6;        /* one request in ten seconds */
static const double BURST_SHARE = 0.25;  /* of a minute's tokens; the rest comes evenly */
static const double RESERVE_SHARE = 0.2; /* of a full bucket */
static const double PACE_STEP = 1;

static double burst_of(unsigned per_minute)
{
    return per_minute * BURST_SHARE < 1 ? 1 : per_minute * BURST_SHARE;
}

void quota_init(struct quota *q, unsigned per_minute, int64_t now_ms)
{
    *q = (struct quota){.limit = per_minute, .pace = per_minute, .at_ms = now_ms};
    q->burst = burst_of(per_minute);
    q->tokens = q->burst;
}

/* Tokens that come in a minute. With the burst they are not more than the limit: wherever Google's
 * minute begins, it is kept. */
static double refill(const struct quota *q)
{
    double rest = q->pace - q->burst;

    return rest < q->pace / 2 ? q->pace / 2 : rest;
}

double quota_tokens(const struct quota *q, int64_t now_ms)
{
    double tokens = q->tokens + (double)(now_ms - q->at_ms) * refill(q) / MINUTE_MS;

    return tokens > q->burst ? q->burst : tokens;
}

int64_t quota_wait_ms(const struct quota *q, bool leaves_reserve, int64_t now_ms)
{
    double tokens = quota_tokens(q, now_ms), wanted = 1;
    int64_t wait = 0;

    if (leaves_reserve) /* a small bucket never holds more than it is: full will do */
        wanted = fmin(1 + q->burst * RESERVE_SHARE, q->burst);
    if (tokens < wanted)
        wait = (int64_t)ceil((wanted - tokens) * MINUTE_MS / refill(q));
    if (q->blocked_until_ms - now_ms > wait)
        wait = q->blocked_until_ms - now_ms;
    return wait;
}

void quota_take(struct quota *q, int64_t now_ms)
{
    q->tokens = quota_tokens(q, now_ms) - 1;
    q->at_ms = now_ms;
}

void quota_refused(struct quota *q, int64_t retry_after_ms, int64_t now_ms)
{
    q->tokens = 0;
    q->at_ms = now_ms;
    q->pace = q->pace / 2 < PACE_MIN ? PACE_MIN : q->pace / 2;
    q->blocked_until_ms = now_ms + (retry_after_ms > 0 ? retry_after_ms : REFUSED_MS);
}

void quota_answered(struct quota *q)
{
    q->pace = q->pace + PACE_STEP > q->limit ? q->limit : q->pace + PACE_STEP;
}

bool quota_learn(struct quota *q, unsigned per_minute, int64_t now_ms)
{
    if (per_minute == 0 || per_minute >= q->limit)
        return false;
    q->tokens = fmin(quota_tokens(q, now_ms), burst_of(per_minute));
    q->at_ms = now_ms;
    q->limit = per_minute;
    q->burst = burst_of(per_minute);
    q->pace = fmin(q->pace, q->limit);
    return true;
}
