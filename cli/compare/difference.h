/* SPDX-License-Identifier: Apache-2.0 */
/* difference: a row that is not the same on both sides, and how that is told. Pure. */
#ifndef CLI_COMPARE_DIFFERENCE_H
#define CLI_COMPARE_DIFFERENCE_H

#include "replicator/sync/mapping.h"
#include "replicator/sync/state.h"
#include "replicator/sync/tab.h"

/* Nothing in it is owned. */
struct difference {
    struct hash128 key;
    const char *row_key;         /* as text, common/rowkey.h */
    const struct value *mysql;   /* n_columns values; NULL: MySQL has no such row */
    const struct grid *grid;     /* NULL: the tab has no such row */
    int64_t row;                 /* 0-based, in GRID */
    const struct base_row *base; /* NULL: nothing was agreed on */
    bool is_twice;               /* its key stands above already; the first row is the row */
};

/* The cells that differ as a JSON array of {"header", "mysql", "tab"}, malloc()ed; NULL when out of
 * memory. ONLY: a claim a mapped column, which of them (NULL: all). Empty where a side lacks the
 * row. */
char *difference_cells(const struct mapping *m, const struct difference *d, const bool *only);
/* Append such an array for a person: "price: MySQL has 10.00, the tab 12.5". */
void difference_show_cells(struct buf *out, const char *json);
#endif
