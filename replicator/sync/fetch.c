/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/fetch.h"

#include <errno.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/cleanup.h"

void fetched_close(struct fetched *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->images[i]);
    free(f->images);
    *f = (struct fetched){0};
}

/* Integers as integers: MySQL compares a BIGINT with a text as doubles, which are not exact. */
static struct db_param key_param(const struct column *c, struct value v)
{
    char text[24];
    char *end;

    if (v.state != VALUE_TEXT)
        return DB_P_NULL;
    if (c->type == COLUMN_INT && v.len < sizeof(text)) {
        long long number;

        memcpy(text, v.ptr, v.len);
        text[v.len] = '\0';
        errno = 0;
        number = strtoll(text, &end, 10);
        if (errno == 0 && *end == '\0')
            return DB_P_INT(number);
    }
    if (c->type == COLUMN_BINARY)
        return DB_P_BYTES(v.ptr, v.len);
    return (struct db_param){.kind = DB_TEXT, .ptr = v.ptr, .len = v.len};
}

static void select_columns(struct buf *sql, const struct mapping *m, bool keys_only)
{
    const char *before = "SELECT ";

    for (size_t i = 0; i < m->n_columns; i++) {
        if (keys_only && !m->columns[i].is_key)
            continue;
        buf_puts(sql, before);
        column_read_sql(sql, mapping_column_of(m, i));
        before = ", ";
    }
    buf_puts(sql, " FROM ");
    buf_puts(sql, m->source);
}

static void compare_key(struct buf *sql, const struct mapping *m, size_t k, const char *op)
{
    const struct column *c = mapping_column_of(m, m->key[k]);

    table_quote(sql, c->name);
    buf_puts(sql, op);
    column_write_sql(sql, c);
}

/* a > ? OR (a = ? AND b > ?): the order of ORDER BY a, b, collations included. Adds its parameters
 * to PARAMS. */
static size_t where_after(struct buf *sql, const struct mapping *m, const struct value *after,
                          struct db_param *params)
{
    size_t n = 0;

    buf_puts(sql, " WHERE ");
    for (size_t k = 0; k < m->n_key; k++) {
        buf_puts(sql, k > 0 ? " OR (" : "(");
        for (size_t j = 0; j <= k; j++) {
            if (j > 0)
                buf_puts(sql, " AND ");
            compare_key(sql, m, j, j == k ? " > " : " = ");
            params[n++] = key_param(mapping_column_of(m, m->key[j]), after[j]);
        }
        buf_putc(sql, ')');
    }
    return n;
}

static int take_rows(const struct mapping *m, const struct db_rows *rows, bool keys_only,
                     struct fetched *out, struct err *err)
{
    CLEANUP_FREE struct value *values = calloc(m->n_columns, sizeof(*values));
    CLEANUP_FREE struct buf *scratch = calloc(m->n_columns, sizeof(*scratch));

    out->images = calloc(rows->n_rows + 1, sizeof(struct row_image *));
    if (values == NULL || scratch == NULL || out->images == NULL)
        return err_nomem(err, "fetch");
    for (size_t r = 0; r < rows->n_rows; r++) {
        size_t at = 0;

        for (size_t i = 0; i < m->n_columns; i++)
            if (!keys_only || m->columns[i].is_key)
                values[i] = column_canonical(mapping_column_of(m, i), db_rows_at(rows, r, at++),
                                             &scratch[i]);
        out->images[r] = row_image_new(mapping_key_hash(m, values), values, m->n_columns);
        if (out->images[r] == NULL)
            break;
        out->n++;
    }
    for (size_t i = 0; i < m->n_columns; i++)
        buf_close(&scratch[i]);
    return out->n == rows->n_rows ? 0 : err_nomem(err, "fetch");
}

static int run(struct db *db, const struct mapping *m, const struct buf *sql,
               const struct db_param *params, size_t n, bool keys_only, struct fetched *out,
               struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    *out = (struct fetched){0};
    if (sql->is_failed)
        return err_nomem(err, "fetch");
    if (db_run(db, sql->ptr, params, n, &rows, err) != 0)
        return err_wrap(err, "mapping %s: read rows", m->cfg->name);
    if (take_rows(m, &rows, keys_only, out, err) == 0)
        return 0;
    fetched_close(out);
    return -1;
}

int fetch_after(struct db *db, const struct mapping *m, const struct value *after, size_t limit,
                struct fetched *out, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct db_param params[256]; /* keys have at most 16 columns: 136 parameters */
    size_t n = 0;

    select_columns(&sql, m, false);
    if (after != NULL)
        n = where_after(&sql, m, after, params);
    buf_puts(&sql, " ORDER BY ");
    for (size_t k = 0; k < m->n_key; k++) {
        if (k > 0)
            buf_puts(&sql, ", ");
        table_quote(&sql, mapping_column_of(m, m->key[k])->name);
    }
    buf_puts(&sql, " LIMIT ?");
    params[n++] = DB_P_INT((int64_t)limit);
    return run(db, m, &sql, params, n, false, out, err);
}

int fetch_estimate(struct db *db, const struct mapping *m, int64_t *rows, struct err *err)
{
    CLEANUP_ROWS struct db_rows found = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(m->cfg->schema), DB_P_TEXT(m->cfg->table)};

    *rows = m->cfg->filter.limit;
    if (mapping_is_filtered(m))
        return 0;
    /* From 8.0 on MySQL shows what it found up to a day ago, and 0 for a new table
     * (information_schema_stats_expiry). */
    if (db_flavour(db) == DB_MYSQL && db_version(db) >= 80000 &&
        db_exec(db, "SET SESSION information_schema_stats_expiry = 0", NULL, err) != 0)
        return -1;
    if (db_run(db,
               "SELECT TABLE_ROWS FROM information_schema.TABLES "
               "WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
               params, 2, &found, err) != 0)
        return err_wrap(err, "mapping %s: count rows", m->cfg->name);
    *rows = db_rows_int(&found, 0, 0);
    return 0;
}

int fetch_keys(struct db *db, const struct mapping *m, const struct value *keys, size_t n,
               bool keys_only, struct fetched *out, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_FREE struct db_param *params = NULL;
    /* Two statement texts only: one key, or a full set in which the last key is repeated. */
    size_t n_items = n == 1 ? 1 : FETCH_KEYS_MAX, at = 0;

    params = calloc(n_items * m->n_key, sizeof(*params));
    if (params == NULL)
        return err_nomem(err, "fetch");
    select_columns(&sql, m, keys_only);
    buf_puts(&sql, " WHERE ");
    for (size_t i = 0; i < n_items; i++) {
        const struct value *key = keys + (i < n ? i : n - 1) * m->n_key;

        buf_puts(&sql, i > 0 ? " OR (" : "(");
        for (size_t k = 0; k < m->n_key; k++) {
            if (k > 0)
                buf_puts(&sql, " AND ");
            compare_key(&sql, m, k, " = ");
            params[at++] = key_param(mapping_column_of(m, m->key[k]), key[k]);
        }
        buf_putc(&sql, ')');
    }
    return run(db, m, &sql, params, at, keys_only, out, err);
}
