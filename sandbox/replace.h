/* SPDX-License-Identifier: Apache-2.0 */
/* replace: find text in cells and put another in its place. */
#ifndef SANDBOX_REPLACE_H
#define SANDBOX_REPLACE_H

#include "sandbox/book.h"

struct replace_rule {
    const char *find, *replacement;
    bool match_case, match_cell, formulas;
};

struct replace_counts {
    long values, formulas, rows, sheets, occurrences;
};

/* The result is entered as if typed. */
void replace_area(struct book *draft, int64_t sheet_id, struct area area,
                  const struct replace_rule *rule, struct replace_counts *counts);
#endif
