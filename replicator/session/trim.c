/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/trim.h"

#include <inttypes.h>

#include "common/log.h"

/* At once no more than MAX_ROWS: what is read is bounded. */
enum { RESERVE_ROWS = 1000, LEAST_ROWS = 1000, MAX_ROWS = 50000 };

/* One past the last row in use, not before FROM; -1: failed. */
static int64_t find_end(struct session *s, const struct mapping *m, int64_t from, struct err *err)
{
    struct grid_range range = {
        .sheet_id = m->sheet_id, .row = from, .end_row = -1, .end_column = -1};
    struct grid *cells = NULL, *notes = NULL;
    int64_t end = from;

    if (sheets_read_notes(s->sheets, m->cfg->spreadsheet, &range, 1, &cells, &notes, err) != 0)
        return -1;
    if (grid_end_row(cells) > end)
        end = grid_end_row(cells);
    if (grid_end_row(notes) > end)
        end = grid_end_row(notes);
    grids_free(cells, 1);
    grids_free(notes, 1);
    return end;
}

static int delete_rows(struct session *s, struct mapping *m, int64_t from, int64_t n,
                       struct err *err)
{
    struct batch *batch = batch_new();
    struct grid_range header = {.sheet_id = m->sheet_id, .end_row = 1, .end_column = 1};
    struct grid *proof = NULL;
    int rc;

    if (batch == NULL)
        return err_nomem(err, "trim");
    batch_delete_rows(batch, m->sheet_id, from, n);
    rc = sheets_send(s->sheets, m->cfg->spreadsheet, batch, &header, 1, &proof, err);
    batch_free(batch);
    if (rc != 0)
        return -1;
    grids_free(proof, 1);
    m->grid_rows = sheets_rows(s->sheets, m->cfg->spreadsheet, m->sheet_id);
    log_info("trim: blank rows at the end of the tab are deleted mapping=%s rows=%" PRId64,
             m->cfg->name, n);
    return 0;
}

int trim_tab(struct session *s, struct follow *f, struct err *err)
{
    struct mapping *m = &f->m;
    int64_t rows = sheets_rows(s->sheets, m->cfg->spreadsheet, m->sheet_id);
    int64_t from = m->end_row, keep;

    if (m->cfg->trim_grid == CONFIG_NO || !mapping_writes_sheet(m) || f->is_untrimmable ||
        rows - from <= RESERVE_ROWS + LEAST_ROWS)
        return 0;
    if (from < rows - MAX_ROWS)
        from = rows - MAX_ROWS;
    keep = find_end(s, m, from, err);
    if (keep < 0)
        return -1;
    keep += RESERVE_ROWS;
    if (rows - keep <= LEAST_ROWS || delete_rows(s, m, keep, rows - keep, err) == 0)
        return 0;
    if (err->code != ERR_HTTP && err->code != ERR_AUTH)
        return -1;
    f->is_untrimmable = true;
    log_err(LOG_WARN, "trim", err);
    return 0;
}
