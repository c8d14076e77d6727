/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota: how many requests a minute may go out, for one bucket (reads or writes of an account, a
 * project, a spreadsheet).
 *
 * A token bucket: full at start, so that the first requests leave at once; it refills evenly. A 429
 * empties it and halves the pace, which grows again with each answered request (AIMD).
 *
 * Evenly is how changes are shown soonest, but a bucket that keeps within the limit wherever
 * Google's minute begins uses three quarters of it. So requests are counted, too, by the second:
 * who asks all the time may also take what the last minute has left, spread over what is left of
 * it; and so may a fill, up to a reserve that grows with what others have asked for in that minute;
 * it leaves them their tokens, and what it has left of the minute is spread over the rest of it,
 * but for the first one. Pure: time is an argument, milliseconds of a monotonic clock.
 */
#ifndef REPLICATOR_SHEETS_QUOTA_H
#define REPLICATOR_SHEETS_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

/* The seconds in which a request may count to the same minute as one that is made now. */
enum { QUOTA_SECONDS = 61 };

/* Who asks: for what cannot wait; for what leaves the last tokens to that, a fifth of a full
 * bucket; a fill, which leaves as many of the minute, and twice what others have used of it beyond
 * that, up to a fifth. */
enum quota_claim { QUOTA_AT_ONCE, QUOTA_CAN_WAIT, QUOTA_FILL };

struct quota {
    double limit;             /* tokens a minute: configured, or less where the server said so */
    double pace;              /* tokens a minute that we dare */
    double tokens;            /* at AT_MS; at most burst */
    double burst;             /* so many may go at once */
    int64_t at_ms;            /* when tokens was right */
    int64_t blocked_until_ms; /* after a 429 */
    int64_t fill_ms;          /* a fill goes again then */
    int64_t other_ms;         /* the last request that was none of a fill */
    int64_t second;           /* of the newest of: */
    /* Requests in each second, at its number modulo their number; those of fills among them. */
    unsigned sent[QUOTA_SECONDS], filled[QUOTA_SECONDS];
};

void quota_init(struct quota *q, unsigned per_minute, int64_t now_ms);
double quota_tokens(const struct quota *q, int64_t now_ms);
/* Milliseconds until a request may go, 0: now. */
int64_t quota_wait_ms(const struct quota *q, enum quota_claim claim, int64_t now_ms);
void quota_take(struct quota *q, enum quota_claim claim, int64_t now_ms);
/* The server refused: wait RETRY_AFTER_MS (0, as Google's 429 comes: 15 s, a try costs little). */
void quota_refused(struct quota *q, int64_t retry_after_ms, int64_t now_ms);
void quota_answered(struct quota *q);
/* The server says that PER_MINUTE is all there is; true: that is less than we took it to be. */
bool quota_learn(struct quota *q, unsigned per_minute, int64_t now_ms);
#endif
