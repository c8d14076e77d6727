/* SPDX-License-Identifier: Apache-2.0 */
/* state_base: reading and writing base rows, many at a time. */
#include <stdlib.h>

#include "replicator/sync/state.h"

enum { READ_CHUNK = 200, WRITE_CHUNK = 50, PUT_CHUNK = 200, PUT_PARAMS = 6 };

void base_rows_close(struct base_rows *rows)
{
    HASH_CLEAR(hh, rows->rows);
    arena_close(&rows->arena);
}

struct base_row *base_rows_find(const struct base_rows *rows, struct hash128 key)
{
    struct base_row *row;

    HASH_FIND(hh, rows->rows, &key, sizeof(key), row);
    return row;
}

/* SQL text "HEAD `state`.base MIDDLE (ITEM), (ITEM) ... TAIL" with N items. */
static int build(struct state *s, struct buf *sql, const char *head, const char *middle,
                 const char *item, size_t n, const char *tail, struct err *err)
{
    buf_puts(sql, head);
    buf_append(sql, s->schema.ptr, s->schema.len);
    buf_puts(sql, middle);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(sql, ',');
        buf_puts(sql, item);
    }
    buf_puts(sql, tail);
    return sql->is_failed ? err_nomem(err, "state") : 0;
}

static int add_row(struct base_rows *out, const struct db_rows *rows, size_t r, struct err *err)
{
    struct value key = db_rows_at(rows, r, 0), row_key = db_rows_at(rows, r, 1),
                 hashes = db_rows_at(rows, r, 2), agreed = db_rows_at(rows, r, 4);
    struct base_row *row;

    if (key.len != sizeof(row->key.bytes))
        return err_set(err, ERR_FORMAT, "state: a base row has a key hash of %zu bytes", key.len);
    row = arena_alloc(&out->arena, sizeof(*row));
    if (row == NULL)
        return err_nomem(err, "state");
    memset(row, 0, sizeof(*row));
    memcpy(row->key.bytes, key.ptr, key.len);
    row->row_key = arena_copy(&out->arena, row_key.ptr, row_key.len);
    row->hashes = arena_copy(&out->arena, hashes.ptr, hashes.len);
    row->hashes_len = hashes.len;
    row->changed_us = db_rows_int(rows, r, 3);
    row->edit = db_rows_int(rows, r, 5);
    if (agreed.state == VALUE_TEXT) {
        row->agreed = arena_copy(&out->arena, agreed.ptr, agreed.len);
        row->agreed_len = agreed.len;
    }
    if (row->row_key == NULL || row->hashes == NULL ||
        (agreed.state == VALUE_TEXT && row->agreed == NULL))
        return err_nomem(err, "state");
    if (base_rows_find(out, row->key) != NULL)
        return 0;
    HASH_ADD(hh, out->rows, key, sizeof(row->key), row);
    return hash_added(row) ? 0 : err_nomem(err, "state");
}

static int load_chunk(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                      bool lock, struct base_rows *out, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[1 + READ_CHUNK];
    /* Two statement texts only: one key, or a full chunk in which the last key is repeated. */
    size_t n_items = n == 1 ? 1 : READ_CHUNK;

    params[0] = DB_P_TEXT(mapping);
    for (size_t i = 0; i < n_items; i++)
        params[1 + i] = DB_P_BYTES(keys[i < n ? i : n - 1].bytes, 16);
    if (build(s, &sql, "SELECT key_hash, row_key, hashes, changed_us, agreed, edit_id FROM ",
              ".base WHERE mapping = ? AND key_hash IN (", "?", n_items,
              lock ? ") FOR UPDATE" : ")", err) != 0 ||
        db_run(s->db, sql.ptr, params, 1 + n_items, &rows, err) != 0)
        return -1;
    for (size_t r = 0; r < rows.n_rows; r++)
        if (add_row(out, &rows, r, err) != 0)
            return -1;
    return 0;
}

int state_load_base(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                    bool lock, struct base_rows *out, struct err *err)
{
    for (size_t i = 0; i < n; i += READ_CHUNK)
        if (load_chunk(s, mapping, keys + i, n - i < READ_CHUNK ? n - i : READ_CHUNK, lock, out,
                       err) != 0)
            return err_wrap(err, "state: base");
    return 0;
}

int state_page_base(struct state *s, const char *mapping, struct hash128 after, size_t limit,
                    struct base_rows *out, struct hash128 *last, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(after.bytes, 16),
                                DB_P_INT((int64_t)limit)};

    if (build(s, &sql, "SELECT key_hash, row_key, hashes, changed_us, NULL, NULL FROM ",
              ".base WHERE mapping = ? AND key_hash > ? ORDER BY key_hash LIMIT ?", "", 0, "",
              err) != 0 ||
        db_run(s->db, sql.ptr, params, 3, &rows, err) != 0)
        return err_wrap(err, "state: base");
    for (size_t r = 0; r < rows.n_rows; r++)
        if (add_row(out, &rows, r, err) != 0)
            return -1;
    *last = after;
    if (rows.n_rows > 0)
        memcpy(last->bytes, db_rows_at(&rows, rows.n_rows - 1, 0).ptr, sizeof(last->bytes));
    return (int)rows.n_rows;
}

static int put_chunk(struct state *s, const char *mapping, const struct base_put *puts, size_t n,
                     const char *tail, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct db_param params[PUT_PARAMS * PUT_CHUNK];

    for (size_t i = 0; i < n; i++) {
        struct db_param *p = &params[PUT_PARAMS * i];

        p[0] = DB_P_TEXT(mapping);
        p[1] = DB_P_BYTES(puts[i].key.bytes, 16);
        p[2] = DB_P_TEXT(puts[i].row_key);
        p[3] = DB_P_BYTES(puts[i].hashes, puts[i].hashes_len);
        p[4] = puts[i].agreed_len == 0 ? DB_P_NULL : DB_P_BYTES(puts[i].agreed, puts[i].agreed_len);
        p[5] = puts[i].changed_us == 0 ? DB_P_NULL : DB_P_INT(puts[i].changed_us);
    }
    if (build(s, &sql, "INSERT INTO ",
              ".base (mapping, key_hash, row_key, hashes, agreed, changed_us) VALUES ",
              "(?, ?, ?, ?, ?, ?)", n, tail, err) != 0)
        return -1;
    return db_run(s->db, sql.ptr, params, PUT_PARAMS * n, NULL, err);
}

static int put_all(struct state *s, const char *mapping, const struct base_put *puts, size_t n,
                   const char *tail, struct err *err)
{
    /* Few statements, for each is a way to MySQL and back, and few texts, for each is kept in the
     * connection's cache. */
    static const size_t chunks[] = {PUT_CHUNK, 40, 8, 1};

    for (size_t i = 0, size = 0; i < n; i += chunks[size]) {
        while (chunks[size] > n - i)
            size++;
        if (put_chunk(s, mapping, puts + i, chunks[size], tail, err) != 0)
            return err_wrap(err, "state: base");
    }
    return 0;
}

int state_ack_put(struct state *s, const char *mapping, const struct base_put *puts, size_t n,
                  struct err *err)
{
    return put_all(s, mapping, puts, n,
                   " ON DUPLICATE KEY UPDATE row_key = VALUES(row_key), hashes = VALUES(hashes), "
                   "agreed = VALUES(agreed), changed_us = COALESCE(VALUES(changed_us), changed_us)",
                   err);
}

int state_ack_add(struct state *s, const char *mapping, const struct base_put *puts, size_t n,
                  struct err *err)
{
    return put_all(s, mapping, puts, n, "", err);
}

/* Run "HEAD WHERE mapping = ? AND key_hash IN (...) TAIL" for N keys; '@' in it stands for the
 * state database. */
static int run_for_keys(struct state *s, const char *head, const char *tail, const char *mapping,
                        const struct hash128 *keys, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i += WRITE_CHUNK) {
        CLEANUP_BUF struct buf sql = BUF_INIT;
        struct db_param params[1 + WRITE_CHUNK];
        size_t n_items = n == 1 ? 1 : WRITE_CHUNK;

        params[0] = DB_P_TEXT(mapping);
        buf_puts(&sql, head);
        for (size_t k = 0; k < n_items; k++) {
            buf_puts(&sql, k > 0 ? ", ?" : " WHERE mapping = ? AND key_hash IN (?");
            params[1 + k] = DB_P_BYTES(keys[i + k < n ? i + k : n - 1].bytes, 16);
        }
        buf_puts(&sql, ")");
        buf_puts(&sql, tail);
        if (sql.is_failed)
            return err_nomem(err, "state");
        if (state_run(s, sql.ptr, params, 1 + n_items, NULL, err) != 0)
            return -1;
    }
    return 0;
}

int state_ack_delete(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                     struct err *err)
{
    if (run_for_keys(s,
                     "REPLACE INTO @.tombstone (mapping, key_hash, deleted_by, deleted_at) "
                     "SELECT mapping, key_hash, 'mysql', UTC_TIMESTAMP(3) FROM @.base",
                     "", mapping, keys, n, err) != 0 ||
        run_for_keys(s,
                     "UPDATE @.conflicts SET state = 'resolved', outcome = 'mysql', "
                     "resolved_by = '', resolved_at = UTC_TIMESTAMP(3)",
                     " AND state <> 'resolved'", mapping, keys, n, err) != 0)
        return -1;
    return run_for_keys(s, "DELETE FROM @.base", "", mapping, keys, n, err);
}

/* Locked, whether there is one or not: nobody adds one before the acknowledgement is committed. */
static int has_tombstones(struct state *s, const char *mapping, bool *has, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param param = DB_P_TEXT(mapping);

    if (state_run(s, "SELECT 1 FROM @.tombstone WHERE mapping = ? LIMIT 1 FOR UPDATE", &param, 1,
                  &rows, err) != 0)
        return -1;
    *has = rows.n_rows > 0;
    return 0;
}

int state_ack_alive(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                    struct err *err)
{
    bool has = true;

    /* A fill brings thousands of rows, of which hardly any was deleted before. */
    if (n > WRITE_CHUNK && has_tombstones(s, mapping, &has, err) != 0)
        return -1;
    if (!has)
        return 0;
    return run_for_keys(s, "DELETE FROM @.tombstone", "", mapping, keys, n, err);
}
