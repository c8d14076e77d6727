/* SPDX-License-Identifier: Apache-2.0 */
/* nearest: which of several names a mistyped one was meant to be. Pure. */
#ifndef COMMON_NEAREST_H
#define COMMON_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *typed;
    const char *name; /* borrowed; NULL: none is near enough for a slip of the finger */
    size_t distance;
};

/* Nothing was tried yet. */
struct nearest nearest_to(const char *typed);
/* Keep NAME where it is nearer than what was tried before. */
void nearest_try(struct nearest *n, const char *name);
#endif
