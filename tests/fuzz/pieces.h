/* SPDX-License-Identifier: Apache-2.0 */
/* pieces: bytes as a source of pieces (large.h), each in an allocation of its own size. */
#ifndef TESTS_FUZZ_PIECES_H
#define TESTS_FUZZ_PIECES_H

#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/large.h"

struct pieces {
    struct cursor rest;
    size_t next;    /* size of the next piece */
    size_t size;    /* of all after it */
    uint8_t *piece; /* the last one */
};

static inline int pieces_read(void *ctx, const uint8_t **bytes, size_t *len, struct err *err)
{
    struct pieces *p = ctx;
    size_t n = cursor_left(&p->rest) < p->next ? cursor_left(&p->rest) : p->next;

    (void)err;
    free(p->piece);
    p->piece = malloc(n);
    if (p->piece == NULL)
        abort();
    if (n > 0)
        memcpy(p->piece, cursor_take(&p->rest, n), n);
    p->next = p->size;
    *bytes = p->piece;
    *len = n;
    return 0;
}

static inline void pieces_close(struct pieces *p)
{
    free(p->piece);
}
#endif
