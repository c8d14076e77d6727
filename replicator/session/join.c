/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/join.h"

#include <stdlib.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rowkey.h"
#include "replicator/sync/fetch.h"
#include "replicator/sync/tab.h"

enum { PAGE_ROWS = 2000, RETRY_MS = 5000, KEY_MAX = 16 };

int join_open(struct session *s, struct follow *f, const struct mapping_memory *memory,
              struct err *err)
{
    const struct config_mapping *cfg = f->m.cfg;
    bool is_new = memory->joined == JOINED_NOT && !memory->has_base &&
                  memory->phase == SNAPSHOT_NONE && f->m.index.n_rows > 0 &&
                  cfg->initial != CONFIG_INITIAL_MYSQL && cfg->direction != CONFIG_TO_SHEET;

    f->is_joining = is_new || memory->joined == JOINED_PARTLY;
    f->join_row = 1;
    if (f->is_joining)
        log_info("join: both sides are filled; they are compared first mapping=%s", cfg->name);
    if (memory->joined != JOINED_NOT)
        return 0;
    s->own_commits++;
    return state_save_joined(&s->state, cfg->name, is_new ? JOINED_PARTLY : JOINED, err);
}

/* --- some rows of a page --- */

/* Rows of the tab, MySQL's rows of the same keys, and what both agree on. */
struct batch_of_rows {
    struct session *s;
    struct follow *f;
    const struct grid *grid;
    struct fetched fetched;
    struct base_rows base; /* as it is now, locked */
    struct arena arena;
    struct found *found;
    bool *changed; /* owned; scratch, one a column */
};

static bool is_editable(const struct mapping *m, size_t i)
{
    return m->columns[i].to_mysql && !m->columns[i].is_key;
}

/* The base of IMAGE with what ROW shows of it; CHANGED: what it does not. */
static int join_row(struct batch_of_rows *b, const struct row_image *image, int64_t row,
                    struct base_put *put, struct err *err)
{
    const struct mapping *m = &b->f->m;
    const struct base_row *base = base_rows_find(&b->base, image->key);
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct value key[KEY_MAX];
    uint64_t hash;

    if (base != NULL) {
        buf_append(&hashes, base->hashes, base->hashes_len);
        buf_append(&agreed, base->agreed, base->agreed_len);
    }
    for (size_t i = 0; i < m->n_columns; i++) {
        const char *name = mapping_column_of(m, i)->name;
        struct value v = image->values[i];
        bool is_equal =
            tab_cell_shows(m, i, grid_at(b->grid, row, m->columns[i].sheet_column), hash_value(v));
        bool is_known = base_find(hashes.ptr, hashes.len, name, &hash);

        b->changed[i] = !is_equal && !is_known && is_editable(m, i);
        if (!is_equal || is_known)
            continue;
        base_set(&hashes, name, hash_value(v));
        if (config_keeps_value(m->cfg, name))
            base_value_set(&agreed, name, v);
    }
    for (size_t k = 0; k < m->n_key; k++)
        key[k] = image->values[m->key[k]];
    rowkey_write(&text, key, m->n_key);
    *put = (struct base_put){.key = image->key,
                             .row_key = arena_copy(&b->arena, buf_text(&text), text.len),
                             .hashes = arena_copy(&b->arena, buf_text(&hashes), hashes.len),
                             .hashes_len = hashes.len,
                             .agreed = arena_copy(&b->arena, buf_text(&agreed), agreed.len),
                             .agreed_len = agreed.len};
    if (hashes.is_failed || agreed.is_failed || text.is_failed || put->row_key == NULL ||
        put->hashes == NULL || put->agreed == NULL)
        return err_nomem(err, "join");
    return 0;
}

static int put_rows(struct batch_of_rows *b, struct err *err)
{
    const struct mapping *m = &b->f->m;
    struct hash128 keys[FETCH_KEYS_MAX];
    struct base_put puts[FETCH_KEYS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < b->fetched.n; i++)
        keys[i] = b->fetched.images[i]->key;
    if (state_load_base(&b->s->state, m->cfg->name, keys, b->fetched.n, true, &b->base, err) != 0)
        return -1;
    for (size_t i = 0; i < b->fetched.n; i++) {
        const struct row_image *image = b->fetched.images[i];
        int64_t row = row_index_find(&m->index, image->key);
        bool any = false;

        if (row < b->grid->row || row >= grid_end_row(b->grid))
            continue;
        if (join_row(b, image, row, &puts[n++], err) != 0)
            return -1;
        for (size_t c = 0; c < m->n_columns; c++)
            any = any || b->changed[c];
        if (any)
            found_upsert(b->found, m, b->grid, row, b->changed, NULL);
    }
    return state_ack_put(&b->s->state, m->cfg->name, puts, n, err);
}

/* N rows of the tab with the key values KEYS. */
static int join_rows(struct session *s, struct follow *f, const struct grid *grid,
                     const struct value *keys, size_t n, struct found *found, struct err *err)
{
    struct batch_of_rows b = {.s = s, .f = f, .grid = grid, .found = found};
    int rc;

    b.changed = calloc(f->m.n_columns, sizeof(*b.changed));
    if (b.changed == NULL)
        return err_nomem(err, "join");
    rc = fetch_keys(s->state.db, &f->m, keys, n, false, &b.fetched, err);
    if (rc == 0 && b.fetched.n > 0) {
        rc = state_ack_begin(&s->state, err);
        if (rc == 0 && put_rows(&b, err) != 0) {
            state_ack_abort(&s->state);
            rc = -1;
        } else if (rc == 0) {
            s->own_commits++;
            rc = state_ack_commit(&s->state, err);
        }
    }
    fetched_close(&b.fetched);
    base_rows_close(&b.base);
    arena_close(&b.arena);
    free(b.changed);
    return rc;
}

/* --- a page --- */

static int join_grid(struct session *s, struct follow *f, const struct grid *grid,
                     struct found *found, struct err *err)
{
    const struct mapping *m = &f->m;
    CLEANUP_FREE struct value *keys = calloc(FETCH_KEYS_MAX * m->n_key, sizeof(*keys));
    CLEANUP_FREE struct buf *bytes = calloc(FETCH_KEYS_MAX, sizeof(*bytes));
    struct grid columns[KEY_MAX];
    int64_t end = grid_end_row(grid);
    size_t n = 0;
    int rc = keys == NULL || bytes == NULL ? err_nomem(err, "join") : 0;

    for (size_t k = 0; k < m->n_key; k++)
        columns[k] = *grid;
    for (int64_t row = grid->row; rc == 0 && row < end; row++) {
        struct value *key = keys + n * m->n_key;

        buf_clear(&bytes[n]);
        /* Of rows with the same key the first one counts. */
        if (tab_key_values(m, columns, row, &bytes[n], key) &&
            row_index_find(&m->index, hash_key(key, m->n_key)) == row)
            n++;
        if (n == FETCH_KEYS_MAX || (row + 1 == end && n > 0)) {
            rc = join_rows(s, f, grid, keys, n, found, err);
            n = 0;
        }
    }
    for (size_t i = 0; bytes != NULL && i < FETCH_KEYS_MAX; i++)
        buf_close(&bytes[i]);
    return rc;
}

static int join_page(struct session *s, struct follow *f, struct err *err)
{
    struct mapping *m = &f->m;
    struct grid_range ranges[TAB_RANGES_MAX];
    struct grid_range page[2];
    struct found found = {.is_initial = true, .time_ms = clock_wall_ms()};
    struct grid *grids = NULL;
    int rc;

    if (tab_read_index(s->sheets, m, err) != 0)
        return -1;
    tab_ranges(m, ranges);
    page[0] = page[1] = ranges[0];
    page[1].row = f->join_row;
    page[1].end_row = f->join_row + PAGE_ROWS < m->grid_rows ? f->join_row + PAGE_ROWS : -1;
    if (sheets_wait_to_read(s->sheets, err) != 0 ||
        sheets_read(s->sheets, m->cfg->spreadsheet, page, 2, &grids, err) != 0)
        return -1;
    rc = tab_headers_match(m, &grids[0]) ? join_grid(s, f, &grids[1], &found, err) : 0;
    if (!tab_headers_match(m, &grids[0]))
        session_restart(s, "columns of a tab have moved");
    grids_free(grids, 2);
    if (rc == 0)
        rc = found_post(s, m, &found, err);
    found_close(&found);
    if (rc == 0 && !s->must_restart)
        f->join_row += PAGE_ROWS;
    return rc;
}

static int end(struct session *s, struct follow *f, struct err *err)
{
    f->is_joining = false;
    log_info("join: done mapping=%s", f->m.cfg->name);
    s->own_commits++;
    return state_save_joined(&s->state, f->m.cfg->name, JOINED, err);
}

int join_step(struct session *s, struct err *err)
{
    int64_t now = clock_mono_ms();

    for (uint32_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[i];

        if (!f->m.is_ready || !f->is_joining || now < f->join_ms)
            continue;
        if (f->join_row > 1 && f->join_row >= f->m.grid_rows)
            return end(s, f, err);
        if (join_page(s, f, err) == 0)
            return 0;
        if (err->code != ERR_HTTP)
            return -1;
        f->join_ms = now + RETRY_MS; /* the others go on */
        log_fault(&s->reconcile_fault, "join", err);
    }
    return 0;
}
