/* SPDX-License-Identifier: Apache-2.0 */
/* own_columns: which columns of a tab tabrelay added, and so may format (sync/tab_format.h). */
#ifndef REPLICATOR_SESSION_OWN_COLUMNS_H
#define REPLICATOR_SESSION_OWN_COLUMNS_H

#include "replicator/session/session.h"

/* What is remembered, before the tab is opened. ERR_NOMEM. */
int own_columns_recall(struct mapping *m, const struct mapping_memory *memory, struct err *err);
/* The tab is open, its missing headers are written: remember which columns are ours now. Those of
 * another tab than before are not. */
int own_columns_remember(struct session *s, struct mapping *m, const struct mapping_memory *memory,
                         struct err *err);
/* Checkboxes and drop-downs of the rows that stood there before their column was added, or its type
 * changed. Blocks for a write where there are such. */
int own_columns_format(struct session *s, const struct mapping *m, struct err *err);
#endif
