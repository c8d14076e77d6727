/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/place.h"

#include <string.h>

/* What mapping_state says; *SHEET_ID is -1 where it says nothing of this spreadsheet. */
static int load_state(struct compare *c, const struct config_mapping *cfg, struct place *out,
                      int64_t *sheet_id, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(cfg->name), DB_P_TEXT(cfg->spreadsheet)};

    *sheet_id = -1;
    if (state_run(&c->state,
                  "SELECT sheet_id, snapshot = 'done', held_deletes, state, last_error, "
                  "is_joined FROM @.mapping_state WHERE mapping = ? AND spreadsheet = ?",
                  params, 2, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    out->is_known = true;
    out->has_snapshot = db_rows_int(&rows, 0, 1) != 0;
    out->joined = (enum joined)db_rows_int(&rows, 0, 5);
    out->held_deletes = db_rows_int(&rows, 0, 2);
    buf_puts(&out->state, db_rows_text(&rows, 0, 3));
    buf_puts(&out->error, db_rows_text(&rows, 0, 4));
    if (db_rows_at(&rows, 0, 0).state == VALUE_TEXT)
        *sheet_id = db_rows_int(&rows, 0, 0);
    return 0;
}

static int find_tab(struct compare *c, struct place *p, int64_t sheet_id, struct err *err)
{
    struct mapping *m = &p->m;
    struct sheet_tabs tabs = {0};
    struct tab_headers headers = {0}; /* are never written */
    struct grid_range range;
    struct grid *row = NULL;
    int rc = sheets_tabs(c->sheets, m->cfg->spreadsheet, &tabs, err);

    if (rc == 0)
        rc = tab_find(m, &tabs, sheet_id, err);
    range = tab_header_range(m);
    if (rc == 0)
        rc = sheets_read(c->sheets, m->cfg->spreadsheet, &range, 1, &row, err);
    if (rc == 0)
        rc = tab_place_headers(m, row, &headers, err);
    if (rc == 0 && !headers.is_blank)
        rc = tab_require_key(m, err);
    /* Where they would be is nobody's column yet. */
    for (size_t i = 0; rc == 0 && i < m->n_columns; i++)
        if (m->columns[i].is_missing)
            m->columns[i].sheet_column = -1;
    tab_headers_close(&headers);
    grids_free(row, 1);
    sheet_tabs_close(&tabs);
    return rc;
}

int place_open(struct compare *c, const struct config_mapping *cfg, struct place *out,
               struct err *err)
{
    const struct definition *before;
    int64_t sheet_id;

    *out = (struct place){.m = {.cfg = cfg, .sheet_id = -1}};
    if (load_state(c, cfg, out, &sheet_id, err) != 0 ||
        state_load_table(&c->state, cfg->name, &out->memory, err) != 0)
        return -1;
    before = out->memory.text == NULL ? NULL : &out->memory.definition;
    if (mapping_open(c->state.db, cfg, before, &out->m, err) != 0)
        return -1;
    out->is_rekeyed = before != NULL && mapping_has_other_key(&out->m, before);
    return find_tab(c, out, sheet_id, err);
}

void place_close(struct place *p)
{
    mapping_close(&p->m);
    table_memory_close(&p->memory);
    buf_close(&p->state);
    buf_close(&p->error);
}

bool place_has_base(const struct place *p)
{
    return p->is_known && !p->is_rekeyed;
}
