/* SPDX-License-Identifier: Apache-2.0 */
/* look: MySQL's part, and the order of things. */
#include "cli/compare/look.h"

#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "common/cleanup.h"
#include "common/rowkey.h"
#include "replicator/sync/fetch.h"

enum { CHUNK_ROWS = 1000, KEY_MAX = 16 };

int key_list_add(struct key_list *list, struct hash128 hash, const char *row_key)
{
    char *copy = strdup(row_key);

    if (copy != NULL && list->n == list->size) {
        size_t size = list->size == 0 ? 64 : list->size * 2;
        void *more = realloc(list->keys, size * sizeof(*list->keys));

        if (more == NULL) {
            free(copy);
            return -1;
        }
        list->keys = more;
        list->size = size;
    }
    if (copy == NULL)
        return -1;
    list->keys[list->n].hash = hash;
    list->keys[list->n++].row_key = copy;
    return 0;
}

void key_list_close(struct key_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->keys[i].row_key);
    free(list->keys);
    *list = (struct key_list){0};
}

static int begin_snapshot(struct look *l, struct err *err)
{
    struct position *position = NULL;
    int rc;

    if (db_exec(l->c->db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", NULL, err) != 0 ||
        db_exec(l->c->db, "START TRANSACTION WITH CONSISTENT SNAPSHOT", NULL, err) != 0)
        return -1;
    rc = position_now(l->c->state.db, &position, err);
    if (rc == 0)
        position_print(position, &l->position);
    position_free(position);
    return rc;
}

static int wait_for_replicator(struct look *l, struct err *err)
{
    struct position *position = NULL;
    int rc;

    if (l->wait_ms == 0)
        return 0;
    rc = position_parse(buf_text(&l->position), &position, err);
    if (rc == 0)
        rc = compare_wait(l->c, position, l->wait_ms, &l->waited, err);
    position_free(position);
    return rc;
}

/* Takes some rows of MySQL. */
typedef int take_rows(struct look *l, const struct fetched *rows, struct err *err);

static int read_all(struct look *l, take_rows *take, struct err *err)
{
    const struct mapping *m = &l->place->m;
    struct fetched rows = {0}, next = {0};
    struct value after[KEY_MAX];
    int rc = fetch_after(l->c->db, m, NULL, CHUNK_ROWS, &rows, err);

    while (rc == 0 && rows.n > 0) {
        rc = take(l, &rows, err);
        for (size_t k = 0; k < m->n_key; k++)
            after[k] = rows.images[rows.n - 1]->values[m->key[k]];
        if (rc == 0)
            rc = fetch_after(l->c->db, m, after, CHUNK_ROWS, &next, err);
        fetched_close(&rows);
        rows = next;
        next = (struct fetched){0};
    }
    fetched_close(&rows);
    return rc;
}

/* Up to FETCH_KEYS_MAX rows of l->only, from AT on. */
static int read_some(struct look *l, size_t at, size_t n, take_rows *take, struct err *err)
{
    const struct mapping *m = &l->place->m;
    CLEANUP_FREE struct value *keys = calloc(n * m->n_key, sizeof(*keys));
    struct buf bytes[FETCH_KEYS_MAX] = {{0}};
    struct fetched rows = {0};
    int rc = keys == NULL ? err_nomem(err, "compare") : 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *row_key = l->only->keys[at + i].row_key;

        rc = rowkey_read(row_key, strlen(row_key), &bytes[i], keys + i * m->n_key, m->n_key, err);
    }
    if (rc == 0)
        rc = fetch_keys(l->c->db, m, keys, n, false, &rows, err);
    if (rc == 0)
        rc = take(l, &rows, err);
    fetched_close(&rows);
    for (size_t i = 0; i < n; i++)
        buf_close(&bytes[i]);
    return rc;
}

static int read_mysql(struct look *l, take_rows *take, struct err *err)
{
    if (l->only == NULL)
        return read_all(l, take, err);
    for (size_t at = 0; at < l->only->n; at += FETCH_KEYS_MAX) {
        size_t left = l->only->n - at, n = left < FETCH_KEYS_MAX ? left : FETCH_KEYS_MAX;

        if (read_some(l, at, n, take, err) != 0)
            return -1;
    }
    return 0;
}

static int refuse_size(const struct look *l, struct err *err)
{
    return err_set(err, ERR_NOMEM, "mapping %s is too large for replicator.memory_limit",
                   l->place->m.cfg->name);
}

static int fill_wanted(struct look *l, struct err *err)
{
    for (size_t i = 0; l->only != NULL && i < l->only->n; i++)
        if (row_set_find(&l->wanted, l->only->keys[i].hash) == NULL &&
            row_set_add(&l->wanted, l->only->keys[i].hash, 0,
                        l->c->config->replicator.memory_limit_bytes) != 0)
            return refuse_size(l, err);
    return 0;
}

/* For people who wait: how far the first look is. */
static void show_rows(const struct look *l)
{
    CLEANUP_BUF struct buf what = BUF_INIT;
    CLEANUP_BUF struct buf detail = BUF_INIT;

    if (l->only != NULL || !progress_is_shown())
        return;
    buf_printf(&what, "%s: MySQL", l->place->m.cfg->name);
    buf_printf(&detail, "%zu rows", l->n_mysql);
    progress_show(buf_text(&what), 0, 0, buf_text(&detail));
}

static int remember(struct look *l, const struct fetched *rows, struct err *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct row_image *image = rows->images[i];

        /* The last key of a set of keys may come twice. */
        if (row_set_find(&l->set, image->key) != NULL)
            continue;
        if (row_set_add(&l->set, image->key, cells_hash_values(&l->place->m, image->values),
                        l->c->config->replicator.memory_limit_bytes) != 0)
            return refuse_size(l, err);
        l->n_mysql++;
    }
    show_rows(l);
    return 0;
}

/* A row that the tab has not. */
static int tell_missing(struct look *l, const struct row_image *image, const struct base_rows *base,
                        struct err *err)
{
    const struct mapping *m = &l->place->m;
    CLEANUP_BUF struct buf row_key = BUF_INIT;
    struct value key[KEY_MAX];
    struct difference d = {.key = image->key,
                           .mysql = image->values,
                           .row = -1,
                           .base = base_rows_find(base, image->key)};

    for (size_t k = 0; k < m->n_key; k++)
        key[k] = image->values[m->key[k]];
    rowkey_write(&row_key, key, m->n_key);
    if (row_key.is_failed)
        return err_nomem(err, "compare");
    d.row_key = row_key.ptr;
    return l->tell(l, &d, err);
}

/* A row of the snapshot that the tab did not show. A table without snapshots may show new ones. */
static bool is_missing(const struct look *l, struct hash128 key)
{
    const struct row_entry *e = row_set_find(&l->set, key);

    return e != NULL && !row_entry_is_seen(e);
}

static int tell_missing_rows(struct look *l, const struct fetched *rows, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(rows->n + 1, sizeof(*keys));
    struct base_rows base = {0};
    size_t n = 0;
    int rc;

    if (keys == NULL)
        return err_nomem(err, "compare");
    for (size_t i = 0; i < rows->n; i++)
        if (is_missing(l, rows->images[i]->key))
            keys[n++] = rows->images[i]->key;
    rc = n == 0 ? 0
                : state_load_base(&l->c->state, l->place->m.cfg->name, keys, n, false, &base, err);
    for (size_t i = 0; rc == 0 && n > 0 && i < rows->n; i++) {
        if (!is_missing(l, rows->images[i]->key))
            continue;
        row_entry_see(row_set_find(&l->set, rows->images[i]->key));
        if (tab_can_show_key(&l->place->m, rows->images[i]->values))
            rc = tell_missing(l, rows->images[i], &base, err);
        else
            l->n_unshown++;
    }
    base_rows_close(&base);
    return rc;
}

static bool are_all_seen(const struct row_set *set)
{
    for (size_t i = 0; i < set->n_entries; i++)
        if (set->entries[i].content != 0 && !row_entry_is_seen(&set->entries[i]))
            return false;
    return true;
}

int look_run(struct look *l, struct err *err)
{
    struct err ignored;
    int rc = fill_wanted(l, err);

    if (rc == 0)
        rc = begin_snapshot(l, err);
    if (rc == 0)
        rc = read_mysql(l, remember, err);
    if (rc == 0)
        rc = wait_for_replicator(l, err);
    if (rc == 0)
        rc = look_read_tab(l, err);
    if (rc == 0 && !are_all_seen(&l->set))
        rc = read_mysql(l, tell_missing_rows, err);
    progress_clear();
    if (!db_is_lost(l->c->db))
        db_exec(l->c->db, "ROLLBACK", NULL, &ignored);
    return rc;
}

void look_close(struct look *l)
{
    buf_close(&l->position);
    row_set_close(&l->set);
    row_set_close(&l->wanted);
}
