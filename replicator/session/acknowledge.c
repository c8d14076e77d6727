/* SPDX-License-Identifier: Apache-2.0 */
/* acknowledge: what Google has is written down: base, and the position behind which nothing is on
 * its way. */
#include <time.h>

#include "common/clock.h"
#include "common/metrics.h"
#include "common/planted.h"
#include "replicator/session/absent.h"
#include "replicator/session/backlog.h"
#include "replicator/session/decide.h"
#include "replicator/session/note.h"
#include "replicator/session/shipment.h"

enum { ACK_TRIES = 5, SAVE_OWN_EVERY_MS = 60000, LOOK_EVERY_MS = 1000 };

bool shipment_is_proven(const struct share *share, size_t i)
{
    if (share->plan.rows[i].is_outdated)
        return false;
    if (share->is_assumed)
        return true;
    if (!share->is_judged)
        return !shipment_is_written(share->plan.rows[i].action);
    return !share->result.are_headers_moved && share->result.verdicts[i] == PROOF_GOOD;
}

/* Will nothing be on its way once the proven rows have left? Then the position may be saved with
 * them. */
static bool is_last(const struct session *s, const struct shipment *sh)
{
    size_t leaving = 0;

    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            leaving += shipment_is_proven(&sh->shares[i], r);
    if (planted(1))
        return s->position != NULL;
    if (leaving < s->set.n_rows || s->placements != NULL || s->checks != NULL ||
        *s->orphans != NULL || s->notes != NULL || s->is_in_transaction ||
        (s->window.is_open && !s->window.is_snapshot)) /* a chunk is read again */
        return false;
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].refreshes != NULL || s->follows[i].absents != NULL)
            return false;
    for (size_t i = 0; i < s->n_families; i++)
        if (s->families[i].is_due)
            return false;
    return s->position != NULL;
}

/* How long the oldest change that leaves took; -1: none of MySQL's own does. */
static int64_t lag_of(const struct share *share)
{
    struct change_times oldest = {0};

    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (shipment_is_proven(share, i))
            change_times_keep(&oldest, &share->plan.rows[i].pending->times);
    return oldest.committed_us == 0 ? -1 : clock_wall_ms() - oldest.committed_us / 1000;
}

static int write_rest(struct session *s, struct shipment *sh, bool with_position, struct err *err)
{
    for (size_t i = 0; i < sh->n_shares; i++) {
        const struct share *share = &sh->shares[i];
        struct ack_mapping ack = {.mapping = share->plan.mapping->cfg->name,
                                  .sheet_rows = (int64_t)share->plan.mapping->index.n_rows,
                                  .spreadsheet_cells = sheets_cells(s->sheets, sh->spreadsheet, -1),
                                  .lag_ms = lag_of(share)};

        if (state_ack_mapping(&s->state, &ack, err) != 0)
            return -1;
    }
    if (sh->is_recorded && state_forget_sent(&s->state, sh->spreadsheet, err) != 0)
        return -1;
    return with_position && is_last(s, sh) ? state_ack_position(&s->state, s->position, err) : 0;
}

static void note_save(struct session *s)
{
    s->saved_ms = clock_mono_ms();
    metrics_set(METRIC_CHECKPOINT, clock_wall_ms());
}

static void position_is_saved(struct session *s)
{
    s->is_position_dirty = false;
    s->foreign_commits = 0;
    s->saved_us = s->position_us;
    watermark_close(s);
    note_save(s);
}

static int try_ack(struct session *s, struct shipment *sh, bool is_careful, bool with_position,
                   struct err *err)
{
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (shipment_write_base(s, sh, is_careful, err) != 0 ||
        write_rest(s, sh, with_position, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    return state_ack_commit(&s->state, err);
}

static int commit_prepared(struct session *s, struct shipment *sh, bool with_position,
                           struct err *err)
{
    if (state_ack_fence(&s->state, err) != 0 || write_rest(s, sh, with_position, err) != 0 ||
        state_ack_commit(&s->state, err) != 0) {
        shipment_unprepare(s, sh);
        return -1;
    }
    sh->is_prepared = false;
    return 0;
}

/* The webhook locks base rows, too: a deadlock is a matter of trying again. */
static int write_ack(struct session *s, struct shipment *sh, bool with_position, struct err *err)
{
    bool is_careful = false;
    int tries = 0;

    if (sh->is_prepared) {
        if (commit_prepared(s, sh, with_position, err) == 0)
            return 0;
        if (err->code == ERR_STOPPED || db_is_lost(s->state.db))
            return -1;
    }
    while (try_ack(s, sh, is_careful, with_position, err) != 0) {
        bool is_surprise = !is_careful && err->detail == DB_DUPLICATE_ENTRY;

        if (!(err->code == ERR_MYSQL && (err->transient || is_surprise)) ||
            db_is_lost(s->state.db) || ++tries == ACK_TRIES)
            return -1;
        is_careful = true;
    }
    return 0;
}

/* Held cells to whose value MySQL has come by itself. */
static int note_equal(struct session *s, const struct share *share, struct err *err)
{
    const struct mapping *m = share->plan.mapping;

    for (size_t r = 0; r < share->plan.n_rows; r++)
        for (size_t i = 0; share->plan.rows[r].has_held && i < m->n_columns; i++)
            if (plan_has_come_equal(&share->plan, &share->plan.rows[r], i) &&
                decide_add(s, share->at, share->plan.rows[r].pending->id.key,
                           mapping_column_of(m, i)->name, err) != 0)
                return -1;
    return 0;
}

/* on_delete: mark. The note says that MySQL has the row no more; and when it comes again, that
 * goes. Before the acknowledgement, which saves no position while a note is on its way. */
static int note_deleted(struct session *s, const struct share *share, struct err *err)
{
    const struct mapping *m = share->plan.mapping;
    const char *header = m->columns[m->key[0]].header;

    for (size_t i = 0; m->cfg->on_delete == CONFIG_ON_DELETE_MARK && i < share->plan.n_rows; i++) {
        const struct planned_row *row = &share->plan.rows[i];
        int64_t us = row->pending->changed_us;
        time_t when = (time_t)(us > 0 ? us / 1000000 : clock_wall_ms() / 1000);
        char text[64];
        struct tm tm;

        if (!shipment_is_proven(share, i))
            continue;
        gmtime_r(&when, &tm);
        strftime(text, sizeof(text), NOTE_DELETED "%Y-%m-%d %H:%M:%S UTC", &tm);
        if ((row->action == PLAN_MARK || (row->action == PLAN_UPDATE && row->base == NULL)) &&
            note_add(s, share->at, row->pending->id.key, NOTE_BY_KEY, header,
                     row->action == PLAN_MARK ? text : NULL, err) != 0)
            return -1;
    }
    return 0;
}

static int note_absent(struct session *s, const struct share *share, struct err *err)
{
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (share->plan.rows[i].action == PLAN_ABSENT &&
            absent_add(s, &s->follows[share->at], share->plan.rows[i].pending->image, err) != 0)
            return -1;
    return 0;
}

int shipment_acknowledge(struct session *s, struct shipment *sh, struct err *err)
{
    bool with_position;

    for (size_t i = 0; i < sh->n_shares; i++)
        if (note_deleted(s, &sh->shares[i], err) != 0 || note_absent(s, &sh->shares[i], err) != 0)
            return -1;
    with_position = is_last(s, sh);

    if (shipment_has_base(sh) || sh->is_recorded) {
        if (write_ack(s, sh, with_position, err) != 0)
            return -1;
        s->own_commits++;
        if (with_position && is_last(s, sh))
            position_is_saved(s);
    }
    for (size_t i = 0; i < sh->n_shares; i++)
        if (note_equal(s, &sh->shares[i], err) != 0)
            return -1;
    backlog_observe(sh, clock_wall_us());
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            if (shipment_is_proven(&sh->shares[i], r))
                change_set_remove(&s->set, sh->shares[i].plan.rows[r].pending);
    return 0;
}

bool session_is_settled(const struct session *s)
{
    const struct shipment nothing = {0};

    return is_last(s, &nothing);
}

static int save(struct session *s, const char *position, struct err *err)
{
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (state_ack_position(&s->state, position, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    if (state_ack_commit(&s->state, err) != 0)
        return -1;
    s->own_commits++;
    note_save(s);
    return 0;
}

/* Something is on its way: the position behind which it is not is saved. */
static int save_mark(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();
    const struct watermark_mark *mark;

    if (now - s->watermark.looked_ms < LOOK_EVERY_MS)
        return 0;
    s->watermark.looked_ms = now;
    mark = watermark_find(s);
    if (mark == NULL)
        return 0;
    if (save(s, mark->position, err) != 0)
        return -1;
    s->saved_us = mark->us;
    watermark_forget(s, mark);
    return 0;
}

int session_save_position(struct session *s, struct err *err)
{
    bool is_old = s->cfg->replicator.heartbeat_every_ms > 0 &&
                  clock_mono_ms() - s->saved_ms >= SAVE_OWN_EVERY_MS;

    if (!s->is_position_dirty || (s->foreign_commits == 0 && !is_old))
        return 0;
    if (!session_is_settled(s))
        return save_mark(s, err);
    if (save(s, s->position, err) != 0)
        return -1;
    position_is_saved(s);
    return 0;
}
