/* SPDX-License-Identifier: Apache-2.0 */
/* acknowledge: what Google has is written down: base, and the position behind which nothing is on
 * its way. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "common/planted.h"
#include "common/rowkey.h"
#include "replicator/session/absent.h"
#include "replicator/session/backlog.h"
#include "replicator/session/decide.h"
#include "replicator/session/note.h"
#include "replicator/session/shipment.h"

enum { PREPARE_ROWS = 200 };
enum { KEY_MAX = 16, ACK_TRIES = 5, SAVE_OWN_EVERY_MS = 60000, LOOK_EVERY_MS = 1000 };

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

/* A change of a held cell: nothing is written, but whoever decides may ask when it was. */
static bool is_late_change(const struct planned_row *row)
{
    return row->action == PLAN_NOTHING && row->has_held && row->pending->changed_us > 0;
}

static bool gets_base(const struct share *share, size_t i)
{
    enum plan_action action = share->plan.rows[i].action;

    return shipment_is_proven(share, i) &&
           (action == PLAN_UPDATE || action == PLAN_INSERT || is_late_change(&share->plan.rows[i]));
}

static bool loses_base(const struct share *share, size_t i)
{
    const struct planned_row *row = &share->plan.rows[i];

    return shipment_is_proven(share, i) &&
           (row->action == PLAN_DELETE || row->action == PLAN_CLEAR || row->action == PLAN_MARK ||
            (row->action == PLAN_FORGET && row->base != NULL));
}

static bool has_no_base(const struct share *share, size_t i)
{
    return base_rows_find(&share->base, share->plan.rows[i].pending->id.key) == NULL;
}

/* The row had no base when it was planned, and hardly ever has the webhook written one since: then
 * the acknowledgement fails, and is made again with all of base locked. */
static bool gets_first_base(const struct share *share, size_t i)
{
    return gets_base(share, i) && share->plan.rows[i].action == PLAN_INSERT &&
           has_no_base(share, i);
}

static bool gets_later_base(const struct share *share, size_t i)
{
    return gets_base(share, i) && !gets_first_base(share, i);
}

/* The base rows that WANTED names as they are now, locked: the webhook may have written one since
 * we planned. */
static int lock_base(struct session *s, struct share *share,
                     bool (*wanted)(const struct share *share, size_t i), struct base_rows *out,
                     struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(share->plan.n_rows + 1, sizeof(*keys));
    size_t n = 0;

    if (keys == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < share->plan.n_rows; i++)
        if (wanted(share, i))
            keys[n++] = share->plan.rows[i].pending->id.key;
    return state_load_base(&s->state, share->plan.mapping->cfg->name, keys, n, true, out, err);
}

static int make_put(const struct share *share, size_t i, const struct base_rows *now,
                    struct arena *arena, struct base_put *put, struct err *err)
{
    const struct mapping *m = share->plan.mapping;
    const struct planned_row *row = &share->plan.rows[i];
    static const struct base_row none;
    const struct base_row *base = base_rows_find(now, row->pending->id.key);
    CLEANUP_BUF struct buf blob = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct value key[KEY_MAX];

    if (base == NULL)
        base = &none;
    plan_base_after(&share->plan, row, base->hashes, base->hashes_len, clock_wall_ms(), &blob);
    plan_agreed_after(&share->plan, row, base->agreed, base->agreed_len, base->hashes,
                      base->hashes_len, &agreed);
    for (size_t k = 0; k < m->n_key; k++)
        key[k] = row->pending->image->values[m->key[k]];
    rowkey_write(&text, key, m->n_key);
    *put = (struct base_put){.key = row->pending->id.key,
                             .hashes_len = blob.len,
                             .agreed_len = agreed.len,
                             .changed_us = row->pending->changed_us};
    put->hashes = arena_copy(arena, buf_text(&blob), blob.len);
    put->agreed = arena_copy(arena, buf_text(&agreed), agreed.len);
    put->row_key = arena_copy(arena, buf_text(&text), text.len);
    if (blob.is_failed || agreed.is_failed || text.is_failed || put->hashes == NULL ||
        put->agreed == NULL || put->row_key == NULL)
        return err_nomem(err, "flush");
    return 0;
}

/* The first base of a row, that of N others at the front of PUTS, and that of N_FIRST at its end.
 */
struct puts {
    struct base_put *rows; /* owned */
    size_t size, n, n_first;
};

static struct base_put *add_put(struct puts *puts, bool is_first)
{
    return &puts->rows[is_first ? puts->size - ++puts->n_first : puts->n++];
}

/* Rows without a base come into being, or come again. */
static int revive(struct session *s, const struct share *share, const struct base_put *puts,
                  size_t n, const struct base_rows *now, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(n + 1, sizeof(*keys));
    size_t n_keys = 0;

    if (keys == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < n; i++)
        if (base_rows_find(now, puts[i].key) == NULL)
            keys[n_keys++] = puts[i].key;
    return state_ack_alive(&s->state, share->plan.mapping->cfg->name, keys, n_keys, err);
}

static int write_puts(struct session *s, const struct share *share, const struct puts *puts,
                      const struct base_rows *now, struct err *err)
{
    const char *name = share->plan.mapping->cfg->name;
    const struct base_put *first = puts->rows + puts->size - puts->n_first;

    if (state_ack_put(&s->state, name, puts->rows, puts->n, err) != 0 ||
        state_ack_add(&s->state, name, first, puts->n_first, err) != 0)
        return -1;
    return revive(s, share, puts->rows, puts->n, now, err) != 0
               ? -1
               : revive(s, share, first, puts->n_first, now, err);
}

static int put_base(struct session *s, struct share *share, bool is_careful, struct arena *arena,
                    struct err *err)
{
    CLEANUP_FREE struct base_put *rows = calloc(share->plan.n_rows + 1, sizeof(*rows));
    struct puts puts = {.rows = rows, .size = share->plan.n_rows};
    struct base_rows now = {0};
    int rc = rows == NULL
                 ? err_nomem(err, "flush")
                 : lock_base(s, share, is_careful ? gets_base : gets_later_base, &now, err);

    for (size_t i = 0; rc == 0 && i < share->plan.n_rows; i++) {
        struct planned_row *row = &share->plan.rows[i];
        const struct base_row *base = base_rows_find(&now, row->pending->id.key);

        if (!gets_base(share, i) || (is_late_change(row) && base == NULL))
            continue;
        /* The stream may show a decision before a SELECT does; the lock has waited for it. */
        row->is_outdated =
            base != NULL && !plan_is_held_still(&share->plan, row, base->hashes, base->hashes_len);
        if (!row->is_outdated)
            rc = make_put(share, i, &now, arena,
                          add_put(&puts, !is_careful && gets_first_base(share, i)), err);
    }
    if (rc == 0)
        rc = write_puts(s, share, &puts, &now, err);
    base_rows_close(&now);
    return rc;
}

/* All but rows about which a person is to decide since we planned. */
static int delete_base(struct session *s, struct share *share, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(share->plan.n_rows + 1, sizeof(*keys));
    struct base_rows now = {0};
    size_t n = 0;
    int rc = keys == NULL ? err_nomem(err, "flush") : lock_base(s, share, loses_base, &now, err);

    for (const struct base_row *row = now.rows; rc == 0 && row != NULL; row = row->hh.next)
        if (!base_is_held(row->hashes, row->hashes_len, BASE_ROW))
            keys[n++] = row->key;
    base_rows_close(&now);
    return rc != 0 ? -1 : state_ack_delete(&s->state, share->plan.mapping->cfg->name, keys, n, err);
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

static bool has_base_work(const struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            if (gets_base(&sh->shares[i], r) || loses_base(&sh->shares[i], r))
                return true;
    return false;
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

static int write_base(struct session *s, struct shipment *sh, bool is_careful, struct err *err)
{
    struct arena arena = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sh->n_shares; i++)
        rc = put_base(s, &sh->shares[i], is_careful, &arena, err) != 0
                 ? -1
                 : delete_base(s, &sh->shares[i], err);
    arena_close(&arena);
    return rc;
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
    if (write_base(s, sh, is_careful, err) != 0 || write_rest(s, sh, with_position, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    return state_ack_commit(&s->state, err);
}

/* Updates and new rows alone, many, and nobody waits for their base: people are not at work, or
 * base has none of these rows yet. */
static bool may_prepare(const struct session *s, const struct shipment *sh)
{
    size_t n = 0;

    for (size_t i = 0; i < sh->n_shares; i++) {
        const struct share *share = &sh->shares[i];
        bool is_busy = due_is_busy(s, &s->follows[share->at]);

        if (share->plan.mapping->cfg->on_delete == CONFIG_ON_DELETE_MARK)
            return false; /* note_deleted */
        n += share->plan.n_rows;
        for (size_t row = 0; row < share->plan.n_rows; row++) {
            enum plan_action action = share->plan.rows[row].action;

            if (action != PLAN_INSERT && action != PLAN_UPDATE && action != PLAN_NOTHING)
                return false;
            if (is_busy && !(action == PLAN_INSERT && has_no_base(share, row)))
                return false;
        }
    }
    return n >= PREPARE_ROWS;
}

static void assume(struct shipment *sh, bool is_assumed)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        sh->shares[i].is_assumed = is_assumed;
}

void shipment_prepare(struct session *s, struct shipment *sh)
{
    struct err err = ERR_INIT;

    if (!may_prepare(s, sh) || state_ack_open(&s->state, &err) != 0)
        return;
    sh->is_prepared = true;
    assume(sh, true);
    if (write_base(s, sh, false, &err) != 0)
        shipment_unprepare(s, sh);
    assume(sh, false);
}

void shipment_unprepare(struct session *s, struct shipment *sh)
{
    if (!sh->is_prepared)
        return;
    sh->is_prepared = false;
    state_ack_abort(&s->state);
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t row = 0; row < sh->shares[i].plan.n_rows; row++)
            sh->shares[i].plan.rows[row].is_outdated = false;
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

    if (has_base_work(sh) || sh->is_recorded) {
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
