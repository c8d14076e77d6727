/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink: one large buffer between printed lines and write(2).
 *
 * Who prints asks for room, writes at sink->at and moves it on. After a failed write everything
 * goes nowhere, until sink_check says why. One thread; a signal may end a write that waits, when
 * the stop has been asked.
 */
#ifndef CLI_EVENTS_SINK_H
#define CLI_EVENTS_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/stop.h"

enum { SINK_BYTES = 256 * 1024 };

struct sink {
    char *at; /* where the next byte goes */
    char *end;
    char *base; /* owned; SINK_BYTES */
    const struct stop *stop;
    int fd;            /* not owned */
    int failure;       /* errno of the first write that failed */
    bool is_abandoned; /* the stop was asked while a write waited */
};

/* ERR_NOMEM. Close it with sink_close, which writes nothing. */
int sink_open(struct sink *s, int fd, const struct stop *stop, struct err *err);
void sink_close(struct sink *s);

/* Write out what is there. Blocks. */
void sink_flush(struct sink *s);

/* At least LEN (at most SINK_BYTES) bytes at the place that is returned, s->at. May flush. */
static inline char *sink_room(struct sink *s, size_t len)
{
    if ((size_t)(s->end - s->at) < len)
        sink_flush(s);
    return s->at;
}

/* LEN bytes, as many as there may be. */
void sink_append(struct sink *s, const char *bytes, size_t len);

static inline bool sink_is_broken(const struct sink *s)
{
    return s->failure != 0 || s->is_abandoned;
}

/* 0 as long as all is written. ERR_STOPPED: who read it has gone (EPIPE), or the stop; ERR_IO. */
int sink_check(const struct sink *s, struct err *err);
#endif
