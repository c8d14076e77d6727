/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/stream_clock.h"

#include "common/cleanup.h"

/* The server sends a sign of life every 5 s when it has nothing else (route.c). */
enum { MICROS = 1000000, SILENCE_US = 10 * MICROS };

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t min_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void stream_clock_init(struct stream_clock *c)
{
    *c = (struct stream_clock){.delay_us = -1};
    pthread_mutex_init(&c->lock, NULL);
}

void stream_clock_close(struct stream_clock *c)
{
    pthread_mutex_destroy(&c->lock);
}

void stream_clock_compared(struct stream_clock *c, int64_t offset_us)
{
    LOCK_SCOPE(&c->lock);
    c->offset_us = offset_us;
}

/* --- heartbeats --- */

static void come_back(struct stream_clock *c)
{
    c->delay_us = max_of(c->read_us - c->sent_us, 0);
    c->beat_us = c->sent_us;
    c->sent_us = 0;
    c->is_catching_up = false;
}

bool stream_clock_sent(struct stream_clock *c, uint64_t serial, int64_t sent_us)
{
    LOCK_SCOPE(&c->lock);
    c->sent = serial;
    c->sent_us = sent_us;
    if (c->read < serial)
        return false;
    come_back(c);
    return true;
}

bool stream_clock_read(struct stream_clock *c, uint64_t serial, int64_t now_us)
{
    LOCK_SCOPE(&c->lock);
    c->read = serial;
    c->read_us = now_us;
    if (c->sent_us == 0 || serial < c->sent)
        return false;
    come_back(c);
    return true;
}

bool stream_clock_is_idle(struct stream_clock *c)
{
    LOCK_SCOPE(&c->lock);
    return c->sent_us == 0;
}

void stream_clock_restart(struct stream_clock *c, bool has_heartbeats)
{
    LOCK_SCOPE(&c->lock);
    c->delay_us = -1;
    c->beat_us = c->sent_us = 0;
    c->read = 0;
    c->is_catching_up = has_heartbeats;
}

/* --- signs of life --- */

void stream_clock_alive(struct stream_clock *c, int64_t now_us)
{
    LOCK_SCOPE(&c->lock);
    c->seen_us = now_us;
    c->is_connected = true;
}

void stream_clock_broken(struct stream_clock *c)
{
    LOCK_SCOPE(&c->lock);
    c->is_connected = false;
}

/* --- what follows --- */

static int64_t estimate(const struct stream_clock *c, int64_t event_us, int64_t now_us)
{
    int64_t earliest = max_of(c->beat_us, event_us);
    int64_t latest = c->sent_us > 0 ? min_of(c->sent_us, now_us) : now_us;

    if (c->is_catching_up)
        return min_of(event_us, latest);
    /* Nothing is known of the way: from when it was read. */
    if (c->delay_us < 0)
        return latest;
    return min_of(max_of(now_us - c->delay_us, earliest), latest);
}

int64_t stream_clock_commit_us(struct stream_clock *c, int64_t exact_us, int64_t event_s,
                               int64_t now_us)
{
    LOCK_SCOPE(&c->lock);
    if (exact_us == 0)
        return estimate(c, event_s * MICROS - c->offset_us, now_us);
    exact_us = min_of(exact_us - c->offset_us, now_us);
    c->delay_us = now_us - exact_us;
    return exact_us;
}

int64_t stream_clock_ours_us(struct stream_clock *c, int64_t mysql_us)
{
    LOCK_SCOPE(&c->lock);
    return mysql_us - c->offset_us;
}

int64_t stream_clock_lag_us(struct stream_clock *c, int64_t now_us)
{
    LOCK_SCOPE(&c->lock);
    int64_t lag = c->delay_us, silent_us = now_us - c->seen_us;

    if (c->sent_us > 0)
        lag = max_of(lag, now_us - c->sent_us);
    if (c->seen_us > 0 && (!c->is_connected || silent_us > SILENCE_US))
        lag = max_of(lag, silent_us);
    return lag;
}
