/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vitals: what is asked of MySQL now and then, so that the metrics tell the truth also when nothing
 * happens: heartbeats through the binlog, the clock, how much binlog is not read yet and how long
 * it is kept, the conflicts that wait. Worker thread.
 *
 * A heartbeat is a mark (state_mark) every replicator.heartbeat_every, one at a time; what it says
 * is stream_clock.h's. The rest is asked as often, but every ten seconds at least: some short
 * queries.
 */
#ifndef REPLICATOR_SESSION_VITALS_H
#define REPLICATOR_SESSION_VITALS_H

#include "common/err.h"

struct session;

/* Do what is due. What MySQL refuses to tell is not known, which is logged once; -1: the connection
 * is lost. */
int vitals_step(struct session *s, struct err *err);
#endif
