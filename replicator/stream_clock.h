/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_clock: when was a change committed, and how far behind MySQL is the stream? In
 * microseconds since 1970 by this machine's clock.
 *
 * MySQL says a commit's time in its GTID event, by its own clock. MariaDB says only in which second
 * a statement began; there the way of the last heartbeat, a mark of ours (state_mark) whose time is
 * known, stands for that of the changes around it. What is known for certain bounds it: a change is
 * not older than its statement or the last mark that came back, and not newer than a mark that has
 * not. Never reads a clock itself. Any thread.
 */
#ifndef REPLICATOR_STREAM_CLOCK_H
#define REPLICATOR_STREAM_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct stream_clock {
    pthread_mutex_t lock; /* guards all below */
    int64_t offset_us;    /* MySQL's clock minus ours */
    int64_t delay_us;     /* the newest known: commit to read; -1: none is */
    int64_t beat_us;      /* when the newest heartbeat that came back was sent; 0: none did */
    int64_t sent_us;      /* when the one that is on its way was; 0: none is */
    uint64_t sent;        /* its serial */
    uint64_t read;        /* the newest mark that came back, ... */
    int64_t read_us;      /* ... and when */
    int64_t seen_us;      /* the last sign of life of the stream; 0: there was none yet */
    bool is_catching_up;  /* since the restart no heartbeat has come back */
    bool is_connected;
};

void stream_clock_init(struct stream_clock *c);
void stream_clock_close(struct stream_clock *c);

/* MySQL's clock was compared with ours. */
void stream_clock_compared(struct stream_clock *c, int64_t offset_us);

/* A heartbeat: mark SERIAL was committed after SENT_US. True: the stream has shown it already. */
bool stream_clock_sent(struct stream_clock *c, uint64_t serial, int64_t sent_us);
/* The stream shows mark SERIAL. True: it is the heartbeat that was on its way. */
bool stream_clock_read(struct stream_clock *c, uint64_t serial, int64_t now_us);
/* May another heartbeat be sent? One at a time. */
bool stream_clock_is_idle(struct stream_clock *c);
/* The stream begins at the checkpoint, and what it brings may be old. What is known of before says
 * nothing of that: until the first heartbeat (HAS_HEARTBEATS: there will be one) comes back, behind
 * all of it, a change counts from its statement's second. */
void stream_clock_restart(struct stream_clock *c, bool has_heartbeats);

/* The stream is connected and alive; is not connected. */
void stream_clock_alive(struct stream_clock *c, int64_t now_us);
void stream_clock_broken(struct stream_clock *c);

/* When was a change committed that is read at NOW_US? EXACT_US: the log's own word, by MySQL's
 * clock, or 0; then EVENT_S is the second in which its statement began, by MySQL's clock. */
int64_t stream_clock_commit_us(struct stream_clock *c, int64_t exact_us, int64_t event_s,
                               int64_t now_us);

/* A moment by MySQL's clock, by ours. */
int64_t stream_clock_ours_us(struct stream_clock *c, int64_t mysql_us);

/* How far behind the stream is; -1: not known. */
int64_t stream_clock_lag_us(struct stream_clock *c, int64_t now_us);
#endif
