/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rekey_verify: do new keys stand in the rows that they were meant for?
 *
 * Rows may move while keys are on their way. A key that was written over another's is seen in no
 * proof: it stands where it was to stand, and the key that is gone may be one that was to go. So
 * the rows are read, and compared with what was agreed on of the old key; where that is not what
 * they show, with what was agreed on of the keys that are nowhere in the tab. Whom a row fits
 * better gets its key back, a blank row gets none, and the new key is written once more.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/session/rekey.h"
#include "replicator/session/shipment.h"
#include "replicator/sync/tab.h"

enum { PAGE_BASE = 10000, VANISHED_MAX = 4000 };

/* A row that shows P's new key. */
struct rekeyed {
    const struct pending_row *p;
    int64_t row;
    const struct base_row *rightful; /* whose it is; NULL: P's, as far as we know */
    bool is_nobodys;                 /* it shows nothing but the key */
};

struct verifying {
    struct session *s;
    struct mapping *m;
    uint32_t at;
    struct rekeyed *rows; /* owned */
    size_t n;
    struct grid_range *ranges; /* owned; one a row */
    struct grid *grids;        /* owned; one a row */
    struct hash128 *vanished;  /* owned; keys of base that are nowhere in the tab */
    size_t n_vanished;
    struct base_rows base; /* of the old keys and those that vanished */
};

static int collect(struct verifying *v, struct err *err)
{
    struct grid_range header[TAB_RANGES_MAX];

    v->rows = calloc(REKEY_ROWS_MAX, sizeof(*v->rows));
    v->ranges = calloc(REKEY_ROWS_MAX, sizeof(*v->ranges));
    v->vanished = calloc(VANISHED_MAX + REKEY_ROWS_MAX, sizeof(*v->vanished));
    if (v->rows == NULL || v->ranges == NULL || v->vanished == NULL)
        return err_nomem(err, "rekey");
    tab_ranges(v->m, header);
    for (const struct pending_row *p = v->s->set.rows; p != NULL && v->n < REKEY_ROWS_MAX;
         p = p->hh.next) {
        int64_t row;

        if (!rekey_is_landed(v->s, v->at, p))
            continue;
        row = row_index_find(&v->m->index, p->id.key);
        v->rows[v->n] = (struct rekeyed){.p = p, .row = row};
        v->ranges[v->n++] = (struct grid_range){.sheet_id = v->m->sheet_id,
                                                .row = row,
                                                .end_row = row + 1,
                                                .end_column = header[0].end_column};
    }
    return 0;
}

/* How well a row fits what was agreed on of a key. */
struct fit {
    size_t n, n_known; /* so many cells show it, of those that it speaks of */
};

static struct fit fits(const struct verifying *v, size_t i, const struct base_row *base)
{
    const struct mapping *m = v->m;
    struct fit fit = {0};

    for (size_t c = 0; base != NULL && c < m->n_columns; c++) {
        uint64_t hash;

        if (m->columns[c].is_key ||
            !base_find(base->hashes, base->hashes_len, mapping_column_of(m, c)->name, &hash) ||
            hash == 0)
            continue;
        fit.n_known++;
        fit.n += tab_cell_shows(
            m, c, grid_at(&v->grids[i], v->rows[i].row, m->columns[c].sheet_column), hash);
    }
    return fit;
}

static bool is_blank(const struct mapping *m, const struct grid *grid, int64_t row)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (!m->columns[i].is_key &&
            grid_at(grid, row, m->columns[i].sheet_column)->type != CELL_BLANK)
            return false;
    return true;
}

/* The row has moved since the index was read. */
static bool is_elsewhere(const struct verifying *v, size_t i)
{
    struct grid keys[REKEY_KEY_MAX];
    struct hash128 key;

    for (size_t k = 0; k < v->m->n_key; k++)
        keys[k] = v->grids[i];
    return !tab_key_at(v->m, keys, v->rows[i].row, &key) ||
           !hash128_equal(key, v->rows[i].p->id.key);
}

/* Does row I fit its old key, which is nowhere else? */
static bool is_at_home(const struct verifying *v, size_t i)
{
    const struct hash128 old = v->rows[i].p->old_key;
    const struct base_row *base = base_rows_find(&v->base, old);
    struct fit fit = fits(v, i, base);

    return row_index_find(&v->m->index, old) < 0 && base != NULL && fit.n == fit.n_known;
}

/* Whose row is it, if not that of the old key? */
static void find_rightful(struct verifying *v, size_t i)
{
    struct rekeyed *r = &v->rows[i];
    bool stands = row_index_find(&v->m->index, r->p->old_key) >= 0;
    struct base_row *rightful = NULL;
    size_t most = stands ? 0 : fits(v, i, base_rows_find(&v->base, r->p->old_key)).n;

    r->is_nobodys = is_blank(v->m, &v->grids[i], r->row);
    if (r->is_nobodys)
        return;
    for (size_t k = 0; k < v->n_vanished; k++) {
        struct base_row *base = base_rows_find(&v->base, v->vanished[k]);
        struct fit fit = fits(v, i, base);

        /* Where the old key still stands nothing else speaks for it: then all has to fit. */
        if (fit.n <= most || (stands && fit.n < fit.n_known) || base->is_seen ||
            hash128_equal(base->key, r->p->old_key))
            continue;
        most = fit.n;
        rightful = base;
    }
    r->rightful = rightful;
    if (rightful != NULL)
        rightful->is_seen = true;
}

/* The keys of base that are nowhere in the tab: an old key is among them when its row has the new
 * one, and so is one that a new key was written over. */
static int load_vanished(struct verifying *v, struct err *err)
{
    struct hash128 after = {{0}};
    int n, rc = 0;

    do {
        struct base_rows page = {0};

        n = state_page_base(&v->s->state, v->m->cfg->name, after, PAGE_BASE, &page, &after, err);
        rc = n < 0 ? -1 : 0;
        for (const struct base_row *row = page.rows;
             rc == 0 && row != NULL && v->n_vanished < VANISHED_MAX; row = row->hh.next)
            if (!base_row_is_kept(row) && row_index_find(&v->m->index, row->key) < 0 &&
                base_rows_find(&v->base, row->key) == NULL)
                v->vanished[v->n_vanished++] = row->key;
        base_rows_close(&page);
    } while (rc == 0 && n == PAGE_BASE && v->n_vanished < VANISHED_MAX);
    if (rc != 0 || state_load_base(&v->s->state, v->m->cfg->name, v->vanished, v->n_vanished, false,
                                   &v->base, err) != 0)
        return -1;
    for (size_t i = 0; i < v->n; i++)
        if (row_index_find(&v->m->index, v->rows[i].p->old_key) < 0)
            v->vanished[v->n_vanished++] = v->rows[i].p->old_key;
    return 0;
}

static int load_own(struct verifying *v, struct err *err)
{
    CLEANUP_FREE struct hash128 *old = calloc(v->n + 1, sizeof(*old));

    if (old == NULL)
        return err_nomem(err, "rekey");
    for (size_t i = 0; i < v->n; i++)
        old[i] = v->rows[i].p->old_key;
    return state_load_base(&v->s->state, v->m->cfg->name, old, v->n, false, &v->base, err);
}

static bool gives_way(const struct rekeyed *r)
{
    return r->rightful != NULL || r->is_nobodys;
}

/* *N_BACK: so many new keys give way. */
static int judge(struct verifying *v, size_t *n_back, struct err *err)
{
    bool is_sure = true;

    *n_back = 0;
    if (load_own(v, err) != 0)
        return -1;
    for (size_t i = 0; i < v->n; i++) {
        if (is_elsewhere(v, i))
            v->m->is_index_stale = true;
        is_sure = is_sure && is_at_home(v, i);
    }
    if (is_sure || v->m->is_index_stale)
        return 0;
    if (load_vanished(v, err) != 0)
        return -1;
    for (size_t i = 0; i < v->n; i++) {
        if (!is_at_home(v, i))
            find_rightful(v, i);
        *n_back += gives_way(&v->rows[i]);
    }
    return 0;
}

static int write_back(struct verifying *v, struct batch *batch, const struct rekeyed *r,
                      struct err *err)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value key[REKEY_KEY_MAX];
    const char *text = r->rightful == NULL ? NULL : r->rightful->row_key;

    if (text == NULL)
        return rekey_write(batch, v->m, NULL, r->row, err);
    if (rowkey_read(text, strlen(text), &bytes, key, v->m->n_key, err) != 0)
        return -1;
    return rekey_write(batch, v->m, key, r->row, err);
}

static int put_back(struct verifying *v, size_t n_back, struct err *err)
{
    CLEANUP_FREE struct hash128 *going = calloc(n_back, sizeof(*going));
    struct batch *batch = batch_new();
    bool is_read;
    size_t n = 0;
    int rc = going == NULL || batch == NULL ? err_nomem(err, "rekey") : 0;

    for (size_t i = 0; rc == 0 && i < v->n; i++) {
        if (!gives_way(&v->rows[i]))
            continue;
        going[n++] = v->rows[i].p->id.key;
        rc = write_back(v, batch, &v->rows[i], err);
    }
    if (rc == 0) {
        log_warn("rekey: rows moved while new keys were on their way; they are taken back "
                 "mapping=%s rows=%zu",
                 v->m->cfg->name, n);
        rc = rekey_send(v->s, v->m, batch, going, n, &is_read, err);
    }
    batch_free(batch);
    return rc;
}

static void verifying_close(struct verifying *v)
{
    base_rows_close(&v->base);
    grids_free(v->grids, v->n);
    free(v->vanished);
    free(v->ranges);
    free(v->rows);
}

int rekey_verify(struct session *s, uint32_t at, struct err *err)
{
    struct verifying v = {.s = s, .m = &s->follows[at].m, .at = at};
    size_t n_back = 0;
    int rc = collect(&v, err);

    if (rc == 0 && v.n > 0) {
        rc = sheets_read(s->sheets, v.m->cfg->spreadsheet, v.ranges, v.n, &v.grids, err);
        if (rc == 0)
            rc = judge(&v, &n_back, err);
        if (rc == 0 && n_back > 0)
            rc = put_back(&v, n_back, err);
    }
    verifying_close(&v);
    return rc;
}
