/* SPDX-License-Identifier: Apache-2.0 */
/* a1: ranges in A1 notation. Titles are always quoted: bare A1 is a cell, 'A1' a tab; an apostrophe
 * is doubled. */
#include <inttypes.h>

#include "replicator/sheets/private.h"

enum { LAST_COLUMN = 18277 }; /* ZZZ */

/* 0 -> A, 25 -> Z, 26 -> AA */
static void put_column(struct buf *out, int64_t column)
{
    char letters[16];
    size_t n = sizeof(letters);

    do {
        letters[--n] = (char)('A' + column % 26);
        column = column / 26 - 1;
    } while (column >= 0 && n > 0);
    buf_append(out, letters + n, sizeof(letters) - n);
}

void a1_range(struct buf *out, const char *title, const struct grid_range *range)
{
    buf_putc(out, '\'');
    for (const char *p = title; *p != '\0'; p++) {
        if (*p == '\'')
            buf_putc(out, '\'');
        buf_putc(out, *p);
    }
    buf_puts(out, "'!");
    if (range->end_column < 0 && range->end_row >= 0) { /* whole rows */
        buf_printf(out, "%" PRId64 ":%" PRId64, range->row + 1, range->end_row);
        return;
    }
    put_column(out, range->column);
    /* A column from its first row to the end of the grid is A:A; from a later row on A5:A. */
    if (range->end_row >= 0 || range->row > 0)
        buf_printf(out, "%" PRId64, range->row + 1);
    buf_putc(out, ':');
    put_column(out, range->end_column < 0 ? LAST_COLUMN : range->end_column - 1);
    if (range->end_row >= 0)
        buf_printf(out, "%" PRId64, range->end_row);
}
