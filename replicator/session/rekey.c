/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rekey: a row that got another key in MySQL keeps its row in the tab, with the people's own cells.
 *
 * The binlog tells such a change as one event with both images; it is taken as the delete of the
 * old key and the new row. Before they are planned, the new key is written over the old one, and
 * what was agreed on goes with it: the rest of the row is then an update, and of the old key
 * nothing is left to do. Rows that moved in that moment show as keys that vanish, and are put
 * right. Where it is not certain what became of what (the key stands already, the old one has come
 * again, a conflict waits) the row is deleted and inserted.
 */
#include <stdlib.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/rekey.h"
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

enum { TRIES_MAX = 5 };

static bool is_candidate(const struct session *s, uint32_t at, const struct pending_row *p)
{
    const struct row_index *index = &s->follows[at].m.index;
    const struct pending_row *old;

    if (p->id.mapping != at || !p->has_old_key || p->is_delete || p->is_held ||
        row_index_find(index, p->old_key) < 0 || row_index_find(index, p->id.key) >= 0)
        return false;
    old = change_set_find(&s->set, at, p->old_key);
    return old != NULL && old->is_delete && !old->is_held;
}

/* The new key stands where the old one did, as far as we know. */
static bool is_heir(const struct session *s, uint32_t at, const struct pending_row *p)
{
    const struct row_index *index = &s->follows[at].m.index;

    return p->id.mapping == at && p->has_old_key && !p->is_delete && !p->is_held &&
           row_index_find(index, p->old_key) < 0 && row_index_find(index, p->id.key) >= 0;
}

bool rekey_is_landed(const struct session *s, uint32_t at, const struct pending_row *p)
{
    return p->id.mapping == at && p->has_old_key && !p->is_delete && !p->is_held &&
           row_index_find(&s->follows[at].m.index, p->id.key) >= 0;
}

static bool has_any(const struct session *s, uint32_t at,
                    bool (*is)(const struct session *, uint32_t, const struct pending_row *))
{
    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        if (is(s, at, p))
            return true;
    return false;
}

static bool has_conflict(const struct mapping *m, const struct base_row *base)
{
    if (base_is_held(base->hashes, base->hashes_len, BASE_ROW))
        return true;
    for (size_t i = 0; i < m->n_columns; i++)
        if (base_is_held(base->hashes, base->hashes_len, mapping_column_of(m, i)->name))
            return true;
    return false;
}

/* Rows that may be rekeyed, up to REKEY_ROWS_MAX; the others are not looked at again. */
static int collect(struct session *s, uint32_t at, struct pending_row **rows, size_t *n,
                   struct err *err)
{
    const struct mapping *m = &s->follows[at].m;
    CLEANUP_FREE struct hash128 *old = calloc(REKEY_ROWS_MAX, sizeof(*old));
    struct base_rows base = {0};
    size_t n_found = 0;
    int rc;

    *n = 0;
    if (old == NULL)
        return err_nomem(err, "rekey");
    for (struct pending_row *p = s->set.rows; p != NULL && n_found < REKEY_ROWS_MAX;
         p = p->hh.next) {
        if (!is_candidate(s, at, p))
            continue;
        rows[n_found] = p;
        old[n_found++] = p->old_key;
    }
    rc = state_load_base(&s->state, m->cfg->name, old, n_found, false, &base, err);
    for (size_t i = 0; rc == 0 && i < n_found; i++) {
        const struct base_row *known = base_rows_find(&base, old[i]);

        rows[i]->has_old_key = known != NULL && !has_conflict(m, known);
        if (rows[i]->has_old_key)
            rows[(*n)++] = rows[i];
    }
    base_rows_close(&base);
    return rc;
}

int rekey_write(struct batch *batch, const struct mapping *m, const struct value *key, int64_t row,
                struct err *err)
{
    for (size_t k = 0; k < m->n_key; k++) {
        CLEANUP_BUF struct buf scratch = BUF_INIT;
        struct cell cell = {.type = CELL_BLANK};

        if (key != NULL &&
            cell_from_value(mapping_column_of(m, m->key[k]), key[k], &scratch, &cell, err) != 0)
            return -1;
        batch_write(batch, m->sheet_id, row, m->columns[m->key[k]].sheet_column, &cell, 1, 1);
    }
    return 0;
}

static int write_new_key(struct batch *batch, const struct mapping *m, const struct pending_row *p,
                         struct err *err)
{
    struct value key[REKEY_KEY_MAX];

    for (size_t k = 0; k < m->n_key; k++)
        key[k] = p->image->values[m->key[k]];
    return rekey_write(batch, m, key, row_index_find(&m->index, p->old_key), err);
}

static int take_proof(struct session *s, struct mapping *m, const struct grid *proof, bool *is_read,
                      struct err *err)
{
    *is_read = tab_headers_match(m, &proof[0]);
    if (*is_read)
        return tab_index(m, &proof[1], err);
    session_restart(s, "columns of a tab have moved");
    return 0;
}

/* Until the answer is there it is written down that keys go. */
int rekey_send(struct session *s, struct mapping *m, struct batch *batch,
               const struct hash128 *going, size_t n, bool *is_read, struct err *err)
{
    struct grid_range ranges[TAB_RANGES_MAX];
    size_t n_ranges = tab_ranges(m, ranges);
    struct grid *proof = NULL;
    int rc;

    *is_read = false;
    m->is_index_stale = true;
    if (lost_record_keys(s, m, going, n, err) != 0)
        return -1;
    rc = sheets_send(s->sheets, m->cfg->spreadsheet, batch, ranges, n_ranges, &proof, err);
    if (rc == 0)
        rc = take_proof(s, m, proof, is_read, err);
    grids_free(proof, n_ranges);
    return lost_answered(s, m, rc, err);
}

static bool is_in(const struct hash128 *keys, size_t n, struct hash128 key)
{
    for (size_t i = 0; i < n; i++)
        if (hash128_equal(keys[i], key))
            return true;
    return false;
}

/* One key alone: it has hit another row if a key is gone that was not to go, or if the old one is
 * still there. Of several each may have hit another's. */
static bool are_sure(const struct mapping *m, const struct row_index *before,
                     const struct hash128 *old, size_t n)
{
    if (n > 1 || row_index_find(&m->index, old[0]) >= 0)
        return false;
    for (size_t i = 0; i < before->n_slots; i++)
        if (before->slots[i].row != 0 && !hash128_equal(before->slots[i].key, old[0]) &&
            row_index_find(&m->index, before->slots[i].key) < 0)
            return false;
    return true;
}

/* Keys that are not where they were, but for those that were to go: people have deleted their rows,
 * or the row of such a key is not to be found. */
static int mend_others(struct session *s, uint32_t at, const struct row_index *before,
                       const struct hash128 *old, size_t n, struct err *err)
{
    struct row_index others = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < before->n_slots; i++)
        if (before->slots[i].row != 0 &&
            row_index_find(&s->follows[at].m.index, before->slots[i].key) < 0 &&
            !is_in(old, n, before->slots[i].key) &&
            row_index_add(&others, before->slots[i].key, before->slots[i].row - 1) < 0)
            rc = err_nomem(err, "rekey");
    if (rc == 0)
        rc = mend_vanished(s, at, &others, err);
    row_index_close(&others);
    return rc;
}

static int rekey(struct session *s, uint32_t at, struct pending_row *const *rows, size_t n,
                 struct err *err)
{
    struct mapping *m = &s->follows[at].m;
    CLEANUP_FREE struct hash128 *old = calloc(n, sizeof(*old));
    struct batch *batch = batch_new();
    struct row_index before = {0};
    bool is_read = false;
    int rc = old == NULL || batch == NULL ? err_nomem(err, "rekey") : 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        old[i] = rows[i]->old_key;
        rc = write_new_key(batch, m, rows[i], err);
    }
    before = m->index;
    m->index = (struct row_index){0};
    if (rc == 0)
        rc = rekey_send(s, m, batch, old, n, &is_read, err);
    batch_free(batch);
    if (rc == 0 && is_read && !are_sure(m, &before, old, n))
        rc = rekey_verify(s, at, err);
    if (rc == 0 && is_read)
        rc = mend_others(s, at, &before, old, n, err);
    row_index_close(&before);
    if (rc != 0)
        return -1;
    log_info("rekey: rows got their new keys in place mapping=%s rows=%zu", m->cfg->name, n);
    return 0;
}

/* --- what was agreed on --- */

/* BASE, of the old key, under P's key. */
static int make_put(const struct mapping *m, const struct pending_row *p,
                    const struct base_row *base, struct arena *arena, struct base_put *put,
                    struct err *err)
{
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct value key[REKEY_KEY_MAX];

    buf_append(&hashes, base->hashes, base->hashes_len);
    for (size_t k = 0; k < m->n_key; k++) {
        key[k] = p->image->values[m->key[k]];
        base_set(&hashes, mapping_column_of(m, m->key[k])->name, hash_value(key[k]));
    }
    rowkey_write(&text, key, m->n_key);
    *put = (struct base_put){.key = p->id.key,
                             .row_key = arena_copy(arena, buf_text(&text), text.len),
                             .hashes = arena_copy(arena, buf_text(&hashes), hashes.len),
                             .hashes_len = hashes.len,
                             .agreed = base->agreed,
                             .agreed_len = base->agreed_len,
                             .changed_us = p->changed_us};
    return hashes.is_failed || text.is_failed || put->row_key == NULL || put->hashes == NULL
               ? err_nomem(err, "rekey")
               : 0;
}

static int put_heirs(struct session *s, const struct mapping *m, struct pending_row *const *rows,
                     size_t n, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(2 * n, sizeof(*keys));
    CLEANUP_FREE struct base_put *puts = calloc(n, sizeof(*puts));
    struct base_rows now = {0};
    size_t n_puts = 0;
    int rc = 0;

    if (keys == NULL || puts == NULL)
        return err_nomem(err, "rekey");
    for (size_t i = 0; i < n; i++) {
        keys[i] = rows[i]->old_key;
        keys[n + i] = rows[i]->id.key;
    }
    rc = state_load_base(&s->state, m->cfg->name, keys, 2 * n, true, &now, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct base_row *old = base_rows_find(&now, rows[i]->old_key);

        if (old == NULL || base_row_is_kept(old) || has_conflict(m, old) ||
            base_rows_find(&now, rows[i]->id.key) != NULL)
            continue;
        rc = make_put(m, rows[i], old, &now.arena, &puts[n_puts], err);
        keys[n_puts] = rows[i]->id.key;
        n_puts++;
    }
    if (rc == 0)
        rc = state_ack_put(&s->state, m->cfg->name, puts, n_puts, err);
    if (rc == 0)
        rc = state_ack_alive(&s->state, m->cfg->name, keys, n_puts, err);
    base_rows_close(&now);
    return rc;
}

/* What was agreed on of the old keys is known of the new ones, so that only cells that differ are
 * written, and what a person has typed there is seen. */
static int inherit(struct session *s, uint32_t at, struct pending_row **rows, struct err *err)
{
    size_t n = 0;

    for (struct pending_row *p = s->set.rows; p != NULL && n < REKEY_ROWS_MAX; p = p->hh.next)
        if (is_heir(s, at, p))
            rows[n++] = p;
    if (n == 0)
        return 0;
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (put_heirs(s, &s->follows[at].m, rows, n, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    s->own_commits++;
    if (state_ack_commit(&s->state, err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        rows[i]->has_old_key = false;
    return 0;
}

static size_t count_work(const struct session *s, uint32_t at)
{
    size_t n = 0;

    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        n += is_candidate(s, at, p) || rekey_is_landed(s, at, p);
    return n;
}

/* What stands as it should is known under its new key; the others, or with ALL every row, are
 * deleted and inserted. */
static void forget_old_keys(struct session *s, uint32_t at, bool all)
{
    for (struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        if (all ? p->id.mapping == at : rekey_is_landed(s, at, p))
            p->has_old_key = false;
}

static int settle_landed(struct session *s, uint32_t at, struct pending_row **rows, struct err *err)
{
    if (s->follows[at].m.is_index_stale || s->must_restart)
        return 0; /* they are looked at once more */
    if (inherit(s, at, rows, err) != 0)
        return -1;
    forget_old_keys(s, at, false);
    return 0;
}

/* What stands already was left by a batch whose answer was lost, or by a person. */
static int rekey_round(struct session *s, uint32_t at, struct pending_row **rows, struct err *err)
{
    size_t n;

    if (tab_read_index(s->sheets, &s->follows[at].m, err) != 0 ||
        (has_any(s, at, rekey_is_landed) && rekey_verify(s, at, err) != 0) ||
        settle_landed(s, at, rows, err) != 0)
        return -1;
    if (s->follows[at].m.is_index_stale || s->must_restart)
        return 0;
    return collect(s, at, rows, &n, err) != 0 || (n > 0 && rekey(s, at, rows, n, err) != 0)
               ? -1
               : settle_landed(s, at, rows, err);
}

int shipment_rekey(struct session *s, uint32_t at, struct err *err)
{
    CLEANUP_FREE struct pending_row **rows = NULL;
    struct mapping *m = &s->follows[at].m;
    size_t n = mapping_writes_sheet(m) ? count_work(s, at) : 0;

    if (n == 0)
        return 0;
    rows = calloc(REKEY_ROWS_MAX, sizeof(struct pending_row *));
    if (rows == NULL)
        return err_nomem(err, "rekey");
    for (int tries = 0; n > 0 && !s->must_restart && tries < TRIES_MAX;) {
        size_t left;

        if (rekey_round(s, at, rows, err) != 0)
            return -1;
        left = count_work(s, at);
        tries = left < n ? 0 : tries + 1;
        n = left;
    }
    if (n > 0 && !s->must_restart) /* they move again and again */
        forget_old_keys(s, at, true);
    return 0;
}
