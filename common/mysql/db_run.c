/* SPDX-License-Identifier: Apache-2.0 */
/* Prepared statements: the cache by text, parameters in, rows out as text. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/hash.h"
#include "common/mysql/db_private.h"
#include "common/pulse.h"

#define FIRST_BYTES 256 /* a value that is longer is fetched a second time */

#ifdef MYSQL_CLIENT_MARIADB
typedef my_bool null_flag;
#else
typedef bool null_flag;
#endif

/* A column while rows are fetched. */
struct column_buffer {
    unsigned long length;
    null_flag is_null;
    char bytes[FIRST_BYTES];
};

static void forget(struct db *db, struct db_statement *s)
{
    mysql_stmt_close(s->stmt);
    free(s->sql);
    *s = db->statements[--db->n_statements];
}

void db_forget_statements(struct db *db)
{
    while (db->n_statements > 0)
        forget(db, &db->statements[db->n_statements - 1]);
}

static void forget_stmt(struct db *db, const MYSQL_STMT *stmt)
{
    for (size_t i = 0; i < db->n_statements; i++)
        if (db->statements[i].stmt == stmt) {
            forget(db, &db->statements[i]);
            return;
        }
}

static struct db_statement *oldest(struct db *db)
{
    struct db_statement *found = &db->statements[0];

    for (size_t i = 1; i < db->n_statements; i++)
        if (db->statements[i].used < found->used)
            found = &db->statements[i];
    return found;
}

static int stmt_fail(struct db *db, MYSQL_STMT *stmt, struct err *err)
{
    return db_fail(db, mysql_stmt_errno(stmt), mysql_stmt_error(stmt), err);
}

static int prepare(struct db *db, const char *sql, uint64_t hash, MYSQL_STMT **out, struct err *err)
{
    MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
    CLEANUP_FREE char *copy = strdup(sql);

    if (stmt == NULL || copy == NULL) {
        if (stmt != NULL)
            mysql_stmt_close(stmt);
        return err_nomem(err, "mysql: statement");
    }
    if (mysql_stmt_prepare(stmt, sql, (unsigned long)strlen(sql)) != 0) {
        stmt_fail(db, stmt, err);
        mysql_stmt_close(stmt);
        return -1;
    }
    if (db->n_statements == DB_STATEMENTS)
        forget(db, oldest(db));
    db->statements[db->n_statements++] =
        (struct db_statement){.sql = take_ptr(copy), .hash = hash, .used = db->runs, .stmt = stmt};
    *out = stmt;
    return 0;
}

static int find(struct db *db, const char *sql, MYSQL_STMT **out, struct err *err)
{
    uint64_t hash = hash64(sql, strlen(sql));

    db->runs++;
    for (size_t i = 0; i < db->n_statements; i++) {
        struct db_statement *s = &db->statements[i];

        if (s->hash == hash && strcmp(s->sql, sql) == 0) {
            s->used = db->runs;
            *out = s->stmt;
            return 0;
        }
    }
    return prepare(db, sql, hash, out, err);
}

static void bind_param(MYSQL_BIND *bind, const struct db_param *p)
{
    static const enum enum_field_types types[] = {
        [DB_NULL] = MYSQL_TYPE_NULL,
        [DB_TEXT] = MYSQL_TYPE_STRING,
        [DB_BYTES] = MYSQL_TYPE_BLOB,
        [DB_INT] = MYSQL_TYPE_LONGLONG,
    };
    union {
        const void *in;
        void *out;
    } bytes = {.in = p->kind == DB_INT ? &p->number : p->ptr}; /* only read, but not const there */

    bind->buffer_type = types[p->kind];
    bind->buffer = bytes.out;
    bind->buffer_length = (unsigned long)p->len;
}

static int execute(struct db *db, MYSQL_STMT *stmt, const struct db_param *params, size_t n_params,
                   struct err *err)
{
    CLEANUP_FREE MYSQL_BIND *binds = calloc(n_params + 1, sizeof(*binds));

    if (binds == NULL)
        return err_nomem(err, "mysql: parameters");
    if (mysql_stmt_param_count(stmt) != n_params)
        return err_set(err, ERR_MYSQL, "mysql: %zu parameters for a statement that takes %lu",
                       n_params, (unsigned long)mysql_stmt_param_count(stmt));
    for (size_t i = 0; i < n_params; i++)
        bind_param(&binds[i], &params[i]);
    if (n_params > 0 && mysql_stmt_bind_param(stmt, binds) != 0)
        return stmt_fail(db, stmt, err);
    pulse_beat();
    if (mysql_stmt_execute(stmt) != 0)
        return stmt_fail(db, stmt, err);
    return 0;
}

static int add_value(struct db *db, MYSQL_STMT *stmt, unsigned column, MYSQL_BIND *bind,
                     struct column_buffer *from, struct db_fill *fill, struct err *err)
{
    char *to;

    if (from->is_null) {
        db_fill_add_null(fill);
        return 0;
    }
    to = db_fill_add(fill, from->length);
    if (to == NULL)
        return err_nomem(err, "mysql: result");
    if (from->length <= FIRST_BYTES) {
        memcpy(to, from->bytes, from->length);
        return 0;
    }
    MYSQL_BIND whole = *bind;

    whole.buffer = to;
    whole.buffer_length = from->length;
    if (mysql_stmt_fetch_column(stmt, &whole, column, 0) != 0)
        return stmt_fail(db, stmt, err);
    return 0;
}

static int fetch_rows(struct db *db, MYSQL_STMT *stmt, MYSQL_BIND *binds,
                      struct column_buffer *buffers, struct db_fill *fill, struct err *err)
{
    for (;;) {
        int got = mysql_stmt_fetch(stmt);

        if (got == MYSQL_NO_DATA)
            return 0;
        if (got != 0 && got != MYSQL_DATA_TRUNCATED)
            return stmt_fail(db, stmt, err);
        for (unsigned i = 0; i < fill->n_columns; i++)
            if (add_value(db, stmt, i, &binds[i], &buffers[i], fill, err) != 0)
                return -1;
    }
}

static int fetch(struct db *db, MYSQL_STMT *stmt, struct db_rows *rows, struct err *err)
{
    CLEANUP_FILL struct db_fill fill = {.n_columns = mysql_stmt_field_count(stmt)};
    CLEANUP_FREE MYSQL_BIND *binds = calloc(fill.n_columns, sizeof(*binds));
    CLEANUP_FREE struct column_buffer *buffers = calloc(fill.n_columns, sizeof(*buffers));

    if (binds == NULL || buffers == NULL)
        return err_nomem(err, "mysql: result");
    for (size_t i = 0; i < fill.n_columns; i++) {
        binds[i].buffer_type = MYSQL_TYPE_STRING;
        binds[i].buffer = buffers[i].bytes;
        binds[i].buffer_length = FIRST_BYTES;
        binds[i].length = &buffers[i].length;
        binds[i].is_null = &buffers[i].is_null;
    }
    if (mysql_stmt_bind_result(stmt, binds) != 0 || mysql_stmt_store_result(stmt) != 0)
        return stmt_fail(db, stmt, err);
    if (fetch_rows(db, stmt, binds, buffers, &fill, err) != 0)
        return -1;
    return db_fill_finish(&fill, rows, err);
}

static int run_once(struct db *db, const char *sql, const struct db_param *params, size_t n_params,
                    struct db_rows *rows, struct err *err)
{
    MYSQL_STMT *stmt = NULL;
    int result = 0;

    if (find(db, sql, &stmt, err) != 0)
        return -1;
    if (execute(db, stmt, params, n_params, err) != 0)
        return -1;
    db->affected_rows = mysql_stmt_affected_rows(stmt);
    db->insert_id = mysql_stmt_insert_id(stmt);
    if (mysql_stmt_field_count(stmt) == 0)
        return 0;
    db->affected_rows = 0;
    if (rows != NULL)
        result = fetch(db, stmt, rows, err);
    else if (mysql_stmt_store_result(stmt) != 0)
        result = stmt_fail(db, stmt, err);
    if (result != 0)
        forget_stmt(db, stmt);
    else
        mysql_stmt_free_result(stmt);
    return result;
}

/* The server did not run it, and may when it is prepared anew: unknown statement (a proxy changed
 * the server), too many statements, prepare again, a text that the column took before its character
 * set was altered (MySQL fixes that of a parameter when it prepares). */
static bool is_stale_statement(const struct err *err)
{
    switch (err->code == ERR_MYSQL ? err->detail : 0) {
    case 1243:
    case 1461:
    case 1615:
    case 3988:
        return true;
    default:
        return false;
    }
}

int db_run(struct db *db, const char *sql, const struct db_param *params, size_t n_params,
           struct db_rows *rows, struct err *err)
{
    if (db->mysql == NULL)
        return db_fail(db, 2006, "not connected", err);
    if (run_once(db, sql, params, n_params, rows, err) == 0)
        return 0;
    if (!is_stale_statement(err))
        return -1;
    db_forget_statements(db);
    return run_once(db, sql, params, n_params, rows, err);
}
