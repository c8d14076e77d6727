/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: rows read by SELECT while the stream flows (the DBLog way), without a lock.
 *
 * Commit a low mark, SELECT, commit a high mark. Rows that the stream changes between the marks are
 * newer than what was read and are dropped from the window; the rest joins the change set when the
 * stream passes the high mark. Snapshot chunks, sweeps for rows that are gone, and refreshes of
 * single rows all go this way.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/metrics.h"
#include "common/rowkey.h"
#include "replicator/session/session.h"
#include "replicator/sync/fetch.h"
#include "replicator/sync/plan.h"

/* CHUNK_START: rows of the first chunk, whose size is not known yet. CHUNK_GROWTH: a chunk has at
 * most so many times the rows of the one before. */
enum { KEY_MAX = 16, CHUNK_START = 100, CHUNK_GROWTH = 4 };

static void free_row(struct window *w, struct window_row *row)
{
    HASH_DEL(w->rows, row);
    free(row->image);
    free(row->row_key);
    free(row->forced);
    free(row);
}

void window_close(struct window *w)
{
    struct window_row *row, *next;

    HASH_ITER(hh, w->rows, row, next) free_row(w, row);
    free(w->chunk_key);
    *w = (struct window){0};
}

static struct window_row *find_row(const struct window *w, struct hash128 key)
{
    struct window_row *row;

    HASH_FIND(hh, w->rows, &key, sizeof(key), row);
    return row;
}

static struct window_row *add_row(struct window *w, struct hash128 key)
{
    struct window_row *row = find_row(w, key);

    if (row != NULL)
        return row;
    row = calloc(1, sizeof(*row));
    if (row == NULL)
        return NULL;
    row->key = key;
    HASH_ADD(hh, w->rows, key, sizeof(row->key), row);
    if (hash_added(row))
        return row;
    free(row);
    return NULL;
}

/* Move the images into the window. */
static int add_images(struct window *w, struct fetched *fetched, struct err *err)
{
    for (size_t i = 0; i < fetched->n; i++) {
        struct window_row *row = add_row(w, fetched->images[i]->key);

        if (row == NULL)
            return err_nomem(err, "window");
        free(row->image);
        row->image = take_ptr(fetched->images[i]);
    }
    return 0;
}

/* --- opening --- */

static int mark(struct session *s, uint64_t *serial, struct err *err)
{
    if (state_mark(&s->state, serial, err) != 0)
        return -1;
    s->own_commits++;
    return 0;
}

static int read_key(const struct mapping *m, const char *row_key, struct buf *bytes,
                    struct value *key, struct err *err)
{
    buf_clear(bytes);
    return rowkey_read(row_key, strlen(row_key), bytes, key, m->n_key, err);
}

static char *print_key(const struct mapping *m, const struct row_image *image)
{
    struct buf text = BUF_INIT;
    struct value key[KEY_MAX];

    for (size_t k = 0; k < m->n_key; k++)
        key[k] = image->values[m->key[k]];
    rowkey_write(&text, key, m->n_key);
    return buf_take(&text);
}

/* The follow learns of it when the rows join the set: until then the chunk before may be
 * acknowledged. */
static int note_chunk(const struct mapping *m, struct window *w, const struct fetched *fetched,
                      size_t limit, struct err *err)
{
    w->chunk_rows = fetched->n;
    if (fetched->n < limit)
        return 0;
    w->chunk_key = print_key(m, fetched->images[fetched->n - 1]);
    return w->chunk_key == NULL ? err_nomem(err, "window") : 0;
}

/* Bytes of chunks that are gathered: a batch, or nearly, so that it takes all of them along. */
static size_t gather_bytes(const struct session *s)
{
    return s->pace.bytes - s->pace.bytes / 128;
}

/* What a row of the next chunk takes is known from this one, of LIMIT rows at most. */
static void measure_chunk(struct follow *f, const struct fetched *fetched, size_t limit)
{
    size_t bytes = 0, memory = 0;

    for (size_t i = 0; i < fetched->n; i++) {
        bytes += plan_row_bytes(fetched->images[i], true);
        memory += fetched->images[i]->size;
    }
    if (f->chunk_size < limit * CHUNK_GROWTH)
        f->chunk_size = limit * CHUNK_GROWTH;
    if (fetched->n == 0)
        return;
    f->chunk_row_bytes = (bytes + fetched->n - 1) / fetched->n;
    f->chunk_row_memory = memory / fetched->n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many rows to read: with those that take WAITING bytes, a batch. */
static size_t chunk_rows(const struct session *s, const struct follow *f, size_t waiting)
{
    const struct config_replicator *cfg = &s->cfg->replicator;
    size_t gather = gather_bytes(s), rows = f->chunk_size == 0 ? CHUNK_START : f->chunk_size;

    rows = least(rows, cfg->snapshot_rows);
    if (f->chunk_row_bytes > 0) {
        rows = least(rows, s->memory_bytes / 8 / f->chunk_row_memory);
        size_t row = pace_reckon(&s->pace, f->chunk_row_bytes, true);

        rows = least(rows, (gather - least(waiting, gather - gather / 8)) / (row > 0 ? row : 1));
    }
    return rows < 1 ? 1 : rows;
}

static int open_snapshot(struct session *s, uint32_t at, size_t waiting, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct window *w = &s->window;
    struct fetched fetched = {0};
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value after[KEY_MAX];
    size_t limit = chunk_rows(s, f, waiting);
    const char *from = f->is_chunk_pending ? f->chunk_key : f->snapshot_key;
    int rc;

    *w = (struct window){.mapping = at, .is_snapshot = true};
    if (from != NULL && read_key(&f->m, from, &bytes, after, err) != 0)
        return -1;
    if (mark(s, &w->low, err) != 0 ||
        fetch_after(s->state.db, &f->m, from == NULL ? NULL : after, limit, &fetched, err) != 0)
        return -1;
    metrics_add(METRIC_SNAPSHOT_ROWS, (int64_t)fetched.n, at);
    measure_chunk(f, &fetched, limit);
    rc = note_chunk(&f->m, w, &fetched, limit, err);
    if (rc == 0)
        rc = add_images(w, &fetched, err);
    fetched_close(&fetched);
    if (rc != 0 || mark(s, &w->high, err) != 0)
        return -1;
    w->is_open = true;
    return 0;
}

/* Move up to FETCH_KEYS_MAX refreshes into the window. */
static int take_refreshes(struct follow *f, struct window *w, struct err *err)
{
    struct refresh *r, *next;

    HASH_ITER(hh, f->refreshes, r, next)
    {
        struct window_row *row;

        if (HASH_COUNT(w->rows) == FETCH_KEYS_MAX)
            break;
        row = add_row(w, r->key);
        if (row == NULL)
            return err_nomem(err, "window");
        row->row_key = take_ptr(r->row_key);
        row->forced = take_ptr(r->forced);
        row->is_forced = r->is_forced;
        row->can_rescue = r->can_rescue;
        row->changed_us = r->changed_us;
        row->since = r->since;
        row->times = r->times;
        HASH_DEL(f->refreshes, r);
        free(r);
    }
    return 0;
}

/* The keys of the window's rows; their bytes are in BYTES. */
static int window_keys(const struct mapping *m, const struct window *w, struct buf *bytes,
                       struct value *keys, struct err *err)
{
    size_t need = 0, n = 0;

    for (struct window_row *row = w->rows; row != NULL; row = row->hh.next)
        need += strlen(row->row_key) + 1;
    /* All the room at once: a text in BYTES must not move. A key is never longer than its JSON. */
    if (buf_reserve(bytes, need) == NULL)
        return err_nomem(err, "window");
    for (struct window_row *row = w->rows; row != NULL; row = row->hh.next, n++)
        if (rowkey_read(row->row_key, strlen(row->row_key), bytes, keys + n * m->n_key, m->n_key,
                        err) != 0)
            return err_wrap(err, "mapping %s", m->cfg->name);
    return 0;
}

static int open_refresh(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct window *w = &s->window;
    struct fetched fetched = {0};
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    CLEANUP_FREE struct value *keys = calloc(FETCH_KEYS_MAX * f->m.n_key, sizeof(*keys));
    int rc;

    if (keys == NULL)
        return err_nomem(err, "window");
    *w = (struct window){.mapping = at};
    if (take_refreshes(f, w, err) != 0 || window_keys(&f->m, w, &bytes, keys, err) != 0 ||
        mark(s, &w->low, err) != 0 ||
        fetch_keys(s->state.db, &f->m, keys, HASH_COUNT(w->rows), false, &fetched, err) != 0)
        return -1;
    rc = add_images(w, &fetched, err);
    fetched_close(&fetched);
    if (rc != 0 || mark(s, &w->high, err) != 0)
        return -1;
    w->is_open = true;
    return 0;
}

static bool has_chunk(const struct session *s, const char *spreadsheet)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].is_chunk_pending &&
            strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) == 0)
            return true;
    return false;
}

/* The last one has no key after it. How far the snapshot is can be saved only when all of them have
 * left. */
static bool may_add_chunk(const struct follow *f)
{
    return f->m.is_ready && f->phase != SNAPSHOT_DONE && !f->is_sweeping && !follow_is_behind(f) &&
           !(f->is_chunk_pending && (f->chunk_key == NULL || f->is_chunk_leaving));
}

/* Chunks gather up to a batch of their spreadsheet; where others' changes fill it, one goes with
 * them. */
static bool wants_chunk(const struct session *s, const struct follow *f)
{
    const char *spreadsheet = f->m.cfg->spreadsheet;

    return may_add_chunk(f) &&
           (!has_chunk(s, spreadsheet) ||
            session_waiting_bytes(s, spreadsheet) < gather_bytes(s) - gather_bytes(s) / 4);
}

bool window_is_filling(const struct session *s, const char *spreadsheet)
{
    bool has_last = false;

    for (size_t i = 0; i < s->n_follows; i++)
        has_last |= s->follows[i].is_chunk_pending && s->follows[i].chunk_key == NULL &&
                    !s->follows[i].needs_sweep &&
                    strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) == 0;
    return has_last || (has_chunk(s, spreadsheet) &&
                        session_waiting_bytes(s, spreadsheet) >= gather_bytes(s) / 2);
}

static bool wants_chunks(const struct session *s)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].m.is_ready && s->follows[i].phase != SNAPSHOT_DONE &&
            !follow_is_behind(&s->follows[i]))
            return true;
    return false;
}

static bool wants_refresh(const struct follow *f)
{
    return f->m.is_ready && f->refreshes != NULL;
}

/* The mapping of SPREADSHEET whose chunk comes next; -1: none does, or rows are to be read first.
 */
static int64_t next_to_fill(const struct session *s, const char *spreadsheet)
{
    for (uint32_t i = 0; i < s->n_follows; i++)
        if (wants_refresh(&s->follows[i]))
            return -1;
    for (uint32_t i = 0; i < s->n_follows; i++)
        if (may_add_chunk(&s->follows[i]) &&
            strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) == 0)
            return i;
    return -1;
}

void window_read_ahead(struct session *s, const char *spreadsheet)
{
    int64_t at = s->window.is_open ? -1 : next_to_fill(s, spreadsheet);
    struct err err = ERR_INIT;
    bool may_read = false;

    if (at < 0 || throttle_step(s, &may_read, &err) != 0 || !may_read)
        return;
    if (open_snapshot(s, (uint32_t)at, 0, &err) != 0)
        window_close(&s->window);
}

int window_step(struct session *s, struct err *err)
{
    bool may_read = false;

    if (compare_step(s, err) != 0)
        return -1;
    if (s->window.is_open)
        return 0;
    for (uint32_t i = 0; i < s->n_follows; i++)
        if (wants_refresh(&s->follows[i]))
            return open_refresh(s, i, err);
    if (wants_chunks(s) && throttle_step(s, &may_read, err) != 0)
        return -1;
    for (uint32_t i = 0; may_read && i < s->n_follows; i++)
        if (wants_chunk(s, &s->follows[i]))
            return open_snapshot(s, i, session_waiting_bytes(s, s->follows[i].m.cfg->spreadsheet),
                                 err);
    for (uint32_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].m.is_ready && s->follows[i].is_sweeping && !s->follows[i].is_swept)
            return compare_sweep(s, i, err);
    return 0;
}

/* --- the stream passes --- */

void window_overtake(struct session *s, uint32_t mapping, struct hash128 key)
{
    struct window *w = &s->window;
    struct window_row *row;

    if (!w->is_open || !w->is_past_low || w->mapping != mapping)
        return;
    row = find_row(w, key);
    if (row != NULL)
        row->is_overtaken = true;
}

/* The image of a row that MySQL has no more: its key. */
static struct row_image *gone_image(const struct mapping *m, const struct window_row *row,
                                    struct err *err)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    CLEANUP_FREE struct value *values = calloc(m->n_columns, sizeof(*values));
    struct row_image *image;
    struct value key[KEY_MAX];

    if (values == NULL) {
        err_nomem(err, "window");
        return NULL;
    }
    if (read_key(m, row->row_key, &bytes, key, err) != 0)
        return NULL;
    for (size_t k = 0; k < m->n_key; k++)
        values[m->key[k]] = key[k];
    image = row_image_new(row->key, values, m->n_columns);
    if (image == NULL)
        err_nomem(err, "window");
    return image;
}

static void force_all(struct pending_row *pending, const struct window_row *row, size_t n)
{
    pending->is_forced = pending->is_forced || row->is_forced;
    pending->can_rescue = pending->can_rescue || row->can_rescue;
    for (size_t i = 0; row->forced != NULL && i < n; i++)
        if ((row->forced[i / 64] >> (i % 64) & 1) != 0 && pending_row_force(pending, i, n) != 0)
            pending->is_forced = true;
}

static int merge_row(struct session *s, struct window_row *row, struct err *err)
{
    struct window *w = &s->window;
    const struct mapping *m = &s->follows[w->mapping].m;
    struct pending_row *pending = change_set_find(&s->set, w->mapping, row->key);
    bool is_gone = row->image == NULL;

    if (!row->is_overtaken) {
        struct row_image *image = is_gone ? gone_image(m, row, err) : take_ptr(row->image);

        if (image == NULL)
            return -1;
        pending = change_set_put(&s->set, w->mapping, image, is_gone);
        if (pending == NULL)
            return err_nomem(err, "window");
        pending->is_held = placement_find(s, w->mapping, row->key) != NULL;
    }
    if (pending == NULL)
        return 0;
    watermark_keep(&pending->since, w->is_snapshot ? s->cause : row->since);
    force_all(pending, row, m->n_columns);
    if (row->changed_us > pending->changed_us)
        pending->changed_us = row->changed_us;
    change_times_keep(&pending->times, &row->times);
    return 0;
}

static void join_chunk(struct follow *f, struct window *w)
{
    free(f->chunk_key);
    f->chunk_key = take_ptr(w->chunk_key);
    f->chunk_rows += w->chunk_rows;
    f->is_chunk_pending = true;
}

int window_mark(struct session *s, uint64_t serial, struct err *err)
{
    struct window *w = &s->window;
    struct window_row *row, *next;

    if (!w->is_open)
        return 0;
    if (serial == w->low)
        w->is_past_low = true;
    if (serial != w->high)
        return 0;
    HASH_ITER(hh, w->rows, row, next)
    {
        if (merge_row(s, row, err) != 0)
            return -1;
        free_row(w, row);
    }
    if (w->is_snapshot)
        join_chunk(&s->follows[w->mapping], w);
    window_close(w);
    return 0;
}

/* --- after the flush --- */

void window_leaving(struct session *s)
{
    for (size_t i = 0; i < s->n_follows; i++)
        s->follows[i].is_chunk_leaving = s->follows[i].is_chunk_pending;
}

int window_acknowledged(struct session *s, struct err *err)
{
    for (size_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].is_chunk_pending &&
            compare_chunk_acknowledged(s, &s->follows[i], err) != 0)
            return -1;
    return compare_step(s, err);
}
