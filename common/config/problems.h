/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problems: what is wrong with a configuration, all of it, in the order of the file.
 *
 * A place is where a value stands: its path ("mappings[0].tab") as a chain on the stack, and line
 * and column. One thread at a time.
 */
#ifndef COMMON_CONFIG_PROBLEMS_H
#define COMMON_CONFIG_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct place {
    const struct place *parent; /* NULL: the whole file */
    const char *name;           /* NULL: an item of the parent's list */
    size_t index;
    size_t line; /* from 1 */
    size_t column;
};

struct problem;

struct problems {
    struct problem *items; /* owned */
    size_t n;
    bool is_full; /* enough to mend for one run: the reader may stop */
};

void problems_close(struct problems *p);
/* Note what is wrong at AT. */
void problems_add(struct problems *p, const struct place *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Append them to OUT, one line each: "FILE:line:column: path: what is wrong". */
void problems_print(struct problems *p, const char *file, struct buf *out);
#endif
