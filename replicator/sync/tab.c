/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/tab.h"

#include <string.h>

#include "common/base.h"
#include "common/cell/stand_in.h"
#include "common/log.h"

bool tab_is_header(const struct cell *cell, const char *header)
{
    const char *text = cell->text;
    size_t len = cell->text_len;

    if (cell->type != CELL_TEXT)
        return false;
    while (len > 0 && text[0] == ' ') {
        text++;
        len--;
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return len == strlen(header) && memcmp(text, header, len) == 0;
}

size_t tab_ranges(const struct mapping *m, struct grid_range *out)
{
    int64_t end = 0;
    size_t n = 1;

    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].sheet_column >= end)
            end = m->columns[i].sheet_column + 1;
    out[0] = (struct grid_range){.sheet_id = m->sheet_id, .end_row = 1, .end_column = end};
    for (size_t i = 0; i < m->n_key && n < TAB_RANGES_MAX; i++) {
        int64_t column = m->columns[m->key[i]].sheet_column;

        out[n++] = (struct grid_range){
            .sheet_id = m->sheet_id, .end_row = -1, .column = column, .end_column = column + 1};
    }
    return n;
}

bool tab_headers_match(const struct mapping *m, const struct grid *header)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (!tab_is_header(grid_at(header, 0, m->columns[i].sheet_column), m->columns[i].header))
            return false;
    return true;
}

int tab_find_mapped(const struct mapping *m, const struct cell *cell)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (tab_is_header(cell, m->columns[i].header))
            return (int)i;
    return -1;
}

bool tab_cell_value(const struct mapping *m, size_t i, const struct cell *cell, struct buf *scratch,
                    struct value *out)
{
    struct err err;

    if (cell_to_value(mapping_column_of(m, i), cell, scratch, out, &err) == 0)
        return true;
    if (err.code == ERR_NOMEM)
        log_die("tab: out of memory");
    return false;
}

bool tab_key_values(const struct mapping *m, const struct grid *keys, int64_t row,
                    struct buf *scratch, struct value *values)
{
    size_t offsets[TAB_RANGES_MAX] = {0};
    size_t n_blank = 0;

    for (size_t i = 0; i < m->n_key; i++) {
        const struct cell *cell = grid_at(&keys[i], row, m->columns[m->key[i]].sheet_column);

        offsets[i] = scratch->len;
        n_blank += cell->type == CELL_BLANK;
        if (cell->type == CELL_ERROR || !tab_cell_value(m, m->key[i], cell, scratch, &values[i]) ||
            values[i].state != VALUE_TEXT)
            return false;
        /* SCRATCH may move when it grows: a text in it is pointed at when all are there. */
        if (scratch->len > offsets[i])
            values[i].ptr = NULL;
    }
    if (n_blank == m->n_key)
        return false;
    for (size_t i = 0; i < m->n_key; i++)
        if (values[i].ptr == NULL)
            values[i].ptr = buf_text(scratch) + offsets[i];
    return true;
}

bool tab_key_at(const struct mapping *m, const struct grid *keys, int64_t row, struct hash128 *out)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value values[TAB_RANGES_MAX];

    if (!tab_key_values(m, keys, row, &scratch, values))
        return false;
    *out = hash_key(values, m->n_key);
    return true;
}

bool tab_can_show_key(const struct mapping *m, const struct value *values)
{
    size_t n_empty = 0;

    for (size_t k = 0; k < m->n_key; k++) {
        struct value v = values[m->key[k]];

        if (v.state == VALUE_NULL)
            return false;
        n_empty += v.state == VALUE_TEXT && v.len == 0;
    }
    return n_empty < m->n_key;
}

bool tab_cell_shows(const struct mapping *m, size_t i, const struct cell *cell, uint64_t hash)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value v;

    if (cell->type == CELL_BLANK && !mapping_column_of(m, i)->is_nullable &&
        hash == hash_value(VALUE_INIT_NULL))
        return true;
    if (stand_in_is_of(cell, hash))
        return true;
    return tab_cell_value(m, i, cell, &scratch, &v) && hash_value(v) == hash;
}

uint64_t tab_cell_content(const struct cell *cell)
{
    uint64_t hash = (uint64_t)cell->type + 1;

    if (cell->type == CELL_NUMBER)
        hash += hash64(&cell->number, sizeof(cell->number));
    else if (cell->type == CELL_BOOL)
        hash += cell->boolean;
    else if (cell->type != CELL_BLANK)
        hash += hash64(cell->text, cell->text_len);
    return hash == 0 ? 1 : hash;
}

bool tab_cell_differs(const struct mapping *m, size_t i, const struct cell *cell,
                      const void *hashes, size_t hashes_len)
{
    uint64_t hash;

    return base_find(hashes, hashes_len, mapping_column_of(m, i)->name, &hash) &&
           !tab_cell_shows(m, i, cell, hash);
}
