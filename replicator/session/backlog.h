/* SPDX-License-Identifier: Apache-2.0 */
/* backlog: what was read and is not acknowledged yet, as the metrics show it: rows, bytes, and
 * since when the oldest change of each mapping waits. Worker thread. */
#ifndef REPLICATOR_SESSION_BACKLOG_H
#define REPLICATOR_SESSION_BACKLOG_H

#include <stdint.h>

struct session;
struct shipment;

/* A session begins at the checkpoint: nothing is read yet. */
void backlog_forget(const struct session *s);
/* Count what waits; a large set, which takes a while, twice a second. */
void backlog_tell(struct session *s);
/* The proven rows of the shipment are acknowledged, NOW_US: how long each stage of their way took.
 */
void backlog_observe(const struct shipment *sh, int64_t now_us);
#endif
