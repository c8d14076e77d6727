/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory for what is made together and forgotten together.
 *
 * Pointers stay valid until arena_reset, which keeps the memory for the next row. One thread at a
 * time.
 */
#ifndef COMMON_ARENA_H
#define COMMON_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* owned; the one in use first */
    char *at;
    size_t left;
    size_t bytes; /* that the blocks take */
};

#define ARENA_INIT ((struct arena){0})

void arena_close(struct arena *a);
void arena_reset(struct arena *a);
/* LEN bytes, aligned for any type, not cleared; NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t len);
/* LEN bytes without alignment: text. */
char *arena_text(struct arena *a, size_t len);
/* Give back the last LEN bytes of the newest arena_text. */
void arena_shrink(struct arena *a, size_t len);
/* A copy, with a NUL after it. */
char *arena_copy(struct arena *a, const void *bytes, size_t len);
#endif
