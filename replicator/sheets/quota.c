/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sheets/quota.h"

#include <math.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60000, REFUSED_MS = 15000, COARSE_MS = 2000 };
static const double PACE_MIN = 6;        /* one request in ten seconds */
static const double BURST_SHARE = 0.25;  /* of a minute's tokens; the rest comes evenly */
static const double RESERVE_SHARE = 0.2; /* of a full bucket, or of a fill's minute */
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

/* --- the last minute --- */

struct usage {
    unsigned n, n_filled; /* requests that count to it; those of fills among them */
    int64_t until_ms;     /* when the first of them will not any more; now: there is none */
};

static struct usage used(const struct quota *q, int64_t now_ms)
{
    struct usage u = {.until_ms = now_ms};
    int64_t now = now_ms / SECOND_MS;

    for (int64_t second = q->second;
         second > now - QUOTA_SECONDS && second > q->second - QUOTA_SECONDS && second >= 0;
         second--) {
        u.n += q->sent[second % QUOTA_SECONDS];
        u.n_filled += q->filled[second % QUOTA_SECONDS];
        if (q->sent[second % QUOTA_SECONDS] > 0)
            u.until_ms = (second + QUOTA_SECONDS) * SECOND_MS;
    }
    return u;
}

static void count(struct quota *q, bool is_fill, int64_t now_ms)
{
    int64_t now = now_ms / SECOND_MS;

    for (int i = 0; i < QUOTA_SECONDS && q->second < now; i++) {
        q->second++;
        q->sent[q->second % QUOTA_SECONDS] = q->filled[q->second % QUOTA_SECONDS] = 0;
    }
    q->second = now;
    q->sent[now % QUOTA_SECONDS]++;
    q->filled[now % QUOTA_SECONDS] += is_fill;
}

/* --- who may go --- */

/* The bucket alone. */
static int64_t token_wait_ms(const struct quota *q, double reserve, int64_t now_ms)
{
    double tokens = quota_tokens(q, now_ms);
    double wanted = fmin(1 + reserve, q->burst); /* a small bucket never holds more: full will do */

    return tokens < wanted ? (int64_t)ceil((wanted - tokens) * MINUTE_MS / refill(q)) : 0;
}

/* Until the last minute has one left beside RESERVE. */
static int64_t minute_wait_ms(const struct usage *u, double limit, double reserve, int64_t now_ms)
{
    return u->n > 0 && u->n + 1 + reserve > limit ? u->until_ms - now_ms : 0;
}

/* The bucket alone gives three quarters of a minute. Whoever asks all the time may have the rest,
 * too: what the last minute has left, spread over what is left of it. A minute: it has none left.
 */
static int64_t even_wait_ms(const struct quota *q, const struct usage *u, double reserve,
                            int64_t now_ms)
{
    double limit = fmin(q->limit, q->pace) - reserve, left = limit - u->n;
    double gap_ms;
    int64_t next_ms;

    if (left < 1)
        return MINUTE_MS;
    gap_ms = fmax(QUOTA_SECONDS * SECOND_MS / limit, (double)(u->until_ms - now_ms) / left);
    next_ms = q->at_ms + (int64_t)ceil(gap_ms);
    return next_ms > now_ms ? next_ms - now_ms : 0;
}

static int64_t shorter(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Where the bucket would give more than a fill has left of the minute, that is spread over the rest
 * of it. Up to COARSE_MS more than a minute is counted. */
static int64_t spread_wait_ms(const struct quota *q, const struct usage *u, double reserve,
                              int64_t now_ms)
{
    double left = q->limit - reserve - u->n;
    double rest_ms = (double)(u->until_ms - now_ms), even_ms = rest_ms - COARSE_MS;
    int64_t next_ms;

    if (left < 1 || u->n == u->n_filled ||
        quota_tokens(q, now_ms) - reserve + even_ms * refill(q) / MINUTE_MS <= left)
        return 0;
    next_ms = q->other_ms + (int64_t)(rest_ms / left);
    return next_ms > now_ms ? next_ms - now_ms : 0;
}

/* What a fill leaves of the minute: a few requests of others find room, where they are more they
 * find as much again. */
static double fill_reserve(const struct quota *q, struct usage u)
{
    double others = u.n - u.n_filled, least = q->burst * RESERVE_SHARE;
    double more = fmax(others - least, 0);

    return fmin(fmin(least + 2 * more, fmax(q->limit * RESERVE_SHARE, least)), q->pace / 2);
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t quota_wait_ms(const struct quota *q, enum quota_claim claim, int64_t now_ms)
{
    double reserve = claim == QUOTA_AT_ONCE ? 0 : q->burst * RESERVE_SHARE;
    struct usage u = used(q, now_ms);
    int64_t wait;

    if (claim == QUOTA_FILL)
        wait = longer(minute_wait_ms(&u, q->pace, fill_reserve(q, u), now_ms), q->fill_ms - now_ms);
    else
        wait =
            longer(shorter(token_wait_ms(q, reserve, now_ms), even_wait_ms(q, &u, reserve, now_ms)),
                   minute_wait_ms(&u, q->limit, reserve, now_ms));
    if (claim == QUOTA_CAN_WAIT)
        wait = longer(wait, spread_wait_ms(q, &u, reserve, now_ms));
    return longer(wait, q->blocked_until_ms - now_ms);
}

/* Evenly, so that nobody waits for a minute's end. What it takes to make a batch, once it may go,
 * puts off the next one only where it takes longer than that. */
static void note_fill(struct quota *q, double reserve, int64_t now_ms)
{
    int64_t even_ms = (int64_t)(MINUTE_MS / (q->pace - reserve));

    q->fill_ms = (now_ms - q->fill_ms < even_ms ? q->fill_ms : now_ms) + even_ms;
}

void quota_take(struct quota *q, enum quota_claim claim, int64_t now_ms)
{
    double tokens = quota_tokens(q, now_ms), reserve = fill_reserve(q, used(q, now_ms));
    double kept = claim == QUOTA_FILL ? fmin(tokens, 1 + q->burst * RESERVE_SHARE) : 0;

    q->tokens = fmax(tokens - 1, kept);
    q->at_ms = now_ms;
    if (claim == QUOTA_FILL)
        note_fill(q, reserve, now_ms);
    else
        q->other_ms = now_ms;
    count(q, claim == QUOTA_FILL, now_ms);
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
