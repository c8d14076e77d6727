/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stand_in: what a cell shows of a text that is too long for it.
 *
 *     [too long for a cell: 97890 characters, #0123456789abcdef]
 *     the beginning of the text... [too long for a cell: 97890 characters, #0123456789abcdef]
 *
 * The code at its end is made of the value's hash and of what stands before the bracket. So it can
 * be told of a cell whether it stands for a value and is as we wrote it, without a look at the
 * value; and a stand-in, wherever people copy it, is never taken for a text. Pure; any thread.
 */
#ifndef COMMON_CELL_STAND_IN_H
#define COMMON_CELL_STAND_IN_H

#include <stdint.h>

#include "common/cell/cell.h"

/* The stand-in of V, which cell_from_value has refused; with the text's beginning if so wished. The
 * text is in SCRATCH (appended: good until the next append). ERR_NOMEM. */
int stand_in_make(const struct column *c, struct value v, bool with_beginning, struct buf *scratch,
                  struct cell *out, struct err *err);

/* Does CELL have the form of a stand-in? */
bool stand_in_is(const struct cell *cell);
/* Is it the one of the value with this hash (hash_value), as it was written? */
bool stand_in_is_of(const struct cell *cell, uint64_t hash);

/* Completes "The value ..." for whoever has it where a text belongs. */
#define STAND_IN_PROBLEM "stands for a text that is too long for a cell"
#endif
