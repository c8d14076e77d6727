/* SPDX-License-Identifier: Apache-2.0 */
/* tab_open: find a mapping's tab and its headers, and let them follow what an ALTER did. */
#include <inttypes.h>
#include <string.h>

#include "common/log.h"
#include "replicator/sync/tab.h"
#include "replicator/sync/tab_format.h"

static const struct sheet_tab *find_tab(const struct sheet_tabs *tabs, int64_t sheet_id,
                                        const char *title)
{
    for (size_t i = 0; i < tabs->n_tabs; i++)
        if (title == NULL ? tabs->tabs[i].sheet_id == sheet_id
                          : strcmp(tabs->tabs[i].title, title) == 0)
            return &tabs->tabs[i];
    return NULL;
}

/* Where the header stands in row 0; -1 if nowhere. *END: one past the last cell. */
static int64_t find_header(const struct grid *row, const char *header, int64_t *end)
{
    int64_t n = row->n_rows > 0 ? row->rows[0].n_cells : 0;

    *end = row->column + n;
    for (int64_t i = 0; i < n; i++)
        if (tab_is_header(&row->rows[0].cells[i], header))
            return row->column + i;
    return -1;
}

static int refuse_missing_header(const struct mapping *m, const char *header, struct err *err)
{
    err_set(err, ERR_GONE, "mapping %s: tab \"%s\" has no column with the header \"%s\"",
            m->cfg->name, m->cfg->tab, header);
    return err_hint(err, "Write \"%s\" into the first row of its column.", header);
}

int tab_require_key(const struct mapping *m, struct err *err)
{
    for (size_t k = 0; k < m->n_key; k++)
        if (m->columns[m->key[k]].is_missing)
            return refuse_missing_header(m, m->columns[m->key[k]].header, err);
    return 0;
}

static void write_header(struct batch *batch, const struct mapping *m,
                         const struct mapping_column *c)
{
    struct cell cell = {.type = CELL_TEXT, .text = c->header, .text_len = strlen(c->header)};

    batch_write(batch, m->sheet_id, 0, c->sheet_column, &cell, 1, 1);
}

/* Write the headers that are missing, in new columns from AT on. */
static void add_headers(struct batch *batch, struct mapping *m, int64_t at)
{
    int64_t first = at;

    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].sheet_column < 0)
            m->columns[i].sheet_column = at++;
    if (at == first)
        return;
    if (at > m->grid_columns) {
        batch_append_columns(batch, m->sheet_id, at - m->grid_columns);
        m->grid_columns = at;
    }
    for (size_t i = 0; i < m->n_columns; i++) {
        if (m->columns[i].sheet_column < first)
            continue;
        m->columns[i].is_own = true;
        write_header(batch, m, &m->columns[i]);
        tab_format_column(batch, m, i);
    }
    tab_format_header(batch, m, first, at - first);
    log_info("tab: headers written mapping=%s columns=%" PRId64, m->cfg->name, at - first);
}

static bool is_mapped_text(const struct mapping *m, const char *header)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (strcmp(m->columns[i].header, header) == 0)
            return true;
    return false;
}

/* What an ALTER did to columns that have a place in the tab. */
static void follow_changes(struct batch *batch, struct mapping *m, const struct grid *row)
{
    int64_t end;

    for (size_t i = 0; i < m->n_columns; i++) {
        struct mapping_column *c = &m->columns[i];

        if (c->old_header != NULL && c->sheet_column >= 0) {
            c->is_retyped = true;
        } else if (c->old_header != NULL && !is_mapped_text(m, c->old_header)) {
            c->sheet_column = find_header(row, c->old_header, &end);
            if (c->sheet_column >= 0)
                write_header(batch, m, c);
        }
        if (c->is_retyped && c->is_own && c->sheet_column >= 0)
            tab_format_column(batch, m, i);
    }
    for (size_t i = 0; m->cfg->on_dropped_column == CONFIG_CLEAR && i < m->n_dropped; i++) {
        int64_t at = find_header(row, m->dropped[i], &end);

        if (at >= 0 && !is_mapped_text(m, m->dropped[i]))
            batch_clear_column(batch, m->sheet_id, 0, at);
    }
}

static int send_headers(struct sheets *s, const struct config_mapping *cfg, struct batch *batch,
                        struct err *err)
{
    struct grid *none = NULL;
    int rc = 0;

    if (batch_requests(batch) > 0)
        rc = sheets_send(s, cfg->spreadsheet, batch, NULL, 0, &none, err);
    grids_free(none, 0);
    return rc;
}

int tab_write_headers(struct sheets *s, const struct mapping *m, const struct tab_headers *headers,
                      struct err *err)
{
    return send_headers(s, m->cfg, headers->batch, err);
}

void tab_headers_close(struct tab_headers *headers)
{
    batch_free(headers->batch);
    *headers = (struct tab_headers){0};
}

static int place_headers(struct mapping *m, const struct grid *row, struct tab_headers *out,
                         struct err *err)
{
    int64_t end = 0;

    for (size_t i = 0; i < m->n_columns; i++)
        m->columns[i].sheet_column = find_header(row, m->columns[i].header, &end);
    out->is_blank = end == 0;
    follow_changes(out->batch, m, row);
    for (size_t i = 0; i < m->n_columns; i++) {
        struct mapping_column *c = &m->columns[i];

        c->is_missing = c->sheet_column < 0;
        out->n_missing += c->is_missing;
        if (c->is_missing && !c->to_sheet && !mapping_writes_sheet(m))
            return refuse_missing_header(m, c->header, err);
    }
    add_headers(out->batch, m, end);
    return 0;
}

bool tab_is_complete(const struct mapping *m, const struct grid *row)
{
    int64_t end;

    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].old_header != NULL || m->columns[i].is_retyped ||
            find_header(row, m->columns[i].header, &end) < 0)
            return false;
    return m->n_dropped == 0;
}

int tab_place_headers(struct mapping *m, const struct grid *row, struct tab_headers *out,
                      struct err *err)
{
    *out = (struct tab_headers){.batch = batch_new()};
    return out->batch == NULL ? err_nomem(err, "tab") : place_headers(m, row, out, err);
}

static struct grid_range header_range(int64_t sheet_id)
{
    return (struct grid_range){.sheet_id = sheet_id, .end_row = 1, .end_column = -1};
}

struct grid_range tab_header_range(const struct mapping *m)
{
    return header_range(m->sheet_id);
}

static int find_grid(const struct config_mapping *cfg, const struct sheet_tabs *tabs,
                     int64_t remembered, const struct sheet_tab **out, struct err *err)
{
    const struct sheet_tab *tab = remembered >= 0 ? find_tab(tabs, remembered, NULL) : NULL;

    if (tab == NULL)
        tab = find_tab(tabs, -1, cfg->tab);
    if (tab == NULL) {
        err_set(err, ERR_GONE, "mapping %s: the spreadsheet has no tab \"%s\"", cfg->name,
                cfg->tab);
        if (cfg->family != NULL) /* people have deleted it */
            return err_hint(err, "Add a blank tab named \"%s\": it is filled.", cfg->tab);
        return err_hint(err, "Add a tab named \"%s\", or set tab: to one that is there.", cfg->tab);
    }
    if (!tab->is_grid)
        return err_set(err, ERR_GONE, "mapping %s: tab \"%s\" is no grid of cells", cfg->name,
                       tab->title);
    *out = tab;
    return 0;
}

int tab_find(struct mapping *m, const struct sheet_tabs *tabs, int64_t remembered, struct err *err)
{
    const struct sheet_tab *tab;

    if (find_grid(m->cfg, tabs, remembered, &tab, err) != 0)
        return -1;
    m->sheet_id = tab->sheet_id;
    m->grid_rows = tab->rows;
    m->grid_columns = tab->columns;
    return 0;
}

int tab_clear(struct sheets *s, const struct config_mapping *cfg, const struct definition *before,
              const struct sheet_tabs *tabs, int64_t remembered, struct err *err)
{
    const struct sheet_tab *tab;
    struct grid_range range;
    struct batch *batch;
    struct grid *row = NULL;
    int64_t end;
    int rc;

    if (find_grid(cfg, tabs, remembered, &tab, err) != 0)
        return -1;
    range = header_range(tab->sheet_id);
    if (sheets_read(s, cfg->spreadsheet, &range, 1, &row, err) != 0)
        return -1;
    batch = batch_new();
    for (size_t i = 0; batch != NULL && i < before->n_columns; i++) {
        const char *header = before->columns[i].header;
        int64_t at = header == NULL ? -1 : find_header(row, header, &end);

        if (at >= 0)
            batch_clear_column(batch, tab->sheet_id, 1, at);
    }
    rc = batch == NULL ? err_nomem(err, "tab") : send_headers(s, cfg, batch, err);
    batch_free(batch);
    grids_free(row, 1);
    return rc;
}
