/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recording: a binlog file of a real server (tests/unit/binlog) as a list of events, for the unit
 * tests and for the fuzzers' seeds.
 *
 * Checksums are taken off, so that an event that is cut or changed is still looked into; the events
 * inside a transaction payload follow it. A failure ends the program: run from the project's
 * folder.
 */
#ifndef TESTS_UNIT_RECORDING_H
#define TESTS_UNIT_RECORDING_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/event.h"
#include "replicator/binlog/file.h"
#include "replicator/binlog/payload.h"

struct recorded_event {
    uint8_t *bytes; /* owned; right-sized */
    size_t len;
    uint8_t type;
    size_t first; /* index of the event that begins its transaction */
};

struct recording {
    struct recorded_event *events; /* owned; the first is the format description */
    size_t n_events;
    struct event_format format; /* of the events as they are here */
};

static inline void recording_fail(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

static inline void recording_set_length(uint8_t *event, size_t len)
{
    for (size_t i = 0; i < 4; i++)
        event[9 + i] = (uint8_t)(len >> (8 * i));
}

/* Of GTID sets and the end of a transaction the context is what came since the last beginning. */
static inline bool recording_begins(const struct recording *r, uint8_t type)
{
    switch (type) {
    case EVENT_GTID:
    case EVENT_GTID_TAGGED:
    case EVENT_ANONYMOUS_GTID:
    case EVENT_MARIADB_GTID:
    case EVENT_FORMAT:
        return true;
    default:
        return r->n_events > 0 && r->events[r->n_events - 1].type == EVENT_TRANSACTION_PAYLOAD;
    }
}

/* Add the event whose last TAIL bytes are a checksum. */
static inline void recording_add(struct recording *r, const uint8_t *bytes, size_t len, size_t tail)
{
    struct recorded_event e = {.len = len - tail, .type = bytes[4]};
    bool begins = recording_begins(r, e.type);

    e.first = begins ? r->n_events : r->events[r->n_events - 1].first;
    e.bytes = malloc(e.len);
    r->events = reallocarray(r->events, r->n_events + 1, sizeof(*r->events));
    if (e.bytes == NULL || r->events == NULL)
        abort();
    memcpy(e.bytes, bytes, e.len);
    recording_set_length(e.bytes, e.len);
    r->events[r->n_events++] = e;
}

static inline int recording_add_inner(void *ctx, const uint8_t *bytes, size_t len, struct err *err)
{
    struct recording *r = ctx;

    (void)err;
    recording_add(r, bytes, len, 0);
    return 0;
}

/* The format description keeps its room for a checksum, but says that there are none. */
static inline int recording_add_format(struct recording *r, const uint8_t *bytes, size_t len,
                                       struct event *e, struct err *err)
{
    struct recorded_event *added;

    recording_add(r, bytes, len, 0);
    added = &r->events[r->n_events - 1];
    added->bytes[len - EVENT_CRC_BYTES - 1] = 0;
    return event_parse(&r->format, added->bytes, len, e, err) != 0
               ? -1
               : event_read_format(e, &r->format, err);
}

static inline int recording_take(struct recording *r, struct event_format *format,
                                 struct payload *payload, const uint8_t *bytes, size_t len,
                                 struct err *err)
{
    struct event e;

    if (event_parse(format, bytes, len, &e, err) != 0)
        return -1;
    if (e.type == EVENT_FORMAT)
        return event_read_format(&e, format, err) != 0
                   ? -1
                   : recording_add_format(r, bytes, len, &e, err);
    recording_add(r, bytes, len, len - EVENT_HEADER_BYTES - e.body_len);
    return e.type == EVENT_TRANSACTION_PAYLOAD
               ? payload_read(payload, &e, recording_add_inner, r, err)
               : 0;
}

static inline struct recording recording_open(const char *path)
{
    struct recording r = {0};
    struct event_format format;
    struct binlog_file *file = NULL;
    struct payload *payload = NULL;
    const uint8_t *bytes;
    struct err err;
    size_t len;
    int rc;

    event_format_init(&format, true);
    event_format_init(&r.format, false);
    if (binlog_file_open(path, &file, &err) != 0 || payload_new(&payload, &err) != 0)
        recording_fail(path, err.msg);
    while ((rc = binlog_file_next(file, &bytes, &len, &err)) == 1)
        if (recording_take(&r, &format, payload, bytes, len, &err) != 0)
            recording_fail(path, err.msg);
    if (rc < 0 || r.n_events == 0)
        recording_fail(path, rc < 0 ? err.msg : "no events");
    payload_free(payload);
    binlog_file_close(file);
    return r;
}

static inline void recording_close(struct recording *r)
{
    for (size_t i = 0; i < r->n_events; i++)
        free(r->events[i].bytes);
    free(r->events);
    *r = (struct recording){0};
}
#endif
