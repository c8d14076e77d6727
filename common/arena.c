/* SPDX-License-Identifier: Apache-2.0 */
#include "common/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) char data[];
};

enum { BLOCK_BYTES = 32 * 1024 };

void arena_close(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;

        free(a->blocks);
        a->blocks = next;
    }
    *a = (struct arena){0};
}

void *arena_alloc(struct arena *a, size_t len)
{
    struct arena_block *b = a->blocks;
    void *p;

    if (len > (size_t)1 << 40)
        return NULL;
    len = (len + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (b == NULL || b->size - b->used < len) {
        size_t size = len > BLOCK_BYTES ? len : BLOCK_BYTES;

        b = malloc(sizeof(*b) + size);
        if (b == NULL)
            return NULL;
        b->next = a->blocks;
        b->used = 0;
        b->size = size;
        a->blocks = b;
    }
    p = b->data + b->used;
    b->used += len;
    a->bytes += len;
    return p;
}

char *arena_copy(struct arena *a, const void *bytes, size_t len)
{
    char *p = arena_alloc(a, len + 1);

    if (p == NULL)
        return NULL;
    if (len > 0)
        memcpy(p, bytes, len);
    p[len] = '\0';
    return p;
}
