/* SPDX-License-Identifier: Apache-2.0 */
/* arena: memory that is freed all at once. Pointers stay where they are. One thread at a time. */
#ifndef COMMON_ARENA_H
#define COMMON_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* owned */
    size_t bytes;               /* handed out so far */
};

void arena_close(struct arena *a);
/* LEN bytes aligned for any type; NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t len);
/* A copy with a NUL after it. */
char *arena_copy(struct arena *a, const void *bytes, size_t len);
#endif
