/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/answer_time.h"

#include <ctype.h>
#include <stdlib.h>

enum { MAX_MS = 60000 };

/* A number of 0 to MAX_MS at TEXT; what follows it, or NULL. */
static const char *read_ms(const char *text, int64_t *out)
{
    char *end = NULL;
    long long ms;

    if (!isdigit((unsigned char)*text))
        return NULL;
    ms = strtoll(text, &end, 10);
    *out = ms;
    return ms <= MAX_MS ? end : NULL;
}

int answer_time_parse(const char *text, struct answer_time *out, struct err *err)
{
    const char *at = read_ms(text, &out->low_ms);

    out->high_ms = out->low_ms;
    if (at != NULL && *at == '-')
        at = read_ms(at + 1, &out->high_ms);
    if (at == NULL || *at != '\0' || out->high_ms < out->low_ms)
        return err_set(err, ERR_CONFIG,
                       "--answer-ms: expected LOW-HIGH, 0 to %d milliseconds, got \"%.40s\"",
                       MAX_MS, text);
    return 0;
}

/* splitmix64 (Steele, Lea, Flood 2014): good bits from a counter, so that no lock is needed. */
static uint64_t mix(uint64_t n)
{
    n *= UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n ^ (n >> 31);
}

int64_t answer_time_next(struct answer_time *a)
{
    uint64_t spread = (uint64_t)(a->high_ms - a->low_ms) + 1;

    return a->low_ms + (int64_t)(mix(atomic_fetch_add(&a->n, 1) + 1) % spread);
}
