/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a real server stores goes to a cell, back, and into a second table, which must then be equal
 * to the first: the SQL, the canonical texts and the cells agree.
 *
 * Needs TABRELAY_TEST_MYSQL="host:port:user:password"; the user may create databases.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cell/cell.h"
#include "common/cleanup.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"

#define DATABASE "tabrelay_test_cell"
enum { ROWS = 2000, COLUMNS_MAX = 40 };

static struct config_mysql cfg = {.tls = CONFIG_TLS_PREFERRED};
static struct db *db;

/* Name, type and an expression that makes a value out of the row's number n and RAND(). */
static const struct {
    const char *type;
    const char *make;
} columns[] = {
    {"TINYINT NOT NULL", "FLOOR(RAND() * 256) - 128"},
    {"SMALLINT UNSIGNED", "IF(RAND() < 0.1, NULL, FLOOR(RAND() * 65536))"},
    {"MEDIUMINT", "FLOOR(RAND() * 16777216) - 8388608"},
    {"INT(10) UNSIGNED ZEROFILL", "FLOOR(RAND() * POW(10, FLOOR(RAND() * 10)))"},
    {"BIGINT",
     "CAST(CONV(SUBSTRING(SHA2(RAND(), 256), 1, 15), 16, 10) AS SIGNED) - 576460752303423488"},
    {"BIGINT UNSIGNED", "CAST(CONV(SUBSTRING(SHA2(RAND(), 256), 1, 16), 16, 10) AS UNSIGNED)"},
    {"DECIMAL(10,2)", "ROUND((RAND() - 0.5) * POW(10, FLOOR(RAND() * 9)), 2)"},
    {"DECIMAL(30,20) UNSIGNED", "CAST(RAND() AS DECIMAL(30,20)) / POW(10, n % 15)"},
    {"DECIMAL(65,0)", "CONCAT(n % 7 + 1, REPEAT(n % 10, n % 60))"},
    {"FLOAT", "(RAND() - 0.5) * POW(10, n % 60 - 30)"},
    {"DOUBLE", "(RAND() - 0.5) * POW(10, n % 600 - 300)"},
    {"DOUBLE NOT NULL", "FLOOR(RAND() * 1000) / 1000"},
    {"BIT(1)", "n % 2"},
    {"BIT(64)", "CAST(CONV(SUBSTRING(SHA2(RAND(), 256), 1, 16), 16, 10) AS UNSIGNED)"},
    {"YEAR", "IF(n % 50 = 0, 0, 1901 + n % 255)"},
    {"DATE", "IF(n % 20 = 0, '0000-00-00', IF(n % 20 = 1, '2024-00-00', "
             "'0001-01-01' + INTERVAL FLOOR(RAND() * 3652058) DAY))"},
    {"DATETIME", "IF(n % 20 = 0, '0000-00-00', "
                 "'1880-01-01' + INTERVAL FLOOR(RAND() * 6000000000) SECOND)"},
    {"DATETIME(3)", "'1980-01-01' + INTERVAL FLOOR(RAND() * 2000000000) * 1000000 + n * 1000 "
                    "MICROSECOND"},
    {"DATETIME(6)", "'1980-01-01' + INTERVAL FLOOR(RAND() * 2000000000) * 1000000 + n MICROSECOND"},
    {"TIMESTAMP(2) NULL", "'1970-01-02' + INTERVAL FLOOR(RAND() * 2000000000) SECOND + INTERVAL "
                          "n % 100 * 10000 MICROSECOND"},
    {"TIME", "SEC_TO_TIME(FLOOR((RAND() - 0.5) * 6000000))"},
    {"TIME(6)", "SEC_TO_TIME((RAND() - 0.5) * 6000000)"},
    {"CHAR(20) CHARACTER SET latin1", "SUBSTRING(SHA2(RAND(), 256), 1, n % 20)"},
    {"VARCHAR(50) CHARACTER SET utf8mb4 NOT NULL",
     "ELT(1 + n % 9, '', ' ', '\"\"', '=1+1', 'TRUE', '007', '日本🎉', '1,5', CONCAT(n, ' '))"},
    {"TEXT CHARACTER SET utf8mb4",
     "ELT(1 + n % 9, '', NULL, '\"', '\"\"', '\"\"\"', '\\'', '2024-02-29', 'a\\nb', '\\\\')"},
    {"BINARY(6)", "SUBSTRING(UNHEX(SHA2(RAND(), 256)), 1, n % 7)"},
    {"VARBINARY(20)", "SUBSTRING(UNHEX(SHA2(RAND(), 256)), 1, n % 17)"},
    {"BLOB NOT NULL", "SUBSTRING(UNHEX(SHA2(RAND(), 256)), 1, n % 3)"},
    {"ENUM('', 'red', 'Green', 'it''s', 'a,b')", "1 + n % 5"},
    {"SET('x', 'Y', 'z') NOT NULL", "n % 8"},
    {"JSON", "IF(n % 10 = 0, NULL, JSON_OBJECT('n', n, 'list', JSON_ARRAY(1.5, NULL, TRUE, "
             "'\"')))"},
};

enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void run(const char *sql)
{
    struct err err = ERR_INIT;

    if (db_exec(db, sql, NULL, &err) != 0)
        fail_msg("%s\n%s", err.msg, sql);
}

static void connect_to(const char *address)
{
    static char text[256];
    char *at = text;
    struct err err = ERR_INIT;

    snprintf(text, sizeof(text), "%s", address);
    cfg.host = strsep(&at, ":");
    cfg.port = (uint16_t)strtoul(strsep(&at, ":"), NULL, 10);
    cfg.user = strsep(&at, ":");
    cfg.password = at;
    if (db_open(&cfg, &db, &err) != 0)
        fail_msg("%s", err.msg);
}

static void make_tables(void)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    run("DROP DATABASE IF EXISTS " DATABASE);
    run("CREATE DATABASE " DATABASE " CHARACTER SET utf8mb4");
    run("USE " DATABASE);
    buf_puts(&sql, "CREATE TABLE here (n INT NOT NULL PRIMARY KEY");
    for (size_t i = 0; i < N_COLUMNS; i++)
        buf_printf(&sql, ", c%zu %s", i, columns[i].type);
    buf_puts(&sql, ")");
    run(buf_text(&sql));
    run("CREATE TABLE there LIKE here");
    run("CREATE TABLE numbers (n INT NOT NULL PRIMARY KEY)");
    buf_clear(&sql);
    buf_puts(&sql, "INSERT INTO numbers VALUES (0)");
    for (int n = 1; n < ROWS; n++)
        buf_printf(&sql, ", (%d)", n);
    run(buf_text(&sql));
    buf_clear(&sql);
    buf_puts(&sql, "INSERT INTO here SELECT n");
    for (size_t i = 0; i < N_COLUMNS; i++)
        buf_printf(&sql, ", %s", columns[i].make);
    buf_puts(&sql, " FROM numbers");
    run(buf_text(&sql));
}

/* The value after its way through a cell, as a parameter that lives as long as KEEP. */
static struct db_param through_cell(const struct column *c, struct value v, struct buf *keep)
{
    CLEANUP_BUF struct buf there = BUF_INIT;
    CLEANUP_BUF struct buf canonical = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell;
    struct value back;

    v = column_canonical(c, v, &canonical);
    if (cell_from_value(c, v, &there, &cell, &err) != 0 ||
        cell_to_value(c, &cell, keep, &back, &err) != 0)
        fail_msg("%s %s: %.*s: %s", c->name, c->sql_type, (int)v.len, v.ptr, err.msg);
    if (!value_equal(v, back))
        fail_msg("%s %s: %.*s came back as %.*s", c->name, c->sql_type, (int)v.len, v.ptr,
                 (int)back.len, back.ptr);
    if (back.state != VALUE_TEXT)
        return DB_P_NULL;
    return (struct db_param){
        .kind = c->type == COLUMN_BINARY ? DB_BYTES : DB_TEXT, .ptr = back.ptr, .len = back.len};
}

static void copy_row(const struct table *t, const struct db_rows *rows, size_t r, const char *sql)
{
    struct buf keep[COLUMNS_MAX] = {0};
    struct db_param params[COLUMNS_MAX];
    struct err err = ERR_INIT;

    for (size_t i = 0; i < t->n_columns; i++)
        params[i] = through_cell(&t->columns[i], db_rows_at(rows, r, i), &keep[i]);
    if (db_run(db, sql, params, t->n_columns, NULL, &err) != 0)
        fail_msg("row %zu: %s", r, err.msg);
    for (size_t i = 0; i < t->n_columns; i++)
        buf_close(&keep[i]);
}

static void copy_table(const struct table *t)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf read = BUF_INIT;
    CLEANUP_BUF struct buf write = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(&read, "SELECT ");
    buf_puts(&write, "INSERT INTO there VALUES (");
    for (size_t i = 0; i < t->n_columns; i++) {
        buf_puts(&read, i == 0 ? "" : ", ");
        column_read_sql(&read, &t->columns[i]);
        buf_puts(&write, i == 0 ? "" : ", ");
        column_write_sql(&write, &t->columns[i]);
    }
    buf_puts(&read, " FROM here ORDER BY n");
    buf_puts(&write, ")");
    if (db_run(db, buf_text(&read), NULL, 0, &rows, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(rows.n_rows, ROWS);
    run("BEGIN");
    for (size_t r = 0; r < rows.n_rows; r++)
        copy_row(t, &rows, r, buf_text(&write));
    run("COMMIT");
}

static void assert_equal_columns(const struct table *t)
{
    for (size_t i = 1; i < t->n_columns; i++) { /* the first joins */
        const char *name = t->columns[i].name;
        /* As bytes: no collation shall call different texts equal. */
        const char *as = t->columns[i].charset != NULL ? "BINARY " : "";
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        CLEANUP_BUF struct buf sql = BUF_INIT;
        struct err err = ERR_INIT;

        buf_printf(&sql,
                   "SELECT COUNT(*), MIN(n) FROM here JOIN there USING (n) "
                   "WHERE NOT (%shere.%s <=> %sthere.%s)",
                   as, name, as, name);
        if (db_exec(db, buf_text(&sql), &rows, &err) != 0)
            fail_msg("%s", err.msg);
        if (db_rows_int(&rows, 0, 0) != 0)
            fail_msg("%s %s: %s rows differ, the first is n = %s", name, t->columns[i].sql_type,
                     db_rows_text(&rows, 0, 0), db_rows_text(&rows, 0, 1));
    }
}

static void every_stored_value_comes_back_as_it_was(void **state)
{
    const char *address = getenv("TABRELAY_TEST_MYSQL");
    struct err err = ERR_INIT;
    struct table *t = NULL;

    (void)state;
    if (address == NULL) {
        print_message("SKIPPED: set TABRELAY_TEST_MYSQL=host:port:user:password to run it\n");
        skip();
    }
    connect_to(address);
    make_tables();
    if (table_load(db, DATABASE, "here", &t, &err) != 0)
        fail_msg("%s", err.msg);
    copy_table(t);
    assert_int_equal(t->n_columns, N_COLUMNS + 1);
    assert_equal_columns(t);
    table_free(t);
    run("DROP DATABASE " DATABASE);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stored_value_comes_back_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
