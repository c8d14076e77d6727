/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/sampler.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/page/scrape.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/http/client.h"
#include "common/log.h"

enum { TIMEOUT_MS = 1500, ANSWER_MAX = 4 * 1024 * 1024 };

/* A counter, and what it showed the last time. */
struct rate {
    double last; /* NAN: not known */
    int64_t at_ms;
};

/* A histogram's sum and count. */
struct mean {
    struct rate sum, count;
};

struct sampler {
    struct stop *stop;
    struct history *history;
    struct http_client *client;
    pthread_t thread;
    const char *urls[SAMPLER_DAEMONS]; /* NULL: not known */
    struct rate cells, edits;
    struct mean change_lag, edit_lag;
    pthread_mutex_t lock;
    struct sampler_health health[SAMPLER_DAEMONS]; /* under the lock */
};

static void note_health(struct sampler *s, enum sampler_daemon daemon, bool is_up)
{
    struct sampler_health *h = &s->health[daemon];

    pthread_mutex_lock(&s->lock);
    if (h->since_ms == 0 || h->is_up != is_up)
        h->since_ms = clock_wall_ms();
    h->is_up = is_up;
    pthread_mutex_unlock(&s->lock);
}

/* The metrics of a daemon, "" if it does not answer. */
static void fetch(struct sampler *s, enum sampler_daemon daemon, struct buf *out)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    if (s->urls[daemon] == NULL)
        return;
    buf_printf(&url, "%smetrics", s->urls[daemon]);
    const struct http_call call = {.method = "GET",
                                   .url = buf_text(&url),
                                   .timeout_ms = TIMEOUT_MS,
                                   .max_body_bytes = ANSWER_MAX};

    if (http_client_do(s->client, &call, &answer, &err) == 0 && answer.status == 200)
        buf_append(out, buf_text(&answer.body), answer.body.len);
    note_health(s, daemon, out->len > 0);
    http_answer_close(&answer);
}

/* NAN: there is none. */
static double read_sum(const struct buf *text, const char *name, const char *label)
{
    double value;

    return scrape_value(buf_text(text), name, label, false, &value) ? value : NAN;
}

/* How much the counter has grown since the last time, NAN where that is not known. A restarted
 * daemon counts from nothing. */
static double growth(struct rate *rate, double now)
{
    double grown = now < rate->last ? now : now - rate->last;

    rate->last = now;
    return grown;
}

static double per_second(struct rate *rate, double now, int64_t at_ms)
{
    double seconds = (double)(at_ms - rate->at_ms) / 1000;

    rate->at_ms = at_ms;
    return growth(rate, now) / seconds;
}

/* The mean, in milliseconds, of what the histogram NAME has counted since the last time; NAN:
 * nothing.
 */
static double mean_ms(struct mean *mean, const struct buf *text, const char *name)
{
    char part[64];
    double count, sum;

    snprintf(part, sizeof(part), "%s_count", name);
    count = growth(&mean->count, read_sum(text, part, NULL));
    snprintf(part, sizeof(part), "%s_sum", name);
    sum = growth(&mean->sum, read_sum(text, part, NULL));
    return count > 0 ? sum * 1000 / count : NAN;
}

/* Of the changes since the last time, or how long the oldest one has waited; NAN: none came, none
 * waits. */
static double change_lag_ms(struct sampler *s, const struct buf *replicator)
{
    double mean = mean_ms(&s->change_lag, replicator, "tabrelay_change_lag_seconds"), oldest;

    if (!scrape_value(buf_text(replicator), "tabrelay_lag_seconds", NULL, true, &oldest) ||
        oldest == 0)
        return mean;
    return fmax(mean, oldest * 1000);
}

static void sample(struct sampler *s)
{
    CLEANUP_BUF struct buf replicator = BUF_INIT, webhook = BUF_INIT;
    double numbers[HISTORY_NUMBERS];
    int64_t at_ms;

    fetch(s, SAMPLER_REPLICATOR, &replicator);
    fetch(s, SAMPLER_WEBHOOK, &webhook);
    at_ms = clock_wall_ms();
    numbers[HISTORY_LAG_MS] = change_lag_ms(s, &replicator);
    numbers[HISTORY_PENDING] = read_sum(&replicator, "tabrelay_pending_rows", NULL);
    numbers[HISTORY_TO_SHEET] =
        per_second(&s->cells, read_sum(&replicator, "tabrelay_cells_written_total", NULL), at_ms);
    numbers[HISTORY_TO_MYSQL] = per_second(
        &s->edits, read_sum(&webhook, "tabrelay_edits_total", "outcome=\"applied\""), at_ms);
    numbers[HISTORY_EDIT_LAG_MS] = mean_ms(&s->edit_lag, &webhook, "tabrelay_edit_lag_seconds");
    history_add(s->history, at_ms, numbers);
}

static void *run(void *ctx)
{
    struct sampler *s = ctx;

    do
        sample(s);
    while (!stop_wait_ms(s->stop, HISTORY_EVERY_MS));
    return NULL;
}

int sampler_start(const struct config_page *cfg, struct stop *stop, struct history *history,
                  struct sampler **out, struct err *err)
{
    const struct rate unknown = {.last = NAN};
    struct sampler *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return err_nomem(err, "sampler");
    s->stop = stop;
    s->history = history;
    s->urls[SAMPLER_REPLICATOR] = cfg->replicator_url;
    s->urls[SAMPLER_WEBHOOK] = cfg->webhook_url;
    s->cells = s->edits = unknown;
    s->change_lag = s->edit_lag = (struct mean){unknown, unknown};
    for (size_t i = 0; i < SAMPLER_DAEMONS; i++)
        s->health[i].is_asked = s->urls[i] != NULL;
    pthread_mutex_init(&s->lock, NULL);
    if (http_client_new(stop, &s->client, err) != 0)
        goto undo;
    if (pthread_create(&s->thread, NULL, run, s) != 0) {
        err_set(err, ERR_NOMEM, "page: no thread can be started");
        goto undo;
    }
    *out = s;
    return 0;
undo:
    http_client_free(s->client);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return -1;
}

void sampler_join(struct sampler *s)
{
    if (s == NULL)
        return;
    pthread_join(s->thread, NULL);
    http_client_free(s->client);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void sampler_health(struct sampler *s, enum sampler_daemon daemon, struct sampler_health *out)
{
    pthread_mutex_lock(&s->lock);
    *out = s->health[daemon];
    pthread_mutex_unlock(&s->lock);
}
