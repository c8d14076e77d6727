/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_columns: which columns of a tab are tabrelay's to format (sync/tab_format.h): those that it
 * added, and those in which nobody had set a format or a rule when it first met the tab.
 */
#ifndef REPLICATOR_SESSION_OWN_COLUMNS_H
#define REPLICATOR_SESSION_OWN_COLUMNS_H

#include "replicator/session/session.h"
#include "replicator/sync/tab.h"

/* What is remembered, before the tab is opened. ERR_NOMEM. */
int own_columns_recall(const struct session *s, struct follow *f,
                       const struct mapping_memory *memory, struct err *err);
/* Was a batch with something of F's refused (WHY) because of how columns shall look? Then F goes on
 * without checkboxes, drop-downs and a protected header until the process ends: looks never hold
 * back a value. */
bool own_columns_refused(struct session *s, struct follow *f, const struct err *why);
/* The tab is open: where it was never met before, look at the columns that it had, and add to what
 * HEADERS will write the formats of those that have none. Blocks for a read. */
int own_columns_adopt(struct session *s, struct mapping *m, const struct mapping_memory *memory,
                      struct tab_headers *headers, struct err *err);
/* The tab is open, its missing headers are written: remember which columns are ours now. */
int own_columns_remember(struct session *s, struct mapping *m, const struct mapping_memory *memory,
                         struct err *err);
/* Checkboxes and drop-downs of the rows that stood there before their column was added, or its type
 * changed. Blocks for a write where there are such. */
int own_columns_format(struct session *s, struct follow *f, struct err *err);
#endif
