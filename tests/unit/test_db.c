/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs against a real server: TABRELAY_TEST_MYSQL="host:port:user:password" (the user may create
 * databases), or "/path/to/socket:user:password".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"

static struct config_mysql cfg = {.tls = CONFIG_TLS_PREFERRED};
static struct db *db;

/* "host:port:user:password" or "/socket:user:password"; the parts point into TEXT. */
static void parse_address(char *text)
{
    char *at = text;

    if (*text == '/') {
        cfg.socket = strsep(&at, ":");
    } else {
        cfg.host = strsep(&at, ":");
        cfg.port = (uint16_t)strtoul(strsep(&at, ":"), NULL, 10);
    }
    cfg.user = strsep(&at, ":");
    cfg.password = at;
}

static void run(const char *sql)
{
    struct err err = ERR_INIT;

    if (db_exec(db, sql, NULL, &err) != 0)
        fail_msg("%s: %s", sql, err.msg);
}

static int start(void **state)
{
    const char *address = getenv("TABRELAY_TEST_MYSQL");
    static char text[256];
    struct err err = ERR_INIT;

    (void)state;
    if (address == NULL)
        return 0;
    snprintf(text, sizeof(text), "%s", address);
    parse_address(text);
    if (db_open(&cfg, &db, &err) != 0) {
        print_error("%s\n", err.msg);
        return -1;
    }
    run("DROP DATABASE IF EXISTS tabrelay_test_db");
    run("CREATE DATABASE tabrelay_test_db CHARACTER SET utf8mb4");
    run("USE tabrelay_test_db");
    return 0;
}

static int end(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    if (db != NULL)
        db_exec(db, "DROP DATABASE tabrelay_test_db", NULL, &err);
    db_close(db);
    db = NULL;
    return 0;
}

static void need_server(void)
{
    if (db != NULL)
        return;
    print_message("SKIPPED: set TABRELAY_TEST_MYSQL=host:port:user:password to run it\n");
    skip();
}

static void query(const char *sql, const struct db_param *params, size_t n, struct db_rows *rows)
{
    struct err err = ERR_INIT;

    db_rows_close(rows);
    if (db_run(db, sql, params, n, rows, &err) != 0)
        fail_msg("%s: %s", sql, err.msg);
}

static void the_session_is_as_promised(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    query("SELECT @@time_zone, @@autocommit, @@character_set_results, @@sql_mode", NULL, 0, &rows);
    assert_int_equal(rows.n_rows, 1);
    assert_int_equal(rows.n_columns, 4);
    assert_string_equal(db_rows_text(&rows, 0, 0), "+00:00");
    assert_int_equal(db_rows_int(&rows, 0, 1), 1);
    assert_string_equal(db_rows_text(&rows, 0, 2), "utf8mb4");
    assert_non_null(strstr(db_rows_text(&rows, 0, 3), "STRICT_ALL_TABLES"));
    assert_null(strstr(db_rows_text(&rows, 0, 3), "NO_ZERO_DATE"));
    assert_true(db_version(db) >= 50700);
    query("SELECT CONNECTION_ID()", NULL, 0, &rows);
    assert_int_equal((uint64_t)db_rows_int(&rows, 0, 0), db_connection_id(db));
}

static void parameters_arrive_as_they_were(void **state)
{
    static const char bytes[] = "a\0b\xff";
    const struct db_param params[] = {DB_P_TEXT("\xC3\xA4\xF0\x9F\x98\x80"), DB_P_BYTES(bytes, 4),
                                      DB_P_INT(-9007199254740993), DB_P_NULL, DB_P_TEXT("")};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    query("SELECT HEX(?), HEX(?), CAST(? AS CHAR), ?, ?", params, 5, &rows);
    assert_string_equal(db_rows_text(&rows, 0, 0), "C3A4F09F9880");
    assert_string_equal(db_rows_text(&rows, 0, 1), "610062FF");
    assert_string_equal(db_rows_text(&rows, 0, 2), "-9007199254740993");
    assert_int_equal(db_rows_at(&rows, 0, 3).state, VALUE_NULL);
    assert_true(value_equal(db_rows_at(&rows, 0, 4), value_text("", 0)));
    assert_int_equal(db_rows_at(&rows, 1, 0).state, VALUE_ABSENT);
    assert_int_equal(db_rows_at(&rows, 0, 5).state, VALUE_ABSENT);
}

static void long_values_and_many_rows_come_whole(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    query("SELECT REPEAT('x', 1000000), 'short', REPEAT('y', 257), REPEAT('z', 256)", NULL, 0,
          &rows);
    assert_int_equal(db_rows_at(&rows, 0, 0).len, 1000000);
    assert_string_equal(db_rows_text(&rows, 0, 1), "short");
    assert_int_equal(strlen(db_rows_text(&rows, 0, 2)), 257);
    assert_int_equal(db_rows_text(&rows, 0, 2)[256], 'y');
    assert_int_equal(strlen(db_rows_text(&rows, 0, 3)), 256);
    run("CREATE TABLE many (id INT PRIMARY KEY, t TEXT)");
    for (int i = 0; i < 1000; i++) {
        const struct db_param p[] = {DB_P_INT(i), DB_P_TEXT("text")};

        query("INSERT INTO many VALUES (?, REPEAT(?, 100))", p, 2, &rows);
        assert_int_equal(db_affected_rows(db), 1);
    }
    query("SELECT id, t FROM many ORDER BY id", NULL, 0, &rows);
    assert_int_equal(rows.n_rows, 1000);
    assert_int_equal(db_rows_int(&rows, 999, 0), 999);
    assert_int_equal(db_rows_at(&rows, 999, 1).len, 400);
    query("SELECT id FROM many WHERE id < 0", NULL, 0, &rows);
    assert_int_equal(rows.n_rows, 0);
    assert_int_equal(rows.n_columns, 1);
}

static void rows_found_count_as_affected(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    run("CREATE TABLE counted (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
    query("INSERT INTO counted (n) VALUES (5)", NULL, 0, &rows);
    assert_int_equal(db_insert_id(db), 1);
    query("UPDATE counted SET n = 5", NULL, 0, &rows);
    assert_int_equal(db_affected_rows(db), 1);
    query("INSERT INTO counted VALUES (0, 1)", NULL, 0, &rows);
    query("SELECT n FROM counted WHERE id = 0", NULL, 0, &rows);
    assert_int_equal(rows.n_rows, 1);
}

static void more_statements_than_the_cache_holds_are_fine(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 150; i++) {
            char sql[64];

            snprintf(sql, sizeof(sql), "SELECT %d", i);
            query(sql, NULL, 0, &rows);
            assert_int_equal(db_rows_int(&rows, 0, 0), i);
        }
}

static void a_changed_table_does_not_confuse_a_cached_statement(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    (void)state;
    need_server();
    run("CREATE TABLE changing (a INT)");
    run("INSERT INTO changing VALUES (1)");
    query("SELECT * FROM changing", NULL, 0, &rows);
    run("ALTER TABLE changing MODIFY COLUMN a VARCHAR(9) NOT NULL");
    query("SELECT * FROM changing", NULL, 0, &rows);
    assert_string_equal(db_rows_text(&rows, 0, 0), "1");
    run("ALTER TABLE changing ADD COLUMN b VARCHAR(9) NOT NULL DEFAULT 'two'");
    db_rows_close(&rows);
    if (db_run(db, "SELECT * FROM changing", NULL, 0, &rows, &err) != 0) {
        assert_true(err.transient);
        assert_true(db_is_lost(db));
        assert_int_equal(db_reconnect(db, &err), 0);
        run("USE tabrelay_test_db");
        query("SELECT * FROM changing", NULL, 0, &rows);
    }
    assert_int_equal(rows.n_columns, 2);
    assert_string_equal(db_rows_text(&rows, 0, 1), "two");
}

static void a_changed_character_set_takes_the_new_characters(void **state)
{
    const struct db_param p[] = {DB_P_TEXT("\xF0\x9F\x98\x80")};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    (void)state;
    need_server();
    run("CREATE TABLE recoded (v VARCHAR(9) CHARACTER SET latin1)");
    assert_int_equal(db_run(db, "INSERT INTO recoded VALUES (?)", p, 1, NULL, &err), -1);
    assert_false(err.transient);
    run("ALTER TABLE recoded MODIFY v VARCHAR(9) CHARACTER SET utf8mb4");
    query("INSERT INTO recoded VALUES (?)", p, 1, &rows);
}

static void errors_say_what_and_whether_again(void **state)
{
    struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    (void)state;
    need_server();
    run("CREATE TABLE strict_one (id INT PRIMARY KEY, t VARCHAR(2))");
    run("INSERT INTO strict_one VALUES (1, 'a')");
    assert_int_equal(db_run(db, "INSERT INTO strict_one VALUES (1, 'a')", NULL, 0, NULL, &err), -1);
    assert_int_equal(err.code, ERR_MYSQL);
    assert_int_equal(err.detail, 1062);
    assert_false(err.transient);
    assert_int_equal(db_run(db, "INSERT INTO strict_one VALUES (2, 'abc')", NULL, 0, NULL, &err),
                     -1);
    assert_int_equal(err.detail, 1406);
    assert_string_equal(err.msg, "mysql: Data too long for column 't' at row 1 (1406)");
    assert_int_equal(db_run(db, "SELECT ?", NULL, 0, &rows, &err), -1);
    assert_string_equal(err.msg, "mysql: 0 parameters for a statement that takes 1");
    assert_int_equal(db_exec(db, "SELEC", NULL, &err), -1);
    assert_int_equal(err.detail, 1064);
    assert_false(db_is_lost(db));
}

static void a_killed_connection_is_lost_and_comes_back(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;
    struct db *other = NULL;
    char sql[64];

    (void)state;
    need_server();
    query("SELECT 1", NULL, 0, &rows);
    assert_int_equal(db_open(&cfg, &other, &err), 0);
    snprintf(sql, sizeof(sql), "KILL %llu", (unsigned long long)db_connection_id(db));
    assert_int_equal(db_exec(other, sql, NULL, &err), 0);
    db_close(other);
    db_rows_close(&rows);
    assert_int_equal(db_run(db, "SELECT 1", NULL, 0, &rows, &err), -1);
    assert_true(err.transient);
    assert_true(db_is_lost(db));
    assert_int_equal(db_reconnect(db, &err), 0);
    assert_false(db_is_lost(db));
    query("SELECT @@time_zone", NULL, 0, &rows);
    assert_string_equal(db_rows_text(&rows, 0, 0), "+00:00");
    run("USE tabrelay_test_db");
}

static void a_wrong_password_is_refused_and_shut_ports_may_open(void **state)
{
    char wrong[] = "wrong";
    struct config_mysql other;
    struct err err = ERR_INIT;
    struct db *refused = NULL;

    (void)state;
    need_server();
    other = cfg;
    other.password = wrong;
    assert_int_equal(db_open(&other, &refused, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(err.detail, 1045);
    assert_null(strstr(err.msg, "wrong"));
    other = cfg;
    other.socket = NULL;
    other.host = (char[]){"127.0.0.1"};
    other.port = 1;
    assert_int_equal(db_open(&other, &refused, &err), -1);
    assert_int_equal(err.code, ERR_MYSQL);
    assert_true(err.transient);
}

static void tls_is_what_was_asked_for(void **state)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct config_mysql other;
    struct err err = ERR_INIT;
    struct db *secure = NULL;
    bool offers;

    (void)state;
    need_server();
    query("SHOW VARIABLES LIKE 'ssl_ca'", NULL, 0, &rows);
    offers = db_rows_text(&rows, 0, 1)[0] != '\0';
    other = cfg;
    other.tls = CONFIG_TLS_REQUIRED;
    if (db_open(&other, &secure, &err) == 0) {
        assert_int_equal(db_exec(secure, "SHOW STATUS LIKE 'Ssl_cipher'", NULL, &err), 0);
        db_rows_close(&rows);
        assert_int_equal(db_exec(secure, "SHOW STATUS LIKE 'Ssl_cipher'", &rows, &err), 0);
        assert_true(db_rows_at(&rows, 0, 1).len > 0);
        db_close(secure);
    } else {
        assert_false(offers);
    }
    /* No server of a test has a certificate from one of the system's authorities. */
    other.tls = CONFIG_TLS_VERIFY;
    assert_int_equal(db_open(&other, &secure, &err), -1);
    other.tls = CONFIG_TLS_OFF;
    assert_int_equal(db_open(&other, &secure, &err), 0);
    db_rows_close(&rows);
    assert_int_equal(db_exec(secure, "SHOW STATUS LIKE 'Ssl_cipher'", &rows, &err), 0);
    assert_int_equal(db_rows_at(&rows, 0, 1).len, 0);
    db_close(secure);
}

static void a_script_runs_statement_by_statement(void **state)
{
    static const char script[] = "-- a comment; with a semicolon\n\n"
                                 "CREATE TABLE s1 (t VARCHAR(9) DEFAULT 'a;b');\n"
                                 "-- between\n"
                                 "INSERT INTO s1 VALUES ('x;y'), (DEFAULT);  \n"
                                 "INSERT INTO s1 VALUES ('last')";
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    (void)state;
    need_server();
    if (db_script(db, script, &err) != 0)
        fail_msg("%s", err.msg);
    query("SELECT t FROM s1 ORDER BY t", NULL, 0, &rows);
    assert_int_equal(rows.n_rows, 3);
    assert_string_equal(db_rows_text(&rows, 0, 0), "a;b");
    assert_string_equal(db_rows_text(&rows, 2, 0), "x;y");
}

static void a_table_is_described(void **state)
{
    struct err err = ERR_INIT;
    struct table *t = NULL;

    (void)state;
    need_server();
    run("CREATE TABLE described (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, "
        "code CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, "
        "label VARCHAR(20) NOT NULL DEFAULT 'it''s', none VARCHAR(20) NOT NULL, "
        "maybe INT NULL, zero INT NOT NULL DEFAULT 0, size ENUM('s', 'it''s', 'a\\\\b') NOT NULL, "
        "twice INT GENERATED ALWAYS AS (zero * 2) VIRTUAL, "
        "at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), UNIQUE KEY code (code))");
    if (table_load(db, "tabrelay_test_db", "described", &t, &err) != 0)
        fail_msg("%s", err.msg);
    assert_string_equal(t->schema, "tabrelay_test_db");
    assert_string_equal(t->name, "described");
    assert_string_equal(t->engine, "InnoDB");
    assert_int_equal(t->n_columns, 9);
    assert_int_equal(t->n_key, 1);
    assert_int_equal(t->key[0], 0);
    assert_true(t->columns[0].is_auto_increment && t->columns[0].has_default);
    assert_string_equal(t->columns[1].charset, "ascii");
    assert_string_equal(t->columns[1].collation, "ascii_bin");
    assert_false(t->columns[1].has_default);
    assert_string_equal(t->columns[2].fallback, "it's");
    assert_false(t->columns[3].has_default);
    assert_null(t->columns[3].fallback);
    assert_null(t->columns[4].fallback);
    assert_true(t->columns[4].is_nullable && t->columns[4].has_default);
    assert_string_equal(t->columns[5].fallback, "0");
    assert_int_equal(t->columns[6].n_labels, 3);
    assert_string_equal(t->columns[6].labels[1], "it's");
    assert_string_equal(t->columns[6].labels[2], "a\\b");
    assert_true(t->columns[6].has_default);
    assert_true(t->columns[7].is_generated);
    assert_false(t->columns[8].is_generated);
    assert_true(t->columns[8].has_default);
    table_free(t);
}

static size_t key_of(const char *name, size_t *first)
{
    struct err err = ERR_INIT;
    struct table *t = NULL;
    size_t n;

    if (table_load(db, "tabrelay_test_db", name, &t, &err) != 0)
        fail_msg("%s", err.msg);
    n = t->n_key;
    *first = n > 0 ? t->key[0] : 99;
    table_free(t);
    return n;
}

static void a_key_is_found_only_where_there_is_one(void **state)
{
    struct err err = ERR_INIT;
    struct table *t = NULL;
    size_t first;

    (void)state;
    need_server();
    run("CREATE TABLE k1 (a INT, b INT NOT NULL, c INT NOT NULL, UNIQUE KEY x (a), "
        "UNIQUE KEY y (c, b))");
    assert_int_equal(key_of("k1", &first), 2);
    assert_int_equal(first, 2);
    run("CREATE TABLE k2 (a INT, t TEXT NOT NULL, UNIQUE KEY x (a), UNIQUE KEY y (t(10)))");
    assert_int_equal(key_of("k2", &first), 0);
    run("CREATE TABLE k3 (b INT NOT NULL, a INT NOT NULL, UNIQUE KEY a (b), PRIMARY KEY (a))");
    assert_int_equal(key_of("k3", &first), 1);
    assert_int_equal(first, 1);
    assert_int_equal(table_load(db, "tabrelay_test_db", "nowhere", &t, &err), -1);
    assert_int_equal(err.code, ERR_GONE);
    assert_string_equal(err.msg,
                        "table tabrelay_test_db.nowhere: no such table, or no privilege to see it");
}

/* What is put in, and what comes out as canonical text. */
static const struct {
    const char *type, *in, *out;
} round_trips[] = {
    {"TINYINT", "-128", "-128"},
    {"BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"},
    {"BIGINT", "-9223372036854775808", "-9223372036854775808"},
    {"INT(8) UNSIGNED ZEROFILL", "42", "42"},
    {"DECIMAL(10,2)", "250.00", "250.00"},
    {"DECIMAL(65,30)", "12345678901234567890123456789012345.123456789012345678901234567890",
     "12345678901234567890123456789012345.123456789012345678901234567890"},
    {"DECIMAL(8,3) ZEROFILL", "1.500", "1.500"},
    {"FLOAT", "0.1", "0.1"},
    {"FLOAT", "16777216", "16777216"},
    {"FLOAT", "3.4e38", "3.4e38"},
    {"FLOAT", "1.17549e-38", "1.17549e-38"},
    {"DOUBLE", "0.1", "0.1"},
    {"DOUBLE", "1e300", "1e300"},
    {"DOUBLE", "-1.7976931348623157e308", "-1.7976931348623157e308"},
    {"DOUBLE", "-2.2250738585072014e-308", "-2.2250738585072014e-308"},
    {"DOUBLE", "123456789012345680", "1.2345678901234568e17"},
    {"DOUBLE", "0.30000000000000004", "0.30000000000000004"},
    {"DOUBLE(20,2)", "12345.68", "12345.68"},
    {"FLOAT(7,2)", "12345.678", "12345.68"},
    {"BIT(64)", "18446744073709551615", "18446744073709551615"},
    {"BIT(3)", "5", "5"},
    {"YEAR", "2024", "2024"},
    {"YEAR", "0000", "0000"},
    {"DATE", "2024-02-29", "2024-02-29"},
    {"DATE", "0000-00-00", "0000-00-00"},
    {"DATE", "2024-00-00", "2024-00-00"},
    {"TIME", "-507:48:27", "-507:48:27"},
    {"TIME(3)", "-507:48:27.250", "-507:48:27.250"},
    {"DATETIME(6)", "2024-02-29 10:11:12.345678", "2024-02-29 10:11:12.345678"},
    {"DATETIME", "9999-12-31 23:59:59", "9999-12-31 23:59:59"},
    {"TIMESTAMP(1)", "2024-02-29 10:11:12.3", "2024-02-29 10:11:12.3"},
    {"ENUM('a','it''s','\xC3\xB6')", "it's", "it's"},
    {"ENUM('1','0')", "0", "0"},
    {"SET('a','b','c')", "c,a", "a,c"},
    {"VARCHAR(20)", "\xF0\x9F\x98\x80 'q\\", "\xF0\x9F\x98\x80 'q\\"},
    {"VARCHAR(20) CHARACTER SET latin1", "\xC3\xA4\xE2\x82\xAC", "\xC3\xA4\xE2\x82\xAC"},
    {"CHAR(5)", "ab", "ab"},
    {"LONGTEXT", "", ""},
};

static void check_round_trip(size_t i)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    const struct db_param p[] = {DB_P_TEXT(round_trips[i].in)};
    struct err err = ERR_INIT;
    struct table *t = NULL;
    struct value v;

    run("DROP TABLE IF EXISTS rt");
    buf_printf(&sql, "CREATE TABLE rt (v %s NULL)", round_trips[i].type);
    run(sql.ptr);
    if (table_load(db, "tabrelay_test_db", "rt", &t, &err) != 0)
        fail_msg("%s", err.msg);
    buf_clear(&sql);
    buf_puts(&sql, "INSERT INTO rt VALUES (");
    column_write_sql(&sql, &t->columns[0]);
    buf_puts(&sql, ")");
    query(sql.ptr, p, 1, &rows);
    buf_clear(&sql);
    buf_puts(&sql, "SELECT ");
    column_read_sql(&sql, &t->columns[0]);
    buf_puts(&sql, " FROM rt");
    query(sql.ptr, NULL, 0, &rows);
    v = column_canonical(&t->columns[0], db_rows_at(&rows, 0, 0), &scratch);
    if (!value_equal(v, value_text(round_trips[i].out, strlen(round_trips[i].out))))
        fail_msg("%s: %s came back as %.*s", round_trips[i].type, round_trips[i].in, (int)v.len,
                 v.ptr);
    if (t->columns[0].type != COLUMN_FLOAT && t->columns[0].type != COLUMN_SET) {
        buf_clear(&sql);
        buf_puts(&sql, "SELECT 1 FROM rt WHERE v = ");
        column_write_sql(&sql, &t->columns[0]);
        query(sql.ptr, p, 1, &rows);
        if (rows.n_rows != 1)
            fail_msg("%s: %s is not found again", round_trips[i].type, round_trips[i].in);
    }
    table_free(t);
}

static void each_type_survives_the_way_there_and_back(void **state)
{
    (void)state;
    need_server();
    for (size_t i = 0; i < sizeof(round_trips) / sizeof(round_trips[0]); i++)
        check_round_trip(i);
}

static void bytes_survive_the_way_there_and_back(void **state)
{
    static const char bytes[] = "\0\xff'\\x";
    const struct db_param p[] = {DB_P_BYTES(bytes, 5), DB_P_BYTES(bytes, 5)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    run("CREATE TABLE bytes (a BINARY(7), b VARBINARY(9))");
    query("INSERT INTO bytes VALUES (?, ?)", p, 2, &rows);
    query("SELECT `a`, `b` FROM bytes", NULL, 0, &rows);
    assert_true(value_equal(db_rows_at(&rows, 0, 0), value_text("\0\xff'\\x\0\0", 7)));
    assert_true(value_equal(db_rows_at(&rows, 0, 1), value_text(bytes, 5)));
}

static void two_neighbours_beyond_53_bits_are_two_keys(void **state)
{
    const struct db_param p[] = {DB_P_TEXT("9007199254740993")};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    (void)state;
    need_server();
    run("CREATE TABLE big (id BIGINT PRIMARY KEY)");
    run("INSERT INTO big VALUES (9007199254740992), (9007199254740993), (9007199254740994)");
    query("SELECT CAST(id AS CHAR) FROM big WHERE id = CAST(CAST(? AS CHAR) AS SIGNED)", p, 1,
          &rows);
    assert_int_equal(rows.n_rows, 1);
    assert_string_equal(db_rows_text(&rows, 0, 0), "9007199254740993");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_session_is_as_promised),
        cmocka_unit_test(parameters_arrive_as_they_were),
        cmocka_unit_test(long_values_and_many_rows_come_whole),
        cmocka_unit_test(rows_found_count_as_affected),
        cmocka_unit_test(more_statements_than_the_cache_holds_are_fine),
        cmocka_unit_test(a_changed_table_does_not_confuse_a_cached_statement),
        cmocka_unit_test(a_changed_character_set_takes_the_new_characters),
        cmocka_unit_test(errors_say_what_and_whether_again),
        cmocka_unit_test(a_killed_connection_is_lost_and_comes_back),
        cmocka_unit_test(a_wrong_password_is_refused_and_shut_ports_may_open),
        cmocka_unit_test(tls_is_what_was_asked_for),
        cmocka_unit_test(a_script_runs_statement_by_statement),
        cmocka_unit_test(a_table_is_described),
        cmocka_unit_test(a_key_is_found_only_where_there_is_one),
        cmocka_unit_test(each_type_survives_the_way_there_and_back),
        cmocka_unit_test(bytes_survive_the_way_there_and_back),
        cmocka_unit_test(two_neighbours_beyond_53_bits_are_two_keys),
    };

    return cmocka_run_group_tests(tests, start, end);
}
