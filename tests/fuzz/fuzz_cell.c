/* SPDX-License-Identifier: Apache-2.0 */
/* Any cell in any column: what is accepted must come back from the cell that shows it. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/cell/cell.h"
#include "tests/fuzz/targets.h"

static char *labels[] = {"", "red", "Green", "\"\""};

static const struct column_look looks[] = {
    {0},
    {.is_checkbox = true, .null_as = "NULL", .empty_as = ""},
    {.null_as = "x", .empty_as = "\"\""},
    {.is_checkbox = true, .null_as = "", .empty_as = "(empty)"},
};

/* The first bytes choose the column and the cell, the rest is what was typed. */
struct head {
    uint8_t type, cell_type, fsp, flags, precision, scale;
    double number;
};

static struct column column_of(const struct head *h)
{
    static const unsigned widths[] = {1, 2, 3, 4, 8};
    struct column c = {.type = (enum column_type)(h->type % (COLUMN_OTHER + 1)),
                       .bytes = widths[h->scale % 5],
                       .precision = 1 + h->precision % 65,
                       .fsp = h->fsp % 7,
                       .length = 1 + h->precision % 64,
                       .is_unsigned = (h->flags & 1) != 0,
                       .is_bool = (h->flags & 2) != 0,
                       .is_nullable = (h->flags & 4) != 0,
                       .is_fixed_length = (h->flags & 8) != 0,
                       .labels = labels,
                       .n_labels = (h->flags & 16) != 0 ? 4 : 2,
                       .look = looks[h->flags >> 6]};

    c.scale = c.precision > 1 ? h->scale % c.precision : 0;
    return c;
}

static void check_identity(const struct column *c, struct value v)
{
    CLEANUP_BUF struct buf there = BUF_INIT;
    CLEANUP_BUF struct buf back = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell;
    struct value again;

    if (cell_from_value(c, v, &there, &cell, &err) != 0)
        return; /* longer than a cell */
    if (cell_to_value(c, &cell, &back, &again, &err) != 0 || !value_equal(v, again))
        abort();
}

void fuzz_cell(const uint8_t *data, size_t size)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell = {0};
    struct column c;
    struct head h;
    struct value v;

    if (size < sizeof(h))
        return;
    memcpy(&h, data, sizeof(h));
    c = column_of(&h);
    cell.type = (enum cell_type)(h.cell_type % (CELL_ERROR + 1));
    cell.boolean = (h.flags & 32) != 0;
    cell.number = isnan(h.number) ? 0 : h.number;
    cell.text = (const char *)data + sizeof(h);
    cell.text_len = size - sizeof(h);
    if (cell_to_value(&c, &cell, &scratch, &v, &err) == 0)
        check_identity(&c, v);
}
