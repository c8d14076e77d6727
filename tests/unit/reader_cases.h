/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Column types of every server with their boundary values and random ones, all as SQL literals, for
 * test_reader_live.c.
 */
#ifndef TESTS_READER_CASES_H
#define TESTS_READER_CASES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"

static uint64_t seed = 88172645463325252u;

/* xorshift64: the same values in every run. */
static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

typedef void (*random_literal)(struct buf *out);

/* Which servers have the type. */
enum servers { ALL, MYSQL, MYSQL57, MARIADB, MARIADB11 };

enum { VALUES_MAX = 24 };

struct column_case {
    const char *type;
    const char *values[VALUES_MAX]; /* SQL */
    random_literal random;          /* NULL: only the values above */
    enum servers servers;
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
static void random_uint16(struct buf *out)
{
    random_int(out, 16, true);
}
static void random_uint32(struct buf *out)
{
    random_int(out, 32, true);
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

static void random_decimal5(struct buf *out)
{
    random_decimal(out, 1, 5);
}
static void random_decimal18(struct buf *out)
{
    random_decimal(out, 9, 9);
}

static void random_date(struct buf *out)
{
    bool is_partial = any() % 8 == 0; /* a month or a day of 0 */

    buf_printf(out, "'%04d-%02d-%02d", (int)(any() % 10000), (int)(any() % 12 + !is_partial),
               (int)(any() % 28 + !is_partial));
    buf_putc(out, '\'');
}
static void random_clock(struct buf *out)
{
    buf_printf(out, "%02d:%02d:%02d.%06d'", (int)(any() % 24), (int)(any() % 60), (int)(any() % 60),
               (int)(any() % 1000000));
}
static void random_datetime(struct buf *out)
{
    bool is_partial = any() % 8 == 0;

    buf_printf(out, "'%04d-%02d-%02d ", (int)(any() % 9999), (int)(any() % 12 + !is_partial),
               (int)(any() % 28 + !is_partial));
    random_clock(out);
}
static void random_timestamp(struct buf *out)
{
    buf_printf(out, "'%04d-%02d-%02d ", (int)(any() % 67 + 1971), (int)(any() % 12 + 1),
               (int)(any() % 28 + 1));
    random_clock(out);
}
static void random_timestamp2106(struct buf *out)
{
    buf_printf(out, "'%04d-%02d-%02d ", (int)(any() % 135 + 1971), (int)(any() % 12 + 1),
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
static void random_text1000(struct buf *out)
{
    random_text(out, 400);
}
/* Characters that Japanese, Chinese and Unicode sets have alike. */
static void random_cjk(struct buf *out)
{
    static const char *const pieces[] = {"a",  "0",  " ",  "\\\\", "\'\'",
                                         "日", "本", "中", "一",   "人"};

    buf_putc(out, '\'');
    for (unsigned n = (unsigned)(any() % 10); n > 0; n--)
        buf_puts(out, pieces[any() % (sizeof(pieces) / sizeof(pieces[0]))]);
    buf_putc(out, '\'');
}
static void random_bits(struct buf *out)
{
    buf_printf(out, "%llu", (unsigned long long)(any() >> any() % 64));
}
static void random_enum(struct buf *out)
{
    buf_printf(out, "%d", (int)(any() % 4 + 1));
}
static void random_enum300(struct buf *out)
{
    buf_printf(out, "%d", (int)(any() % 300 + 1));
}
static void random_set(struct buf *out)
{
    buf_printf(out, "%d", (int)(any() % 16));
}
static void random_uuid(struct buf *out)
{
    buf_puts(out, "UUID()");
}
static void random_uuid4(struct buf *out)
{
    buf_puts(out, "UUID_v4()");
}
static void random_uuid7(struct buf *out)
{
    buf_puts(out, "UUID_v7()");
}
static void random_floats(struct buf *out, const char *function)
{
    buf_printf(out, "%s('[", function);
    for (unsigned i = 0; i < 4; i++)
        buf_printf(out, "%s%.6g", i == 0 ? "" : ",", (double)(int32_t)any() / 1000);
    buf_puts(out, "]')");
}
static void random_vector_mysql(struct buf *out)
{
    random_floats(out, "TO_VECTOR");
}
static void random_vector_mariadb(struct buf *out)
{
    random_floats(out, "VEC_FromText");
}
static void random_point(struct buf *out)
{
    buf_printf(out, "ST_GeomFromText('POINT(%.9g %.9g)')", (double)(int32_t)any() / 1000,
               (double)(int32_t)any() / 1000);
}
static void random_line(struct buf *out)
{
    buf_puts(out, "ST_GeomFromText('LINESTRING(0 0");
    for (unsigned n = (unsigned)(any() % 6 + 1); n > 0; n--)
        buf_printf(out, ",%d %d", (int)(any() % 1000), (int)(any() % 1000));
    buf_puts(out, ")')");
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
                                          "CAST(REPEAT('b', 200) AS BINARY)"};
    unsigned kind = (unsigned)(any() % 10);

    if (any() % 400 == 0) {
        buf_puts(out, "REPEAT('x', 70000)"); /* makes what holds it a large one */
        return;
    }
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

/* 'l00' .. 'l99', 'm00' .. */
#define LABELS_10(x) \
    "'" x "0','" x "1','" x "2','" x "3','" x "4','" x "5','" x "6','" x "7','" x "8','" x "9'"
#define LABELS_60(x)                                                              \
    LABELS_10(x "0")                                                              \
    "," LABELS_10(x "1") "," LABELS_10(x "2") "," LABELS_10(x "3") "," LABELS_10( \
        x "4") "," LABELS_10(x "5")
#define LABELS_100(x) \
    LABELS_60(x) "," LABELS_10(x "6") "," LABELS_10(x "7") "," LABELS_10(x "8") "," LABELS_10(x "9")
#define LABELS_300 LABELS_100("l") "," LABELS_100("m") "," LABELS_100("n")
#define LABELS_64 LABELS_60("s") ",'ä','b c','d','e'"

static const struct column_case cases[] = {
    {"TINYINT", {"-128", "127", "0", "-1"}, random_int8, ALL},
    {"TINYINT UNSIGNED", {"0", "255", "128"}, random_uint8, ALL},
    {"TINYINT(1)", {"0", "1", "-1"}, NULL, ALL},
    {"SMALLINT", {"-32768", "32767", "-1"}, random_int16, ALL},
    {"SMALLINT UNSIGNED", {"0", "65535", "32768"}, random_uint16, ALL},
    {"MEDIUMINT", {"-8388608", "8388607", "-1"}, random_int24, ALL},
    {"MEDIUMINT UNSIGNED", {"0", "16777215", "8388608"}, random_uint24, ALL},
    {"INT", {"-2147483648", "2147483647", "-1"}, random_int32, ALL},
    {"INT UNSIGNED", {"0", "4294967295", "2147483648"}, random_uint32, ALL},
    {"INT UNSIGNED ZEROFILL", {"0", "4294967295", "7"}, random_uint24, ALL},
    {"BIGINT", {"-9223372036854775808", "9223372036854775807", "-1"}, random_int64, ALL},
    {"BIGINT UNSIGNED", {"0", "18446744073709551615"}, random_uint64, ALL},
    {"DECIMAL(10,2)", {"0", "-0.01", "99999999.99", "-99999999.99", "250"}, random_decimal10, ALL},
    {"DECIMAL(65,30)", {"0", "-0.000000000000000000000000000001", "1e34"}, random_decimal65, ALL},
    {"DECIMAL(30,30)", {"0", "0.1", "-0.999999999999999999999999999999"}, random_decimal30, ALL},
    {"DECIMAL(18,9)", {"123456789.123456789", "-1.000000001"}, random_decimal10, ALL},
    {"DECIMAL(18,9) UNSIGNED", {"0", "999999999.999999999"}, random_decimal18, ALL},
    {"DECIMAL(65,0)",
     {"99999999999999999999999999999999999999999999999999999999999999999", "-1", "0"},
     random_decimal65,
     ALL},
    {"DECIMAL(1,0)", {"9", "-9", "0"}, NULL, ALL},
    {"DECIMAL(38,19) ZEROFILL", {"0", "1.5"}, random_decimal10, ALL},
    {"DECIMAL(9,0)", {"999999999", "-999999999", "7"}, random_int24, ALL},
    {"DECIMAL(5,5)", {"0.00001", "-0.5", "0.99999"}, random_decimal5, ALL},
    {"FLOAT",
     {"0", "0.1", "-0.1", "1e38", "3.4028234e38", "1.17549435e-38", "1e-45", "16777216", "1e15",
      "123456.7", "-0e0", "1e-15", "1e14", "5.960464477539063e-08"},
     random_float,
     ALL},
    {"FLOAT(7,2)", {"1.005", "12345.67", "-0.01", "99999.99"}, random_decimal10, ALL},
    {"FLOAT(10,7) UNSIGNED", {"0", "0.1", "999.9999999"}, random_decimal30, ALL},
    {"DOUBLE",
     {"0", "0.1", "-1.5", "1e300", "1.7976931348623157e308", "5e-324", "1e15", "1e14", "1e-15",
      "-0e0", "1e-14", "123456789012345680", "9007199254740993", "5.684341886080802e-14", "1e22",
      "1e23", "2.2250738585072014e-308", "0.3333333333333333", "1e16"},
     random_double,
     ALL},
    {"DOUBLE(10,3)", {"1.0005", "1234567.891", "-0.001"}, random_decimal10, ALL},
    {"DOUBLE UNSIGNED", {"0", "1.7976931348623157e308", "0.1"}, random_double, ALL},
    {"YEAR", {"1901", "2155", "0", "2024"}, random_year, ALL},
    {"DATE",
     {"'0000-00-00'", "'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "'2023-00-15'",
      "'2023-05-00'", "'0001-01-01'"},
     random_date,
     ALL},
    {"TIME", {"'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"}, random_time, ALL},
    {"TIME(1)", {"'-838:59:58.9'", "'-00:00:00.1'", "'100:00:00.9'"}, random_time, ALL},
    {"TIME(2)", {"'-00:00:00.01'", "'-00:00:01.99'"}, random_time, ALL},
    {"TIME(3)", {"'-16:08:04.250'", "'-00:00:00.001'", "'00:00:00.999'"}, random_time, ALL},
    {"TIME(4)", {"'-00:00:00.0001'", "'-01:00:00.0000'"}, random_time, ALL},
    {"TIME(5)", {"'-00:00:00.00001'"}, random_time, ALL},
    {"TIME(6)",
     {"'-16:08:04.010123'", "'-00:00:00.000001'", "'838:59:58.999999'"},
     random_time,
     ALL},
    {"DATETIME",
     {"'0000-00-00 00:00:00'", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'",
      "'2023-00-00 10:00:00'"},
     random_datetime,
     ALL},
    {"DATETIME(1)", {"'2024-02-29 10:11:12.9'"}, random_datetime, ALL},
    {"DATETIME(2)", {"'2024-02-29 10:11:12.09'"}, random_datetime, ALL},
    {"DATETIME(5)", {"'2024-02-29 10:11:12.00009'"}, random_datetime, ALL},
    {"DATETIME(3)",
     {"'2024-02-29 10:11:12.001'", "'0000-00-00 00:00:00.000'"},
     random_datetime,
     ALL},
    {"DATETIME(4)", {"'2024-02-29 10:11:12.0001'"}, random_datetime, ALL},
    {"DATETIME(6)", {"'9999-12-31 23:59:59.999999'"}, random_datetime, ALL},
    {"TIMESTAMP NULL",
     {"'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'",
      "'2000-02-29 12:00:00'", "'2000-03-01 00:00:00'", "'1999-12-31 23:59:59'"},
     random_timestamp,
     ALL},
    {"TIMESTAMP(2) NULL",
     {"'2024-02-29 10:11:12.05'", "'0000-00-00 00:00:00'"},
     random_timestamp,
     ALL},
    {"TIMESTAMP(1) NULL", {"'2024-02-29 10:11:12.9'"}, random_timestamp, ALL},
    {"TIMESTAMP(3) NULL", {"'2024-02-29 10:11:12.009'"}, random_timestamp, ALL},
    {"TIMESTAMP(4) NULL", {"'2024-02-29 10:11:12.0009'"}, random_timestamp, ALL},
    {"TIMESTAMP(5) NULL", {"'2024-02-29 10:11:12.00005'"}, random_timestamp, ALL},
    {"TIMESTAMP(6) NULL", {"'1970-01-01 00:00:01.000001'"}, random_timestamp, ALL},
    {"TIMESTAMP(6) NULL",
     {"'2038-01-19 03:14:08'", "'2106-02-07 06:28:14.999999'", "'2106-02-07 06:28:15'"},
     random_timestamp2106,
     MARIADB11},
    {"CHAR(20) CHARACTER SET utf8mb4", {"''", "'a '", "'äöü'", "'😀'"}, random_text20, ALL},
    {"CHAR(255) CHARACTER SET utf8mb4",
     {"''", "REPEAT('€', 255)", "REPEAT('a', 255)"},
     random_text20,
     ALL},
    {"VARCHAR(20) CHARACTER SET utf8mb4", {"''", "' '", "'a '", "'NULL'"}, random_text20, ALL},
    {"VARCHAR(3000) CHARACTER SET utf8mb4",
     {"''", "REPEAT('😀', 3000)", "REPEAT('a', 256)"},
     random_text1000,
     ALL},
    {"TINYTEXT CHARACTER SET utf8mb4", {"''", "REPEAT('a', 255)"}, random_text20, ALL},
    {"TEXT CHARACTER SET utf8mb4", {"''", "REPEAT('é', 30000)"}, random_text1000, ALL},
    {"MEDIUMTEXT CHARACTER SET utf8mb4", {"''", "REPEAT('z', 70000)"}, random_text1000, ALL},
    {"LONGTEXT CHARACTER SET utf8mb4", {"''", "REPEAT('z', 90000)"}, random_text1000, ALL},
    {"CHAR(10) CHARACTER SET latin1", {"''", "'äöüß'", "'€'"}, random_text20, ALL},
    {"CHAR(100) CHARACTER SET ucs2", {"''", "'日本'"}, random_cjk, ALL},
    {"VARCHAR(200) CHARACTER SET sjis", {"''", "'日本'"}, random_cjk, ALL},
    {"VARCHAR(40) CHARACTER SET gbk", {"''", "'中'"}, random_cjk, ALL},
    {"TINYTEXT CHARACTER SET utf16", {"''", "'日本😀'"}, random_text20, ALL},
    {"MEDIUMTEXT CHARACTER SET cp1251", {"''", "'ключ'"}, random_text20, ALL},
    {"VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci",
     {"'ä'"},
     random_text20,
     MARIADB},
    {"VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci", {"'ä'"}, random_text20, MYSQL},
    {"BINARY(8)", {"''", "X'00'", "X'0000000000000001'", "X'FF'", "'a  '"}, random_bytes8, ALL},
    {"BINARY(255)", {"''", "REPEAT(X'00', 255)", "X'FF'"}, random_bytes8, ALL},
    {"VARBINARY(300)", {"''", "X'00'", "X'0100'"}, random_bytes300, ALL},
    {"TINYBLOB", {"''", "X'00'"}, random_bytes8, ALL},
    {"BLOB", {"''", "X'00'", "REPEAT(X'FF00', 30000)"}, random_bytes300, ALL},
    {"MEDIUMBLOB", {"''", "REPEAT(X'FF00', 40000)"}, random_bytes300, ALL},
    {"LONGBLOB", {"''", "REPEAT('x', 100000)"}, random_bytes300, ALL},
    {"ENUM('a','b,c','d''e','ü') CHARACTER SET utf8mb4",
     {"1", "2", "3", "4", "0"},
     random_enum,
     ALL},
    {"ENUM('ä','ö','ß','x') CHARACTER SET latin1", {"1", "2", "3", "0"}, random_enum, ALL},
    {"SET('a','b c','d''e','ü') CHARACTER SET utf8mb4", {"0", "15", "8", "5"}, random_set, ALL},
    {"SET('ä','ö','ß','x') CHARACTER SET latin1", {"0", "15", "8", "5"}, random_set, ALL},
    {"ENUM(" LABELS_300 ")", {"1", "255", "256", "300", "0"}, random_enum300, ALL},
    {"ENUM('日','本','中','一') CHARACTER SET sjis", {"1", "2", "3", "0"}, random_enum, ALL},
    {"SET('日','本','中','一') CHARACTER SET ucs2", {"0", "15", "8"}, random_set, ALL},
    {"SET(" LABELS_64 ")",
     {"0", "1", "9223372036854775808", "18446744073709551615"},
     random_bits,
     ALL},
    {"JSON",
     {"'null'", "'{}'", "'[]'", "'1'", "'\"\"'", "'{\"\": 1}'",
      "'{\"b\": 1, \"a\": [1, 2.0, 1e3]}'", "'[1e15, 1.0, 100, 0.1, -0.0, 1e-7, 123456789.5]'",
      "'\"\\\\u0001\\\\u001f\\\\u007f\\\\b\\\\f\"'"},
     random_json,
     MYSQL57},
    {"JSON", {"'null'", "'{\"b\":  1}'"}, NULL, MARIADB},
    {"GEOMETRY",
     {"ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('LINESTRING(0 0,1 1,2 5)')"},
     random_line,
     ALL},
    {"POINT",
     {"ST_GeomFromText('POINT(-1.5 2e10)')", "ST_GeomFromText('POINT(1 2)', 4326)"},
     random_point,
     ALL},
    {"POLYGON",
     {"ST_GeomFromText('POLYGON((0 0,0 3,3 3,3 0,0 0),(1 1,1 2,2 2,2 1,1 1))')"},
     NULL,
     ALL},
    {"MULTIPOINT", {"ST_GeomFromText('MULTIPOINT(0 0,1 1)')"}, NULL, ALL},
    {"GEOMETRYCOLLECTION",
     {"ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')"},
     NULL,
     ALL},
    {"VECTOR(4)", {"TO_VECTOR('[1,2.5,-3,0]')"}, random_vector_mysql, MYSQL},
    {"VECTOR(4)", {"VEC_FromText('[1,2.5,-3,0]')"}, random_vector_mariadb, MARIADB11},
    {"UUID",
     {"'00000000-0000-0000-0000-000000000000'", "'6ccd780c-baba-1026-9564-5b8c656024db'",
      "'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
     random_uuid,
     MARIADB},
    {"UUID", {"'00000000-0000-0000-0000-000000000001'"}, random_uuid4, MARIADB11},
    {"UUID", {"'01890a5d-ac96-774b-bcce-b302099a8057'"}, random_uuid7, MARIADB11},
    {"INET6",
     {"'::'", "'::1'", "'ffff::'", "'::ffff:1.2.3.4'", "'::1.2.3.4'", "'2001:db8::1:0:0:1'",
      "'1:0:0:2:0:0:0:3'", "'::ffff'", "'::1:2'"},
     random_inet6,
     MARIADB},
    {"VARCHAR(20) COMPRESSED CHARACTER SET utf8mb4",
     {"''", "' '", "'a'", "'ab'", "REPEAT('€', 20)"},
     random_text20,
     MARIADB},
    {"VARCHAR(3000) COMPRESSED CHARACTER SET latin1",
     {"''", "REPEAT('ä', 3000)", "REPEAT('a', 256)"},
     random_text20,
     MARIADB},
    {"VARBINARY(300) COMPRESSED",
     {"''", "X'00'", "X'8001'", "REPEAT(X'00', 300)"},
     random_bytes300,
     MARIADB},
    {"TINYTEXT COMPRESSED CHARACTER SET utf8mb4",
     {"''", "REPEAT('a', 254)"},
     random_text20,
     MARIADB},
    {"TEXT COMPRESSED CHARACTER SET utf8mb4",
     {"''", "REPEAT('é', 30000)"},
     random_text1000,
     MARIADB},
    {"MEDIUMTEXT COMPRESSED CHARACTER SET ucs2",
     {"''", "REPEAT('é', 30000)"},
     random_text20,
     MARIADB},
    {"LONGTEXT COMPRESSED CHARACTER SET utf8mb4", {"REPEAT('z', 70000)"}, random_text1000, MARIADB},
    {"BLOB COMPRESSED", {"''", "X'00'", "REPEAT(X'FF00', 30000)"}, random_bytes300, MARIADB},
    {"LONGBLOB COMPRESSED", {"''", "REPEAT('x', 100000)"}, random_bytes300, MARIADB},
    {"INET4", {"'0.0.0.0'", "'255.255.255.255'", "'1.2.3.0'", "'10.0.0.0'"}, random_inet4, MARIADB},
};
#endif
