/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline: the replicator's threads, from start to stop.
 *
 *   [main]      waits for a signal
 *   [lease]     takes and renews the right to all that follows (lease.h)
 *   [worker]    sessions, one after the other (session/session.h):
 *               coalesce, plan, send, verify, acknowledge
 *   [stream]    one a session: MySQL's binlog -> queue; blocks on the socket
 *               or on a full queue; reader_interrupt wakes it
 *   [metrics]   libmicrohttpd's: GET /healthz, GET /metrics
 *
 *   MySQL --binlog--> [stream] --queue: bounded--> [worker] --HTTPS--> Sheets
 *                                                  [worker] --SQL----> base, checkpoint
 *                                                  [worker] --HTTP---> webhook (found edits)
 */
#ifndef REPLICATOR_PIPELINE_H
#define REPLICATOR_PIPELINE_H

#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"

struct pipeline;

struct sheets;

/* Start the threads. CFG and STOP must outlive the pipeline. KEPT: pipeline_join's, of a
 * configuration that was expanded from the same; taken over, also when this fails; NULL: none. */
int pipeline_start(const struct config *cfg, struct stop *stop, struct sheets *kept,
                   struct pipeline **out, struct err *err);
/* The stop has been asked: wait for all threads, free. 0, or -1 with the error that ended the
 * worker. KEPT: what is known of Google's quota is for the next pipeline; NULL: freed, too. */
int pipeline_join(struct pipeline *p, struct sheets **kept, struct err *err);
#endif
