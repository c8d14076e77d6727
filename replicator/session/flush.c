/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flush: the set -> plans -> one batch a spreadsheet -> proof -> acknowledgement in MySQL.
 *
 * A row leaves the set only when its batch is proven and its base is committed. What a batch hit by
 * mistake is put right at once. When the answer was lost nothing is sent again before it is known
 * what became of the batch (lost.c) and the tab has been read: keys that arrived are then rows to
 * update, not to insert. One flush is one batch of one spreadsheet; they take turns (turns.h).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "replicator/session/own_columns.h"
#include "replicator/session/room.h"
#include "replicator/session/turns.h"
#include "replicator/sync/tab.h"

enum {
    BATCH_ROWS_MAX = 10000,
    REPLANS_MAX = 2,
    TURN_MS = 50,
    MEET_MS = 5,
    AHEAD_MAX_MS = 5000,
    BEHIND_MAX_MS = 300
};

static void shipment_close(struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++) {
        struct share *share = &sh->shares[i];

        base_rows_close(&share->base);
        plan_close(&share->plan);
        proof_close(&share->proof);
        proof_result_close(&share->result);
    }
    free(sh->shares);
    batch_free(sh->batch);
    *sh = (struct shipment){0};
}

/* --- planning --- */

static bool is_new(const struct session *s, const struct pending_row *p)
{
    return !p->is_delete && row_index_find(&s->follows[p->id.mapping].m.index, p->id.key) < 0;
}

/* About how many bytes of a request a row will take. */
static size_t reckon(const struct session *s, const struct pending_row *p)
{
    bool is_insert = is_new(s, p);
    size_t bytes = pace_reckon(&s->pace, plan_row_bytes(p->image, is_insert), is_insert);

    return bytes > 0 ? bytes : 1;
}

size_t session_waiting_bytes(const struct session *s, const char *spreadsheet)
{
    uint32_t last = UINT32_MAX;
    bool is_one = false;
    size_t bytes = 0;

    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next) {
        if (p->id.mapping != last) {
            last = p->id.mapping;
            is_one = strcmp(s->follows[last].m.cfg->spreadsheet, spreadsheet) == 0;
        }
        bytes += is_one && !p->is_held ? reckon(s, p) : 0;
    }
    return bytes;
}

/* The mapping's rows, in the order of arrival, as long as they fit into ROOM; the first one always
 * does. */
static struct planned_row *choose_rows(const struct session *s, uint32_t at, size_t room, size_t *n)
{
    struct planned_row *rows = NULL;
    int64_t now = clock_mono_ms();
    size_t count = 0;

    for (struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        count += p->id.mapping == at && pending_row_may_leave(p, now);
    if (count > BATCH_ROWS_MAX)
        count = BATCH_ROWS_MAX;
    *n = 0;
    rows = calloc(count + 1, sizeof(*rows));
    if (rows == NULL)
        return NULL;
    for (struct pending_row *p = s->set.rows; p != NULL && *n < count; p = p->hh.next) {
        size_t bytes;

        if (p->id.mapping != at || !pending_row_may_leave(p, now))
            continue;
        bytes = reckon(s, p);
        if (bytes > room && *n > 0)
            break;
        rows[(*n)++].pending = p;
        room -= bytes < room ? bytes : room;
    }
    return rows;
}

/* What share of a row is written, for the next batch. A share of the batch with both new and known
 * rows does not tell, and rows that the sheet shows already say nothing of others. */
static void learn_share(struct session *s, const struct share *share, size_t written)
{
    const struct plan *plan = &share->plan;
    bool is_insert = plan->n_inserts > 0;
    size_t bytes = 0, n = 0;

    for (size_t i = 0; i < plan->n_rows; i++) {
        if (!shipment_is_written(plan->rows[i].action))
            continue;
        bytes += plan_row_bytes(plan->rows[i].pending->image, is_insert);
        n++;
    }
    if (!is_insert || plan->n_inserts == n)
        pace_planned(&s->pace, bytes, written, is_insert);
}

static int load_base(struct session *s, struct share *share, const struct planned_row *rows,
                     size_t n, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(n + 1, sizeof(*keys));

    if (keys == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < n; i++)
        keys[i] = rows[i].pending->id.key;
    if (state_load_base(&s->state, s->follows[share->at].m.cfg->name, keys, n, false, &share->base,
                        err) != 0)
        return -1;
    return 0;
}

/* The row's image and its base are of different moments: base knows of an edit that the stream has
 * not shown yet, or the stream has shown one that is not visible to a SELECT yet (a server shows a
 * transaction to replicas first). They meet within milliseconds; whatever is the matter if they do
 * not, the row is not kept back for ever. */
static bool must_meet(const struct session *s, const struct base_row *base, struct pending_row *p)
{
    bool is_ahead = base != NULL && base->edit != 0 && !seen_has(&s->seen, base->edit);
    bool is_behind = p->edit != 0 && (base == NULL || base->edit < p->edit);
    int64_t now = clock_mono_ms();

    if (!is_ahead && !is_behind)
        return false;
    if (p->meet_until_ms == 0)
        p->meet_until_ms = now + (is_ahead ? AHEAD_MAX_MS : BEHIND_MAX_MS);
    return now < p->meet_until_ms;
}

/* Give the rows their base, and leave out those that have yet to meet it. How many remain. */
static size_t meet_base(struct session *s, const struct share *share, struct planned_row *rows,
                        size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct planned_row row = rows[i];
        const struct base_row *base = base_rows_find(&share->base, row.pending->id.key);

        if (must_meet(s, base, row.pending)) {
            s->flush_after_ms = clock_mono_ms() + MEET_MS;
            continue;
        }
        if (base != NULL && !base_row_is_kept(base)) {
            row.base = base->hashes;
            row.base_len = base->hashes_len;
            row.agreed = base->agreed;
            row.agreed_len = base->agreed_len;
        }
        rows[kept++] = row;
    }
    return kept;
}

/* Plan ROWS (taken over) as SHARE's, and append it to the batch. */
static int plan_rows(struct shipment *sh, struct share *share, struct mapping *m,
                     struct planned_row *rows, size_t n, struct err *err)
{
    size_t n_cells = batch_cells(sh->batch);

    if (plan_make(&share->plan, m, rows, n, err) != 0 ||
        plan_emit(&share->plan, sh->batch, err) != 0)
        return -1;
    share->n_cells = batch_cells(sh->batch) - n_cells;
    return proof_make(&share->proof, &share->plan, err);
}

/* Plan the mapping's rows as a new share of up to ROOM bytes, if there are any. */
static int plan_share(struct session *s, struct shipment *sh, uint32_t at, size_t room,
                      struct err *err)
{
    struct mapping *m = &s->follows[at].m;
    struct share *share = &sh->shares[sh->n_shares];
    struct planned_row *rows;
    size_t n = 0, n_bytes = batch_bytes(sh->batch);

    if (shipment_rekey(s, at, err) != 0)
        return -1;
    rows = choose_rows(s, at, room, &n);
    if (rows == NULL)
        return err_nomem(err, "flush");
    if (n == 0) {
        free(rows);
        return 0;
    }
    if (m->is_index_stale && mapping_writes_sheet(m) && tab_read_index(s->sheets, m, err) != 0) {
        free(rows);
        return -1;
    }
    *share = (struct share){.at = at};
    sh->n_shares++;
    if (load_base(s, share, rows, n, err) != 0) {
        free(rows);
        return -1;
    }
    n = proof_rows_max(m, rows, meet_base(s, share, rows, n));
    if (plan_rows(sh, share, m, rows, n, err) != 0)
        return -1;
    learn_share(s, share, batch_bytes(sh->batch) - n_bytes);
    return 0;
}

static struct batch *new_batch(const struct session *s, const char *spreadsheet)
{
    struct batch *batch = batch_new();

    if (batch == NULL)
        return NULL;
    if (window_is_filling(s, spreadsheet))
        batch_fill(batch);
    return batch;
}

/* Each mapping may take an equal part of what those before it, with fewer rows, have left: so all
 * rows of the quiet ones leave, and of the busy ones none is put off again and again. */
static int plan_shipment(struct session *s, struct shipment *sh, const char *spreadsheet,
                         struct err *err)
{
    CLEANUP_FREE uint32_t *order = NULL;
    size_t n;

    *sh = (struct shipment){.spreadsheet = spreadsheet,
                            .shares = calloc(s->n_follows, sizeof(*sh->shares)),
                            .batch = new_batch(s, spreadsheet)};
    order = calloc(s->n_follows, sizeof(*order));
    if (sh->shares == NULL || sh->batch == NULL || order == NULL)
        return err_nomem(err, "flush");
    n = turns_mappings(s, spreadsheet, order);
    for (size_t i = 0; i < n && batch_bytes(sh->batch) < s->pace.bytes; i++)
        if (plan_share(s, sh, order[i], (s->pace.bytes - batch_bytes(sh->batch)) / (n - i), err) !=
            0)
            return -1;
    return 0;
}

/* --- a look before --- */

/* Plan SHARE once more, without the rows that a look since SINCE_MS has told to wait. */
static int leave_out(struct shipment *sh, struct share *share, int64_t since_ms, struct err *err)
{
    struct plan old = share->plan;
    struct planned_row *rows = calloc(old.n_rows + 1, sizeof(*rows));
    size_t n = 0;
    int rc;

    if (rows == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < old.n_rows; i++)
        if (pending_row_may_leave(old.rows[i].pending, since_ms))
            rows[n++] = (struct planned_row){.pending = old.rows[i].pending,
                                             .base = old.rows[i].base,
                                             .base_len = old.rows[i].base_len,
                                             .agreed = old.rows[i].agreed,
                                             .agreed_len = old.rows[i].agreed_len};
    proof_close(&share->proof);
    share->plan = (struct plan){0};
    rc = plan_rows(sh, share, old.mapping, rows, n, err);
    plan_close(&old);
    return rc;
}

/* The same for all of it: the others leave now, as they were looked at. *N: how many remain. */
static int leave_out_waiting(const struct session *s, struct shipment *sh, int64_t since_ms,
                             size_t *n, struct err *err)
{
    batch_free(sh->batch);
    sh->batch = new_batch(s, sh->spreadsheet);
    if (sh->batch == NULL)
        return err_nomem(err, "flush");
    *n = 0;
    for (size_t i = 0; i < sh->n_shares; i++) {
        if (leave_out(sh, &sh->shares[i], since_ms, err) != 0)
            return -1;
        *n += sh->shares[i].plan.n_rows;
    }
    return 0;
}

/* Look at the rows that are to be written. They are planned anew when they have moved; while people
 * go on moving them the proof has to do. But a delete that hits another row takes the people's own
 * cells with it, which nobody can bring back. */
static int look_before(struct session *s, struct shipment *sh, bool *must_wait, struct err *err)
{
    bool has_moved = false, has_waiting = false;
    int64_t since_ms = clock_mono_ms();
    size_t n = 0;

    if (shipment_rescue(s, sh, &has_waiting, err) != 0)
        return -1;
    if (has_waiting && leave_out_waiting(s, sh, since_ms, &n, err) != 0)
        return -1;
    *must_wait = s->must_restart || (has_waiting && n == 0);
    for (size_t i = 0; i < sh->n_shares && !*must_wait; i++) {
        struct share *share = &sh->shares[i];

        if (share->plan.n_deletes > 0 && unmapped_log(s, &share->plan, &share->has_moved, err) != 0)
            return -1;
        if (share->has_moved) {
            s->follows[share->at].m.is_index_stale = has_moved = true;
            due_touch(&s->follows[share->at]);
        }
    }
    if (!*must_wait)
        s->replans = has_moved && s->replans < REPLANS_MAX ? s->replans + 1 : 0;
    *must_wait = *must_wait || s->replans > 0;
    return 0;
}

/* --- the whole --- */

/* Since when some row of the shipment waits. */
static uint64_t oldest_cause(const struct session *s, const struct shipment *sh)
{
    uint64_t oldest = s->transaction;

    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t row = 0; row < sh->shares[i].plan.n_rows; row++)
            watermark_keep(&oldest, sh->shares[i].plan.rows[row].pending->since);
    return oldest;
}

static int flush_spreadsheet(struct session *s, const char *spreadsheet, struct err *err)
{
    struct shipment sh;
    int64_t began = clock_mono_ms();
    bool must_wait = false;
    int rc = plan_shipment(s, &sh, spreadsheet, err);

    sheets_hurry(s->sheets, true);
    if (rc == 0)
        rc = look_before(s, &sh, &must_wait, err);
    if (rc != 0 || must_wait) {
        sheets_hurry(s->sheets, false);
        shipment_close(&sh);
        return rc;
    }
    if (room_for_shipment(s, &sh, err) != 0 || shipment_send(s, &sh, err) != 0)
        rc = -1;
    sheets_hurry(s->sheets, false);
    for (size_t i = 0; rc != 0 && i < sh.n_shares; i++)
        if (own_columns_refused(s, &s->follows[sh.shares[i].at], err))
            err->transient = true;
    if (rc != 0 && err->code == ERR_FULL) {
        struct err why = *err;

        rc = room_wait(s, &sh, &why, err);
        shipment_close(&sh);
        return rc;
    }
    s->cause = oldest_cause(s, &sh);
    for (size_t i = 0; rc == 0 && i < sh.n_shares; i++)
        rc = shipment_mend(s, &sh, &sh.shares[i], err);
    if (rc == 0 && sh.n_shares > 0)
        rc = shipment_acknowledge(s, &sh, err);
    shipment_unprepare(s, &sh);
    s->cause = s->transaction;
    if (rc == 0 && sh.n_shares > 0 && batch_requests(sh.batch) > 0)
        log_debug("flush: batch acknowledged spreadsheet=%s cells=%zu bytes=%zu ms=%" PRId64,
                  spreadsheet, batch_cells(sh.batch), batch_bytes(sh.batch),
                  clock_mono_ms() - began);
    if (rc == 0 && sh.n_shares > 0)
        room_tell(s, spreadsheet);
    shipment_close(&sh);
    return rc;
}

bool session_has_work(const struct session *s)
{
    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        if (!p->is_held)
            return true;
    return false;
}

int session_flush(struct session *s, struct err *err)
{
    struct follow *f = turns_next(s);

    if (f == NULL && session_has_work(s)) {
        s->turn_after_ms = clock_mono_ms() + TURN_MS;
        return 0;
    }
    s->has_moved = false;
    if (f != NULL) {
        if (flush_spreadsheet(s, f->m.cfg->spreadsheet, err) != 0)
            return turns_failed(s, f, err);
        if (turns_done(s, f, err) != 0)
            return -1;
    }
    s->moves = s->has_moved ? s->moves + 1 : 0;
    if (!session_has_work(s)) {
        s->oldest_us = 0;
        if (window_acknowledged(s, err) != 0)
            return -1;
    } else {
        window_leaving(s);
    }
    return 0;
}
