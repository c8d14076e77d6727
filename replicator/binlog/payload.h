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

struct payload;

int payload_new(struct payload **out, struct err *err);
void payload_free(struct payload *p);

/* Call FUNCTION with each inner event, header and all; its -1 ends it. */
int payload_read(struct payload *p, const struct event *e,
                 int (*function)(void *ctx, const uint8_t *bytes, size_t len, struct err *err),
                 void *ctx, struct err *err);
#endif
