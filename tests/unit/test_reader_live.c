/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader against a real server: what it hands out for every column type equals what SELECT
 * says.
 *
 * Needs TABRELAY_TEST_MYSQL="host:port:user:password", an account that may do everything on a
 * server that nobody else writes to; skipped without. Works in the database tabrelay_test_reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mysql/db.h"
#include "replicator/binlog/reader.h"

#define SCHEMA "tabrelay_test_reader"

enum { RANDOM_ROWS = 40, ROWS_MAX = 600, TABLES_MAX = 160 };

static struct config_mysql config = {.tls = CONFIG_TLS_PREFERRED, .server_id = 4242001};
static struct db *db;
static struct err err;
static uint64_t seed = 88172645463325252u;

static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void must(int rc, const char *what)
{
    if (rc != 0)
        fail_msg("%s: %s", what, err.msg);
}

static void run(const char *sql)
{
    must(db_exec(db, sql, NULL, &err), sql);
}

static bool is_mariadb(void)
{
    return db_flavour(db) == DB_MARIADB;
}

/* --- the values --- */

typedef void (*random_literal)(struct buf *out);

struct column_case {
    const char *type;
    const char *values[24]; /* SQL */
    random_literal random;  /* NULL: only the values above */
    int server;             /* 0: both, 1: MySQL only, 2: MariaDB only */
};

static void random_int(struct buf *out, unsigned bits, bool is_unsigned)
{
    uint64_t v = any() >> (64 - bits) >> any() % bits;

    if (is_unsigned)
        buf_printf(out, "%llu", (unsigned long long)v);
    else
        buf_printf(out, "%lld", (long long)(v >> 1) * (any() % 2 == 0 ? 1 : -1));
}
static void random_int8(struct buf *out)
{
    random_int(out, 8, false);
}
static void random_uint8(struct buf *out)
{
    random_int(out, 8, true);
}
static void random_int16(struct buf *out)
{
    random_int(out, 16, false);
}
static void random_uint24(struct buf *out)
{
    random_int(out, 24, true);
}
static void random_int24(struct buf *out)
{
    random_int(out, 24, false);
}
static void random_int32(struct buf *out)
{
    random_int(out, 32, false);
}
static void random_int64(struct buf *out)
{
    random_int(out, 64, false);
}
static void random_uint64(struct buf *out)
{
    random_int(out, 64, true);
}

static void random_double(struct buf *out)
{
    uint64_t bits = any();
    double v;

    if ((bits >> 52 & 0x7ff) == 0x7ff)
        bits ^= (uint64_t)1 << 60;
    memcpy(&v, &bits, sizeof(v));
    if (any() % 2 == 0)
        v = (double)(int64_t)any() / 1000;
    buf_printf(out, "%.17e", v);
}

static void random_float(struct buf *out)
{
    uint32_t bits = (uint32_t)any();
    float v;

    if ((bits >> 23 & 0xff) == 0xff)
        bits ^= 1u << 28;
    memcpy(&v, &bits, sizeof(v));
    buf_printf(out, "%.9e", (double)(any() % 2 == 0 ? v : (float)(int32_t)any() / 100));
}

static void digits(struct buf *out, unsigned most)
{
    for (unsigned n = (unsigned)(any() % (most + 1)); n > 0; n--)
        buf_putc(out, (char)('0' + any() % 10));
}

static void random_decimal(struct buf *out, unsigned whole, unsigned scale)
{
    buf_puts(out, any() % 2 == 0 ? "-0" : "0");
    digits(out, whole);
    buf_putc(out, '.');
    digits(out, scale);
}
static void random_decimal10(struct buf *out)
{
    random_decimal(out, 8, 2);
}
static void random_decimal65(struct buf *out)
{
    random_decimal(out, 35, 30);
}
static void random_decimal30(struct buf *out)
{
    random_decimal(out, 1, 30);
}

static void random_date(struct buf *out)
{
    buf_printf(out, "'%04d-%02d-%02d", (int)(any() % 10000), (int)(any() % 12 + 1),
               (int)(any() % 28 + 1));
    buf_putc(out, '\'');
}
static void random_clock(struct buf *out)
{
    buf_printf(out, "%02d:%02d:%02d.%06d'", (int)(any() % 24), (int)(any() % 60), (int)(any() % 60),
               (int)(any() % 1000000));
}
static void random_datetime(struct buf *out)
{
    buf_printf(out, "'%04d-%02d-%02d ", (int)(any() % 9999), (int)(any() % 12 + 1),
               (int)(any() % 28 + 1));
    random_clock(out);
}
static void random_timestamp(struct buf *out)
{
    buf_printf(out, "'%04d-%02d-%02d ", (int)(any() % 67 + 1971), (int)(any() % 12 + 1),
               (int)(any() % 28 + 1));
    random_clock(out);
}
static void random_time(struct buf *out)
{
    buf_printf(out, "'%s%d:%02d:%02d.%06d'", any() % 2 == 0 ? "-" : "", (int)(any() % 838),
               (int)(any() % 60), (int)(any() % 60), (int)(any() % 1000000));
}
static void random_year(struct buf *out)
{
    buf_printf(out, "%d", (int)(any() % 255 + 1901));
}
static void random_hex(struct buf *out, unsigned most)
{
    buf_puts(out, "X'");
    for (unsigned n = (unsigned)(any() % (most + 1)); n > 0; n--)
        buf_printf(out, "%02X", (unsigned)(any() % 4 == 0 ? 0 : any() & 0xff));
    buf_putc(out, '\'');
}
static void random_bytes8(struct buf *out)
{
    random_hex(out, 8);
}
static void random_bytes300(struct buf *out)
{
    random_hex(out, 300);
}
static void random_text(struct buf *out, unsigned most)
{
    static const char *const pieces[] = {"a", "Z",    " ",  "ä",  "ß", "€",   "日本", "😀",
                                         "0", "\\\\", "''", "\"", "%", "\\n", "\\0",  "="};

    buf_putc(out, '\'');
    for (unsigned n = (unsigned)(any() % (most + 1)); n > 0; n--)
        buf_puts(out, pieces[any() % (sizeof(pieces) / sizeof(pieces[0]))]);
    buf_puts(out, any() % 2 == 0 ? "x'" : "'");
}
static void random_text20(struct buf *out)
{
    random_text(out, 9);
}
static void random_text3000(struct buf *out)
{
    random_text(out, 1400);
}
static void random_bits(struct buf *out)
{
    buf_printf(out, "%llu", (unsigned long long)(any() >> any() % 64));
}
static void random_enum(struct buf *out)
{
    buf_printf(out, "%d", (int)(any() % 4 + 1));
}
static void random_set(struct buf *out)
{
    buf_printf(out, "%d", (int)(any() % 16));
}
static void random_uuid(struct buf *out)
{
    buf_puts(out, "UUID()");
}
static void random_inet6(struct buf *out)
{
    buf_putc(out, '\'');
    for (int i = 0; i < 8; i++)
        buf_printf(out, "%s%x", i == 0 ? "" : ":", any() % 2 == 0 ? 0 : (unsigned)(any() & 0xffff));
    buf_putc(out, '\'');
}
static void random_inet4(struct buf *out)
{
    buf_printf(out, "'%u.%u.%u.%u'", (unsigned)(any() & 255), (unsigned)(any() & 255),
               (unsigned)(any() & 255), (unsigned)(any() % 2 * (any() & 255)));
}

/* As SQL: JSON text would lose the types that only a CAST makes. */
static void json_value(struct buf *out, unsigned depth)
{
    static const char *const scalars[] = {"CAST('null' AS JSON)",
                                          "CAST('true' AS JSON)",
                                          "false",
                                          "0",
                                          "-1",
                                          "32767",
                                          "-32768",
                                          "32768",
                                          "65535",
                                          "65536",
                                          "2147483647",
                                          "2147483648",
                                          "4294967295",
                                          "4294967296",
                                          "9223372036854775807",
                                          "18446744073709551615",
                                          "-9223372036854775808",
                                          "1e0",
                                          "1.5e300",
                                          "-0e0",
                                          "0.1e0",
                                          "123456789012345e0",
                                          "1e15",
                                          "1e-7",
                                          "1.50",
                                          "-0.001",
                                          "CAST(12345678901234567890.123456789 AS DECIMAL(40,10))",
                                          "'a'",
                                          "''",
                                          "'\"\\\\\\n\\t\\0é😀'",
                                          "CAST('2024-02-29' AS DATE)",
                                          "CAST('-12:34:56.789' AS TIME(3))",
                                          "CAST('2024-02-29 10:11:12.5' AS DATETIME(6))",
                                          "CAST(X'00FF10' AS BINARY)",
                                          "TIMESTAMP'2024-01-01 00:00:00'",
                                          "b'101'",
                                          "CAST(2024 AS YEAR)",
                                          "REPEAT('long text ', 20)",
                                          "REPEAT('x', 70000)",
                                          "CAST(REPEAT('b', 200) AS BINARY)"};
    unsigned kind = (unsigned)(any() % 10);

    if (depth == 0 || kind < 4) {
        buf_puts(out, scalars[any() % (sizeof(scalars) / sizeof(scalars[0]))]);
        return;
    }
    buf_puts(out, kind < 7 ? "JSON_ARRAY(" : "JSON_OBJECT(");
    for (unsigned n = (unsigned)(any() % 5), i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        if (kind >= 7)
            buf_printf(out, "'%s%u',", any() % 8 == 0 ? "ключ \"q\" " : "k",
                       (unsigned)(any() % 100));
        json_value(out, depth - 1);
    }
    buf_putc(out, ')');
}
static void random_json(struct buf *out)
{
    buf_puts(out, "JSON_EXTRACT(JSON_ARRAY(");
    json_value(out, 4);
    buf_puts(out, "), '$[0]')");
}

static const struct column_case cases[] = {
    {"TINYINT", {"-128", "127", "0", "-1"}, random_int8, 0},
    {"TINYINT UNSIGNED", {"0", "255", "128"}, random_uint8, 0},
    {"TINYINT(1)", {"0", "1", "-1"}, NULL, 0},
    {"SMALLINT", {"-32768", "32767", "-1"}, random_int16, 0},
    {"SMALLINT UNSIGNED", {"0", "65535", "32768"}, random_uint8, 0},
    {"MEDIUMINT", {"-8388608", "8388607", "-1"}, random_int24, 0},
    {"MEDIUMINT UNSIGNED", {"0", "16777215", "8388608"}, random_uint24, 0},
    {"INT", {"-2147483648", "2147483647", "-1"}, random_int32, 0},
    {"INT UNSIGNED ZEROFILL", {"0", "4294967295", "7"}, random_uint24, 0},
    {"BIGINT", {"-9223372036854775808", "9223372036854775807", "-1"}, random_int64, 0},
    {"BIGINT UNSIGNED", {"0", "18446744073709551615"}, random_uint64, 0},
    {"DECIMAL(10,2)", {"0", "-0.01", "99999999.99", "-99999999.99", "250"}, random_decimal10, 0},
    {"DECIMAL(65,30)", {"0", "-0.000000000000000000000000000001", "1e34"}, random_decimal65, 0},
    {"DECIMAL(30,30)", {"0", "0.1", "-0.999999999999999999999999999999"}, random_decimal30, 0},
    {"DECIMAL(18,9)", {"123456789.123456789", "-1.000000001"}, random_decimal10, 0},
    {"DECIMAL(9,0)", {"999999999", "-999999999", "7"}, random_int24, 0},
    {"DECIMAL(5,5) ", {"0.00001", "-0.5"}, NULL, 0},
    {"FLOAT",
     {"0", "0.1", "-0.1", "1e38", "3.4028234e38", "1.17549435e-38", "1e-45", "16777216", "1e15",
      "123456.7", "-0e0", "1e-15", "1e14", "5.960464477539063e-08"},
     random_float,
     0},
    {"FLOAT(7,2)", {"1.005", "12345.67", "-0.01"}, NULL, 0},
    {"DOUBLE",
     {"0", "0.1", "-1.5", "1e300", "1.7976931348623157e308", "5e-324", "1e15", "1e14", "1e-15",
      "-0e0", "1e-14", "123456789012345680", "9007199254740993", "5.684341886080802e-14", "1e22",
      "1e23", "2.2250738585072014e-308", "0.3333333333333333", "1e16"},
     random_double,
     0},
    {"DOUBLE(10,3)", {"1.0005", "1234567.891", "-0.001"}, NULL, 0},
    {"BIT(1)", {"b'0'", "b'1'"}, NULL, 0},
    {"BIT(12)", {"b'0'", "b'111111111111'", "b'100000000001'"}, NULL, 0},
    {"BIT(64)", {"0", "18446744073709551615", "9223372036854775808"}, random_bits, 0},
    {"YEAR", {"1901", "2155", "0", "2024"}, random_year, 0},
    {"DATE",
     {"'0000-00-00'", "'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "'2023-00-15'",
      "'2023-05-00'", "'0001-01-01'"},
     random_date,
     0},
    {"TIME", {"'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"}, random_time, 0},
    {"TIME(1)", {"'-838:59:58.9'", "'-00:00:00.1'", "'100:00:00.9'"}, random_time, 0},
    {"TIME(2)", {"'-00:00:00.01'", "'-00:00:01.99'"}, random_time, 0},
    {"TIME(3)", {"'-16:08:04.250'", "'-00:00:00.001'", "'00:00:00.999'"}, random_time, 0},
    {"TIME(4)", {"'-00:00:00.0001'", "'-01:00:00.0000'"}, random_time, 0},
    {"TIME(5)", {"'-00:00:00.00001'"}, random_time, 0},
    {"TIME(6)", {"'-16:08:04.010123'", "'-00:00:00.000001'", "'838:59:58.999999'"}, random_time, 0},
    {"DATETIME",
     {"'0000-00-00 00:00:00'", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'",
      "'2023-00-00 10:00:00'"},
     random_datetime,
     0},
    {"DATETIME(1)", {"'2024-02-29 10:11:12.9'"}, random_datetime, 0},
    {"DATETIME(3)", {"'2024-02-29 10:11:12.001'", "'0000-00-00 00:00:00.000'"}, random_datetime, 0},
    {"DATETIME(4)", {"'2024-02-29 10:11:12.0001'"}, random_datetime, 0},
    {"DATETIME(6)", {"'9999-12-31 23:59:59.999999'"}, random_datetime, 0},
    {"TIMESTAMP NULL",
     {"'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'",
      "'2000-02-29 12:00:00'", "'2000-03-01 00:00:00'", "'1999-12-31 23:59:59'"},
     random_timestamp,
     0},
    {"TIMESTAMP(2) NULL",
     {"'2024-02-29 10:11:12.05'", "'0000-00-00 00:00:00'"},
     random_timestamp,
     0},
    {"TIMESTAMP(5) NULL", {"'2024-02-29 10:11:12.00005'"}, random_timestamp, 0},
    {"TIMESTAMP(6) NULL", {"'1970-01-01 00:00:01.000001'"}, random_timestamp, 0},
    {"CHAR(20) CHARACTER SET utf8mb4", {"''", "'a '", "'äöü'", "'😀'"}, random_text20, 0},
    {"CHAR(255) CHARACTER SET utf8mb4",
     {"''", "REPEAT('€', 255)", "REPEAT('a', 255)"},
     random_text20,
     0},
    {"VARCHAR(20) CHARACTER SET utf8mb4", {"''", "' '", "'a '", "'NULL'"}, random_text20, 0},
    {"VARCHAR(3000) CHARACTER SET utf8mb4",
     {"''", "REPEAT('😀', 3000)", "REPEAT('a', 256)"},
     random_text3000,
     0},
    {"TINYTEXT CHARACTER SET utf8mb4", {"''", "REPEAT('a', 255)"}, random_text20, 0},
    {"TEXT CHARACTER SET utf8mb4", {"''", "REPEAT('é', 30000)"}, random_text3000, 0},
    {"MEDIUMTEXT CHARACTER SET utf8mb4", {"''", "REPEAT('z', 70000)"}, random_text3000, 0},
    {"LONGTEXT CHARACTER SET utf8mb4", {"''", "REPEAT('z', 1000000)"}, random_text3000, 0},
    {"BINARY(8)", {"''", "X'00'", "X'0000000000000001'", "X'FF'", "'a  '"}, random_bytes8, 0},
    {"BINARY(255)", {"''", "REPEAT(X'00', 255)", "X'FF'"}, random_bytes8, 0},
    {"VARBINARY(300)", {"''", "X'00'", "X'0100'"}, random_bytes300, 0},
    {"TINYBLOB", {"''", "X'00'"}, random_bytes8, 0},
    {"BLOB", {"''", "X'00'", "REPEAT(X'FF00', 30000)"}, random_bytes300, 0},
    {"MEDIUMBLOB", {"''", "REPEAT(X'FF00', 40000)"}, random_bytes300, 0},
    {"LONGBLOB", {"''", "REPEAT('x', 20000000)"}, random_bytes300, 0},
    {"ENUM('a','b,c','d''e','ü') CHARACTER SET utf8mb4", {"1", "2", "3", "4", "0"}, random_enum, 0},
    {"ENUM('ä','ö','ß','x') CHARACTER SET latin1", {"1", "2", "3", "0"}, random_enum, 0},
    {"SET('a','b c','d''e','ü') CHARACTER SET utf8mb4", {"0", "15", "8", "5"}, random_set, 0},
    {"SET('ä','ö','ß','x') CHARACTER SET latin1", {"0", "15", "8", "5"}, random_set, 0},
    {"JSON",
     {"'null'", "'{}'", "'[]'", "'1'", "'\"\"'", "'{\"\": 1}'",
      "'{\"b\": 1, \"a\": [1, 2.0, 1e3]}'", "'[1e15, 1.0, 100, 0.1, -0.0, 1e-7, 123456789.5]'",
      "'\"\\\\u0001\\\\u001f\\\\u007f\\\\b\\\\f\"'"},
     random_json,
     1},
    {"JSON", {"'null'", "'{\"b\":  1}'"}, NULL, 2},
    {"GEOMETRY",
     {"ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('LINESTRING(0 0,1 1,2 5)')"},
     NULL,
     0},
    {"POINT", {"ST_GeomFromText('POINT(-1.5 2e10)')"}, NULL, 0},
    {"VECTOR(4)", {"TO_VECTOR('[1,2.5,-3,0]')"}, NULL, 1},
    {"UUID",
     {"'00000000-0000-0000-0000-000000000000'", "'6ccd780c-baba-1026-9564-5b8c656024db'",
      "'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
     random_uuid,
     2},
    {"INET6",
     {"'::'", "'::1'", "'ffff::'", "'::ffff:1.2.3.4'", "'::1.2.3.4'", "'2001:db8::1:0:0:1'",
      "'1:0:0:2:0:0:0:3'", "'::ffff'", "'::1:2'"},
     random_inet6,
     2},
    {"INET4", {"'0.0.0.0'", "'255.255.255.255'", "'1.2.3.0'", "'10.0.0.0'"}, random_inet4, 2},
};

/* --- what must come --- */

struct expected {
    const struct column_case *column;
    struct table *table;
    size_t n_rows;
    char *inserted[ROWS_MAX]; /* canonical text; NULL for NULL */
    size_t inserted_len[ROWS_MAX];
    char *updated[ROWS_MAX];
    size_t updated_len[ROWS_MAX];
    size_t n_inserts, n_updates, n_deletes; /* that came */
};

static struct expected tables[TABLES_MAX];
static size_t n_tables;
static bool is_done;

static void insert_literal(size_t i, const char *literal)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql, "INSERT INTO t%zu (v) VALUES (%s)", i, literal);
    if (db_exec(db, sql.ptr, NULL, &err) != 0)
        fail_msg("%.300s: %s", sql.ptr, err.msg);
}

static void read_back(struct expected *t, char **texts, size_t *lens)
{
    CLEANUP_BUF struct buf sql = BUF_INIT, scratch = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    buf_puts(&sql, "SELECT ");
    column_read_sql(&sql, &t->table->columns[1]);
    buf_puts(&sql, " FROM ");
    table_quote_full(&sql, t->table);
    buf_puts(&sql, " ORDER BY id");
    must(db_exec(db, sql.ptr, &rows, &err), sql.ptr);
    t->n_rows = rows.n_rows;
    assert_true(rows.n_rows <= ROWS_MAX);
    for (size_t r = 0; r < rows.n_rows; r++) {
        struct value v = db_rows_at(&rows, r, 0);

        v = column_canonical(&t->table->columns[1], v, &scratch);
        texts[r] = v.state == VALUE_TEXT ? malloc(v.len + 1) : NULL;
        lens[r] = v.len;
        if (v.state == VALUE_TEXT)
            memcpy(texts[r], v.ptr, v.len);
    }
}

static void make_table(size_t i, const struct column_case *c)
{
    struct expected *t = &tables[i];
    char name[16];
    CLEANUP_BUF struct buf sql = BUF_INIT;

    t->column = c;
    buf_printf(&sql, "CREATE TABLE t%zu (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, v %s%s)", i,
               c->type, strstr(c->type, "NULL") == NULL ? " NULL" : "");
    run(sql.ptr);
    snprintf(name, sizeof(name), "t%zu", i);
    must(table_load(db, SCHEMA, name, &t->table, &err), name);
    insert_literal(i, "NULL");
    for (size_t k = 0; k < 24 && c->values[k] != NULL; k++)
        insert_literal(i, c->values[k]);
    for (size_t k = 0; c->random != NULL && k < RANDOM_ROWS; k++) {
        CLEANUP_BUF struct buf literal = BUF_INIT;

        c->random(&literal);
        insert_literal(i, literal.ptr);
    }
}

/* Every row gets the value of the row after it, in one statement; then all go. */
static void change_table(size_t i)
{
    struct expected *t = &tables[i];
    CLEANUP_BUF struct buf sql = BUF_INIT;

    read_back(t, t->inserted, t->inserted_len);
    buf_printf(&sql, "CREATE TABLE c%zu AS SELECT * FROM t%zu", i, i);
    run(sql.ptr);
    buf_clear(&sql);
    buf_printf(&sql, "UPDATE t%zu a LEFT JOIN c%zu b ON b.id = a.id + 1 SET a.v = b.v", i, i);
    run(sql.ptr);
    read_back(t, t->updated, t->updated_len);
    buf_clear(&sql);
    buf_printf(&sql, "DELETE FROM t%zu", i);
    run(sql.ptr);
}

/* --- what comes --- */

static int want_table(void *ctx, const char *schema, const char *name, struct table_wish *out,
                      struct err *e)
{
    (void)ctx;
    (void)e;
    if (strcmp(schema, SCHEMA) != 0)
        return 0;
    if (strcmp(name, "marker") == 0) {
        is_done = true;
        return 0;
    }
    for (size_t i = 0; i < n_tables; i++)
        if (strcmp(tables[i].table->name, name) == 0)
            out->table = tables[i].table;
    return 0;
}

static void check_value(const struct expected *t, const char *what, size_t row, struct value v,
                        const char *text, size_t len)
{
    bool is_equal = text == NULL
                        ? v.state == VALUE_NULL
                        : v.state == VALUE_TEXT && v.len == len && memcmp(v.ptr, text, len) == 0;
    size_t at = 0;

    if (is_equal)
        return;
    while (v.state == VALUE_TEXT && text != NULL && at < v.len && at < len && v.ptr[at] == text[at])
        at++;
    fail_msg(
        "%s, row %zu of %s (%s): from byte %zu the log says '%.*s' (state %d, %zu bytes), SELECT "
        "says '%.*s' (%zu bytes)",
        what, row + 1, t->table->name, t->column->type, at,
        (int)(v.len - at < 200 ? v.len - at : 200), v.state == VALUE_TEXT ? v.ptr + at : "",
        (int)v.state, v.len,
        (int)(text == NULL     ? 4
              : len - at < 200 ? len - at
                               : 200),
        text == NULL ? "NULL" : text + at, len);
}

static size_t row_of(struct value id)
{
    char text[24] = "";

    memcpy(text, id.ptr, id.len < sizeof(text) ? id.len : sizeof(text) - 1);
    return strtoul(text, NULL, 10) - 1;
}

static int on_change(void *ctx, const struct change *c, struct err *e)
{
    struct expected *t = NULL;
    size_t row;

    (void)ctx;
    (void)e;
    for (size_t i = 0; i < n_tables; i++)
        if (tables[i].table == c->table)
            t = &tables[i];
    assert_non_null(t);
    row = row_of((c->after != NULL ? c->after : c->before)[0]);
    assert_true(row < t->n_rows);
    switch (c->type) {
    case CHANGE_INSERT:
        assert_null(c->before);
        t->n_inserts++;
        check_value(t, "insert", row, c->after[1], t->inserted[row], t->inserted_len[row]);
        break;
    case CHANGE_UPDATE:
        t->n_updates++;
        check_value(t, "update before", row, c->before[1], t->inserted[row], t->inserted_len[row]);
        check_value(t, "update after", row, c->after[1], t->updated[row], t->updated_len[row]);
        break;
    case CHANGE_DELETE:
        assert_null(c->after);
        t->n_deletes++;
        check_value(t, "delete", row, c->before[1], t->updated[row], t->updated_len[row]);
        break;
    }
    return 0;
}

static int on_commit(void *ctx, const struct commit *commit, struct err *e)
{
    (void)ctx;
    assert_true(commit->commit_time_us > INT64_C(1600000000000000));
    assert_false(commit->is_rollback);
    return is_done ? err_set(e, ERR_STOPPED, "done") : 0;
}

static int on_ddl(void *ctx, const struct ddl *ddl, struct err *e)
{
    (void)ctx;
    (void)e;
    assert_string_equal(ddl->schema, SCHEMA);
    return 0;
}

static int on_idle(void *ctx, struct err *e)
{
    (void)ctx;
    (void)e;
    return 0;
}

static const struct reader_handler handler = {.want_table = want_table,
                                              .on_change = on_change,
                                              .on_commit = on_commit,
                                              .on_ddl = on_ddl,
                                              .on_idle = on_idle};

static void here(struct buf *out)
{
    struct position *p = NULL;

    must(position_now(db, &p, &err), "position_now");
    position_print(p, out);
    position_free(p);
}

static void read_from(const char *position, const struct reader_handler *h)
{
    struct reader_options options = {.mysql = &config, .instance = "test", .heartbeat_ms = 1000};
    struct reader *reader = NULL;

    is_done = false;
    must(reader_new(&options, h, &reader, &err), "reader_new");
    err = ERR_INIT;
    assert_int_equal(reader_run(reader, position, &err), -1);
    assert_string_equal(err.msg, "done");
    reader_free(reader);
}

static void forget_tables(void)
{
    for (size_t i = 0; i < n_tables; i++) {
        for (size_t r = 0; r < tables[i].n_rows; r++) {
            free(tables[i].inserted[r]);
            free(tables[i].updated[r]);
        }
        table_free(tables[i].table);
    }
    memset(tables, 0, sizeof(tables));
    n_tables = 0;
}

static void start_afresh(void)
{
    forget_tables();
    run("DROP DATABASE IF EXISTS " SCHEMA);
    run("CREATE DATABASE " SCHEMA " CHARACTER SET utf8mb4");
    db_close(db);
    must(db_open(&config, &db, &err), "connect");
    run("USE " SCHEMA);
    run("SET SESSION sql_mode = ''");
}

static void every_value_agrees(const char *metadata, bool is_compressed)
{
    CLEANUP_BUF struct buf sql = BUF_INIT, position = BUF_INIT;

    buf_printf(&sql, "SET GLOBAL binlog_row_metadata = '%s'", metadata);
    run(sql.ptr);
    if (is_mariadb()) {
        run(is_compressed ? "SET GLOBAL log_bin_compress = ON"
                          : "SET GLOBAL log_bin_compress = OFF");
        run("SET GLOBAL log_bin_compress_min_len = 10");
    }
    start_afresh();
    if (!is_mariadb())
        run(is_compressed ? "SET SESSION binlog_transaction_compression = ON"
                          : "SET SESSION binlog_transaction_compression = OFF");
    here(&position);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].server != 0 && (cases[i].server == 2) != is_mariadb())
            continue;
        make_table(n_tables, &cases[i]);
        change_table(n_tables);
        n_tables++;
    }
    run("CREATE TABLE marker (id INT)");
    run("INSERT INTO marker VALUES (1)");
    read_from(position.ptr, &handler);
    for (size_t i = 0; i < n_tables; i++) {
        assert_int_equal(tables[i].n_inserts, tables[i].n_rows);
        assert_int_equal(tables[i].n_deletes, tables[i].n_rows);
        assert_true(tables[i].n_updates > 0);
    }
    forget_tables();
}

static void values_agree_with_minimal_metadata(void **state)
{
    (void)state;
    every_value_agrees("MINIMAL", false);
}
static void values_agree_with_full_metadata(void **state)
{
    (void)state;
    every_value_agrees("FULL", false);
}
static void values_agree_without_metadata(void **state)
{
    (void)state;
    if (!is_mariadb())
        skip(); /* MySQL always tells signedness and charsets */
    every_value_agrees("NO_LOG", false);
}
static void values_agree_when_compressed(void **state)
{
    (void)state;
    every_value_agrees("MINIMAL", true);
}
static void values_agree_when_compressed_with_full_metadata(void **state)
{
    (void)state;
    every_value_agrees("FULL", true);
}

/* --- character sets --- */

static const char *const charsets[] = {
    "armscii8", "ascii",   "big5",     "cp1250",  "cp1251",  "cp1256",  "cp1257",  "cp850",
    "cp852",    "cp866",   "cp932",    "dec8",    "eucjpms", "euckr",   "gb2312",  "gbk",
    "greek",    "hebrew",  "hp8",      "koi8r",   "koi8u",   "latin1",  "latin2",  "latin5",
    "latin7",   "macce",   "macroman", "sjis",    "swe7",    "tis620",  "ucs2",    "ujis",
    "utf16",    "utf16le", "utf32",    "utf8mb3", "utf8mb4", "gb18030", "geostd8", "keybcs2"};

/* The characters from FIRST on that fit into a row, as UTF-8 hex. */
static void characters(struct buf *out, uint32_t first, uint32_t n)
{
    for (uint32_t c = first; c < first + n; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        if (c < 0x80)
            buf_printf(out, "%02X", c);
        else if (c < 0x800)
            buf_printf(out, "%02X%02X", 0xc0 | c >> 6, 0x80 | (c & 63));
        else if (c < 0x10000)
            buf_printf(out, "%02X%02X%02X", 0xe0 | c >> 12, 0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        else
            buf_printf(out, "%02X%02X%02X%02X", 0xf0 | c >> 18, 0x80 | (c >> 12 & 63),
                       0x80 | (c >> 6 & 63), 0x80 | (c & 63));
    }
}

static void charset_table(const struct column_case *c)
{
    struct expected *t = &tables[n_tables];
    /* glibc knows some user-defined and ETEN characters of these differently. */
    bool is_special = strstr(c->type, "big5") != NULL || strstr(c->type, "gb18030") != NULL;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    char name[16];

    t->column = c;
    buf_printf(&sql, "CREATE TABLE t%zu (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, v %s)",
               n_tables, c->type);
    run(sql.ptr);
    snprintf(name, sizeof(name), "t%zu", n_tables);
    must(table_load(db, SCHEMA, name, &t->table, &err), name);
    for (uint32_t first = 0; first < 0x20000; first += 512) {
        CLEANUP_BUF struct buf literal = BUF_INIT;

        if (is_special ? first < 0x4e00 || first >= 0x9e00
                       : first >= 0x10000 && first % 0x2000 != 0)
            continue;
        buf_puts(&literal, "_utf8mb4 X'");
        characters(&literal, first, 512);
        buf_putc(&literal, '\'');
        insert_literal(n_tables, literal.ptr);
    }
    change_table(n_tables);
    n_tables++;
}

static void text_of_every_charset_agrees(void **state)
{
    static char types[sizeof(charsets) / sizeof(charsets[0])][64];
    static struct column_case columns[sizeof(charsets) / sizeof(charsets[0])];
    CLEANUP_BUF struct buf position = BUF_INIT;

    (void)state;
    run("SET GLOBAL binlog_row_metadata = 'MINIMAL'");
    start_afresh();
    here(&position);
    for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
        if (is_mariadb() && strcmp(charsets[i], "gb18030") == 0)
            continue;
        snprintf(types[i], sizeof(types[i]), "MEDIUMTEXT CHARACTER SET %s", charsets[i]);
        columns[i].type = types[i];
        charset_table(&columns[i]);
    }
    run("CREATE TABLE marker (id INT)");
    run("INSERT INTO marker VALUES (1)");
    read_from(position.ptr, &handler);
    forget_tables();
}

/* host:port:user:password */
static int connect_server(void **state)
{
    static char where[512];
    char *parts[4] = {where, NULL, NULL, NULL};

    (void)state;
    snprintf(where, sizeof(where), "%s", getenv("TABRELAY_TEST_MYSQL"));
    for (size_t i = 1; i < 4; i++) {
        parts[i] = strchr(parts[i - 1], ':');
        if (parts[i] == NULL)
            return -1;
        *parts[i]++ = '\0';
    }
    config.host = parts[0];
    config.port = (uint16_t)strtoul(parts[1], NULL, 10);
    config.user = parts[2];
    config.password = parts[3];
    if (db_open(&config, &db, &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        return -1;
    }
    return 0;
}

static int disconnect_server(void **state)
{
    (void)state;
    db_exec(db, "DROP DATABASE IF EXISTS " SCHEMA, NULL, &err);
    db_close(db);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_agree_with_minimal_metadata),
        cmocka_unit_test(values_agree_with_full_metadata),
        cmocka_unit_test(values_agree_without_metadata),
        cmocka_unit_test(values_agree_when_compressed),
        cmocka_unit_test(values_agree_when_compressed_with_full_metadata),
        cmocka_unit_test(text_of_every_charset_agrees),
    };

    if (getenv("TABRELAY_TEST_MYSQL") == NULL) {
        fprintf(stderr,
                "SKIPPED: test_reader_live needs TABRELAY_TEST_MYSQL=host:port:user:password\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, connect_server, disconnect_server);
}
