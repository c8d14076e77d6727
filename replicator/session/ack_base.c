/* SPDX-License-Identifier: Apache-2.0 */
/* ack_base: what an acknowledgement says of rows: base as it is with what has landed. */
#include <stdlib.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/rowkey.h"
#include "replicator/session/shipment.h"

enum { KEY_MAX = 16, PREPARE_ROWS = 200 };

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

bool shipment_has_base(const struct shipment *sh)
{
    for (size_t i = 0; i < sh->n_shares; i++)
        for (size_t r = 0; r < sh->shares[i].plan.n_rows; r++)
            if (gets_base(&sh->shares[i], r) || loses_base(&sh->shares[i], r))
                return true;
    return false;
}

int shipment_write_base(struct session *s, struct shipment *sh, bool is_careful, struct err *err)
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

/* --- ahead of the answer --- */

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
    if (shipment_write_base(s, sh, false, &err) != 0)
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
