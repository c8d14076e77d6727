/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calc_formula: work out one formula; between calc*.c only.
 *
 * Literals, + - * / ^ & % and comparisons, references and ranges (also of other tabs), and the
 * functions of calc_function.c. What is not known shows #NAME?, what cannot be read #ERROR!.
 */
#ifndef SANDBOX_CALC_FORMULA_H
#define SANDBOX_CALC_FORMULA_H

#include "common/buf.h"
#include "sandbox/calc.h"

/* An operand: a value, or a range that a function looks through. */
struct operand {
    struct scalar value;
    const struct tab *tab; /* not NULL: the range AREA of it, clipped to the grid */
    struct area area;
};

enum { MAX_ARGUMENTS = 64 };

/* The value of FORMULA ("=...") in a cell of TAB. */
struct scalar calc_formula(struct calc *c, const struct tab *tab, const char *formula);

/* Call the function NAME (upper case); #NAME? if there is none of that name. IF is the reader's. */
struct scalar calc_function(struct calc *c, const char *name, const struct operand *arguments,
                            size_t n);

/* Conversions; errors come through. */
struct scalar calc_error(const char *name);
bool calc_is_error(struct scalar v);
/* A range of one cell is its value; of more #VALUE!. */
struct scalar calc_single(struct calc *c, const struct operand *o);
struct scalar calc_to_number(struct scalar v);
struct scalar calc_number(double n); /* #NUM! if it is not finite */
/* A text that the calculator owns. */
struct scalar calc_text(struct calc *c, struct buf *text);
struct scalar calc_to_text(struct calc *c, struct scalar v);
const struct book *calc_book(const struct calc *c);
#endif
