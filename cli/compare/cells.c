/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/cells.h"

/* Of a cell that is no value of its column. */
static const uint64_t NO_VALUE = 0;

const struct cell *cells_at(const struct mapping *m, const struct grid *grid, int64_t row, size_t i)
{
    static const struct cell blank = {.type = CELL_BLANK};

    return m->columns[i].sheet_column < 0 ? &blank : grid_at(grid, row, m->columns[i].sheet_column);
}

bool cells_is_blank_row(const struct mapping *m, const struct grid *grid, int64_t row)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (cells_at(m, grid, row, i)->type != CELL_BLANK)
            return false;
    return true;
}

bool cells_is_compared(const struct mapping *m, size_t i)
{
    return m->columns[i].to_sheet && !m->columns[i].is_key;
}

bool cells_differ(const struct mapping *m, size_t i, const struct cell *cell, struct value v)
{
    return !tab_cell_shows(m, i, cell, hash_value(v));
}

static uint64_t mix(uint64_t sum, uint64_t hash)
{
    const uint64_t pair[2] = {sum, hash};

    return hash64(pair, sizeof(pair));
}

uint64_t cells_hash_values(const struct mapping *m, const struct value *values)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < m->n_columns; i++)
        if (cells_is_compared(m, i))
            sum = mix(sum, hash_value(values[i]));
    return sum;
}

static uint64_t hash_cell(const struct mapping *m, size_t i, const struct cell *cell,
                          struct buf *scratch)
{
    struct value v;

    buf_clear(scratch);
    return tab_cell_value(m, i, cell, scratch, &v) ? hash_value(v) : NO_VALUE;
}

uint64_t cells_hash_row(const struct mapping *m, const struct grid *grid, int64_t row)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    uint64_t sum = 0;

    for (size_t i = 0; i < m->n_columns; i++)
        if (cells_is_compared(m, i))
            sum = mix(sum, hash_cell(m, i, cells_at(m, grid, row, i), &scratch));
    return sum;
}
