/* SPDX-License-Identifier: Apache-2.0 */
/* cell: what each type looks like in a sheet, what people's typing becomes, and that nothing is
 * lost on the way there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/cell/calendar.h"
#include "common/cell/cell.h"
#include "common/cell/cell_json.h"
#include "common/cleanup.h"
#include "common/json.h"
#include "common/number.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char *size_labels[] = {"Small", "medium", "LARGE", "extra large"};
static char *tag_labels[] = {"red", "Green", "blue"};
static char *empty_labels[] = {"", "x"};

static const struct column tiny = {.type = COLUMN_INT, .bytes = 1};
static const struct column small_unsigned = {.type = COLUMN_INT, .bytes = 2, .is_unsigned = true};
static const struct column truth = {.type = COLUMN_INT, .bytes = 1, .is_bool = true};
static const struct column big = {.type = COLUMN_INT, .bytes = 8, .is_nullable = true};
static const struct column big_unsigned = {.type = COLUMN_INT, .bytes = 8, .is_unsigned = true};
static const struct column price = {.type = COLUMN_DECIMAL, .precision = 10, .scale = 2};
static const struct column price_unsigned = {
    .type = COLUMN_DECIMAL, .precision = 10, .scale = 2, .is_unsigned = true};
static const struct column wide = {.type = COLUMN_DECIMAL, .precision = 65, .scale = 30};
static const struct column whole = {.type = COLUMN_DECIMAL, .precision = 20, .scale = 0};
static const struct column single = {.type = COLUMN_FLOAT};
static const struct column precise = {.type = COLUMN_DOUBLE};
static const struct column bit1 = {.type = COLUMN_BIT, .length = 1};
static const struct column bit64 = {.type = COLUMN_BIT, .length = 64};
static const struct column year = {.type = COLUMN_YEAR};
static const struct column date = {.type = COLUMN_DATE};
static const struct column moment0 = {.type = COLUMN_DATETIME};
static const struct column moment3 = {.type = COLUMN_DATETIME, .fsp = 3};
static const struct column moment6 = {.type = COLUMN_DATETIME, .fsp = 6};
static const struct column stamp = {.type = COLUMN_TIMESTAMP, .fsp = 1};
static const struct column time0 = {.type = COLUMN_TIME};
static const struct column time6 = {.type = COLUMN_TIME, .fsp = 6};
static const struct column text = {.type = COLUMN_TEXT, .length = 65535, .is_nullable = true};
static const struct column text_not_null = {.type = COLUMN_TEXT, .length = 10};
static const struct column fixed = {.type = COLUMN_TEXT, .length = 5, .is_fixed_length = true};
static const struct column bytes = {.type = COLUMN_BINARY, .length = 60000, .is_nullable = true};
static const struct column bytes4 = {.type = COLUMN_BINARY, .length = 4, .is_fixed_length = true};
static const struct column size = {.type = COLUMN_ENUM, .labels = size_labels, .n_labels = 4};
static const struct column size_bin = {.type = COLUMN_ENUM,
                                       .labels = size_labels,
                                       .n_labels = 4,
                                       .collation = (char[]){"utf8mb4_bin"}};
static const struct column maybe = {.type = COLUMN_ENUM, .labels = empty_labels, .n_labels = 2};
static const struct column tags = {
    .type = COLUMN_SET, .labels = tag_labels, .n_labels = 3, .is_nullable = true};
static const struct column tags_not_null = {
    .type = COLUMN_SET, .labels = tag_labels, .n_labels = 3};
static const struct column json = {.type = COLUMN_JSON, .is_nullable = true};
static const struct column uuid = {.type = COLUMN_UUID};
static const struct column inet4 = {.type = COLUMN_INET4};
static const struct column inet6 = {.type = COLUMN_INET6};
static const struct column shape = {.type = COLUMN_GEOMETRY, .sql_type = (char[]){"point"}};

static struct cell number_cell(double x)
{
    return (struct cell){.type = CELL_NUMBER, .number = x};
}

static struct cell text_cell(const char *t)
{
    return (struct cell){.type = CELL_TEXT, .text = t, .text_len = strlen(t)};
}

static struct cell bool_cell(bool b)
{
    return (struct cell){.type = CELL_BOOL, .boolean = b};
}

static struct value value_of(const char *t)
{
    return t == NULL ? VALUE_INIT_NULL : value_text(t, strlen(t));
}

static void print_cell(const struct cell *c, char *out, size_t out_size)
{
    if (c->type == CELL_NUMBER)
        snprintf(out, out_size, "number %.17g", c->number);
    else if (c->type == CELL_BOOL)
        snprintf(out, out_size, "bool %d", c->boolean);
    else if (c->type == CELL_BLANK)
        snprintf(out, out_size, "blank");
    else
        snprintf(out, out_size, "text %.*s", (int)c->text_len, c->text);
}

static void assert_cell(const struct cell *got, const struct cell *expected, const char *what)
{
    char a[200], b[200];

    if (cell_equal(got, expected))
        return;
    print_cell(got, a, sizeof(a));
    print_cell(expected, b, sizeof(b));
    fail_msg("%s: %s, expected %s", what, a, b);
}

static void assert_value(struct value got, struct value expected, const char *what)
{
    if (value_equal(got, expected))
        return;
    fail_msg("%s: state %d \"%.*s\", expected state %d \"%.*s\"", what, (int)got.state,
             (int)got.len, got.ptr != NULL ? got.ptr : "", (int)expected.state, (int)expected.len,
             expected.ptr != NULL ? expected.ptr : "");
}

/* V is shown as EXPECTED, and EXPECTED is read as V. */
static void check_both_ways(const struct column *c, struct value v, struct cell expected)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    CLEANUP_BUF struct buf back_scratch = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell;
    struct value back;
    char what[200];

    snprintf(what, sizeof(what), "type %d, %.*s", (int)c->type, (int)(v.len > 99 ? 99 : v.len),
             v.ptr != NULL ? v.ptr : "NULL");
    if (cell_from_value(c, v, &scratch, &cell, &err) != 0)
        fail_msg("%s: %s", what, err.msg);
    assert_cell(&cell, &expected, what);
    if (cell_to_value(c, &cell, &back_scratch, &back, &err) != 0)
        fail_msg("%s: back: %s", what, err.msg);
    assert_value(back, v, what);
}

struct vector {
    const struct column *c;
    const char *value;
    enum cell_type type;
    double number;
    const char *text;
};

#define NUMBER(x) CELL_NUMBER, (x), NULL
#define TEXT(t) CELL_TEXT, 0, (t)
#define BLANK CELL_BLANK, 0, NULL

static void every_type_goes_there_and_back(void **state)
{
    static const struct vector vectors[] = {
        {&tiny, "-128", NUMBER(-128)},
        {&tiny, "0", NUMBER(0)},
        {&truth, "1", NUMBER(1)},
        {&truth, "7", NUMBER(7)},
        {&small_unsigned, "65535", NUMBER(65535)},
        {&big, NULL, BLANK},
        {&big, "9007199254740991", NUMBER(9007199254740991.0)},
        {&big, "9007199254740992", NUMBER(9007199254740992.0)},
        {&big, "9007199254740993", TEXT("9007199254740993")},
        {&big, "-9007199254740992", NUMBER(-9007199254740992.0)},
        {&big, "-9007199254740993", TEXT("-9007199254740993")},
        {&big, "-9223372036854775808", TEXT("-9223372036854775808")},
        {&big_unsigned, "18446744073709551615", TEXT("18446744073709551615")},
        {&price, "250.00", NUMBER(250)},
        {&price, "-0.01", NUMBER(-0.01)},
        {&price, "0.00", NUMBER(0)},
        {&price, "99999999.99", NUMBER(99999999.99)},
        {&whole, "123456789012345", NUMBER(123456789012345.0)},
        {&whole, "1234567890123456", TEXT("1234567890123456")},
        {&whole, "12345678901234567", TEXT("12345678901234567")},
        {&whole, "12345678901234500000", NUMBER(12345678901234500000.0)},
        {&wide, "0.000000000000000000000000000001", NUMBER(1e-30)},
        {&wide, "-12345.678901234500000000000000000000", NUMBER(-12345.6789012345)},
        {&wide, "12345.678901234560000000000000000000",
         TEXT("12345.678901234560000000000000000000")},
        {&wide, "99999999999999999999999999999999999.999999999999999999999999999999",
         TEXT("99999999999999999999999999999999999.999999999999999999999999999999")},
        {&single, "0.1", NUMBER(0.1)},
        {&single, "3.4028235e38", NUMBER(3.4028235e38)},
        {&single, "1e-45", NUMBER(1e-45)},
        {&single, "16777216", NUMBER(16777216)},
        {&precise, "0.1", NUMBER(0.1)},
        {&precise, "1e300", NUMBER(1e300)},
        {&precise, "1e15", NUMBER(1e15)},
        {&precise, "100000000000000", NUMBER(1e14)},
        {&precise, "0.30000000000000004", NUMBER(0.1 + 0.2)},
        {&precise, "5e-324", NUMBER(5e-324)},
        {&precise, "1.7976931348623157e308", NUMBER(1.7976931348623157e308)},
        {&precise, "0.00000000000005684341886080802", NUMBER(5.684341886080802e-14)},
        {&precise, "0", NUMBER(0)},
        {&precise, "-0", TEXT("-0")},
        {&single, "-0", TEXT("-0")},
        {&bit1, "1", NUMBER(1)},
        {&bit64, "9007199254740992", NUMBER(9007199254740992.0)},
        {&bit64, "18446744073709551615", TEXT("18446744073709551615")},
        {&year, "2024", NUMBER(2024)},
        {&year, "0000", NUMBER(0)},
        {&date, "1899-12-31", NUMBER(1)},
        {&date, "1899-12-30", TEXT("1899-12-30")},
        {&date, "1900-02-28", NUMBER(60)},
        {&date, "1900-03-01", NUMBER(61)},
        {&date, "1970-01-01", NUMBER(25569)},
        {&date, "2024-02-29", NUMBER(45351)},
        {&date, "2000-02-29", NUMBER(36585)},
        {&date, "9999-12-31", NUMBER(2958465)},
        {&date, "1582-10-15", TEXT("1582-10-15")},
        {&date, "0000-00-00", TEXT("0000-00-00")},
        {&date, "2024-00-00", TEXT("2024-00-00")},
        {&date, "0000-02-29", TEXT("0000-02-29")},
        {&moment0, "2024-02-29 12:00:00", NUMBER(45351.5)},
        {&moment0, "1899-12-31 00:00:00", NUMBER(1)},
        {&moment0, "1899-12-30 23:59:59", TEXT("1899-12-30 23:59:59")},
        {&moment0, "0000-00-00 00:00:00", TEXT("0000-00-00 00:00:00")},
        {&moment3, "2024-02-29 23:59:59.999", NUMBER(45351.0 + 86399.999 / 86400.0)},
        {&moment3, "2024-03-01 00:00:00.001", NUMBER(45352.0 + 0.001 / 86400.0)},
        {&moment6, "2024-02-29 23:59:59.999999", TEXT("2024-02-29 23:59:59.999999")},
        {&stamp, "2038-01-19 03:14:07.9", NUMBER(50424.0 + 11647.9 / 86400.0)},
        {&stamp, "0000-00-00 00:00:00.0", TEXT("0000-00-00 00:00:00.0")},
        {&time0, "-507:48:27", TEXT("-507:48:27")},
        {&time0, "00:00:00", TEXT("00:00:00")},
        {&time0, "838:59:59", TEXT("838:59:59")},
        {&time6, "-00:00:00.000001", TEXT("-00:00:00.000001")},
        {&text, NULL, BLANK},
        {&text, "", TEXT("\"\"")},
        {&text, "\"", TEXT("\"")},
        {&text, "\"\"", TEXT("\"\"\"\"")},
        {&text, "\"\"\"", TEXT("\"\"\"\"\"")},
        {&text, "\"a\"", TEXT("\"a\"")},
        {&text, "=1+1", TEXT("=1+1")},
        {&text, "007", TEXT("007")},
        {&text, " blank ", TEXT(" blank ")},
        {&text, "TRUE", TEXT("TRUE")},
        {&text, "zwei\nZeilen, 日本 🎉", TEXT("zwei\nZeilen, 日本 🎉")},
        {&text_not_null, "", BLANK},
        {&text_not_null, "\"\"", TEXT("\"\"")},
        {&fixed, "ab", TEXT("ab")},
        {&bytes, NULL, BLANK},
        {&bytes, "", TEXT("0x")},
        {&bytes, "\x01\xab\xff", TEXT("0x01ABFF")},
        {&bytes4, "abcd", TEXT("0x61626364")},
        {&size, "medium", TEXT("medium")},
        {&size, "extra large", TEXT("extra large")},
        {&size, "", TEXT("\"\"")},
        {&maybe, "", BLANK},
        {&tags, NULL, BLANK},
        {&tags, "", TEXT("\"\"")},
        {&tags, "red,blue", TEXT("red,blue")},
        {&tags_not_null, "", BLANK},
        {&json, "{\"a\": [1, null]}", TEXT("{\"a\": [1, null]}")},
        {&json, "\"\"", TEXT("\"\"")},
        {&json, "null", TEXT("null")},
        {&uuid, "123e4567-e89b-42d3-a456-426614174000",
         TEXT("123e4567-e89b-42d3-a456-426614174000")},
        {&inet4, "192.0.2.1", TEXT("192.0.2.1")},
        {&inet6, "::ffff:192.0.2.1", TEXT("::ffff:192.0.2.1")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct cell expected = v->type == CELL_TEXT ? text_cell(v->text) : number_cell(v->number);

        expected.type = v->type;
        check_both_ways(v->c, value_of(v->value), expected);
    }
}

static void check_typed(const struct column *c, struct cell typed, const char *expected)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err err = ERR_INIT;
    struct value v;
    char what[200];

    print_cell(&typed, what, sizeof(what));
    if (cell_to_value(c, &typed, &scratch, &v, &err) != 0)
        fail_msg("type %d, %s: %s", (int)c->type, what, err.msg);
    assert_value(v, value_of(expected), what);
}

static void check_refused(const struct column *c, struct cell typed, const char *message)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err err = ERR_INIT;
    struct value v;

    if (cell_to_value(c, &typed, &scratch, &v, &err) == 0)
        fail_msg("type %d: %.*s, expected: %s", (int)c->type, (int)v.len, v.ptr, message);
    assert_int_equal(err.code, ERR_VALUE);
    assert_string_equal(err.msg, message);
}

static void what_people_type_is_forgiven_where_it_is_unambiguous(void **state)
{
    static const struct {
        const struct column *c;
        const char *typed;
        const char *expected;
    } texts[] = {
        {&tiny, " 12\n", "12"},
        {&tiny, "+12", "12"},
        {&tiny, "12.0", "12"},
        {&tiny, "1.2e1", "12"},
        {&tiny, "-0", "0"},
        {&truth, "true", "1"},
        {&truth, "FALSE", "0"},
        {&price, "19.9", "19.90"},
        {&price, "1.005", "1.01"},
        {&price, "-1.005", "-1.01"},
        {&price, "-0.001", "0.00"},
        {&price, ".5", "0.50"},
        {&price, "99999999.994", "99999999.99"},
        {&wide, "1e-30", "0.000000000000000000000000000001"},
        {&wide, "1e-9999", "0.000000000000000000000000000000"},
        {&whole, "9.5", "10"},
        {&whole, "0.5", "1"},
        {&single, "0.123456789", "0.12345679"},
        {&precise, "1e5", "100000"},
        {&big, "9223372036854775807", "9223372036854775807"},
        {&year, "1999", "1999"},
        {&date, " 2024-02-29 ", "2024-02-29"},
        {&date, "2024-02-29T10:00:00", "2024-02-29"},
        {&moment0, "2024-02-29", "2024-02-29 00:00:00"},
        {&moment0, "2024-02-29T23:59:59.5", "2024-03-01 00:00:00"},
        {&moment0, "2024-02-29 23:59:59.4999994", "2024-02-29 23:59:59"},
        {&moment3, "2024-12-31 23:59:59.9995", "2025-01-01 00:00:00.000"},
        {&moment6, "2024-02-29 7:05", "2024-02-29 07:05:00.000000"},
        {&time0, "7:05", "07:05:00"},
        {&time0, "-0:00:00", "00:00:00"},
        {&time6, "1:02:03.5", "01:02:03.500000"},
        {&fixed, "ab     ", "ab"},
        {&fixed, "äöüß€", "äöüß€"},
        {&bytes, "0xaBcD", "\xab\xcd"},
        {&bytes, "0X", ""},
        {&size, "MEDIUM", "medium"},
        {&size, " large ", "LARGE"},
        {&tags, "Blue, red,RED", "red,blue"},
        {&json, "[1]", "[1]"},
        {&uuid, "123E4567-E89B-42D3-A456-426614174000", "123e4567-e89b-42d3-a456-426614174000"},
        {&text, "", NULL},
        {&text_not_null, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        check_typed(texts[i].c, text_cell(texts[i].typed), texts[i].expected);
}

static void numbers_and_truth_become_what_the_column_holds(void **state)
{
    (void)state;
    check_typed(&tiny, number_cell(12), "12");
    check_typed(&tiny, number_cell(-0.0), "0");
    check_typed(&precise, number_cell(-0.0), "0");
    check_typed(&truth, bool_cell(true), "1");
    check_typed(&bit1, bool_cell(false), "0");
    check_typed(&price, number_cell(10.0 / 3), "3.33");
    check_typed(&price, number_cell(0.285), "0.29");
    check_typed(&date, number_cell(45351.75), "2024-02-29");
    check_typed(&date, number_cell(0), "1899-12-30");
    check_typed(&date, number_cell(-1.25), "1899-12-28");
    check_typed(&moment0, number_cell(-1.25), "1899-12-28 18:00:00");
    check_typed(&moment0, number_cell(45351 + 36672.0 / 86400), "2024-02-29 10:11:12");
    check_typed(&moment6, number_cell(45351 + 36672.345 / 86400), "2024-02-29 10:11:12.345000");
    check_typed(&moment0, number_cell(45351.99999999999), "2024-03-01 00:00:00");
    check_typed(&time0, number_cell(0.5), "12:00:00");
    check_typed(&time0, number_cell(-1.5), "-36:00:00");
    check_typed(&text, number_cell(1), "1");
    check_typed(&text, number_cell(0.1), "0.1");
    check_typed(&text, number_cell(-0.0), "0");
    check_typed(&text, number_cell(1e20), "1e20");
    check_typed(&text, number_cell(123456789012345.0), "123456789012345");
    check_typed(&text, number_cell(45351), "45351");
    check_typed(&text, bool_cell(true), "TRUE");
    check_typed(&text, bool_cell(false), "FALSE");
    check_typed(&text, text_cell("\"\"\"\"\""), "\"\"\"");
    check_typed(&json, bool_cell(true), "true");
    check_typed(&json, number_cell(1.5), "1.5");
    check_typed(&big, (struct cell){.type = CELL_BLANK}, NULL);
    check_typed(&text_not_null, (struct cell){.type = CELL_BLANK}, "");
}

static void what_the_column_cannot_hold_is_refused_in_words(void **state)
{
    static const struct {
        const struct column *c;
        const char *typed;
        const char *message;
    } texts[] = {
        {&tiny, "1,5", "is not a number"},
        {&tiny, "1.5", "is not a whole number"},
        {&tiny, "128", "is out of range: the column holds -128 to 127"},
        {&tiny, "-129", "is out of range: the column holds -128 to 127"},
        {&tiny, "TRUE", "is not a number"},
        {&tiny, "1e9999", "is out of range: the column holds -128 to 127"},
        {&tiny, "1e99999", "is not a number"},
        {&tiny, "0x10", "is not a number"},
        {&small_unsigned, "-1", "is out of range: the column holds 0 to 65535"},
        {&big, "9223372036854775808",
         "is out of range: the column holds -9223372036854775808 to 9223372036854775807"},
        {&big_unsigned, "18446744073709551616",
         "is out of range: the column holds 0 to 18446744073709551615"},
        {&price, "100000000",
         "is out of range: the column holds 8 digits before the decimal point"},
        {&price, "99999999.995",
         "is out of range: the column holds 8 digits before the decimal point"},
        {&price, "1 000", "is not a number"},
        {&price_unsigned, "-1", "must not be negative"},
        {&single, "1e39", "is out of range"},
        {&precise, "1e309", "is out of range"},
        {&precise, "nan", "is not a number"},
        {&precise, "inf", "is not a number"},
        {&bit1, "2", "is out of range: the column holds 0 to 1"},
        {&year, "24", "is not a year from 1901 to 2155"},
        {&year, "1900", "is not a year from 1901 to 2155"},
        {&date, "2023-02-29", "is not a date like 2024-02-29"},
        {&date, "29.2.2024", "is not a date like 2024-02-29"},
        {&date, "2024-13-01", "is not a date like 2024-02-29"},
        {&moment0, "tomorrow", "is not a date and time like 2024-02-29 13:45:00"},
        {&moment0, "9999-12-31 23:59:59.9", "is not a date and time like 2024-02-29 13:45:00"},
        {&moment0, "2024-02-29 25:00:00", "is not a date and time like 2024-02-29 13:45:00"},
        {&stamp, "1969-12-31 23:59:59", "is out of range: the column holds times from 1970 on"},
        {&time0, "noon", "is not a time like 13:45:00"},
        {&time0, "839:00:00", "is out of range: the column holds -838:59:59 to 838:59:59"},
        {&text_not_null, "12345678901", "is longer than 10 characters"},
        {&text_not_null, "\xff", "is not valid text"},
        {&bytes, "1A2B", "is not hexadecimal like 0x1A2B"},
        {&bytes, "0x1A2", "is not hexadecimal like 0x1A2B"},
        {&bytes4, "0x0102030405", "is longer than 4 bytes"},
        {&size, "huge", "is not one of: Small, medium, LARGE, extra large"},
        {&size_bin, "MEDIUM", "is not one of: Small, medium, LARGE, extra large"},
        {&tags, "red,pink", "holds \"pink\", which is not one of: red, Green, blue"},
        {&tags, "red,", "holds \"\", which is not one of: red, Green, blue"},
        {&json, "hello", "is not valid JSON"},
        {&uuid, "1234", "is not a UUID like 123e4567-e89b-42d3-a456-426614174000"},
        {&inet4, "1.2.3", "is not an address like 192.0.2.1"},
        {&inet6, "1.2.3.4", "is not an address like 2001:db8::1"},
        {&shape, "POINT(1 1)", "is of a type that a cell cannot show: point"},
        {&tiny, "", "must not be empty"},
        {&size, "", "must not be empty"},
        {&bytes4, "", "must not be empty"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        check_refused(texts[i].c, text_cell(texts[i].typed), texts[i].message);
    check_refused(&date, bool_cell(true), "is not a date like 2024-02-29");
    check_refused(&date, number_cell(2958466), "is not a date like 2024-02-29");
    check_refused(&date, number_cell(1e300), "is not a date like 2024-02-29");
    check_refused(&moment0, number_cell(NAN), "is not a date and time like 2024-02-29 13:45:00");
    check_refused(&time0, number_cell(35),
                  "is out of range: the column holds -838:59:59 to "
                  "838:59:59");
    check_refused(&precise, number_cell(INFINITY), "is not a number");
    check_refused(&big, number_cell(9007199254740994.0),
                  "is beyond 9007199254740992, where a sheet loses digits: type an apostrophe "
                  "before it");
    check_refused(&whole, number_cell(12345678901234568.0),
                  "has more than 15 digits, of which a sheet loses some: type an apostrophe before "
                  "it");
    check_refused(&text, (struct cell){.type = CELL_ERROR, .text = "#DIV/0!", .text_len = 7},
                  "is an error: #DIV/0!");
}

/* N times CHARACTER in a text column. */
static int show_long(const char *character, size_t n, struct err *err)
{
    CLEANUP_BUF struct buf value = BUF_INIT;
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct cell cell;

    for (size_t i = 0; i < n; i++)
        buf_puts(&value, character);
    return cell_from_value(&text, value_text(value.ptr, value.len), &scratch, &cell, err);
}

static void a_cell_holds_fifty_thousand_characters(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(show_long("a", 50000, &err), 0);
    assert_int_equal(show_long("é", 50000, &err), 0);
    assert_int_equal(show_long("🎉", 25000, &err), 0);
    assert_int_equal(show_long("a", 50001, &err), -1);
    assert_string_equal(err.msg, "has 50001 characters, and a cell holds at most 50000");
    assert_int_equal(show_long("🎉", 25001, &err), -1);
    assert_string_equal(err.msg, "has 50002 characters, and a cell holds at most 50000");
    assert_int_equal(show_long("\"", 49999, &err), -1);
    assert_int_equal(err.code, ERR_VALUE);
}

static void binary_cells_have_two_digits_a_byte(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    static char zeros[25000];
    struct err err = ERR_INIT;
    struct cell cell;

    (void)state;
    assert_int_equal(cell_from_value(&bytes, value_text(zeros, 24999), &scratch, &cell, &err), 0);
    assert_int_equal(cell.text_len, 50000);
    assert_int_equal(cell_from_value(&bytes, value_text(zeros, 25000), &scratch, &cell, &err), -1);
    check_typed(&bytes4, text_cell("0x61626364"), "abcd");
    buf_clear(&scratch);
    cell = text_cell("0x61");
    {
        struct value v;

        assert_int_equal(cell_to_value(&bytes4, &cell, &scratch, &v, &err), 0);
        assert_int_equal(v.len, 4);
        assert_memory_equal(v.ptr, "a\0\0\0", 4);
    }
}

static void iso_dates_are_serial_numbers(void **state)
{
    double serial;

    (void)state;
    assert_int_equal(cell_parse_iso("2024-02-29", 10, &serial), 0);
    assert_true(serial == 45351);
    assert_int_equal(cell_parse_iso("2024-02-29T12:00:00.000", 23, &serial), 0);
    assert_true(serial == 45351.5);
    assert_int_equal(cell_parse_iso("1899-12-29 06:00", 16, &serial), 0);
    assert_true(serial == -0.75);
    assert_int_equal(cell_parse_iso("2023-02-29", 10, &serial), -1);
    assert_int_equal(cell_parse_iso("2024-02-29x", 11, &serial), -1);
    assert_int_equal(cell_parse_iso("0000-00-00", 10, &serial), -1);
    assert_int_equal(cell_parse_iso("", 0, &serial), -1);
}

static void every_day_has_its_serial(void **state)
{
    struct date d;

    (void)state;
    for (int64_t serial = -693593; serial <= CALENDAR_SERIAL_LAST; serial++) {
        if (!calendar_from_serial(serial, &d) || !calendar_is_real(d) ||
            calendar_serial(d) != serial)
            fail_msg("serial %lld: %d-%d-%d", (long long)serial, d.year, d.month, d.day);
    }
    assert_false(calendar_from_serial(-693594, &d));
    assert_false(calendar_from_serial(CALENDAR_SERIAL_LAST + 1, &d));
}

static void columns_are_formatted_by_type(void **state)
{
    const char *pattern;

    (void)state;
    assert_null(cell_format(&tiny, &pattern));
    assert_string_equal(cell_format(&price, &pattern), "NUMBER");
    assert_string_equal(pattern, "0.00");
    assert_null(cell_format(&wide, &pattern));
    assert_string_equal(cell_format(&date, &pattern), "DATE");
    assert_string_equal(pattern, "yyyy-mm-dd");
    assert_string_equal(cell_format(&moment3, &pattern), "DATE_TIME");
    assert_string_equal(pattern, "yyyy-mm-dd hh:mm:ss.000");
    assert_string_equal(cell_format(&moment6, &pattern), "TEXT");
    assert_string_equal(cell_format(&text, &pattern), "TEXT");
    assert_string_equal(pattern, "@");
}

/* A generator of its own: the same values on every machine. */
static uint64_t random_state = 88172645463325252ULL;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int random_below(int n)
{
    return (int)(random_bits() >> 33) % n;
}

static void random_digits(struct buf *out, int n)
{
    for (int i = 0; i < n; i++)
        buf_putc(out, (char)('0' + random_below(10)));
}

static void random_int(struct buf *out, const struct column *c)
{
    uint64_t n = random_bits() >> (64 - c->bytes * 8) >> random_below((int)c->bytes * 8);

    if (c->is_unsigned)
        buf_printf(out, "%llu", (unsigned long long)n);
    else
        buf_printf(out, "%lld",
                   (long long)(int64_t)(n << (64 - c->bytes * 8)) >> (64 - c->bytes * 8));
}

static void random_decimal(struct buf *out, const struct column *c)
{
    int whole_digits = random_below((int)(c->precision - c->scale) + 1);
    bool is_negative = random_below(2) == 1;

    if (is_negative)
        buf_putc(out, '-');
    if (whole_digits == 0)
        buf_putc(out, '0');
    else
        buf_putc(out, (char)('1' + random_below(9)));
    random_digits(out, whole_digits > 1 ? whole_digits - 1 : 0);
    if (c->scale > 0) {
        int digits = random_below((int)c->scale + 1);

        buf_putc(out, '.');
        random_digits(out, digits);
        for (int i = digits; i < (int)c->scale; i++)
            buf_putc(out, '0');
    }
    /* MySQL has no negative zero in DECIMAL. */
    if (is_negative && strpbrk(out->ptr, "123456789") == NULL)
        memmove(out->ptr, out->ptr + 1, out->len--);
}

static void random_float(struct buf *out, const struct column *c)
{
    char room[NUMBER_TEXT_SIZE];
    uint64_t bits = random_bits();
    uint32_t bits32 = (uint32_t)bits;
    double x;
    float f;

    memcpy(&f, &bits32, sizeof(f));
    memcpy(&x, &bits, sizeof(x));
    if (random_below(2) == 1)
        x = (double)random_below(1000000) / 1000;
    if (c->type == COLUMN_FLOAT)
        buf_append(out, room, number_print_float(isfinite(f) ? f : 1, room));
    else
        buf_append(out, room, number_print_double(isfinite(x) ? x : 1, room));
}

static void random_date(struct buf *out, const struct column *c)
{
    struct date d = {0};

    (void)c;
    if (random_below(50) > 0)
        calendar_from_serial((int64_t)(random_bits() % 3652000) - 693593, &d);
    buf_printf(out, "%04d-%02d-%02d", d.year, d.month, random_below(50) == 0 ? 0 : d.day);
}

static void append_fraction(struct buf *out, const struct column *c)
{
    if (c->fsp > 0)
        buf_putc(out, '.');
    random_digits(out, (int)c->fsp);
}

static void random_moment(struct buf *out, const struct column *c)
{
    random_date(out, c);
    buf_printf(out, " %02d:%02d:%02d", random_below(24), random_below(60), random_below(60));
    append_fraction(out, c);
}

static void random_time(struct buf *out, const struct column *c)
{
    buf_printf(out, "%s%02d:%02d:%02d", random_below(2) == 1 ? "-" : "", random_below(838),
               1 + random_below(59), random_below(60));
    append_fraction(out, c);
}

static void random_text(struct buf *out, const struct column *c)
{
    static const char *const parts[] = {"\"", "\"\"", "=", "'", " ", "1", "-", "é", "🎉",
                                        "\n", "a",    "Z", ",", "+", "@", "0", ".", "TRUE"};

    (void)c;
    for (int n = random_below(6); n > 0; n--)
        buf_puts(out, parts[random_below((int)COUNT(parts))]);
}

static void random_binary(struct buf *out, const struct column *c)
{
    for (int n = c->is_fixed_length ? (int)c->length : random_below(20); n > 0; n--)
        buf_putc(out, (char)random_below(256));
}

static void random_enum(struct buf *out, const struct column *c)
{
    buf_puts(out, c->labels[random_below((int)c->n_labels)]);
}

static void random_set(struct buf *out, const struct column *c)
{
    for (size_t i = 0; i < c->n_labels; i++)
        if (random_below(2) == 1)
            buf_printf(out, "%s%s", out->len > 0 ? "," : "", c->labels[i]);
}

static void random_year(struct buf *out, const struct column *c)
{
    (void)c;
    buf_printf(out, "%04d", random_below(100) == 0 ? 0 : 1901 + random_below(255));
}

static void random_bit(struct buf *out, const struct column *c)
{
    buf_printf(
        out, "%llu",
        (unsigned long long)(random_bits() >> (64 - c->length) >> random_below((int)c->length)));
}

struct generator {
    const struct column *c;
    void (*make)(struct buf *out, const struct column *c);
};

static const struct column moment1 = {.type = COLUMN_DATETIME, .fsp = 1};
static const struct column moment2 = {.type = COLUMN_DATETIME, .fsp = 2};
static const struct column moment4 = {.type = COLUMN_DATETIME, .fsp = 4};
static const struct column medium = {.type = COLUMN_INT, .bytes = 3};
static const struct column usual = {.type = COLUMN_INT, .bytes = 4};
static const struct column fraction = {.type = COLUMN_DECIMAL, .precision = 38, .scale = 38};

static const struct generator generators[] = {
    {&tiny, random_int},       {&small_unsigned, random_int},
    {&medium, random_int},     {&usual, random_int},
    {&big, random_int},        {&big_unsigned, random_int},
    {&price, random_decimal},  {&wide, random_decimal},
    {&whole, random_decimal},  {&fraction, random_decimal},
    {&single, random_float},   {&precise, random_float},
    {&bit1, random_bit},       {&bit64, random_bit},
    {&year, random_year},      {&date, random_date},
    {&moment0, random_moment}, {&moment1, random_moment},
    {&moment2, random_moment}, {&moment3, random_moment},
    {&moment4, random_moment}, {&moment6, random_moment},
    {&time0, random_time},     {&time6, random_time},
    {&text, random_text},      {&text_not_null, random_text},
    {&bytes, random_binary},   {&bytes4, random_binary},
    {&size, random_enum},      {&maybe, random_enum},
    {&tags, random_set},       {&tags_not_null, random_set},
};

/* V there and back; the cell must be one that a sheet keeps. */
static void check_identity(const struct column *c, struct value v)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    CLEANUP_BUF struct buf back_scratch = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell;
    struct value back;

    if (cell_from_value(c, v, &scratch, &cell, &err) != 0)
        fail_msg("type %d, %.*s: %s", (int)c->type, (int)v.len, v.ptr, err.msg);
    assert_true(cell.type != CELL_NUMBER ||
                (isfinite(cell.number) && !(cell.number == 0 && signbit(cell.number))));
    if (cell_to_value(c, &cell, &back_scratch, &back, &err) != 0)
        fail_msg("type %d, %.*s: back: %s", (int)c->type, (int)v.len, v.ptr, err.msg);
    if (!value_equal(back, v))
        fail_msg("type %d: %.*s came back as %.*s", (int)c->type, (int)v.len, v.ptr, (int)back.len,
                 back.ptr);
}

static void any_value_comes_back_as_it_was(void **state)
{
    enum { ROUNDS = 100000 };
    CLEANUP_BUF struct buf value = BUF_INIT;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const struct generator *g = &generators[round % (int)COUNT(generators)];

        buf_clear(&value);
        buf_puts(&value, "");
        g->make(&value, g->c);
        if (g->c == &text_not_null && strlen(buf_text(&value)) > 10)
            continue;
        check_identity(g->c, value_text(buf_text(&value), value.len));
    }
}

static void no_locale_changes_a_number(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};

    (void)state;
    for (size_t i = 0; i < COUNT(locales); i++)
        if (setlocale(LC_ALL, locales[i]) != NULL)
            break; /* where the machine has none of them this is no test */
    check_both_ways(&precise, value_of("0.1"), number_cell(0.1));
    check_both_ways(&price, value_of("1.50"), number_cell(1.5));
    check_typed(&text, number_cell(1.5), "1.5");
    setlocale(LC_ALL, "C");
}

static bool holds(struct cell cell, const char *sent)
{
    CLEANUP_JSON cJSON *parsed = NULL;
    struct err err;

    assert_int_equal(json_parse(sent, strlen(sent), &parsed, &err), 0);
    return cell_is_json(&cell, parsed);
}

static void a_cell_is_compared_with_what_the_script_sent(void **state)
{
    const struct cell blank = {.type = CELL_BLANK}, yes = {.type = CELL_BOOL, .boolean = true},
                      fault = {.type = CELL_ERROR, .text = "#N/A", .text_len = 4},
                      word = {.type = CELL_TEXT, .text = "ab", .text_len = 2};

    (void)state;
    assert_true(holds(blank, "null") && cell_is_json(&blank, NULL));
    assert_false(holds(blank, "\"\"") || holds(blank, "0") || holds(blank, "false"));
    assert_true(holds(number_cell(1.5), "1.5"));
    assert_false(holds(number_cell(1.5), "\"1.5\"") || holds(number_cell(1), "true"));
    assert_true(holds(number_cell(33149), "{\"date\":\"1990-10-03T00:00:00.000\"}"));
    assert_true(holds(number_cell(33149.5), "{\"date\":\"1990-10-03T12:00:00.000\"}"));
    assert_false(holds(number_cell(33149), "{\"date\":\"1990-10-03T00:00:01.000\"}"));
    assert_false(holds(number_cell(0), "{\"date\":\"1990-13-03T00:00:00.000\"}"));
    assert_true(holds(yes, "true"));
    assert_false(holds(yes, "false") || holds(yes, "1"));
    assert_true(holds(word, "\"ab\""));
    assert_false(holds(word, "\"abc\"") || holds(word, "\"AB\"") || holds(word, "null"));
    assert_true(holds(fault, "{\"error\":\"#N/A\"}"));
    assert_false(holds(fault, "\"#N/A\"") || holds(fault, "{\"error\":\"#REF!\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_goes_there_and_back),
        cmocka_unit_test(what_people_type_is_forgiven_where_it_is_unambiguous),
        cmocka_unit_test(numbers_and_truth_become_what_the_column_holds),
        cmocka_unit_test(what_the_column_cannot_hold_is_refused_in_words),
        cmocka_unit_test(a_cell_holds_fifty_thousand_characters),
        cmocka_unit_test(binary_cells_have_two_digits_a_byte),
        cmocka_unit_test(iso_dates_are_serial_numbers),
        cmocka_unit_test(every_day_has_its_serial),
        cmocka_unit_test(columns_are_formatted_by_type),
        cmocka_unit_test(any_value_comes_back_as_it_was),
        cmocka_unit_test(no_locale_changes_a_number),
        cmocka_unit_test(a_cell_is_compared_with_what_the_script_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
