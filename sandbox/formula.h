/* SPDX-License-Identifier: Apache-2.0 */
/* formula: the text of formulas: moving the references in them. Pure; any thread. */
#ifndef SANDBOX_FORMULA_H
#define SANDBOX_FORMULA_H

#include "sandbox/tab.h"

/* The formula as it stands ROWS below and COLUMNS to the right: relative references move with it;
 * one that leaves the sheet becomes #REF!. malloc()ed. */
char *formula_shift(const char *formula, int64_t rows, int64_t columns);
/* The same for a cell that has a formula. */
void formula_shift_cell(struct cell *c, int64_t rows, int64_t columns);
#endif
