/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota: how many requests a minute may go out, for one bucket (reads or writes of an account, a
 * project, a spreadsheet).
 *
 * A token bucket: full at start, so that the first requests leave at once; it refills evenly. A 429
 * empties it and halves the pace, which grows again with each answered request (AIMD). Pure: time
 * is an argument, milliseconds of a monotonic clock.
 */
#ifndef REPLICATOR_SHEETS_QUOTA_H
#define REPLICATOR_SHEETS_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

struct quota {
    double limit;             /* tokens a minute: configured, or less where the server said so */
    double pace;              /* tokens a minute that we dare */
    double tokens;            /* at AT_MS; at most burst */
    double burst;             /* so many may go at once */
    int64_t at_ms;            /* when tokens was right */
    int64_t blocked_until_ms; /* after a 429 */
};

void quota_init(struct quota *q, unsigned per_minute, int64_t now_ms);
double quota_tokens(const struct quota *q, int64_t now_ms);
/* Milliseconds until a token is there, 0: now; with LEAVES_RESERVE until it can be had without the
 * last ones: a fifth of a full bucket is kept for what cannot wait. */
int64_t quota_wait_ms(const struct quota *q, bool leaves_reserve, int64_t now_ms);
void quota_take(struct quota *q, int64_t now_ms);
/* The server refused: wait RETRY_AFTER_MS (0, as Google's 429 comes: 15 s, a try costs little). */
void quota_refused(struct quota *q, int64_t retry_after_ms, int64_t now_ms);
void quota_answered(struct quota *q);
/* The server says that PER_MINUTE is all there is; true: that is less than we took it to be. */
bool quota_learn(struct quota *q, unsigned per_minute, int64_t now_ms);
#endif
