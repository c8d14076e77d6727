/* SPDX-License-Identifier: Apache-2.0 */
#include "common/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024, KEEP_BYTES = 1024 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void arena_close(struct arena *a)
{
    while (a->blocks != NULL) {
        struct arena_block *next = a->blocks->next;

        free(a->blocks);
        a->blocks = next;
    }
    *a = ARENA_INIT;
}

/* Of several blocks only the newest, the largest, is kept: soon one block holds everything. A huge
 * one goes, too: one large row must not cost its memory for ever. */
void arena_reset(struct arena *a)
{
    if (a->blocks == NULL)
        return;
    if (a->blocks->size > KEEP_BYTES) {
        arena_close(a);
        return;
    }
    while (a->blocks->next != NULL) {
        struct arena_block *old = a->blocks->next;

        a->blocks->next = old->next;
        free(old);
    }
    a->at = a->blocks->bytes;
    a->left = a->blocks->size;
    a->bytes = a->blocks->size;
}

static char *arena_grow(struct arena *a, size_t len)
{
    size_t size = a->blocks == NULL ? BLOCK_BYTES : a->blocks->size * 2;
    struct arena_block *block;

    if (len > SIZE_MAX / 4)
        return NULL;
    if (size > KEEP_BYTES)
        size = KEEP_BYTES;
    if (size < len)
        size = len;
    block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->next = a->blocks;
    block->size = size;
    a->blocks = block;
    a->bytes += size;
    a->at = block->bytes + len;
    a->left = size - len;
    return block->bytes;
}

char *arena_text(struct arena *a, size_t len)
{
    char *p = a->at;

    if (p == NULL || a->left < len)
        return arena_grow(a, len);
    a->at += len;
    a->left -= len;
    return p;
}

void arena_shrink(struct arena *a, size_t len)
{
    a->at -= len;
    a->left += len;
}

void *arena_alloc(struct arena *a, size_t len)
{
    size_t pad = a->at == NULL ? 0 : (size_t)(-(uintptr_t)a->at % alignof(max_align_t));

    if (a->at == NULL || a->left < pad || a->left - pad < len)
        return arena_grow(a, len);
    a->at += pad;
    a->left -= pad;
    return arena_text(a, len);
}

char *arena_copy(struct arena *a, const void *bytes, size_t len)
{
    char *p = len < SIZE_MAX ? arena_text(a, len + 1) : NULL;

    if (p == NULL)
        return NULL;
    if (len > 0)
        memcpy(p, bytes, len);
    p[len] = '\0';
    return p;
}
