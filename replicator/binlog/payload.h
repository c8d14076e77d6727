/* SPDX-License-Identifier: Apache-2.0 */
/*
 * payload: MySQL's TRANSACTION_PAYLOAD event: a whole transaction, compressed.
 *
 * Unpacked as a stream, one inner event at a time: the transaction may be far larger than memory.
 * One thread at a time.
 */
#ifndef REPLICATOR_BINLOG_PAYLOAD_H
#define REPLICATOR_BINLOG_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/large.h"

struct payload;

int payload_new(struct payload **out, struct err *err);
void payload_free(struct payload *p);

/* Gets each inner event, header and all; its -1 ends the reading. */
typedef int payload_function(void *ctx, const uint8_t *bytes, size_t len, struct err *err);

/* The payload of the event E, or the body of such an event from SOURCE. */
int payload_read(struct payload *p, const struct event *e, payload_function *function, void *ctx,
                 struct err *err);
int payload_stream(struct payload *p, const struct large_source *source, payload_function *function,
                   void *ctx, struct err *err);
#endif
