/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/history.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sample {
    int64_t at_ms;
    double numbers[HISTORY_NUMBERS];
};

struct history {
    pthread_mutex_t lock;
    struct sample samples[HISTORY_MAX]; /* under the lock, as what follows */
    size_t n;
    size_t first; /* the oldest */
};

struct history *history_new(void)
{
    struct history *h = calloc(1, sizeof(*h));

    if (h != NULL)
        pthread_mutex_init(&h->lock, NULL);
    return h;
}

void history_free(struct history *h)
{
    if (h == NULL)
        return;
    pthread_mutex_destroy(&h->lock);
    free(h);
}

void history_add(struct history *h, int64_t at_ms, const double numbers[HISTORY_NUMBERS])
{
    struct sample *s;

    pthread_mutex_lock(&h->lock);
    s = &h->samples[(h->first + h->n) % HISTORY_MAX];
    s->at_ms = at_ms;
    memcpy(s->numbers, numbers, sizeof(s->numbers));
    if (h->n < HISTORY_MAX)
        h->n++;
    else
        h->first = (h->first + 1) % HISTORY_MAX;
    pthread_mutex_unlock(&h->lock);
}

static void put_sample(struct buf *out, const struct sample *s)
{
    buf_printf(out, "[%" PRId64, s->at_ms);
    for (size_t i = 0; i < HISTORY_NUMBERS; i++)
        if (isnan(s->numbers[i]))
            buf_puts(out, ",null");
        else
            buf_printf(out, ",%.6g", s->numbers[i]);
    buf_putc(out, ']');
}

void history_put_json(struct history *h, int64_t after_ms, struct buf *out)
{
    const char *separator = "";

    buf_printf(out,
               "{\"every_ms\": %d, \"columns\": [\"at_ms\", \"lag_ms\", \"pending_rows\", "
               "\"cells_per_second\", \"edits_per_second\", \"edit_lag_ms\"], \"samples\": [",
               HISTORY_EVERY_MS);
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->n; i++) {
        const struct sample *s = &h->samples[(h->first + i) % HISTORY_MAX];

        if (s->at_ms <= after_ms)
            continue;
        buf_puts(out, separator);
        put_sample(out, s);
        separator = ",";
    }
    pthread_mutex_unlock(&h->lock);
    buf_puts(out, "]}");
}
