/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns: which spreadsheet is written next, and which of its mappings first.
 *
 * The quota is one for all, so a busy table must not keep a quiet one waiting: the spreadsheet goes
 * whose last turn was longest ago, of those that have rows and a token. One that fails is tried
 * again later; the others go on. Within a batch the mappings with the fewest rows come first: what
 * they leave of it is the busy one's. What Google refuses for good is tried again, too, for
 * somebody may mend it; its mappings are in state error meanwhile. Worker thread.
 */
#ifndef REPLICATOR_SESSION_TURNS_H
#define REPLICATOR_SESSION_TURNS_H

#include "replicator/session/session.h"

/* The first mapping of the spreadsheet whose turn it is, and which has had it by this; NULL: none
 * has rows that could leave now. */
struct follow *turns_next(struct session *s);
/* That turn came to nothing: 0: the spreadsheet waits for its next one; -1: only a new session can
 * mend it. */
int turns_failed(struct session *s, struct follow *f, struct err *err);
/* It went well. */
int turns_done(struct session *s, struct follow *f, struct err *err);
/* Google has read the request and will not have it: no permission, a protected range. Somebody may
 * mend that. */
bool turns_is_refusal(const struct err *err);
/* The ready mappings of SPREADSHEET in the order in which they fill a batch; their number. ORDER
 * has room for all follows. */
size_t turns_mappings(const struct session *s, const char *spreadsheet, uint32_t *order);
#endif
