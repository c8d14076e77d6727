/* SPDX-License-Identifier: Apache-2.0 */
/* look_pages: the tab, page by page, against the set of MySQL's rows. */
#include "cli/compare/look.h"
#include "cli/progress.h"
#include "common/cleanup.h"
#include "common/rowkey.h"
#include "replicator/session/note.h"
#include "replicator/sync/fetch.h"
#include "replicator/sync/note_text.h"

enum { PAGE_CELLS = 60000, KEY_MAX = 16 };

/* Rows of a page whose content differs: up to FETCH_KEYS_MAX, then they are read from MySQL. */
struct page {
    struct look *l;
    const struct grid *grid;
    const struct grid *notes;  /* of the same cells */
    struct grid keys[KEY_MAX]; /* the page as the grid of each key column */
    struct {
        int64_t row;
        struct hash128 key;
        bool is_twice;
    } rows[FETCH_KEYS_MAX];
    size_t n;
};

static bool is_wanted(const struct look *l, struct hash128 key)
{
    return l->only == NULL || row_set_find(&l->wanted, key) != NULL;
}

static bool has_difference(const struct mapping *m, const struct difference *d)
{
    if (d->mysql == NULL || d->is_twice)
        return true;
    for (size_t i = 0; i < m->n_columns; i++)
        if (cells_is_compared(m, i) &&
            cells_differ(m, i, cells_at(m, d->grid, d->row, i), d->mysql[i]))
            return true;
    return false;
}

static const struct value *find_values(const struct fetched *rows, struct hash128 key)
{
    for (size_t i = 0; i < rows->n; i++)
        if (hash128_equal(rows->images[i]->key, key))
            return rows->images[i]->values;
    return NULL;
}

/* A row that MySQL has deleted and that stays (on_delete: mark): its note says so, and nobody takes
 * it for a new one (session/reconcile_rows.c). */
static bool is_marked(const struct page *p, const struct difference *d)
{
    const struct mapping *m = &p->l->place->m;
    const struct cell *note = grid_at(p->notes, d->row, m->columns[m->key[0]].sheet_column);

    return d->mysql == NULL && d->base == NULL && note->type == CELL_TEXT &&
           note_text_is(note->text, note->text_len, NOTE_DELETED);
}

static int tell_row(struct page *p, size_t i, const struct fetched *mysql,
                    const struct base_rows *base, const char *row_key, struct err *err)
{
    struct difference d = {.key = p->rows[i].key,
                           .row_key = row_key,
                           .mysql = find_values(mysql, p->rows[i].key),
                           .grid = p->grid,
                           .row = p->rows[i].row,
                           .base = base_rows_find(base, p->rows[i].key),
                           .is_twice = p->rows[i].is_twice};

    if (is_marked(p, &d)) {
        p->l->n_marked++;
        return 0;
    }
    return has_difference(&p->l->place->m, &d) ? p->l->tell(p->l, &d, err) : 0;
}

/* The keys' values, and each key as text. */
static int read_keys(struct page *p, struct value *keys, struct buf *scratch, struct buf *texts,
                     struct err *err)
{
    const struct mapping *m = &p->l->place->m;

    for (size_t i = 0; i < p->n; i++) {
        struct value *key = keys + i * m->n_key;

        /* It was a key when the row was met. */
        tab_key_values(m, p->keys, p->rows[i].row, &scratch[i], key);
        rowkey_write(&texts[i], key, m->n_key);
        if (texts[i].is_failed)
            return err_nomem(err, "compare");
    }
    return 0;
}

static int tell_rows(struct page *p, struct value *keys, const struct buf *texts, struct err *err)
{
    struct look *l = p->l;
    struct hash128 hashes[FETCH_KEYS_MAX];
    struct base_rows base = {0};
    struct fetched mysql = {0};
    int rc;

    for (size_t i = 0; i < p->n; i++)
        hashes[i] = p->rows[i].key;
    rc = fetch_keys(l->c->db, &l->place->m, keys, p->n, false, &mysql, err);
    if (rc == 0)
        rc = state_load_base(&l->c->state, l->place->m.cfg->name, hashes, p->n, false, &base, err);
    for (size_t i = 0; rc == 0 && i < p->n; i++)
        rc = tell_row(p, i, &mysql, &base, texts[i].ptr, err);
    fetched_close(&mysql);
    base_rows_close(&base);
    return rc;
}

static int flush(struct page *p, struct err *err)
{
    struct buf scratch[FETCH_KEYS_MAX] = {{0}}, texts[FETCH_KEYS_MAX] = {{0}};
    CLEANUP_FREE struct value *keys = NULL;
    int rc = 0;

    if (p->n == 0)
        return 0;
    keys = calloc(p->n * p->l->place->m.n_key, sizeof(*keys));
    rc = keys == NULL ? err_nomem(err, "compare") : read_keys(p, keys, scratch, texts, err);
    if (rc == 0)
        rc = tell_rows(p, keys, texts, err);
    for (size_t i = 0; i < p->n; i++) {
        buf_close(&scratch[i]);
        buf_close(&texts[i]);
    }
    p->n = 0;
    return rc;
}

static int suspect(struct page *p, int64_t row, struct hash128 key, bool is_twice, struct err *err)
{
    p->rows[p->n].is_twice = is_twice;
    p->rows[p->n].row = row;
    p->rows[p->n++].key = key;
    return p->n == FETCH_KEYS_MAX ? flush(p, err) : 0;
}

static int take_row(struct page *p, int64_t row, struct err *err)
{
    struct look *l = p->l;
    const struct mapping *m = &l->place->m;
    struct row_entry *e;
    struct hash128 key;
    uint64_t content;

    if (!tab_key_at(m, p->keys, row, &key)) {
        if (!cells_is_blank_row(m, p->grid, row) && l->n_keyless++ == 0)
            l->keyless_row = row;
        return 0;
    }
    if (!is_wanted(l, key))
        return 0;
    l->n_tab++;
    e = row_set_find(&l->set, key);
    if (e != NULL && row_entry_is_seen(e)) {
        l->n_twice++;
        return suspect(p, row, key, true, err);
    }
    content = cells_hash_row(m, p->grid, row);
    if (e != NULL) {
        row_entry_see(e);
        return row_entry_has(e, content) ? 0 : suspect(p, row, key, false, err);
    }
    if (row_set_add(&l->set, key, content, l->c->config->replicator.memory_limit_bytes) != 0)
        return err_set(err, ERR_NOMEM, "mapping %s is too large for replicator.memory_limit",
                       m->cfg->name);
    row_entry_see(row_set_find(&l->set, key));
    return suspect(p, row, key, false, err);
}

static int take_page(struct look *l, const struct grid *grid, const struct grid *notes,
                     struct err *err)
{
    struct page p = {.l = l, .grid = grid, .notes = notes};

    for (size_t k = 0; k < l->place->m.n_key; k++)
        p.keys[k] = *grid;
    for (int64_t row = grid->row; row < grid_end_row(grid); row++)
        if (take_row(&p, row, err) != 0)
            return -1;
    return flush(&p, err);
}

static bool are_headers_there(const struct mapping *m, const struct grid *header)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct mapping_column *c = &m->columns[i];

        if (c->sheet_column >= 0 && !tab_is_header(cells_at(m, header, 0, i), c->header) &&
            (c->old_header == NULL || !tab_is_header(cells_at(m, header, 0, i), c->old_header)))
            return false;
    }
    return true;
}

static bool has_key_columns(const struct mapping *m)
{
    for (size_t k = 0; k < m->n_key; k++)
        if (m->columns[m->key[k]].sheet_column < 0)
            return false;
    return true;
}

static int read_page(struct look *l, const struct grid_range ranges[2], struct err *err)
{
    struct mapping *m = &l->place->m;
    struct grid *grids = NULL, *notes = NULL;
    int rc;

    if (sheets_read_notes(l->c->sheets, m->cfg->spreadsheet, ranges, 2, &grids, &notes, err) != 0)
        return -1;
    if (are_headers_there(m, &grids[0])) {
        rc = take_page(l, &grids[1], &notes[1], err);
    } else {
        rc = err_set(err, ERR_FORMAT, "mapping %s: columns of the tab were moved meanwhile",
                     m->cfg->name);
        err_hint(err, "Try again.");
    }
    grids_free(grids, 2);
    grids_free(notes, 2);
    return rc;
}

static void show_pages(const struct look *l, int64_t row)
{
    CLEANUP_BUF struct buf what = BUF_INIT;

    if (l->only != NULL || !progress_is_shown())
        return;
    buf_printf(&what, "%s: the tab", l->place->m.cfg->name);
    progress_show(buf_text(&what), row, l->place->m.grid_rows, "");
}

int look_read_tab(struct look *l, struct err *err)
{
    struct mapping *m = &l->place->m;
    struct grid_range header[TAB_RANGES_MAX];
    int64_t width, height;

    if (!has_key_columns(m))
        return 0; /* no row of it can be known */
    tab_ranges(m, header);
    width = header[0].end_column;
    height = PAGE_CELLS / width + 1;
    for (int64_t row = 1; row == 1 || row < m->grid_rows; row += height) {
        const struct grid_range ranges[2] = {
            header[0],
            {.sheet_id = m->sheet_id,
             .row = row,
             .end_row = row + height >= m->grid_rows ? -1 : row + height,
             .end_column = width}};

        show_pages(l, row);
        if (read_page(l, ranges, err) != 0)
            return -1;
    }
    return 0;
}
