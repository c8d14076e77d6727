/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join: the first synchronisation of a table and a tab that are both filled (initial: sheet,
 * merge).
 *
 * Before a snapshot writes anything the rows of the tab that have keys are compared with MySQL's, a
 * page at a time: cells that are equal get a base, those that differ go to the webhook as initial
 * edits, which decides. What MySQL alone has is the snapshot's, what the tab alone has the next
 * comparison's. Until it is done changes of the table are not kept, because the snapshot follows. A
 * join that is killed begins again, and leaves out what has a base by then. Worker thread.
 */
#ifndef REPLICATOR_SESSION_JOIN_H
#define REPLICATOR_SESSION_JOIN_H

#include "replicator/session/session.h"

/* Does F need a join, given what is remembered of it? Remembers that it began, or that none is
 * needed. */
int join_open(struct session *s, struct follow *f, const struct mapping_memory *memory,
              struct err *err);
/* Join a page of a mapping that needs it. Blocks for Google, MySQL and the webhook. */
int join_step(struct session *s, struct err *err);
#endif
