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
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

enum { ROWS_MAX = 1000, KEY_MAX = 16 };

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

/* Rows that may be rekeyed, up to ROWS_MAX; the others are not looked at again. */
static int collect(struct session *s, uint32_t at, struct pending_row **rows, size_t *n,
                   struct err *err)
{
    const struct mapping *m = &s->follows[at].m;
    CLEANUP_FREE struct hash128 *old = calloc(ROWS_MAX, sizeof(*old));
    struct base_rows base = {0};
    size_t n_found = 0;
    int rc;

    *n = 0;
    if (old == NULL)
        return err_nomem(err, "rekey");
    for (struct pending_row *p = s->set.rows; p != NULL && n_found < ROWS_MAX; p = p->hh.next) {
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

static int write_key(struct batch *batch, const struct mapping *m, const struct pending_row *p,
                     struct err *err)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    int64_t row = row_index_find(&m->index, p->old_key);

    for (size_t k = 0; k < m->n_key; k++) {
        const struct mapping_column *column = &m->columns[m->key[k]];
        struct cell cell;

        buf_clear(&scratch);
        if (cell_from_value(mapping_column_of(m, m->key[k]), p->image->values[m->key[k]], &scratch,
                            &cell, err) != 0)
            return -1;
        batch_write(batch, m->sheet_id, row, column->sheet_column, &cell, 1, 1);
    }
    return 0;
}

/* Until the answer is there it is written down that the old keys go. */
static int send_keys(struct session *s, const struct mapping *m, struct batch *batch,
                     struct pending_row *const *rows, size_t n, struct grid **proof,
                     struct err *err)
{
    CLEANUP_FREE struct hash128 *old = calloc(n + 1, sizeof(*old));
    struct grid_range ranges[TAB_RANGES_MAX];
    size_t n_ranges = tab_ranges(m, ranges);

    if (old == NULL)
        return err_nomem(err, "rekey");
    for (size_t i = 0; i < n; i++)
        old[i] = rows[i]->old_key;
    if (lost_record_keys(s, m, old, n, err) != 0)
        return -1;
    return sheets_send(s->sheets, m->cfg->spreadsheet, batch, ranges, n_ranges, proof, err);
}

/* Which keys are not where they were, but for those that were to go? */
static int judge(struct session *s, uint32_t at, struct row_index *before,
                 struct pending_row *const *rows, size_t n, struct err *err)
{
    struct row_index others = {0};
    struct row_index gone = {0};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = row_index_add(&gone, rows[i]->old_key, 0) < 0 ? err_nomem(err, "rekey") : 0;
    for (size_t i = 0; rc == 0 && i < before->n_slots; i++)
        if (before->slots[i].row != 0 && row_index_find(&gone, before->slots[i].key) < 0 &&
            row_index_add(&others, before->slots[i].key, before->slots[i].row - 1) < 0)
            rc = err_nomem(err, "rekey");
    if (rc == 0)
        rc = mend_vanished(s, at, &others, err);
    row_index_close(&gone);
    row_index_close(&others);
    return rc;
}

/* The proof that came back. */
static int take_proof(struct session *s, uint32_t at, struct pending_row *const *rows, size_t n,
                      const struct grid *proof, struct err *err)
{
    struct mapping *m = &s->follows[at].m;
    struct row_index before = {0};
    int rc;

    if (!tab_headers_match(m, &proof[0])) {
        session_restart(s, "columns of a tab have moved");
        return 0;
    }
    before = m->index;
    m->index = (struct row_index){0};
    rc = tab_index(m, &proof[1], err);
    if (rc == 0)
        rc = judge(s, at, &before, rows, n, err);
    row_index_close(&before);
    return rc;
}

static int rekey(struct session *s, uint32_t at, struct pending_row *const *rows, size_t n,
                 struct err *err)
{
    struct mapping *m = &s->follows[at].m;
    struct batch *batch = batch_new();
    struct grid *proof = NULL;
    int rc = batch == NULL ? err_nomem(err, "rekey") : 0;

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = write_key(batch, m, rows[i], err);
    if (rc == 0) {
        m->is_index_stale = true;
        rc = send_keys(s, m, batch, rows, n, &proof, err);
    }
    batch_free(batch);
    if (rc == 0)
        rc = take_proof(s, at, rows, n, proof, err);
    grids_free(proof, 1 + m->n_key);
    if (lost_answered(s, m, rc, err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        rows[i]->has_old_key = is_heir(s, at, rows[i]);
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
    struct value key[KEY_MAX];

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

    for (struct pending_row *p = s->set.rows; p != NULL && n < ROWS_MAX; p = p->hh.next)
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

int shipment_rekey(struct session *s, uint32_t at, struct err *err)
{
    CLEANUP_FREE struct pending_row **rows = NULL;
    struct mapping *m = &s->follows[at].m;
    size_t n;

    if (!mapping_writes_sheet(m) || !(has_any(s, at, is_candidate) || has_any(s, at, is_heir)))
        return 0;
    rows = calloc(ROWS_MAX, sizeof(struct pending_row *));
    if (rows == NULL)
        return err_nomem(err, "rekey");
    do {
        if (tab_read_index(s->sheets, m, err) != 0 || collect(s, at, rows, &n, err) != 0 ||
            (n > 0 && rekey(s, at, rows, n, err) != 0) || inherit(s, at, rows, err) != 0)
            return -1;
    } while ((has_any(s, at, is_candidate) || has_any(s, at, is_heir)) && !s->must_restart);
    return 0;
}
