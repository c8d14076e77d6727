/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/tab.h"

#include <inttypes.h>
#include <string.h>

#include "common/log.h"

static const struct sheet_tab *find_tab(const struct sheet_tabs *tabs, int64_t sheet_id,
                                        const char *title)
{
    for (size_t i = 0; i < tabs->n_tabs; i++)
        if (title == NULL ? tabs->tabs[i].sheet_id == sheet_id
                          : strcmp(tabs->tabs[i].title, title) == 0)
            return &tabs->tabs[i];
    return NULL;
}

static bool is_header(const struct cell *cell, const char *header)
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

/* Where the header stands in row 0; -1 if nowhere. *END: one past the last cell. */
static int64_t find_header(const struct grid *row, const char *header, int64_t *end)
{
    int64_t n = row->n_rows > 0 ? row->rows[0].n_cells : 0;

    *end = row->column + n;
    for (int64_t i = 0; i < n; i++)
        if (is_header(&row->rows[0].cells[i], header))
            return row->column + i;
    return -1;
}

static int refuse_missing_header(const struct mapping *m, const char *header, struct err *err)
{
    err_set(err, ERR_GONE, "mapping %s: tab \"%s\" has no column with the header \"%s\"",
            m->cfg->name, m->cfg->tab, header);
    return err_hint(err, "Write \"%s\" into the first row of its column.", header);
}

/* Write the headers that are missing, in new columns at the right. */
static int add_headers(struct sheets *s, struct mapping *m, int64_t at, struct err *err)
{
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    int64_t first = at;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "tab");
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].sheet_column < 0)
            at++;
    if (at > m->grid_columns) {
        batch_append_columns(batch, m->sheet_id, at - m->grid_columns);
        m->grid_columns = at;
    }
    at = first;
    for (size_t i = 0; i < m->n_columns; i++) {
        struct cell cell = {.type = CELL_TEXT,
                            .text = m->columns[i].header,
                            .text_len = strlen(m->columns[i].header)};
        const char *pattern = NULL, *format;

        if (m->columns[i].sheet_column >= 0)
            continue;
        batch_write(batch, m->sheet_id, 0, at, &cell, 1, 1);
        format = cell_format(mapping_column_of(m, i), &pattern);
        if (format != NULL)
            batch_format_column(batch, m->sheet_id, at, format, pattern);
        m->columns[i].sheet_column = at++;
    }
    batch_header_style(batch, m->sheet_id, first, at - first);
    rc = sheets_send(s, m->cfg->spreadsheet, batch, NULL, 0, &none, err);
    grids_free(none, 0);
    batch_free(batch);
    if (rc == 0)
        log_info("tab: headers written mapping=%s columns=%" PRId64, m->cfg->name, at - first);
    return rc;
}

static int find_headers(struct sheets *s, struct mapping *m, struct err *err)
{
    struct grid_range range = {.sheet_id = m->sheet_id, .end_row = 1, .end_column = -1};
    struct grid *row = NULL;
    size_t n_missing = 0;
    int64_t end = 0;

    if (sheets_read(s, m->cfg->spreadsheet, &range, 1, &row, err) != 0)
        return -1;
    for (size_t i = 0; i < m->n_columns; i++) {
        m->columns[i].sheet_column = find_header(row, m->columns[i].header, &end);
        if (m->columns[i].sheet_column >= 0)
            continue;
        n_missing++;
        if (!m->columns[i].to_sheet && !mapping_writes_sheet(m)) {
            grids_free(row, 1);
            return refuse_missing_header(m, m->columns[i].header, err);
        }
    }
    grids_free(row, 1);
    return n_missing == 0 ? 0 : add_headers(s, m, end, err);
}

int tab_open(struct sheets *s, struct mapping *m, const struct sheet_tabs *tabs, int64_t remembered,
             struct err *err)
{
    const struct sheet_tab *tab = remembered >= 0 ? find_tab(tabs, remembered, NULL) : NULL;

    if (tab == NULL)
        tab = find_tab(tabs, -1, m->cfg->tab);
    if (tab == NULL) {
        err_set(err, ERR_GONE, "mapping %s: the spreadsheet has no tab \"%s\"", m->cfg->name,
                m->cfg->tab);
        return err_hint(err, "Add a tab named \"%s\", or set tab: to one that is there.",
                        m->cfg->tab);
    }
    if (!tab->is_grid)
        return err_set(err, ERR_GONE, "mapping %s: tab \"%s\" is no grid of cells", m->cfg->name,
                       tab->title);
    m->sheet_id = tab->sheet_id;
    m->grid_rows = tab->rows;
    m->grid_columns = tab->columns;
    return find_headers(s, m, err);
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
        if (!is_header(grid_at(header, 0, m->columns[i].sheet_column), m->columns[i].header))
            return false;
    return true;
}

bool tab_is_mapped_header(const struct mapping *m, const struct cell *cell)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (is_header(cell, m->columns[i].header))
            return true;
    return false;
}

bool tab_key_at(const struct mapping *m, const struct grid *keys, int64_t row, struct hash128 *out)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value values[TAB_RANGES_MAX];
    size_t offsets[TAB_RANGES_MAX] = {0};

    for (size_t i = 0; i < m->n_key; i++) {
        const struct cell *cell = grid_at(&keys[i], row, m->columns[m->key[i]].sheet_column);
        struct err err;

        offsets[i] = scratch.len;
        if (cell->type == CELL_BLANK || cell->type == CELL_ERROR ||
            cell_to_value(mapping_column_of(m, m->key[i]), cell, &scratch, &values[i], &err) != 0 ||
            values[i].state != VALUE_TEXT)
            return false;
        /* SCRATCH may move when it grows: a text in it is pointed at when all are there. */
        if (scratch.len > offsets[i])
            values[i].ptr = NULL;
    }
    for (size_t i = 0; i < m->n_key; i++)
        if (values[i].ptr == NULL)
            values[i].ptr = buf_text(&scratch) + offsets[i];
    *out = hash_key(values, m->n_key);
    return true;
}

int tab_index(struct mapping *m, const struct grid *keys, size_t *n_twice, struct err *err)
{
    int64_t end = 0;
    size_t twice = 0;

    row_index_clear(&m->index);
    m->end_row = 1;
    for (size_t i = 0; i < m->n_key; i++)
        if (grid_end_row(&keys[i]) > end)
            end = grid_end_row(&keys[i]);
    for (int64_t row = 1; row < end; row++) {
        struct hash128 key;
        int added;

        if (!tab_key_at(m, keys, row, &key))
            continue;
        m->end_row = row + 1;
        added = row_index_add(&m->index, key, row);
        if (added < 0)
            return err_nomem(err, "tab: row index");
        twice += (size_t)added;
    }
    m->is_index_stale = false;
    if (n_twice != NULL)
        *n_twice = twice;
    else if (twice > 0)
        log_warn("tab: keys stand more than once; the first row counts mapping=%s rows=%zu",
                 m->cfg->name, twice);
    return 0;
}

int tab_read_index(struct sheets *s, struct mapping *m, struct err *err)
{
    struct grid_range ranges[TAB_RANGES_MAX];
    size_t n = tab_ranges(m, ranges);
    struct grid *grids = NULL;
    int rc = 0;

    if (sheets_read(s, m->cfg->spreadsheet, ranges, n, &grids, err) != 0)
        return -1;
    if (!tab_headers_match(m, &grids[0])) {
        err_set(err, ERR_FORMAT, "mapping %s: the columns of the tab have moved", m->cfg->name);
        rc = err_transient(err);
    } else {
        rc = tab_index(m, &grids[1], NULL, err);
    }
    grids_free(grids, n);
    return rc;
}

bool tab_cell_shows(const struct mapping *m, size_t i, const struct cell *cell, uint64_t hash)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value v;
    struct err err;

    if (cell->type == CELL_BLANK && hash == hash_value(VALUE_INIT_NULL))
        return true;
    return cell_to_value(mapping_column_of(m, i), cell, &scratch, &v, &err) == 0 &&
           hash_value(v) == hash;
}
