/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch: events in, the handler's calls out: the state machine of transactions.
 *
 *   begin:  GTID | QUERY BEGIN | XA START
 *   within: TABLE_MAP, rows, statements
 *   end:    XID | QUERY COMMIT or ROLLBACK | XA_PREPARE | a statement outside of a transaction
 *
 * The position moves at an end only. It knows nothing of connections: a file's events do as well.
 * One thread at a time.
 */
#ifndef REPLICATOR_BINLOG_DISPATCH_H
#define REPLICATOR_BINLOG_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/large.h"
#include "replicator/binlog/position.h"
#include "replicator/binlog/reader.h"

struct dispatch;

/* Begin after POSITION, which is moved along (not owned). HANDLER is kept by pointer. */
int dispatch_new(const struct reader_handler *handler, struct position *position,
                 struct dispatch **out, struct err *err);
void dispatch_free(struct dispatch *d);

/* What comes next is FILE from OFFSET on: the head of a stream says so itself, a file read from
 * disk does not. */
void dispatch_file(struct dispatch *d, const char *file, uint64_t offset);

/* One event as it is on the wire or in a file. */
int dispatch_event(struct dispatch *d, const uint8_t *bytes, size_t len, struct err *err);

/* A compressed transaction that is too large to be in memory: LEN bytes of SOURCE, from the header
 * to the checksum, which has been checked (large_check). */
int dispatch_large(struct dispatch *d, const struct large_source *source, uint64_t len,
                   struct err *err);

/* How the events that come next are written. */
const struct event_format *dispatch_format(const struct dispatch *d);
#endif
