/* SPDX-License-Identifier: Apache-2.0 */
/* lost_mend: what a batch without a proof did is written down, and what it hit by mistake is put
 * right. */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "replicator/session/lost.h"
#include "replicator/sync/tab.h"

enum { PAGE_BASE = 1000 };

/* Base rows under change, and their new ones. */
struct writing {
    struct hunt *h;
    struct base_rows now;  /* locked */
    struct base_put *puts; /* owned */
    size_t n;
};

static const char *name_of(const struct hunt *h, const struct lost_cell *cell)
{
    return mapping_column_of(h->share->m, cell->mapped)->name;
}

static int add_put(struct writing *w, const struct base_row *base, const struct buf *hashes,
                   const struct buf *agreed, int64_t changed_us, struct err *err)
{
    struct base_put *put = &w->puts[w->n++];

    *put = (struct base_put){.key = base->key,
                             .row_key = base->row_key,
                             .hashes = arena_copy(&w->now.arena, buf_text(hashes), hashes->len),
                             .hashes_len = hashes->len,
                             .agreed = arena_copy(&w->now.arena, buf_text(agreed), agreed->len),
                             .agreed_len = agreed->len,
                             .changed_us = changed_us};
    return hashes->is_failed || agreed->is_failed || put->hashes == NULL || put->agreed == NULL
               ? err_nomem(err, "flush")
               : 0;
}

/* --- rows at home --- */

/* Written once, and acknowledged late: as far as the row shows it. Where a person has typed over a
 * cell since, that one cell is theirs. */
static int put_home(struct writing *w, const struct lost_row *row, struct err *err)
{
    const struct hunt *h = w->h;
    const struct base_row *base = base_rows_find(&w->now, row->key);
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;

    if (base == NULL || base_row_is_kept(base))
        return 0;
    buf_append(&hashes, base->hashes, base->hashes_len);
    buf_append(&agreed, base->agreed, base->agreed_len);
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const struct lost_cell *cell = &h->share->cells[c];
        const char *name = name_of(h, cell);

        if (!cell->is_shown || base_is_held(base->hashes, base->hashes_len, name))
            continue;
        base_show(&hashes, name, cell->hash, clock_wall_ms());
        base_value_set(&agreed, name, cell->shown);
    }
    return add_put(w, base, &hashes, &agreed, row->is_home ? row->changed_us : 0, err);
}

/* --- rows that were hit --- */

/* Base learns what the row shows; *COLUMNS: as a JSON array, what it did not know. */
static int put_hit(struct writing *w, const struct hit *hit, const struct base_row *base,
                   struct buf *columns, struct err *err)
{
    const struct hunt *h = w->h;
    const struct lost_row *row = hit->content->like;
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;

    buf_append(&hashes, base->hashes, base->hashes_len);
    buf_append(&agreed, base->agreed, base->agreed_len);
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const struct lost_cell *cell = &h->share->cells[c];
        const char *name = name_of(h, cell);
        uint64_t known;

        if (base_is_held(base->hashes, base->hashes_len, name) ||
            (base_find(base->hashes, base->hashes_len, name, &known) && known == cell->hash))
            continue;
        base_set(&hashes, name, cell->hash);
        base_value_set(&agreed, name, (struct value){.state = VALUE_ABSENT});
        buf_putc(columns, columns->len == 0 ? '[' : ',');
        buf_json(columns, name, strlen(name));
    }
    if (columns->len == 0)
        return 0;
    buf_putc(columns, ']');
    return add_put(w, base, &hashes, &agreed, clock_wall_ms() * 1000, err);
}

static int mend_hit(struct writing *w, const struct hit *hit, size_t *n, struct err *err)
{
    const struct base_row *base = base_rows_find(&w->now, hit->key);
    CLEANUP_BUF struct buf columns = BUF_INIT;

    if (base == NULL) {
        log_warn("flush: a write hit a row that MySQL does not know yet mapping=%s",
                 w->h->share->m->cfg->name);
        return 0;
    }
    if (put_hit(w, hit, base, &columns, err) != 0)
        return -1;
    if (columns.is_failed)
        return err_nomem(err, "flush");
    if (columns.len == 0)
        return 0;
    ++*n;
    return session_refresh(w->h->s, w->h->share->at, base->key, base->row_key, columns.ptr, err);
}

static int add_orphan(struct hunt *h, const struct hit *hit, struct err *err)
{
    const struct lost_row *row = hit->content->like;
    struct orphan *o = orphan_new(h->s, h->share->at, row->key, err);

    if (o == NULL)
        return -1;
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        o->has[h->share->cells[c].mapped] = !h->share->cells[c].is_blank;
        o->hashes[h->share->cells[c].mapped] = h->share->cells[c].hash;
    }
    return 0;
}

/* --- one transaction --- */

static int load_base(struct writing *w, struct err *err)
{
    const struct hunt *h = w->h;
    size_t n = 0, max = h->share->n_rows + h->n_hits;
    CLEANUP_FREE struct hash128 *keys = calloc(max + 1, sizeof(*keys));

    w->puts = calloc(max + 1, sizeof(*w->puts));
    if (keys == NULL || w->puts == NULL)
        return err_nomem(err, "flush");
    for (size_t i = 0; i < h->share->n_rows; i++)
        if (h->share->rows[i].is_found)
            keys[n++] = h->share->rows[i].key;
    for (size_t i = 0; i < h->n_hits; i++)
        if (h->hits[i].has_key)
            keys[n++] = h->hits[i].key;
    return state_load_base(&h->s->state, h->share->m->cfg->name, keys, n, true, &w->now, err);
}

static int write_base(struct hunt *h, size_t *n_hit, struct err *err)
{
    struct writing w = {.h = h};
    int rc = load_base(&w, err);

    for (size_t i = 0; rc == 0 && i < h->share->n_rows; i++)
        if (h->share->rows[i].is_found)
            rc = put_home(&w, &h->share->rows[i], err);
    for (size_t i = 0; rc == 0 && i < h->n_hits; i++)
        if (h->hits[i].has_key)
            rc = mend_hit(&w, &h->hits[i], n_hit, err);
    if (rc == 0)
        rc = state_ack_put(&h->s->state, h->share->m->cfg->name, w.puts, w.n, err);
    base_rows_close(&w.now);
    free(w.puts);
    return rc;
}

/* The table is compared, in case we die before the rows that were hit are right again. */
static int put_right(struct hunt *h, struct err *err)
{
    struct session *s = h->s;
    size_t n_hit = 0;

    for (size_t i = 0; i < h->n_hits; i++)
        if (!h->hits[i].has_key && add_orphan(h, &h->hits[i], err) != 0)
            return -1;
    if (state_ack_begin(&s->state, err) != 0)
        return -1;
    if (write_base(h, &n_hit, err) != 0) {
        state_ack_abort(&s->state);
        return -1;
    }
    if (state_ack_commit(&s->state, err) != 0)
        return -1;
    s->own_commits++;
    if (n_hit == 0)
        return 0;
    log_warn("flush: rows moved while a batch was on its way, and its answer was lost; they are "
             "put right mapping=%s hit=%zu",
             h->share->m->cfg->name, n_hit);
    metrics_add(METRIC_MOVED_ROWS, (int64_t)n_hit, h->share->at);
    return compare_request(s, &s->follows[h->share->at], err);
}

/* --- rows that were deleted by mistake --- */

static size_t count_survivors(const struct lost_share *share)
{
    size_t n = 0;

    for (size_t i = 0; i < share->n_rows; i++)
        n += share->rows[i].is_gone && row_index_find(&share->m->index, share->rows[i].key) >= 0;
    return n;
}

static bool was_to_go(const struct lost_share *share, struct hash128 key)
{
    struct lost_row *row;

    HASH_FIND(hh, share->by_key, &key, sizeof(key), row);
    return row != NULL && row->is_gone;
}

/* A row that was to go is there: another one went. All rows that base knows and the tab has no
 * more are written again; a person who has deleted one in the same moment deletes it once more. */
static int bring_back(struct session *s, const struct lost_share *share, struct err *err)
{
    const struct mapping *m = share->m;
    struct hash128 after = {{0}};
    size_t n_back = 0;
    int n, rc = 0;

    do {
        struct base_rows page = {0};

        n = state_page_base(&s->state, m->cfg->name, after, PAGE_BASE, &page, &after, err);
        rc = n < 0 ? -1 : 0;
        for (struct base_row *row = page.rows; rc == 0 && row != NULL; row = row->hh.next) {
            if (base_row_is_kept(row) || row_index_find(&m->index, row->key) >= 0 ||
                was_to_go(share, row->key))
                continue;
            n_back++;
            rc = session_refresh(s, share->at, row->key, row->row_key, "*", err);
        }
        base_rows_close(&page);
    } while (rc == 0 && n == PAGE_BASE);
    if (rc != 0 || n_back == 0)
        return rc;
    log_warn(
        "flush: rows moved while a batch was on its way, and its answer was lost; rows that it "
        "deleted instead of others are written again mapping=%s rows=%zu",
        m->cfg->name, n_back);
    metrics_add(METRIC_MOVED_ROWS, (int64_t)n_back, share->at);
    return compare_request(s, &s->follows[share->at], err);
}

/* It was written a moment ago; and where it is new, what was. */
static void note_row(struct session *s, const struct lost_share *share, const struct lost_row *row)
{
    struct recent *recent = recent_note(s, share->at, row->key);

    for (size_t c = row->first_cell;
         recent != NULL && row->is_new && c < row->first_cell + row->n_cells; c++)
        recent_keep_cell(s, recent, share->m->n_columns, share->cells[c].mapped,
                         share->cells[c].hash);
}

int lost_judge(struct session *s, struct lost_share *share, struct err *err)
{
    struct hunt h = {.s = s, .share = share};
    int rc = tab_read_index(s->sheets, share->m, err);

    if (rc == 0)
        rc = hunt_run(&h, err);
    if (rc == 0)
        rc = put_right(&h, err);
    hunt_close(&h);
    if (rc == 0 && count_survivors(share) > 0)
        rc = bring_back(s, share, err);
    for (size_t i = 0; rc == 0 && i < share->n_rows; i++)
        if (!share->rows[i].is_gone)
            note_row(s, share, &share->rows[i]);
    return rc;
}
