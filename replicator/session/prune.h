/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prune: what has grown old in the state database goes: edits and decided conflicts after `keep` of
 * the configuration, signals after a week, tombstones after a day (sync/state_prune.c says what
 * stays all the same). Worker thread.
 *
 * A round a minute, table by table, in short transactions with pauses, and while rows wait for
 * their batch only after a while. What fails is logged and tried in the next round: people can live
 * with a log that is too long.
 */
#ifndef REPLICATOR_SESSION_PRUNE_H
#define REPLICATOR_SESSION_PRUNE_H

#include "replicator/session/session.h"

/* One transaction, if one is due. Errors: a lost connection, ERR_STOPPED. */
int prune_step(struct session *s, struct err *err);
#endif
