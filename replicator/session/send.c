/* SPDX-License-Identifier: Apache-2.0 */
/* send: a shipment leaves, and is judged by its proof. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

enum { PREPARED_MAX_MS = 1000 };

bool shipment_is_written(enum plan_action action)
{
    return action == PLAN_UPDATE || action == PLAN_INSERT || action == PLAN_DELETE ||
           action == PLAN_CLEAR;
}

static void note_written(struct session *s, const struct share *share)
{
    bool is_busy = due_is_busy(s, &s->follows[share->at]);

    for (size_t i = 0; i < share->plan.n_rows; i++) {
        const struct planned_row *row = &share->plan.rows[i];
        struct recent *recent = shipment_is_written(row->action)
                                    ? recent_note(s, share->at, row->pending->id.key)
                                    : NULL;

        if (is_busy && recent != NULL)
            recent_keep(s, recent, &share->plan, row);
    }
}

static void count_rows(const struct share *share)
{
    const struct plan *plan = &share->plan;

    metrics_add(METRIC_CELLS_WRITTEN, (int64_t)share->n_cells, share->at);
    metrics_add(METRIC_ROWS_WRITTEN, (int64_t)plan->n_inserts, share->at, METRICS_INSERT);
    metrics_add(METRIC_ROWS_WRITTEN, (int64_t)plan->n_updates, share->at, METRICS_UPDATE);
    metrics_add(METRIC_ROWS_WRITTEN, (int64_t)(plan->n_deletes + plan->n_clears), share->at,
                METRICS_DELETE);
}

/* The batch has arrived: the grid has its new size, the rows are written. */
static void note_arrival(struct session *s, struct share *share)
{
    struct mapping *m = share->plan.mapping;

    m->grid_rows += (int64_t)share->plan.n_inserts - (int64_t)share->plan.n_deletes;
    note_written(s, share);
    count_rows(share);
}

/* Until it is acknowledged, or refused, the tab may show the batch, or may not. */
static void set_tried(const struct shipment *sh, bool is_tried)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t row = 0; row < sh->shares[i].plan.n_rows; row++)
            sh->shares[i].plan.rows[row].pending->is_tried = is_tried;
}

/* A new row may be in the tab before base knows of it, and somebody may type there. Without memory
 * that would be written over. */
static void keep_inserted(const struct share *share)
{
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (share->plan.rows[i].action == PLAN_INSERT &&
            pending_row_keep_inserted(share->plan.rows[i].pending) != 0)
            return;
}

/* Nobody knows where rows are now; and when the answer was lost (lost.c), what they show. */
static void note_failure(struct session *s, const struct shipment *sh, const struct err *err)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        s->follows[sh->shares[i].at].m.is_index_stale = true;
    if (err->code != ERR_LOST) {
        set_tried(sh, false);
        return;
    }
    lost_doubt(s, sh->spreadsheet);
    for (size_t i = 0; i < sh->n_shares; i++) {
        note_written(s, &sh->shares[i]);
        keep_inserted(&sh->shares[i]);
    }
}

static void count_batch(const struct shipment *sh, int rc, const struct err *err)
{
    size_t outcome = METRICS_BATCH_FAILED;

    if (rc == 0)
        outcome = METRICS_BATCH_ACKNOWLEDGED;
    else if (err->code == ERR_LOST)
        outcome = METRICS_BATCH_LOST;
    else if (err->detail >= 400 && err->detail < 500 && err->code != ERR_QUOTA)
        outcome = METRICS_BATCH_REFUSED;
    metrics_add(METRIC_BATCHES, 1, metrics_place(METRICS_LABEL_SPREADSHEET, sh->spreadsheet),
                outcome);
}

/* With all that may leave on its way there is nothing to wait for but the answer. */
static bool takes_all(const struct session *s, const struct shipment *sh)
{
    size_t n = 0;

    for (size_t i = 0; i < sh->n_shares; i++)
        n += sh->shares[i].plan.n_rows;
    return n == s->set.n_rows;
}

struct meanwhile {
    struct session *s;
    struct shipment *sh;
    bool has_begun;
};

/* What MySQL has to do anyway. */
static int64_t use_the_time(void *ctx)
{
    struct meanwhile *m = ctx;

    if (m->has_begun) {
        shipment_unprepare(m->s, m->sh); /* rows are not locked any longer */
        return -1;
    }
    m->has_begun = true;
    if (takes_all(m->s, m->sh))
        window_read_ahead(m->s, m->sh->spreadsheet);
    shipment_prepare(m->s, m->sh);
    return m->sh->is_prepared ? PREPARED_MAX_MS : -1;
}

/* Is each row where it was meant to be, and nothing else hit? */
static bool has_landed(const struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++) {
        const struct share *share = &sh->shares[i];
        const struct proof_result *r = &share->result;

        if (!share->is_judged || r->are_headers_moved ||
            r->n_moved + r->n_twice + r->n_victims + r->n_orphans > 0)
            return false;
        for (size_t row = 0; row < share->plan.n_rows; row++)
            if (shipment_is_written(share->plan.rows[row].action) && r->verdicts[row] != PROOF_GOOD)
                return false;
    }
    return true;
}

/* How long Google takes says how large the next batch may be. */
static int send_batch(struct session *s, struct shipment *sh, const struct grid_range *ranges,
                      size_t n, struct grid **grids, struct err *err)
{
    struct meanwhile meanwhile = {.s = s, .sh = sh};
    int64_t began = clock_mono_ms();
    int rc;

    sh->sent_us = clock_wall_us();
    sheets_meanwhile(s->sheets, use_the_time, &meanwhile);
    rc = sheets_send(s->sheets, sh->spreadsheet, sh->batch, ranges, n, grids, err);
    sheets_meanwhile(s->sheets, NULL, NULL);
    sheets_hurry(s->sheets, false);
    sh->answered_us = clock_wall_us();
    count_batch(sh, rc, err);
    if (rc == 0)
        pace_answered(&s->pace, batch_bytes(sh->batch), clock_mono_ms() - began);
    else if (err->code == ERR_LOST)
        pace_lost(&s->pace);
    metrics_set(METRIC_BATCH_LIMIT, (int64_t)s->pace.bytes);
    return rc;
}

/* Which rows a batch has deleted is to be seen in all key cells only. Without them it is written,
 * and not proven. */
static int look_for_deletes(struct session *s, struct share *share, struct err *err)
{
    struct mapping *m = share->plan.mapping;
    struct row_index before = m->index;
    int rc;

    m->index = (struct row_index){0};
    rc = tab_read_index_whole(s->sheets, m, err);
    if (rc != 0) {
        err->code = ERR_LOST;
        err_transient(err);
    } else {
        rc = proof_check_deletes(&share->plan, &before, &share->result, err);
    }
    row_index_close(&before);
    return rc;
}

int shipment_send(struct session *s, struct shipment *sh, struct err *err)
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
    if (lost_record(s, sh, err) != 0)
        return -1;
    set_tried(sh, true);
    if (send_batch(s, sh, ranges, n, &grids, err) != 0) {
        shipment_unprepare(s, sh);
        note_failure(s, sh, err);
        return -1;
    }
    at = 0;
    for (size_t i = 0; rc == 0 && i < sh->n_shares; at += sh->shares[i++].proof.n_ranges) {
        struct share *share = &sh->shares[i];

        note_arrival(s, share);
        rc = proof_check(&share->proof, &share->plan, grids + at, &share->result, err);
        if (rc == 0 && share->result.are_deletes_unsure)
            rc = look_for_deletes(s, share, err);
        share->is_judged = true;
    }
    grids_free(grids, n);
    if (rc != 0 || !has_landed(sh))
        shipment_unprepare(s, sh);
    if (rc != 0 && err->code == ERR_LOST)
        note_failure(s, sh, err);
    return rc;
}
