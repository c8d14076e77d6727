/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trim: blank rows at the end of a tab, which count for Google's limit, go.
 *
 * After a comparison that found nothing to do: more than 2,000 blank rows below the last one in
 * use become 1,000. Blank is a row without a value or a note in any column, also people's own, in a
 * read made just before. Between that read and the delete a person may type: the 1,000 rows that
 * stay are the room for that. Worker thread.
 */
#ifndef REPLICATOR_SESSION_TRIM_H
#define REPLICATOR_SESSION_TRIM_H

#include "replicator/session/session.h"

/* Blocks for a read and a write where there is something to trim. What Google refuses is warned of,
 * and not tried again in this session. */
int trim_tab(struct session *s, struct follow *f, struct err *err);
#endif
