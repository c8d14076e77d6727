/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "common/planted.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC */
    struct item *first, **end;
    size_t bytes, limit_bytes;
    bool is_closed;
    struct stop *stop;
};

enum { TICK_MS = 100 }; /* how soon a wait sees the stop */

struct queue *queue_new(size_t limit_bytes, struct stop *stop)
{
    struct queue *q = calloc(1, sizeof(*q));
    pthread_condattr_t attr;

    if (q == NULL)
        return NULL;
    q->end = &q->first;
    q->limit_bytes = limit_bytes;
    metrics_set(METRIC_QUEUE_LIMIT, (int64_t)limit_bytes);
    q->stop = stop;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&q->changed, &attr);
    pthread_condattr_destroy(&attr);
    return q;
}

static void edit_note_free(struct edit_note *note)
{
    if (note == NULL)
        return;
    free(note->id);
    free(note->kind);
    free(note->notes);
    free(note->cells);
    free(note->outcome);
    free(note->operation);
    free(note->row_key);
    free(note->columns);
    free(note);
}

void item_close(struct item *item)
{
    free(item->image);
    edit_note_free(item->edit);
    free(item->text);
    free(item->reason);
    free(item->row_keys);
    free(item->err);
}

void item_free(struct item *item)
{
    if (item == NULL)
        return;
    item_close(item);
    free(item);
}

void queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    while (q->first != NULL) {
        struct item *next = q->first->next;

        item_free(q->first);
        q->first = next;
    }
    metrics_set(METRIC_QUEUE_AGE, 0);
    metrics_set(METRIC_QUEUE_BYTES, 0);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static size_t item_bytes(const struct item *item)
{
    return sizeof(*item) + (item->image != NULL ? item->image->size : 0) +
           (item->text != NULL ? strlen(item->text) : 0) + (item->edit != NULL ? 512 : 0);
}

/* Wait for a change or a tick; the lock is held. */
static void wait_tick(struct queue *q, int64_t wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (wait_ms % 1000) * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&q->changed, &q->lock, &until);
}

int queue_push(struct queue *q, struct item *item, struct err *err)
{
    LOCK_SCOPE(&q->lock);

    while (q->bytes >= q->limit_bytes && !planted(9) && !q->is_closed && !stop_is_asked(q->stop))
        wait_tick(q, TICK_MS);
    if (q->is_closed || stop_is_asked(q->stop)) {
        item_free(item);
        return err_set(err, ERR_STOPPED, "queue: closed");
    }
    item->next = NULL;
    *q->end = item;
    q->end = &item->next;
    if (q->bytes == 0)
        pthread_cond_broadcast(&q->changed);
    q->bytes += item_bytes(item);
    item->queued_us = clock_wall_us();
    metrics_since(METRIC_QUEUE_AGE, item->queued_us);
    metrics_set(METRIC_QUEUE_BYTES, (int64_t)q->bytes);
    return 0;
}

struct item *queue_pop(struct queue *q, int64_t wait_ms, size_t limit_bytes)
{
    LOCK_SCOPE(&q->lock);
    struct item *first, *last;
    size_t bytes;
    bool was_full;

    for (; q->first == NULL && wait_ms > 0 && !stop_is_asked(q->stop); wait_ms -= TICK_MS)
        wait_tick(q, wait_ms < TICK_MS ? wait_ms : TICK_MS);
    if (q->first == NULL)
        return NULL;
    first = last = q->first;
    bytes = item_bytes(first);
    while (last->next != NULL && bytes < limit_bytes) {
        last = last->next;
        bytes += item_bytes(last);
    }
    q->first = last->next;
    last->next = NULL;
    if (q->first == NULL)
        q->end = &q->first;
    was_full = q->bytes >= q->limit_bytes;
    q->bytes -= bytes;
    metrics_set(METRIC_QUEUE_AGE, q->first == NULL ? 0 : q->first->queued_us);
    metrics_set(METRIC_QUEUE_BYTES, (int64_t)q->bytes);
    if (was_full)
        pthread_cond_broadcast(&q->changed);
    return first;
}

bool queue_is_empty(struct queue *q)
{
    LOCK_SCOPE(&q->lock);

    return q->first == NULL;
}

void queue_close(struct queue *q)
{
    LOCK_SCOPE(&q->lock);

    q->is_closed = true;
    pthread_cond_broadcast(&q->changed);
}
