/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tab_format: how the columns look that are tabrelay's to format: formats, checkboxes, drop-downs.
 *
 * Set once, when a column is added or first met or its type changes, and in the rows that tabrelay
 * inserts. A column that had formats or rules of its own when it was first met is the people's:
 * nothing is set in it, ever.
 * Blank rows get no checkboxes: Google does not say whether a blank cell with one is still blank.
 * Pure: requests for a batch.
 */
#ifndef REPLICATOR_SYNC_TAB_FORMAT_H
#define REPLICATOR_SYNC_TAB_FORMAT_H

#include "replicator/sheets/sheets.h"
#include "replicator/sync/mapping.h"

/* The number format of mapped column I; of a retyped one also the end of its former one. */
void tab_format_column(struct batch *b, const struct mapping *m, size_t i);
/* The headers in N columns from FIRST on: frozen and bold, and a warning before they are edited. */
void tab_format_header(struct batch *b, const struct mapping *m, int64_t first, int64_t n);
/* Checkboxes and drop-downs of column I in N rows from ROW on. ERR_NOMEM. */
int tab_format_cells(struct batch *b, const struct mapping *m, size_t i, int64_t row, int64_t n,
                     struct err *err);
/* The same of all our own columns. */
int tab_format_rows(struct batch *b, const struct mapping *m, int64_t row, int64_t n,
                    struct err *err);
#endif
