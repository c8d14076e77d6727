/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flush: the set -> plans -> one batch a spreadsheet -> proof -> acknowledgement in MySQL.
 *
 * A row leaves the set only when its batch is proven and its base is committed. What a batch hit by
 * mistake is put right at once. When the answer was lost nothing is sent again before the tab has
 * been read: keys that arrived are then rows to update, not to insert.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"
#include "replicator/sync/plan.h"
#include "replicator/sync/proof.h"
#include "replicator/sync/tab.h"

enum {
    BATCH_IMAGE_BYTES = 400 * 1024,
    BATCH_ROWS_MAX = 10000,
    KEY_MAX = 16,
    MOVED_MS = 100,
    MOVED_MAX_MS = 15000,
    ACK_TRIES = 5
};

/* One mapping's share of a batch. */
struct share {
    uint32_t at; /* of follows */
    struct base_rows base;
    struct plan plan;
    struct proof proof;
    struct proof_result result;
    bool is_judged;
};

struct shipment {
    const char *spreadsheet;
    struct share *shares; /* owned */
    size_t n_shares;
    struct batch *batch; /* owned */
};

static void shipment_close(struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++) {
        base_rows_close(&sh->shares[i].base);
        plan_close(&sh->shares[i].plan);
        proof_close(&sh->shares[i].proof);
        proof_result_close(&sh->shares[i].result);
    }
    free(sh->shares);
    batch_free(sh->batch);
    *sh = (struct shipment){0};
}

/* --- planning
 * ------------------------------------------------------------------------------------- */

/* Up to about ROOM bytes of the mapping's rows, in the order of arrival. */
static struct planned_row *choose_rows(const struct session *s, uint32_t at, size_t *room,
                                       size_t *n)
{
    struct planned_row *rows = NULL;
    size_t count = 0;

    for (struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        count += p->id.mapping == at && !p->is_held;
    if (count > BATCH_ROWS_MAX)
        count = BATCH_ROWS_MAX;
    *n = 0;
    rows = calloc(count + 1, sizeof(*rows));
    if (rows == NULL)
        return NULL;
    for (struct pending_row *p = s->set.rows; p != NULL && *n<count && * room> 0; p = p->hh.next) {
        if (p->id.mapping != at || p->is_held)
            continue;
        rows[(*n)++].pending = p;
        *room = p->image->size < *room ? *room - p->image->size : 0;
    }
    return rows;
}

static int load_base(struct session *s, struct share *share, struct planned_row *rows, size_t n,
                     struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(n + 1, sizeof(*keys));

    if (keys == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < n; i++)
        keys[i] = rows[i].pending->id.key;
    if (state_load_base(&s->state, s->follows[share->at].m.cfg->name, keys, n, false, &share->base,
                        err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct base_row *base = base_rows_find(&share->base, keys[i]);

        if (base == NULL)
            continue;
        rows[i].base = base->hashes;
        rows[i].base_len = base->hashes_len;
    }
    return 0;
}

static int plan_share(struct session *s, struct shipment *sh, uint32_t at, size_t *room,
                      struct err *err)
{
    struct mapping *m = &s->follows[at].m;
    struct share *share = &sh->shares[sh->n_shares];
    struct planned_row *rows;
    size_t n = 0;

    if (m->is_index_stale && mapping_writes_sheet(m) && tab_read_index(s->sheets, m, err) != 0)
        return -1;
    rows = choose_rows(s, at, room, &n);
    if (rows == NULL)
        return err_nomem(err, "flush");
    if (n == 0) {
        free(rows);
        return 0;
    }
    *share = (struct share){.at = at};
    sh->n_shares++;
    if (load_base(s, share, rows, n, err) != 0) {
        free(rows);
        return -1;
    }
    if (plan_make(&share->plan, m, rows, n, err) != 0 ||
        plan_emit(&share->plan, sh->batch, err) != 0)
        return -1;
    return proof_make(&share->proof, &share->plan, err);
}

static int plan_shipment(struct session *s, struct shipment *sh, const char *spreadsheet,
                         struct err *err)
{
    size_t room = BATCH_IMAGE_BYTES;

    *sh = (struct shipment){.spreadsheet = spreadsheet,
                            .shares = calloc(s->n_follows, sizeof(*sh->shares)),
                            .batch = batch_new()};
    if (sh->shares == NULL || sh->batch == NULL)
        return err_nomem(err, "flush");
    for (uint32_t i = 0; i < s->n_follows && room > 0; i++) {
        const struct mapping *m = &s->follows[i].m;

        if (m->is_ready && strcmp(m->cfg->spreadsheet, spreadsheet) == 0 &&
            plan_share(s, sh, i, &room, err) != 0)
            return -1;
    }
    return 0;
}

/* --- sending and judging
 * --------------------------------------------------------------------------- */

static bool is_written(enum plan_action action)
{
    return action == PLAN_UPDATE || action == PLAN_INSERT || action == PLAN_DELETE;
}

/* The batch has arrived: the grid has its new size, the rows are written. */
static void note_arrival(struct session *s, struct share *share)
{
    struct mapping *m = share->plan.mapping;

    m->grid_rows += (int64_t)share->plan.n_inserts - (int64_t)share->plan.n_deletes;
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (is_written(share->plan.rows[i].action))
            recent_note(s, share->at, share->plan.rows[i].pending->id.key);
    metrics_add(METRIC_ROWS_INSERTED, (int64_t)share->plan.n_inserts);
    metrics_add(METRIC_ROWS_DELETED, (int64_t)share->plan.n_deletes);
}

static void mark_stale(struct session *s, const struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        s->follows[sh->shares[i].at].m.is_index_stale = true;
}

static int send_shipment(struct session *s, struct shipment *sh, struct err *err)
{
    CLEANUP_FREE struct grid_range *ranges = NULL;
    struct grid *grids = NULL;
    size_t n = 0, at = 0;
    int rc = 0;

    if (batch_requests(sh->batch) == 0)
        return 0;
    for (size_t i = 0; i < sh->n_shares; i++)
        n += sh->shares[i].proof.n_ranges;
    ranges = calloc(n, sizeof(*ranges));
    if (ranges == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < sh->n_shares; at += sh->shares[i++].proof.n_ranges)
        memcpy(ranges + at, sh->shares[i].proof.ranges,
               sh->shares[i].proof.n_ranges * sizeof(*ranges));
    if (sheets_send(s->sheets, sh->spreadsheet, sh->batch, ranges, n, &grids, err) != 0) {
        mark_stale(s, sh);
        return -1;
    }
    at = 0;
    for (size_t i = 0; rc == 0 && i < sh->n_shares; at += sh->shares[i++].proof.n_ranges) {
        struct share *share = &sh->shares[i];

        note_arrival(s, share);
        rc = proof_check(&share->proof, &share->plan, grids + at, &share->result, err);
        share->is_judged = true;
    }
    grids_free(grids, n);
    return rc;
}

/* --- putting right
 * ---------------------------------------------------------------------------------- */

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

static int mend(struct session *s, const struct shipment *sh, struct share *share, struct err *err)
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

/* --- acknowledging
 * ------------------------------------------------------------------------------------ */

static bool is_proven(const struct share *share, size_t i)
{
    if (!share->is_judged)
        return !is_written(share->plan.rows[i].action);
    return !share->result.are_headers_moved && share->result.verdicts[i] == PROOF_GOOD;
}

static bool gets_base(const struct share *share, size_t i)
{
    enum plan_action action = share->plan.rows[i].action;

    return is_proven(share, i) && (action == PLAN_UPDATE || action == PLAN_INSERT);
}

/* The base rows as they are now, locked: the webhook may have written one since we planned. */
static int lock_base(struct session *s, struct share *share, struct base_rows *out, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(share->plan.n_rows + 1, sizeof(*keys));
    size_t n = 0;

    if (keys == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (gets_base(share, i))
            keys[n++] = share->plan.rows[i].pending->id.key;
    return state_load_base(&s->state, share->plan.mapping->cfg->name, keys, n, true, out, err);
}

static int make_put(const struct share *share, size_t i, const struct base_rows *now,
                    struct arena *arena, struct base_put *put, struct err *err)
{
    const struct mapping *m = share->plan.mapping;
    const struct planned_row *row = &share->plan.rows[i];
    const struct base_row *base = base_rows_find(now, row->pending->id.key);
    CLEANUP_BUF struct buf blob = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct value key[KEY_MAX];

    plan_base_after(&share->plan, row, base == NULL ? NULL : base->hashes,
                    base == NULL ? 0 : base->hashes_len, &blob);
    for (size_t k = 0; k < m->n_key; k++)
        key[k] = row->pending->image->values[m->key[k]];
    rowkey_write(&text, key, m->n_key);
    *put = (struct base_put){.key = row->pending->id.key, .hashes_len = blob.len};
    put->hashes = arena_copy(arena, buf_text(&blob), blob.len);
    put->row_key = arena_copy(arena, buf_text(&text), text.len);
    if (blob.is_failed || text.is_failed || put->hashes == NULL || put->row_key == NULL)
        return err_nomem(err, "flush");
    return 0;
}

static int put_base(struct session *s, struct share *share, struct arena *arena, struct err *err)
{
    CLEANUP_FREE struct base_put *puts = calloc(share->plan.n_rows + 1, sizeof(*puts));
    struct base_rows now = {0};
    size_t n = 0;
    int rc = puts == NULL ? err_nomem(err, "flush") : lock_base(s, share, &now, err);

    for (size_t i = 0; rc == 0 && i < share->plan.n_rows; i++)
        if (gets_base(share, i))
            rc = make_put(share, i, &now, arena, &puts[n++], err);
    if (rc == 0)
        rc = state_ack_put(&s->state, share->plan.mapping->cfg->name, puts, n, err);
    base_rows_close(&now);
    return rc;
}

static int delete_base(struct session *s, struct share *share, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(share->plan.n_rows + 1, sizeof(*keys));
    size_t n = 0;

    if (keys == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (is_proven(share, i) &&
            (share->plan.rows[i].action == PLAN_DELETE ||
             (share->plan.rows[i].action == PLAN_FORGET && share->plan.rows[i].base != NULL)))
            keys[n++] = share->plan.rows[i].pending->id.key;
    return n == 0 ? 0 : state_ack_delete(&s->state, share->plan.mapping->cfg->name, keys, n, err);
}

/* Will nothing be on its way once the proven rows have left? Then the position may be saved with
 * them. */
static bool is_last(const struct session *s, const struct shipment *sh)
{
    size_t leaving = 0;

    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            leaving += is_proven(&sh->shares[i], r);
    if (leaving < s->set.n_rows || s->placements != NULL || s->checks != NULL ||
        s->orphans != NULL || s->is_in_transaction || s->window.is_open)
        return false;
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].refreshes != NULL)
            return false;
    return s->position != NULL;
}

static bool has_base_work(const struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            if (is_proven(&sh->shares[i], r) && sh->shares[i].plan.rows[r].action != PLAN_NOTHING &&
                (sh->shares[i].plan.rows[r].action != PLAN_FORGET ||
                 sh->shares[i].plan.rows[r].base != NULL))
                return true;
    return false;
}

static int write_ack(struct session *s, struct shipment *sh, bool with_position, int64_t lag_ms,
                     struct err *err)
{
    struct arena arena = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sh->n_shares; i++) {
        struct share *share = &sh->shares[i];
        struct ack_mapping ack = {.mapping = share->plan.mapping->cfg->name,
                                  .sheet_rows = (int64_t)share->plan.mapping->index.n_rows,
                                  .lag_ms = lag_ms};

        rc = put_base(s, share, &arena, err) != 0 || delete_base(s, share, err) != 0 ||
                     state_ack_mapping(&s->state, &ack, err) != 0
                 ? -1
                 : 0;
    }
    if (rc == 0 && with_position)
        rc = state_ack_position(&s->state, s->position, err);
    arena_close(&arena);
    return rc;
}

static void position_is_saved(struct session *s)
{
    s->is_position_dirty = false;
    s->foreign_commits = 0;
    s->saved_ms = clock_mono_ms();
}

static int try_ack(struct session *s, struct shipment *sh, bool with_position, int64_t lag_ms,
                   struct err *err)
{
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (write_ack(s, sh, with_position, lag_ms, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    return state_ack_commit(&s->state, err);
}

static int acknowledge(struct session *s, struct shipment *sh, struct err *err)
{
    bool with_position = is_last(s, sh);
    int64_t lag_ms = s->oldest_us > 0 ? clock_wall_ms() - s->oldest_us / 1000 : -1;

    if (has_base_work(sh)) {
        int tries = 0;

        /* The webhook locks base rows, too: a deadlock is a matter of trying again. */
        while (try_ack(s, sh, with_position, lag_ms, err) != 0)
            if (!(err->code == ERR_MYSQL && err->transient) || db_is_lost(s->state.db) ||
                ++tries == ACK_TRIES)
                return -1;
        s->own_commits++;
        if (with_position)
            position_is_saved(s);
    }
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            if (is_proven(&sh->shares[i], r))
                change_set_remove(&s->set, sh->shares[i].plan.rows[r].pending);
    if (lag_ms >= 0)
        metrics_set(METRIC_LAG_MS, lag_ms);
    return 0;
}

/* --- the whole
 * ---------------------------------------------------------------------------------------- */

static int flush_spreadsheet(struct session *s, const char *spreadsheet, bool *did, struct err *err)
{
    struct shipment sh;
    int64_t began = clock_mono_ms();
    int rc = plan_shipment(s, &sh, spreadsheet, err);

    *did = rc == 0 && sh.n_shares > 0;
    if (rc == 0)
        rc = send_shipment(s, &sh, err);
    for (size_t i = 0; rc == 0 && i < sh.n_shares; i++)
        rc = mend(s, &sh, &sh.shares[i], err);
    if (rc == 0 && sh.n_shares > 0)
        rc = acknowledge(s, &sh, err);
    if (rc == 0 && sh.n_shares > 0 && batch_requests(sh.batch) > 0)
        log_debug("flush: batch acknowledged spreadsheet=%s cells=%zu ms=%" PRId64, spreadsheet,
                  batch_cells(sh.batch), clock_mono_ms() - began);
    shipment_close(&sh);
    return rc;
}

bool session_is_settled(const struct session *s)
{
    const struct shipment nothing = {0};

    return is_last(s, &nothing);
}

bool session_has_work(const struct session *s)
{
    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        if (!p->is_held)
            return true;
    return false;
}

/* Spreadsheets in the order of the configuration; each is done once. */
static bool is_first_of(const struct session *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(s->follows[i].m.cfg->spreadsheet, s->follows[at].m.cfg->spreadsheet) == 0)
            return false;
    return true;
}

int session_flush(struct session *s, struct err *err)
{
    s->has_moved = false;
    for (size_t i = 0; i < s->n_follows; i++) {
        bool did = false;

        if (is_first_of(s, i) &&
            flush_spreadsheet(s, s->follows[i].m.cfg->spreadsheet, &did, err) != 0)
            return -1;
    }
    s->moves = s->has_moved ? s->moves + 1 : 0;
    if (!session_has_work(s)) {
        s->oldest_us = 0;
        if (window_acknowledged(s, err) != 0)
            return -1;
    }
    metrics_set(METRIC_PENDING, (int64_t)s->set.n_rows);
    return 0;
}

int session_save_position(struct session *s, struct err *err)
{
    if (!s->is_position_dirty || s->foreign_commits == 0 || !session_is_settled(s))
        return 0;
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (state_ack_position(&s->state, s->position, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    if (state_ack_commit(&s->state, err) != 0)
        return -1;
    s->own_commits++;
    position_is_saved(s);
    return 0;
}
