/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/row.h"

#include <string.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "webhook/many.h"

/* Parameters of one statement: at most every column and the key again. */
struct params {
    struct db_param *list;
    size_t n;
};

static int params_open_many(struct params *p, size_t most, struct err *err)
{
    p->n = 0;
    p->list = calloc(most, sizeof(*p->list));
    return p->list == NULL ? err_nomem(err, "row") : 0;
}

static int params_open(struct params *p, const struct schema_mapping *m, struct err *err)
{
    return params_open_many(p, m->n_columns + m->n_key, err);
}

static void params_close(struct params *p)
{
    free(p->list);
}
#define CLEANUP_PARAMS CLEANUP(params_close)

static void params_add(struct params *p, const struct column *c, struct value v)
{
    struct db_param *param = &p->list[p->n++];

    if (v.state != VALUE_TEXT)
        *param = DB_P_NULL;
    else if (c->type == COLUMN_BINARY || c->type == COLUMN_GEOMETRY || c->type == COLUMN_VECTOR)
        *param = DB_P_BYTES(v.ptr, v.len);
    else
        *param = (struct db_param){.kind = DB_TEXT, .ptr = v.ptr, .len = v.len};
}

static void append_key(struct buf *sql, struct params *params, const struct schema_mapping *m,
                       const struct value *key)
{
    for (size_t i = 0; i < m->n_key; i++) {
        const struct column *c = schema_column_of(m, m->key[i]);

        if (i > 0)
            buf_puts(sql, " AND ");
        table_quote(sql, c->name);
        buf_puts(sql, " = ");
        column_operand_sql(sql, c);
        params_add(params, c, key[i]);
    }
}

static void append_where(struct buf *sql, struct params *params, const struct schema_mapping *m,
                         const struct value *key)
{
    buf_puts(sql, " WHERE ");
    append_key(sql, params, m, key);
}

/* A list is sorted once and searched; a row of ORs is gone through for each row that it finds. Only
 * where values of one type are compared as = compares them, on every server. */
static bool is_listed(const struct schema_mapping *m)
{
    enum column_type type = schema_column_of(m, m->key[0])->type;

    return m->n_key == 1 && (type == COLUMN_INT || type == COLUMN_TEXT || type == COLUMN_BINARY);
}

static void append_list(struct buf *sql, struct params *params, const struct schema_mapping *m,
                        const struct value *const *keys, size_t n)
{
    const struct column *c = schema_column_of(m, m->key[0]);

    buf_puts(sql, " WHERE ");
    table_quote(sql, c->name);
    for (size_t i = 0; i < many_padded(n); i++) {
        buf_puts(sql, i == 0 ? " IN (" : ", ");
        column_operand_sql(sql, c);
        params_add(params, c, keys[i < n ? i : n - 1][0]);
    }
    buf_putc(sql, ')');
}

/* One row more than once is that row. */
static void append_where_many(struct buf *sql, struct params *params,
                              const struct schema_mapping *m, const struct value *const *keys,
                              size_t n)
{
    if (n > 1 && is_listed(m)) {
        append_list(sql, params, m, keys, n);
        return;
    }
    buf_puts(sql, " WHERE ");
    for (size_t i = 0; i < many_padded(n); i++) {
        buf_puts(sql, i == 0 ? "(" : " OR (");
        append_key(sql, params, m, keys[i < n ? i : n - 1]);
        buf_putc(sql, ')');
    }
}

/* Whatever the optimizer thinks of a small table: rows that are not asked for are not locked. */
static void append_table_by_key(struct buf *sql, const struct schema_mapping *m)
{
    table_quote_full(sql, m->table);
    buf_puts(sql, " FORCE INDEX (PRIMARY)");
}

static int copy_value(struct arena *arena, const struct column *c, struct value from,
                      struct value *to, struct err *err)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value v = column_canonical(c, from, &scratch);

    *to = v;
    if (v.state != VALUE_TEXT)
        return 0;
    to->ptr = arena_copy(arena, v.ptr, v.len);
    return to->ptr == NULL || scratch.is_failed ? err_nomem(err, "row") : 0;
}

static void append_columns(struct buf *sql, const struct schema_mapping *m)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        buf_puts(sql, i == 0 ? "SELECT " : ", ");
        column_read_sql(sql, schema_column_of(m, i));
    }
}

static void append_select(struct buf *sql, const struct schema_mapping *m)
{
    append_columns(sql, m);
    buf_puts(sql, " FROM ");
}

int row_values(const struct schema_mapping *m, const struct db_rows *rows, size_t r,
               struct arena *arena, struct value *values, struct err *err)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (copy_value(arena, schema_column_of(m, i), db_rows_at(rows, r, i), &values[i], err) != 0)
            return -1;
    return 0;
}

int row_find(struct db *db, const struct schema_mapping *m, const struct value *key,
             struct arena *arena, struct value *values, bool *is_found, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (params_open(&params, m, err) != 0)
        return -1;
    append_select(&sql, m);
    table_quote_full(&sql, m->table);
    append_where(&sql, &params, m, key);
    /* What is never written need not be locked, and its user may not lock it. */
    buf_puts(&sql, m->cfg->direction == CONFIG_TO_SHEET ? " LIMIT 2" : " LIMIT 2 FOR UPDATE");
    if (sql.is_failed)
        return err_nomem(err, "row");
    if (db_run(db, sql.ptr, params.list, params.n, &rows, err) != 0)
        return -1;
    if (rows.n_rows > 1)
        return err_set(err, ERR_VALUE, "several rows of the table have this key");
    *is_found = rows.n_rows == 1;
    return *is_found ? row_values(m, &rows, 0, arena, values, err) : 0;
}

bool row_is_by_primary_key(const struct schema_mapping *m)
{
    if (m->n_key == 0 || m->n_key != m->table->n_key)
        return false;
    for (size_t i = 0; i < m->n_key; i++)
        if (m->columns[m->key[i]].column != m->table->key[i])
            return false;
    return true;
}

int row_find_many(struct db *db, const struct schema_mapping *m, const struct value *const *keys,
                  size_t n, struct db_rows *rows, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (params_open_many(&params, many_padded(n) * m->n_key, err) != 0)
        return -1;
    append_select(&sql, m);
    append_table_by_key(&sql, m);
    append_where_many(&sql, &params, m, keys, n);
    buf_puts(&sql, " FOR UPDATE");
    if (sql.is_failed)
        return err_nomem(err, "row");
    return db_run(db, sql.ptr, params.list, params.n, rows, err);
}

int row_find_beside(struct db *db, const struct schema_mapping *m, const struct value *key,
                    const struct row_beside *beside, struct db_rows *rows, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (params_open_many(&params, beside->n_params + m->n_key, err) != 0)
        return -1;
    memcpy(params.list, beside->params, beside->n_params * sizeof(*params.list));
    params.n = beside->n_params;
    append_columns(&sql, m);
    buf_printf(&sql, ", %s FROM ", beside->columns);
    append_table_by_key(&sql, m);
    buf_printf(&sql, " LEFT JOIN %s", beside->join);
    append_where(&sql, &params, m, key);
    buf_puts(&sql, " FOR UPDATE");
    if (sql.is_failed)
        return err_nomem(err, "row");
    return db_run(db, sql.ptr, params.list, params.n, rows, err);
}

int row_is_mapped(struct db *db, const struct schema_mapping *m, const struct value *key,
                  bool *is_mapped, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    *is_mapped = true;
    if (m->source == NULL)
        return 0;
    if (params_open(&params, m, err) != 0)
        return -1;
    buf_printf(&sql, "SELECT 1 FROM %s", m->source);
    append_where(&sql, &params, m, key);
    if (sql.is_failed)
        return err_nomem(err, "row");
    if (db_run(db, sql.ptr, params.list, params.n, &rows, err) != 0)
        return -1;
    *is_mapped = rows.n_rows > 0;
    return 0;
}

int row_written_at(struct db *db, const struct schema_mapping *m, const struct value *key,
                   const char *name, int64_t *us, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (params_open(&params, m, err) != 0)
        return -1;
    buf_puts(&sql, "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ");
    table_quote(&sql, name);
    buf_puts(&sql, ") FROM ");
    table_quote_full(&sql, m->table);
    append_where(&sql, &params, m, key);
    if (sql.is_failed)
        return err_nomem(err, "row");
    if (db_run(db, sql.ptr, params.list, params.n, &rows, err) != 0)
        return -1;
    *us = db_rows_int(&rows, 0, 0);
    return 0;
}

/* What a statement inserts. */
struct insert {
    struct buf columns, operands;
    struct params params;
};

static void add_insert(struct insert *in, const struct column *c, struct value v)
{
    if (in->params.n > 0) {
        buf_puts(&in->columns, ", ");
        buf_puts(&in->operands, ", ");
    }
    table_quote(&in->columns, c->name);
    column_write_sql(&in->operands, c);
    params_add(&in->params, c, v);
}

static void insert_close(struct insert *in)
{
    buf_close(&in->columns);
    buf_close(&in->operands);
    params_close(&in->params);
}

int row_insert(struct db *db, const struct schema_mapping *m, const struct value *values,
               struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP(insert_close) struct insert in = {0};
    bool has_member_column = m->member_column < 0;

    if (params_open(&in.params, m, err) != 0)
        return -1;
    for (size_t i = 0; i < m->n_columns; i++) {
        if (values[i].state == VALUE_ABSENT)
            continue;
        add_insert(&in, schema_column_of(m, i), values[i]);
        has_member_column = has_member_column || schema_is_given(m, i);
    }
    if (!has_member_column)
        add_insert(&in, &m->table->columns[m->member_column], m->cfg->filter.value);
    buf_puts(&sql, "INSERT INTO ");
    table_quote_full(&sql, m->table);
    buf_printf(&sql, " (%s) VALUES (%s)", buf_text(&in.columns), buf_text(&in.operands));
    if (sql.is_failed || in.columns.is_failed || in.operands.is_failed)
        return err_nomem(err, "row");
    return db_run(db, sql.ptr, in.params.list, in.params.n, NULL, err);
}

int row_update(struct db *db, const struct schema_mapping *m, const struct value *key,
               const struct value *values, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (params_open(&params, m, err) != 0)
        return -1;
    buf_puts(&sql, "UPDATE ");
    table_quote_full(&sql, m->table);
    for (size_t i = 0; i < m->n_columns; i++) {
        const struct column *c = schema_column_of(m, i);

        if (values[i].state == VALUE_ABSENT)
            continue;
        buf_puts(&sql, params.n == 0 ? " SET " : ", ");
        table_quote(&sql, c->name);
        buf_puts(&sql, " = ");
        column_write_sql(&sql, c);
        params_add(&params, c, values[i]);
    }
    append_where(&sql, &params, m, key);
    if (sql.is_failed)
        return err_nomem(err, "row");
    return db_run(db, sql.ptr, params.list, params.n, NULL, err);
}

/* SET column I to what each row gets. */
static void append_case(struct buf *sql, struct params *params, const struct schema_mapping *m,
                        size_t i, const struct value *const *keys,
                        const struct value *const *values, size_t n)
{
    const struct column *c = schema_column_of(m, i);

    table_quote(sql, c->name);
    buf_puts(sql, " = CASE");
    for (size_t r = 0; r < many_padded(n); r++) {
        size_t from = r < n ? r : n - 1;

        buf_puts(sql, " WHEN ");
        append_key(sql, params, m, keys[from]);
        buf_puts(sql, " THEN ");
        column_write_sql(sql, c);
        params_add(params, c, values[from][i]);
    }
    buf_puts(sql, " END");
}

int row_update_many(struct db *db, const struct schema_mapping *m, const struct value *const *keys,
                    const struct value *const *values, size_t n, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (n == 1)
        return row_update(db, m, keys[0], values[0], err);
    if (params_open_many(&params, many_padded(n) * (m->n_columns * (m->n_key + 1) + m->n_key),
                         err) != 0)
        return -1;
    buf_puts(&sql, "UPDATE ");
    append_table_by_key(&sql, m);
    for (size_t i = 0; i < m->n_columns; i++) {
        if (values[0][i].state == VALUE_ABSENT)
            continue;
        buf_puts(&sql, params.n == 0 ? " SET " : ", ");
        append_case(&sql, &params, m, i, keys, values, n);
    }
    append_where_many(&sql, &params, m, keys, n);
    if (sql.is_failed)
        return err_nomem(err, "row");
    return db_run(db, sql.ptr, params.list, params.n, NULL, err);
}

int row_delete(struct db *db, const struct schema_mapping *m, const struct value *key,
               struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_PARAMS struct params params = {0};

    if (params_open(&params, m, err) != 0)
        return -1;
    buf_puts(&sql, "DELETE FROM ");
    table_quote_full(&sql, m->table);
    append_where(&sql, &params, m, key);
    if (sql.is_failed)
        return err_nomem(err, "row");
    return db_run(db, sql.ptr, params.list, params.n, NULL, err);
}
