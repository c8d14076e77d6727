/* SPDX-License-Identifier: Apache-2.0 */
/*
 * many: statements for many rows at once come in few lengths, so that each is prepared once. Pure.
 */
#ifndef WEBHOOK_MANY_H
#define WEBHOOK_MANY_H

#include <stddef.h>

#include "common/buf.h"

enum { MANY = 64 }; /* rows of a statement, at most; a power of two */

/* For lists that may name a row twice: the length of the statement for N rows (1 to MANY). */
static inline size_t many_padded(size_t n)
{
    size_t size = 1;

    while (size < n)
        size *= 2;
    return size;
}

/* For lists that may not: how many of N rows (not 0) the next statement takes. */
static inline size_t many_piece(size_t n)
{
    size_t size = MANY;

    while (size > n)
        size /= 2;
    return size;
}

/* Append ITEM N times, with commas. */
static inline void many_repeat(struct buf *sql, const char *item, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(sql, ',');
        buf_puts(sql, item);
    }
}
#endif
