/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/calc.h"

#include <stdlib.h>

#include "sandbox/mem.h"

struct calc {
    const struct book *book;
};

struct calc *calc_new(const struct book *b)
{
    struct calc *c = mem_new(1, sizeof(*c));

    c->book = b;
    return c;
}

void calc_free(struct calc *c)
{
    free(c);
}

struct scalar calc_value(struct calc *c, const struct tab *t, int64_t row, int64_t column)
{
    const struct cell *cell = tab_cell(t, row, column);

    (void)c;
    if (cell == NULL)
        return SCALAR_BLANK;
    if (cell->formula != NULL)
        return (struct scalar){.kind = KIND_ERROR, .text = "#NAME?"};
    return (struct scalar){cell->kind, cell->boolean, cell->number, cell->text};
}
