/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calc: what cells are worth: entered values, and formulas worked out when they are read.
 *
 * One calculator reads one version that does not change meanwhile; one thread.
 */
#ifndef SANDBOX_CALC_H
#define SANDBOX_CALC_H

#include "sandbox/book.h"

struct calc;

struct calc *calc_new(const struct book *b); /* B outlives it */
void calc_free(struct calc *c);
static inline void calc_cleanup(struct calc **c)
{
    calc_free(*c);
}
/* The effective value; its text lives as long as the calculator. T is a tab of the book. */
struct scalar calc_value(struct calc *c, const struct tab *t, int64_t row, int64_t column);
#endif
