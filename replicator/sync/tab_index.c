/* SPDX-License-Identifier: Apache-2.0 */
/* tab_index: the row index of a tab, read from its key cells. */
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/sync/tab.h"

/* Key cells of one read: some 25 MB of memory while it is taken apart. */
enum { INDEX_CELLS = 50000 };

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

/* GRIDS are those of tab_ranges, or of pages of them. */
static int take_rows(struct sheets *s, struct mapping *m, const struct grid *grids, size_t *twice,
                     struct err *err)
{
    m->grid_rows = sheets_rows(s, m->cfg->spreadsheet, m->sheet_id);
    if (tab_headers_match(m, &grids[0]))
        return add_rows(m, &grids[1], twice, err);
    err_set(err, ERR_FORMAT, "mapping %s: the columns of the tab have moved", m->cfg->name);
    return err_transient(err);
}

/* Read RANGES, the first of which is the header, and add the rows of the others. */
static int read_rows(struct sheets *s, struct mapping *m, const struct grid_range *ranges, size_t n,
                     size_t *twice, struct err *err)
{
    struct grid *grids = NULL;
    int rc;

    if (sheets_read(s, m->cfg->spreadsheet, ranges, n, &grids, err) != 0)
        return -1;
    rc = take_rows(s, m, grids, twice, err);
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

/* --- several tabs in one request */

static int64_t key_cells(const struct mapping *m)
{
    return m->grid_rows * (int64_t)m->n_key;
}

/* The ranges of N mappings, one after the other. Returns how many. */
static size_t put_ranges(struct mapping *const *mappings, size_t n, struct grid_range *out)
{
    size_t n_ranges = 0;

    for (size_t i = 0; i < n; i++)
        n_ranges += tab_ranges(mappings[i], out + n_ranges);
    return n_ranges;
}

static int read_group(struct sheets *s, struct mapping *const *mappings, size_t n, struct err *err)
{
    CLEANUP_FREE struct grid_range *ranges = calloc(n * TAB_RANGES_MAX, sizeof(*ranges));
    struct grid *grids = NULL;
    size_t n_ranges, at = 0;
    int rc = 0;

    if (ranges == NULL)
        return err_nomem(err, "tab");
    n_ranges = put_ranges(mappings, n, ranges);
    if (sheets_read(s, mappings[0]->cfg->spreadsheet, ranges, n_ranges, &grids, err) != 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        size_t twice = 0;

        begin_index(mappings[i]);
        rc = take_rows(s, mappings[i], &grids[at], &twice, err);
        if (rc == 0)
            end_index(mappings[i], twice);
        at += 1 + mappings[i]->n_key;
    }
    grids_free(grids, n_ranges);
    return rc;
}

size_t tab_index_group(struct mapping *const *mappings, size_t n)
{
    int64_t cells = 0;
    size_t group = 0;

    while (group < n && group < TAB_GROUP_MAX && cells + key_cells(mappings[group]) <= INDEX_CELLS)
        cells += key_cells(mappings[group++]);
    return group == 0 ? 1 : group;
}

int tab_read_indexes(struct sheets *s, struct mapping *const *mappings, size_t n, struct err *err)
{
    return n == 1 ? tab_read_index(s, mappings[0], err) : read_group(s, mappings, n, err);
}
