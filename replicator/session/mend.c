/* SPDX-License-Identifier: Apache-2.0 */
/* mend: a batch landed on rows or columns that it did not mean. */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/cell/cell.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/shipment.h"

enum { MOVED_MS = 100, MOVED_MAX_MS = 15000 };

/* The cell that belongs where WRITTEN of ROW landed when the columns had moved: in people's own
 * column, and in a row that is ours alone, a blank one; in a key column the row's key. False: the
 * comparison will write it. */
static bool find_right_cell(const struct share *share, const struct planned_row *row,
                            const struct plan_cell *written, struct buf *scratch, struct cell *out)
{
    const struct mapping *m = share->plan.mapping;
    int now = share->result.landed[written->mapped];
    struct err err;

    *out = (struct cell){.type = CELL_BLANK};
    if (now < 0 || row->action == PLAN_INSERT)
        return true;
    buf_clear(scratch);
    return m->columns[now].is_key &&
           cell_from_value(mapping_column_of(m, (size_t)now), row->pending->image->values[now],
                           scratch, out, &err) == 0;
}

static int put_back_cells(struct session *s, const struct shipment *sh, struct share *share,
                          struct err *err)
{
    const struct proof_result *r = &share->result;
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    struct cell right;
    int rc = 0;

    if (batch == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < r->n_orphans; i++) {
        const struct planned_row *row = &share->plan.rows[r->orphan_of[i]];

        for (size_t c = 0; c < row->n_cells; c++) {
            const struct plan_cell *cell = &share->plan.cells[row->first_cell + c];

            if (find_right_cell(share, row, cell, &scratch, &right))
                batch_write(batch, share->plan.mapping->sheet_id, r->orphans[i], cell->column,
                            &right, 1, 1);
        }
    }
    if (batch_requests(batch) > 0)
        rc = sheets_send(s->sheets, sh->spreadsheet, batch, NULL, 0, &none, err);
    grids_free(none, 0);
    batch_free(batch);
    return rc;
}

/* Mapped columns that ROW's cells landed in, and were not meant for. */
static void mark_hit(const struct share *share, const struct planned_row *row, bool *hit)
{
    for (size_t c = 0; c < row->n_cells; c++) {
        size_t meant = share->plan.cells[row->first_cell + c].mapped;
        int now = share->result.landed[meant];

        if (now >= 0 && now != (int)meant)
            hit[now] = true;
    }
}

/* What was agreed on of the cells that were hit is void, or a comparison would take what we wrote
 * there for a person's wish. */
static int forget_hit(struct session *s, const struct share *share, struct err *err)
{
    const struct mapping *m = share->plan.mapping;
    CLEANUP_FREE struct base_change *changes = calloc(m->n_columns, sizeof(*changes));
    CLEANUP_FREE struct hash128 *keys = calloc(share->plan.n_rows + 1, sizeof(*keys));
    CLEANUP_FREE bool *hit = calloc(m->n_columns, sizeof(*hit));
    size_t n_changes = 0, n_keys = 0;

    if (changes == NULL || keys == NULL || hit == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < share->plan.n_rows; i++) {
        if (share->plan.rows[i].action != PLAN_UPDATE)
            continue;
        mark_hit(share, &share->plan.rows[i], hit);
        keys[n_keys++] = share->plan.rows[i].pending->id.key;
    }
    for (size_t i = 0; i < m->n_columns; i++)
        if (hit[i])
            changes[n_changes++].from = mapping_column_of(m, i)->name;
    if (n_changes == 0)
        return 0;
    s->own_commits++;
    if (state_change_rows(&s->state, m->cfg->name, keys, n_keys, changes, n_changes, err) != 0)
        return -1;
    return compare_request(s, &s->follows[share->at], err);
}

/* What was agreed on is forgotten first: then nothing is lost if we die before the cells are back.
 */
static int mend_columns(struct session *s, const struct shipment *sh, struct share *share,
                        struct err *err)
{
    log_warn("flush: the columns of the tab moved while a batch was on its way; its rows are "
             "written again mapping=%s",
             share->plan.mapping->cfg->name);
    session_restart(s, "columns of a tab have moved");
    if (forget_hit(s, share, err) != 0)
        return -1;
    return put_back_cells(s, sh, share, err);
}

static int add_orphans(struct session *s, const struct share *share, struct err *err)
{
    const struct proof_result *r = &share->result;

    for (size_t i = 0; i < r->n_orphans; i++)
        if (orphan_add(s, &share->plan, share->at, r->orphan_of[i], r->is_delete[i], err) != 0)
            return -1;
    return 0;
}

/* BASE of a row that ROW's cells landed in: that is what the sheet shows there now. */
static int make_hit(const struct share *share, const struct planned_row *row,
                    const struct base_row *base, struct arena *arena, struct base_put *put,
                    struct err *err)
{
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;

    buf_append(&hashes, base->hashes, base->hashes_len);
    buf_append(&agreed, base->agreed, base->agreed_len);
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const struct plan_cell *cell = &share->plan.cells[c];
        const char *name = mapping_column_of(share->plan.mapping, cell->mapped)->name;

        if (base_is_held(base->hashes, base->hashes_len, name))
            continue;
        base_set(&hashes, name, hash_value(cell->v));
        if (config_keeps_value(share->plan.mapping->cfg, name))
            base_value_set(&agreed, name, cell->v);
    }
    *put = (struct base_put){.key = base->key,
                             .row_key = base->row_key,
                             .hashes = arena_copy(arena, buf_text(&hashes), hashes.len),
                             .hashes_len = hashes.len,
                             .agreed = arena_copy(arena, buf_text(&agreed), agreed.len),
                             .agreed_len = agreed.len};
    return hashes.is_failed || agreed.is_failed || put->hashes == NULL || put->agreed == NULL
               ? err_nomem(err, "flush")
               : 0;
}

static int put_hits(struct session *s, const struct share *share, struct err *err)
{
    const struct proof_result *r = &share->result;
    const char *name = share->plan.mapping->cfg->name;
    CLEANUP_FREE struct base_put *puts = calloc(r->n_hits + 1, sizeof(*puts));
    struct base_rows now = {0};
    size_t n = 0;
    int rc = puts == NULL
                 ? err_nomem(err, "flush")
                 : state_load_base(&s->state, name, r->victims, r->n_hits, true, &now, err);

    for (size_t i = 0; rc == 0 && i < r->n_hits; i++) {
        const struct base_row *base = base_rows_find(&now, r->victims[i]);

        if (base != NULL)
            rc =
                make_hit(share, &share->plan.rows[r->hit_by[i]], base, &now.arena, &puts[n++], err);
    }
    if (rc == 0)
        rc = state_ack_put(&s->state, name, puts, n, err);
    base_rows_close(&now);
    return rc;
}

/* Whoever reads rows before they are right again (the script, for a sort: it sends whole rows) must
 * not take our cells for a person's: base says that they are what the sheet shows. The table is
 * compared, in case we die before they are right. */
static int note_hits(struct session *s, const struct share *share, struct err *err)
{
    if (share->result.n_hits == 0)
        return 0;
    s->own_commits++;
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (put_hits(s, share, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    if (state_ack_commit(&s->state, err) != 0)
        return -1;
    return compare_request(s, &s->follows[share->at], err);
}

/* The columns that ROW's cells are in, as a JSON array of names. */
static void put_columns(const struct share *share, const struct planned_row *row, struct buf *out)
{
    buf_putc(out, '[');
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const char *name =
            mapping_column_of(share->plan.mapping, share->plan.cells[c].mapped)->name;

        if (c > row->first_cell)
            buf_putc(out, ',');
        buf_json(out, name, strlen(name));
    }
    buf_putc(out, ']');
}

/* Rows that were hit by mistake are read again from MySQL. Only the cells that were hit are
 * written: in another one a person may just have typed. Of a row that was deleted all is gone. */
static int mend_victims(struct session *s, struct share *share, struct err *err)
{
    const struct proof_result *r = &share->result;
    const char *name = share->plan.mapping->cfg->name;
    struct base_rows base = {0};
    int rc = state_load_base(&s->state, name, r->victims, r->n_victims, false, &base, err);

    for (size_t i = 0; rc == 0 && i < r->n_victims; i++) {
        const struct base_row *row = base_rows_find(&base, r->victims[i]);
        CLEANUP_BUF struct buf columns = BUF_INIT;

        if (row == NULL) {
            log_warn("flush: a write hit a row that MySQL does not know yet mapping=%s", name);
            continue;
        }
        if (i < r->n_hits)
            put_columns(share, &share->plan.rows[r->hit_by[i]], &columns);
        else
            buf_putc(&columns, '*');
        rc = columns.is_failed
                 ? err_nomem(err, "flush")
                 : session_refresh(s, share->at, row->key, row->row_key, columns.ptr, err);
    }
    base_rows_close(&base);
    return rc;
}

/* What did not land is written again. Of a row that has its place the cells are known; they show
 * what they did before, or what another row's write left there, which base is told, or what a
 * person types now. So they do where a delete did not land, or took a copy of the row. */
static int force_again(const struct share *share, struct err *err)
{
    const struct plan *plan = &share->plan;

    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct planned_row *row = &plan->rows[i];

        if (share->result.verdicts[i] == PROOF_GOOD)
            continue;
        if (row->action != PLAN_UPDATE)
            row->pending->is_forced = true;
        row->pending->is_tried = row->action != PLAN_UPDATE && row->action != PLAN_DELETE;
        row->pending->can_rescue = row->action == PLAN_UPDATE;
        for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++)
            if (pending_row_force(row->pending, plan->cells[c].mapped, plan->mapping->n_columns) !=
                0)
                return err_nomem(err, "flush");
    }
    return 0;
}

int shipment_mend(struct session *s, const struct shipment *sh, struct share *share,
                  struct err *err)
{
    struct proof_result *r = &share->result;

    if (r->are_headers_moved)
        return mend_columns(s, sh, share, err);
    if (r->n_moved + r->n_twice + r->n_victims == 0)
        return 0;
    log_warn(
        "flush: rows moved while a batch was on its way; they are put right mapping=%s rows=%zu "
        "hit=%zu twice=%zu",
        share->plan.mapping->cfg->name, r->n_moved, r->n_victims, r->n_twice);
    metrics_add(METRIC_MOVED_ROWS, (int64_t)(r->n_moved + r->n_twice), share->at);
    s->flush_after_ms = clock_mono_ms() + clock_backoff_ms(s->moves, MOVED_MS, MOVED_MAX_MS);
    s->has_moved = true;
    due_touch(&s->follows[share->at]);
    if (force_again(share, err) != 0 || note_hits(s, share, err) != 0 ||
        mend_victims(s, share, err) != 0)
        return -1;
    return add_orphans(s, share, err);
}

int mend_vanished(struct session *s, uint32_t mapping, const struct row_index *before,
                  struct err *err)
{
    const struct mapping *m = &s->follows[mapping].m;

    for (size_t i = 0; i < before->n_slots; i++) {
        struct base_rows base = {0};
        int rc = 0;

        if (before->slots[i].row == 0 || row_index_find(&m->index, before->slots[i].key) >= 0)
            continue;
        rc = state_load_base(&s->state, m->cfg->name, &before->slots[i].key, 1, false, &base, err);
        if (rc == 0 && base.rows != NULL)
            rc = session_refresh(s, mapping, base.rows->key, base.rows->row_key, "*", err);
        base_rows_close(&base);
        if (rc != 0)
            return -1;
    }
    return 0;
}
