/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost_find: where are the cells of a batch that was applied, and of which no proof came?
 *
 * A row is at home when it shows all that was written there. If all are, nothing had moved: one
 * read. Otherwise the tab is searched for what was written, also in rows that seem to be at home: a
 * row may show the same value because it was hit by another's. Where a row shows just the cells of
 * another, and base says something else, they are ours, not a person's. It is read again from
 * MySQL, in these columns; until then base says that it shows them, so that whoever reads the tab
 * does not take them for an edit. Rows that a delete took instead of its own are those that base
 * knows and the tab has no more.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "replicator/session/lost.h"
#include "replicator/sync/tab.h"

enum { RANGES_MAX = 100, GAP_ROWS = 20, READS_MAX = 4, PAGE_CELLS = 60000, KEY_MAX = 16 };

/* --- looking at one row --- */

static bool shows(const struct mapping *m, const struct lost_cell *cells,
                  const struct lost_row *row, const struct grid *grid, int64_t at)
{
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++)
        if (!tab_cell_shows(m, cells[c].mapped,
                            grid_at(grid, at, m->columns[cells[c].mapped].sheet_column),
                            cells[c].hash))
            return false;
    return true;
}

static bool key_at(const struct mapping *m, const struct grid *grid, int64_t row,
                   struct hash128 *key)
{
    struct grid keys[KEY_MAX];

    for (size_t k = 0; k < m->n_key; k++)
        keys[k] = *grid;
    return tab_key_at(m, keys, row, key);
}

static struct lost_row *find_lost(const struct lost_share *share, struct hash128 key)
{
    struct lost_row *row;

    HASH_FIND(hh, share->by_key, &key, sizeof(key), row);
    return row;
}

/* The value that CELL shows, for base to keep; one that only stands for it is not it. */
static int keep_shown(struct lost_share *share, struct lost_cell *cell, const struct cell *shown,
                      struct err *err)
{
    const struct column *column = mapping_column_of(share->m, cell->mapped);
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value v;

    if (!config_keeps_value(share->m->cfg, column->name) ||
        !tab_cell_value(share->m, cell->mapped, shown, &scratch, &v) || hash_value(v) != cell->hash)
        return 0;
    if (v.state == VALUE_TEXT) {
        v.ptr = arena_copy(&share->arena, v.ptr, v.len);
        if (v.ptr == NULL)
            return err_nomem(err, "flush");
    }
    cell->shown = v;
    return 0;
}

static int look_for_home(struct hunt *h, const struct grid *grid, int64_t at, struct err *err)
{
    struct lost_share *share = h->share;
    const struct mapping *m = share->m;
    struct lost_row *row;
    struct hash128 key;

    if (!key_at(m, grid, at, &key) || (row = find_lost(share, key)) == NULL || row->is_gone ||
        row->is_new || row->is_found)
        return 0;
    row->is_home = shows(m, share->cells, row, grid, at);
    row->is_found = row->is_home;
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        struct lost_cell *cell = &share->cells[c];
        const struct cell *shown = grid_at(grid, at, m->columns[cell->mapped].sheet_column);

        cell->is_shown = tab_cell_shows(m, cell->mapped, shown, cell->hash);
        if (cell->is_shown && keep_shown(share, cell, shown, err) != 0)
            return -1;
        row->is_found = row->is_found || cell->is_shown;
    }
    return 0;
}

/* --- the whole tab --- */

typedef int row_look(struct hunt *h, const struct grid *grid, int64_t at, struct err *err);

static int look_at_all(struct hunt *h, row_look *look, struct err *err)
{
    struct mapping *m = h->share->m;
    struct grid_range range[TAB_RANGES_MAX];
    int64_t width, height;

    tab_ranges(m, range);
    width = range[0].end_column;
    height = PAGE_CELLS / (width > 0 ? width : 1) + 1;
    for (int64_t row = 1; row == 1 || row < m->grid_rows; row += height) {
        struct grid *grid = NULL;
        int rc = 0;

        range[0].row = row;
        range[0].end_row = row + height >= m->grid_rows ? -1 : row + height;
        if (sheets_read(h->s->sheets, m->cfg->spreadsheet, range, 1, &grid, err) != 0)
            return -1;
        for (int64_t at = row; rc == 0 && at < grid_end_row(grid); at++)
            rc = look(h, grid, at, err);
        grids_free(grid, 1);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* --- at home --- */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Read the rows of ROWS from *DONE on, as far as one request goes. */
static int read_some(struct hunt *h, const int64_t *rows, size_t n, size_t *done, struct err *err)
{
    struct mapping *m = h->share->m;
    struct grid_range header[TAB_RANGES_MAX], ranges[RANGES_MAX];
    struct grid *grids = NULL;
    size_t n_ranges = 0;
    int rc = 0;

    tab_ranges(m, header);
    for (; *done < n && n_ranges < RANGES_MAX; (*done)++) {
        if (n_ranges > 0 && rows[*done] - ranges[n_ranges - 1].end_row < GAP_ROWS) {
            ranges[n_ranges - 1].end_row = rows[*done] + 1;
            continue;
        }
        ranges[n_ranges] = header[0];
        ranges[n_ranges].row = rows[*done];
        ranges[n_ranges++].end_row = rows[*done] + 1;
    }
    if (sheets_read(h->s->sheets, m->cfg->spreadsheet, ranges, n_ranges, &grids, err) != 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < n_ranges; i++)
        for (int64_t row = ranges[i].row; rc == 0 && row < ranges[i].end_row; row++)
            rc = look_for_home(h, &grids[i], row, err);
    grids_free(grids, n_ranges);
    return rc;
}

static int find_home(struct hunt *h, struct err *err)
{
    const struct lost_share *share = h->share;
    CLEANUP_FREE int64_t *rows = calloc(share->n_rows + 1, sizeof(*rows));
    size_t n = 0, done = 0;

    if (rows == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < share->n_rows; i++) {
        int64_t row = share->rows[i].is_gone || share->rows[i].is_new
                          ? -1
                          : row_index_find(&share->m->index, share->rows[i].key);

        if (row >= 0)
            rows[n++] = row;
    }
    qsort(rows, n, sizeof(*rows), by_number);
    for (int reads = 0; done < n && reads < READS_MAX; reads++)
        if (read_some(h, rows, n, &done, err) != 0)
            return -1;
    return done == n ? 0 : look_at_all(h, look_for_home, err);
}

/* --- away from home --- */

static const struct lost_cell *first_cell(const struct lost_share *share,
                                          const struct lost_row *row)
{
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++)
        if (!share->cells[c].is_blank)
            return &share->cells[c];
    return NULL;
}

static struct content *find_content(const struct hunt *h, size_t mapped, uint64_t hash)
{
    struct content *c;
    struct first first;

    memset(&first, 0, sizeof(first));
    first.mapped = mapped;
    first.hash = hash;
    HASH_FIND(hh, h->contents, &first, sizeof(first), c);
    return c;
}

static bool has_same_cells(const struct lost_share *share, const struct lost_row *a,
                           const struct lost_row *b)
{
    if (a->n_cells != b->n_cells)
        return false;
    for (size_t i = 0; i < a->n_cells; i++)
        if (share->cells[a->first_cell + i].mapped != share->cells[b->first_cell + i].mapped ||
            share->cells[a->first_cell + i].hash != share->cells[b->first_cell + i].hash)
            return false;
    return true;
}

/* Where nothing but blank cells was written there is nothing to be known by. */
static int add_content(struct hunt *h, const struct lost_row *row, struct err *err)
{
    const struct lost_cell *first = first_cell(h->share, row);
    struct content *head, *c;

    if (row->is_gone || row->is_new || first == NULL)
        return 0;
    head = find_content(h, first->mapped, first->hash);
    for (c = head; c != NULL && !has_same_cells(h->share, c->like, row);)
        c = c->next;
    if (c != NULL)
        return 0;
    c = &h->all[h->n_contents++];
    c->like = row;
    c->first.mapped = first->mapped;
    c->first.hash = first->hash;
    if (head != NULL) {
        c->next = head->next;
        head->next = c;
        return 0;
    }
    HASH_ADD(hh, h->contents, first, sizeof(c->first), c);
    return hash_added(c) ? 0 : err_nomem(err, "flush");
}

static int make_contents(struct hunt *h, struct err *err)
{
    h->all = calloc(h->share->n_rows + 1, sizeof(*h->all));
    if (h->all == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < h->share->n_rows; i++)
        if (add_content(h, &h->share->rows[i], err) != 0)
            return -1;
    return 0;
}

/* The cells of the batch that row AT of GRID shows; of several contents the largest. NULL: none. */
static const struct content *content_at(const struct hunt *h, const struct grid *grid, int64_t at)
{
    const struct mapping *m = h->share->m;
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    const struct content *found = NULL;

    for (size_t i = 0; i < m->n_columns; i++) {
        const struct cell *cell = grid_at(grid, at, m->columns[i].sheet_column);
        struct value v;

        buf_clear(&scratch);
        if (cell->type == CELL_BLANK || !tab_cell_value(m, i, cell, &scratch, &v))
            continue;
        for (const struct content *c = find_content(h, i, hash_value(v)); c != NULL; c = c->next)
            if ((found == NULL || c->like->n_cells > found->like->n_cells) &&
                shows(m, h->share->cells, c->like, grid, at))
                found = c;
    }
    return found;
}

static int add_hit(struct hunt *h, const struct hit *hit, struct err *err)
{
    if (h->n_hits == h->hits_size) {
        size_t size = h->hits_size == 0 ? 64 : h->hits_size * 2;
        struct hit *hits = realloc(h->hits, size * sizeof(*hits));

        if (hits == NULL)
            return err_nomem(err, "flush");
        h->hits = hits;
        h->hits_size = size;
    }
    h->hits[h->n_hits++] = *hit;
    return 0;
}

/* Is the rest of a row without a key blank? Then it is one that a person has just inserted. */
static bool is_otherwise_blank(const struct hunt *h, const struct content *content,
                               const struct grid *grid, int64_t at)
{
    const struct mapping *m = h->share->m;
    const struct lost_row *row = content->like;
    size_t n_cells = 0, n_ours = 0;

    for (size_t i = 0; i < m->n_columns; i++)
        n_cells += grid_at(grid, at, m->columns[i].sheet_column)->type != CELL_BLANK;
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++)
        n_ours += !h->share->cells[c].is_blank;
    return n_cells == n_ours;
}

static int look_at_row(struct hunt *h, const struct grid *grid, int64_t at, struct err *err)
{
    struct hit hit = {.row = at};
    const struct lost_row *own;

    hit.content = content_at(h, grid, at);
    if (hit.content == NULL)
        return 0;
    hit.has_key = key_at(h->share->m, grid, at, &hit.key);
    own = hit.has_key ? find_lost(h->share, hit.key) : NULL;
    /* It may be at home by what was meant for another, and have more of that. */
    if ((own != NULL && own->is_home && hit.content->like->n_cells <= own->n_cells) ||
        (!hit.has_key && !is_otherwise_blank(h, hit.content, grid, at)))
        return 0;
    return add_hit(h, &hit, err);
}

static bool are_all_home(const struct lost_share *share)
{
    for (size_t i = 0; i < share->n_rows; i++)
        if (!share->rows[i].is_gone && !share->rows[i].is_new && !share->rows[i].is_home)
            return false;
    return true;
}

int hunt_run(struct hunt *h, struct err *err)
{
    if (find_home(h, err) != 0)
        return -1;
    if (are_all_home(h->share))
        return 0;
    if (make_contents(h, err) != 0)
        return -1;
    return look_at_all(h, look_at_row, err);
}

void hunt_close(struct hunt *h)
{
    HASH_CLEAR(hh, h->contents);
    free(h->all);
    free(h->hits);
    *h = (struct hunt){0};
}
