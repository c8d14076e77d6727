/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pause: mappings in which nothing flows until they are resumed (the table pause, signals pause and
 * resume).
 *
 * A paused mapping is not opened: the stream passes its rows by and the position goes on. Resuming
 * compares the tab with its base before anything is written, so that what people changed meanwhile
 * is told to the webhook and judged three-way; then a snapshot brings what MySQL changed. Worker
 * thread.
 */
#ifndef REPLICATOR_SESSION_PAUSE_H
#define REPLICATOR_SESSION_PAUSE_H

#include <stdbool.h>

#include "replicator/session/session.h"

/* A session opens F: is it paused? Sets f->pause. Before a batch without an answer is looked into,
 * a paused mapping is open (PAUSE_SETTLING): else our own cells would look like a person's later.
 */
int pause_look(struct session *s, struct follow *f, struct err *err);
/* F is not opened: what was read of its table counts no more, and its rows will be compared. */
int pause_hold(struct session *s, struct follow *f, struct err *err);
/* F is open: HAS_BASE says whether there is anything to compare the tab with. */
int pause_opened(struct session *s, struct follow *f, bool has_base, struct err *err);
/* A signal says that it was paused or resumed; the session starts anew where that is news. */
int pause_signal(struct session *s, struct follow *f, struct err *err);
/* Whoever waited for the fate of a batch can be paused now. */
void pause_step(struct session *s);
/* The tab of F, which is resuming, was compared: the snapshot may follow. */
int pause_end(struct session *s, struct follow *f, struct err *err);
#endif
