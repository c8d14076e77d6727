/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group: requests of one tab that share a transaction. Each is answered only after it was
 * committed.
 *
 * A group is tried once, as a whole. If that fails, whatever the reason, each request has a
 * transaction of its own, so that none suffers from another's.
 */
#ifndef WEBHOOK_GROUP_H
#define WEBHOOK_GROUP_H

#include "webhook/gather.h"
#include "webhook/job.h"

/* For gather.h; CTX is the struct server. */
void group_run(void *ctx, struct job *jobs, struct gather_turn *turn);
void group_refuse(void *ctx, struct job *job);
#endif
