/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer_time: how long Google lets a request wait, so that programs meet its pace. Any thread.
 *
 * Evenly spread between two bounds; the same waits in the same order after each start. The wait
 * comes before the request is done: nobody sees the change much earlier than the answer.
 */
#ifndef SANDBOX_ANSWER_TIME_H
#define SANDBOX_ANSWER_TIME_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/err.h"

struct answer_time {
    int64_t low_ms, high_ms; /* both 0: no wait */
    atomic_uint_fast64_t n;  /* waits so far */
};

/* "LOW-HIGH" or "MS", at most a minute. ERR_CONFIG. */
int answer_time_parse(const char *text, struct answer_time *out, struct err *err);
/* The next wait, in milliseconds. */
int64_t answer_time_next(struct answer_time *a);
#endif
