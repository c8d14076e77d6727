/* SPDX-License-Identifier: Apache-2.0 */
/*
 * large: an event that is too large to be in memory, in pieces.
 *
 * Only compressed transactions become so large that this is worth it. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_LARGE_H
#define REPLICATOR_BINLOG_LARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "replicator/binlog/event.h"

/* Where the bytes come from: the next ones, as many as there are at the moment, valid until the
 * next call. 0 bytes: they have ended. */
struct large_source {
    int (*read)(void *ctx, const uint8_t **bytes, size_t *len, struct err *err);
    void *ctx;
};

/* Is the checksum of the event right? SOURCE gives all of its LEN bytes, header and checksum
 * included. */
int large_check(const struct event_format *format, const struct large_source *source, uint64_t len,
                struct err *err);

/* The body of an event as a source of its own. */
struct large_body {
    const struct large_source *source;
    const uint8_t *bytes; /* read with the header already */
    size_t n_bytes;
    uint64_t left; /* of the body */
};

/* Read the header into *E (without a body); *OUT gives the body. */
int large_open(const struct event_format *format, const struct large_source *source, uint64_t len,
               struct event *e, struct large_body *out, struct err *err);
/* The read function of a large_source whose ctx is a struct large_body. */
int large_read_body(void *ctx, const uint8_t **bytes, size_t *len, struct err *err);
#endif
