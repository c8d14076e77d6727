/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typed: what a text becomes that a person types into a cell (USER_ENTERED), in the en_US locale.
 *
 * Numbers, percents, dollars, dates, times, TRUE and FALSE, errors and formulas are recognised; a
 * leading apostrophe keeps text text and is not part of it. A recognised date gives an unformatted
 * cell its format. Pure; any thread.
 */
#ifndef SANDBOX_TYPED_H
#define SANDBOX_TYPED_H

#include "sandbox/tab.h"

struct typed {
    struct scalar value;   /* the text points into what was typed */
    bool is_formula;       /* value.text is the formula with its "=" */
    enum number_type type; /* NUMBER_AUTO: suggests no format */
    const char *pattern;   /* of the suggested format; NULL for the type's default */
};

struct typed typed_parse(const char *text);
/* Put TEXT into C as if it had been typed. A cell formatted as plain text keeps what was typed. */
void typed_enter(struct cell *c, const char *text);
#endif
