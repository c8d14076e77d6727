/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort: order the rows of an area by what some of its columns show.
 *
 * As Sheets does: numbers, then text (without regard to case), then FALSE, TRUE, then errors; blank
 * cells last in both directions; stable.
 */
#ifndef SANDBOX_SORT_H
#define SANDBOX_SORT_H

#include "sandbox/book.h"

struct sort_key {
    int64_t column; /* of the tab */
    bool is_descending;
};

void sort_area(struct book *draft, const struct tab *t, struct area area,
               const struct sort_key *keys, size_t n_keys);
#endif
