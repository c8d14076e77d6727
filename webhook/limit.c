/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/limit.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/cleanup.h"

enum { MINUTE_MS = 60000 };

/* In edits times MINUTE_MS, so that every millisecond brings a whole number: the limit. */
struct bucket {
    int64_t left;
    int64_t at_ms;
};

struct limit {
    const struct config *cfg;
    pthread_mutex_t lock; /* guards the buckets */
    struct bucket *buckets;
};

int limit_new(const struct config *cfg, struct limit **out, struct err *err)
{
    struct limit *l = calloc(1, sizeof(*l));

    if (l != NULL)
        l->buckets = calloc(cfg->n_mappings, sizeof(*l->buckets));
    if (l == NULL || l->buckets == NULL) {
        free(l);
        return err_nomem(err, "limit");
    }
    l->cfg = cfg;
    pthread_mutex_init(&l->lock, NULL);
    for (size_t i = 0; i < cfg->n_mappings; i++)
        l->buckets[i].left = (int64_t)cfg->mappings[i].edits_per_minute * MINUTE_MS;
    *out = l;
    return 0;
}

void limit_free(struct limit *l)
{
    if (l == NULL)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l->buckets);
    free(l);
}

static void fill(struct bucket *b, int64_t per_minute, int64_t now_ms)
{
    int64_t passed_ms = b->at_ms == 0 ? 0 : now_ms - b->at_ms;

    b->at_ms = now_ms;
    b->left += passed_ms * per_minute; /* of 100,000 a minute: for three million years */
    if (b->left > per_minute * MINUTE_MS)
        b->left = per_minute * MINUTE_MS;
}

int64_t limit_take(struct limit *l, size_t mapping, size_t n, int64_t now_ms)
{
    int64_t per_minute = l->cfg->mappings[mapping].edits_per_minute;
    struct bucket *b = &l->buckets[mapping];

    if (per_minute == 0 || n == 0)
        return 0;
    LOCK_SCOPE(&l->lock);
    fill(b, per_minute, now_ms);
    if (b->left <= 0)
        return -b->left / per_minute + 1;
    b->left -= (int64_t)n * MINUTE_MS;
    return 0;
}
