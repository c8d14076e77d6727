/* SPDX-License-Identifier: Apache-2.0 */
/*
 * formula: the text of formulas: moving the references in them. Pure; any thread.
 *
 * References to whole rows or columns (A:A) stay as they are.
 */
#ifndef SANDBOX_FORMULA_H
#define SANDBOX_FORMULA_H

#include "sandbox/tab.h"

/* The formula as it stands ROWS below and COLUMNS to the right: relative references move with it;
 * one that leaves the sheet becomes #REF!. malloc()ed. */
char *formula_shift(const char *formula, int64_t rows, int64_t columns);
/* The same for a cell that has a formula. */
void formula_shift_cell(struct cell *c, int64_t rows, int64_t columns);

/* Rows (or columns) [at, at + n) of a tab came, went, or moved to before TO; or the cells of an
 * area were cut and pasted elsewhere on the tab. */
struct formula_change {
    enum { FORMULA_INSERT, FORMULA_DELETE, FORMULA_MOVE, FORMULA_CUT } kind;
    bool rows;
    int64_t at, n, to;
    const char *title;   /* of the tab */
    struct area area;    /* FORMULA_CUT: from here ... */
    int64_t down, right; /* ... so far */
};

/* The formula of a cell as it must be after CHANGE, so that it refers to the same cells; NULL if it
 * stays as it is. IS_SAME_TAB: the cell is on the changed tab. malloc()ed. */
char *formula_follow(const char *formula, const struct formula_change *change, bool is_same_tab);
#endif
