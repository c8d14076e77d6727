/* SPDX-License-Identifier: Apache-2.0 */
/* mend: a batch landed on rows or columns that it did not mean. */
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/shipment.h"

enum { MOVED_MS = 100, MOVED_MAX_MS = 15000 };

/* Columns have moved, and cells of ours stand in columns of people's own: blank them. */
static int blank_foreign(struct session *s, const struct shipment *sh, struct share *share,
                         struct err *err)
{
    const struct proof_result *r = &share->result;
    struct mapping *m = share->plan.mapping;
    const struct cell blank = {.type = CELL_BLANK};
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    int rc = 0;

    if (batch == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < r->n_orphans; i++) {
        const struct planned_row *row = &share->plan.rows[r->orphan_of[i]];

        for (size_t c = 0; c < row->n_cells; c++) {
            const struct plan_cell *cell = &share->plan.cells[row->first_cell + c];

            if (r->is_foreign[cell->mapped])
                batch_write(batch, m->sheet_id, r->orphans[i], cell->column, &blank, 1, 1);
        }
    }
    if (batch_requests(batch) > 0)
        rc = sheets_send(s->sheets, sh->spreadsheet, batch, NULL, 0, &none, err);
    grids_free(none, 0);
    batch_free(batch);
    return rc;
}

static int add_orphans(struct session *s, const struct share *share, struct err *err)
{
    const struct proof_result *r = &share->result;

    for (size_t i = 0; i < r->n_orphans; i++)
        if (orphan_add(s, &share->plan, share->at, r->orphan_of[i], r->orphans[i], r->is_delete[i],
                       err) != 0)
            return -1;
    return 0;
}

/* Rows that were hit by mistake are read again from MySQL and written whole. */
static int mend_victims(struct session *s, struct share *share, struct err *err)
{
    const struct proof_result *r = &share->result;
    const char *name = share->plan.mapping->cfg->name;
    struct base_rows base = {0};
    int rc = state_load_base(&s->state, name, r->victims, r->n_victims, false, &base, err);

    for (size_t i = 0; rc == 0 && i < r->n_victims; i++) {
        const struct base_row *row = base_rows_find(&base, r->victims[i]);

        if (row != NULL)
            rc = session_refresh(s, share->at, row->key, row->row_key, "*", err);
        else
            log_warn("flush: a write hit a row that MySQL does not know yet mapping=%s", name);
    }
    base_rows_close(&base);
    return rc;
}

int shipment_mend(struct session *s, const struct shipment *sh, struct share *share,
                  struct err *err)
{
    struct proof_result *r = &share->result;

    if (r->are_headers_moved) {
        log_warn("flush: the columns of the tab moved while a batch was on its way; its rows are "
                 "written again mapping=%s",
                 share->plan.mapping->cfg->name);
        for (size_t i = 0; i < share->plan.n_rows; i++)
            share->plan.rows[i].pending->is_forced = true;
        session_restart(s, "columns of a tab have moved");
        return blank_foreign(s, sh, share, err);
    }
    if (r->n_moved + r->n_twice == 0)
        return 0;
    log_warn(
        "flush: rows moved while a batch was on its way; they are put right mapping=%s rows=%zu "
        "hit=%zu twice=%zu",
        share->plan.mapping->cfg->name, r->n_moved, r->n_victims, r->n_twice);
    metrics_add(METRIC_MOVED_ROWS, (int64_t)(r->n_moved + r->n_twice));
    s->flush_after_ms = clock_mono_ms() + clock_backoff_ms(s->moves, MOVED_MS, MOVED_MAX_MS);
    s->has_moved = true;
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (r->verdicts[i] != PROOF_GOOD)
            share->plan.rows[i].pending->is_forced = true;
    if (mend_victims(s, share, err) != 0)
        return -1;
    return add_orphans(s, share, err);
}
