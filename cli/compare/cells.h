/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cells: does a row of the tab show what MySQL has? By the replicator's own conversion.
 *
 * Compared are the mapped columns that tabrelay writes to the tab; of a column with direction
 * to_mysql the tab need not follow. Pure.
 */
#ifndef CLI_COMPARE_CELLS_H
#define CLI_COMPARE_CELLS_H

#include "replicator/sync/tab.h"

/* The cell of mapped column I in ROW; blank where the tab has no such column. */
const struct cell *cells_at(const struct mapping *m, const struct grid *grid, int64_t row,
                            size_t i);
bool cells_is_blank_row(const struct mapping *m, const struct grid *grid, int64_t row);
/* Is column I compared? */
bool cells_is_compared(const struct mapping *m, size_t i);
/* Does the cell of column I differ from V? A value that no cell can hold is shown as a notice,
 * which counts as equal. */
bool cells_differ(const struct mapping *m, size_t i, const struct cell *cell, struct value v);

/* The content of a row as a number: equal numbers mean equal rows, other numbers are looked at cell
 * by cell. */
uint64_t cells_hash_values(const struct mapping *m, const struct value *values);
uint64_t cells_hash_row(const struct mapping *m, const struct grid *grid, int64_t row);
#endif
