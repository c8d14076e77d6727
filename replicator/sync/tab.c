/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/tab.h"

#include <string.h>

#include "common/base.h"
#include "common/cell/stand_in.h"
#include "common/log.h"

/* Key cells of one read: some 25 MB of memory while it is taken apart. */
enum { INDEX_CELLS = 50000 };

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

bool tab_key_values(const struct mapping *m, const struct grid *keys, int64_t row,
                    struct buf *scratch, struct value *values)
{
    size_t offsets[TAB_RANGES_MAX] = {0};
    size_t n_blank = 0;

    for (size_t i = 0; i < m->n_key; i++) {
        const struct cell *cell = grid_at(&keys[i], row, m->columns[m->key[i]].sheet_column);
        struct err err;

        offsets[i] = scratch->len;
        n_blank += cell->type == CELL_BLANK;
        if (cell->type == CELL_ERROR ||
            cell_to_value(mapping_column_of(m, m->key[i]), cell, scratch, &values[i], &err) != 0 ||
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

static void begin_index(struct mapping *m)
{
    row_index_clear(&m->index);
    m->end_row = 1;
}

/* The rows that KEYS show, below the header. */
static int add_rows(struct mapping *m, const struct grid *keys, size_t *twice, struct err *err)
{
    int64_t end = 0;

    for (size_t i = 0; i < m->n_key; i++)
        if (grid_end_row(&keys[i]) > end)
            end = grid_end_row(&keys[i]);
    for (int64_t row = keys[0].row < 1 ? 1 : keys[0].row; row < end; row++) {
        struct hash128 key;
        int added;

        if (!tab_key_at(m, keys, row, &key))
            continue;
        m->end_row = row + 1;
        added = row_index_add(&m->index, key, row);
        if (added < 0)
            return err_nomem(err, "tab: row index");
        *twice += (size_t)added;
    }
    return 0;
}

static void end_index(struct mapping *m, size_t twice)
{
    m->is_index_stale = false;
    if (twice > 0)
        log_warn("tab: keys stand more than once; the first row counts mapping=%s rows=%zu",
                 m->cfg->name, twice);
}

int tab_index(struct mapping *m, const struct grid *keys, struct err *err)
{
    size_t twice = 0;

    begin_index(m);
    if (add_rows(m, keys, &twice, err) != 0)
        return -1;
    end_index(m, twice);
    return 0;
}

/* Read RANGES, the first of which is the header, and add the rows of the others. */
static int read_rows(struct sheets *s, struct mapping *m, const struct grid_range *ranges, size_t n,
                     size_t *twice, struct err *err)
{
    struct grid *grids = NULL;
    int rc;

    if (sheets_read(s, m->cfg->spreadsheet, ranges, n, &grids, err) != 0)
        return -1;
    m->grid_rows = sheets_rows(s, m->cfg->spreadsheet, m->sheet_id);
    if (!tab_headers_match(m, &grids[0])) {
        err_set(err, ERR_FORMAT, "mapping %s: the columns of the tab have moved", m->cfg->name);
        rc = err_transient(err);
    } else {
        rc = add_rows(m, &grids[1], twice, err);
    }
    grids_free(grids, n);
    return rc;
}

/* An index that is not complete must not be taken for one. */
static int read_pages(struct sheets *s, struct mapping *m, int64_t height, struct err *err)
{
    struct grid_range ranges[TAB_RANGES_MAX];
    size_t n = tab_ranges(m, ranges), twice = 0;

    begin_index(m);
    m->is_index_stale = true;
    for (int64_t row = 0; row == 0 || row < m->grid_rows; row += height) {
        bool is_last = row + height >= m->grid_rows;

        for (size_t i = 1; i < n; i++) {
            ranges[i].row = row;
            ranges[i].end_row = is_last ? -1 : row + height;
        }
        if (read_rows(s, m, ranges, n, &twice, err) != 0)
            return -1;
    }
    end_index(m, twice);
    return 0;
}

int tab_read_index(struct sheets *s, struct mapping *m, struct err *err)
{
    return read_pages(s, m, INDEX_CELLS / (int64_t)m->n_key + 1, err);
}

int tab_read_index_whole(struct sheets *s, struct mapping *m, struct err *err)
{
    return read_pages(s, m, INT32_MAX, err);
}

bool tab_cell_shows(const struct mapping *m, size_t i, const struct cell *cell, uint64_t hash)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value v;
    struct err err;

    if (cell->type == CELL_BLANK && !mapping_column_of(m, i)->is_nullable &&
        hash == hash_value(VALUE_INIT_NULL))
        return true;
    if (stand_in_is_of(cell, hash))
        return true;
    return cell_to_value(mapping_column_of(m, i), cell, &scratch, &v, &err) == 0 &&
           hash_value(v) == hash;
}

bool tab_cell_differs(const struct mapping *m, size_t i, const struct cell *cell,
                      const void *hashes, size_t hashes_len)
{
    uint64_t hash;

    return base_find(hashes, hashes_len, mapping_column_of(m, i)->name, &hash) &&
           !tab_cell_shows(m, i, cell, hash);
}
