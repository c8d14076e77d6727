/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/mysql/table.h"

static void parse(struct column *c, const char *sql_type)
{
    struct err err = ERR_INIT;

    if (column_parse_type(c, sql_type, &err) != 0)
        fail_msg("%s: %s", sql_type, err.msg);
}

static void close_labels(struct column *c)
{
    for (size_t i = 0; i < c->n_labels; i++)
        free(c->labels[i]);
    free(c->labels);
    c->labels = NULL;
    c->n_labels = 0;
}

static void whole_numbers_know_their_bytes_and_sign(void **state)
{
    struct column c = {0};

    (void)state;
    parse(&c, "bigint unsigned");
    assert_int_equal(c.type, COLUMN_INT);
    assert_int_equal(c.bytes, 8);
    assert_true(c.is_unsigned);
    parse(&c, "int(11)");
    assert_int_equal(c.bytes, 4);
    assert_false(c.is_unsigned);
    assert_false(c.is_bool);
    parse(&c, "mediumint(8) unsigned zerofill");
    assert_int_equal(c.bytes, 3);
    parse(&c, "smallint");
    assert_int_equal(c.bytes, 2);
}

static void a_tinyint_of_one_is_a_bool(void **state)
{
    struct column c = {0};

    (void)state;
    parse(&c, "tinyint(1)");
    assert_true(c.is_bool);
    parse(&c, "tinyint(4)");
    assert_false(c.is_bool);
    parse(&c, "tinyint");
    assert_false(c.is_bool);
}

static void decimals_and_times_know_their_digits(void **state)
{
    struct column c = {0};

    (void)state;
    parse(&c, "decimal(12,4) unsigned");
    assert_int_equal(c.type, COLUMN_DECIMAL);
    assert_int_equal(c.precision, 12);
    assert_int_equal(c.scale, 4);
    assert_true(c.is_unsigned);
    parse(&c, "decimal");
    assert_int_equal(c.precision, 10);
    assert_int_equal(c.scale, 0);
    parse(&c, "datetime(3)");
    assert_int_equal(c.type, COLUMN_DATETIME);
    assert_int_equal(c.fsp, 3);
    parse(&c, "datetime /* mariadb-5.3 */");
    assert_int_equal(c.fsp, 0);
    parse(&c, "timestamp(6)");
    assert_int_equal(c.type, COLUMN_TIMESTAMP);
    assert_int_equal(c.fsp, 6);
    parse(&c, "float(7,2)");
    assert_int_equal(c.type, COLUMN_FLOAT);
    parse(&c, "year(4)");
    assert_int_equal(c.type, COLUMN_YEAR);
}

static void texts_and_bytes_know_their_length(void **state)
{
    struct column c = {0};

    (void)state;
    parse(&c, "varchar(255)");
    assert_int_equal(c.type, COLUMN_TEXT);
    assert_int_equal(c.length, 255);
    assert_false(c.is_fixed_length);
    parse(&c, "char(3)");
    assert_true(c.is_fixed_length);
    assert_int_equal(c.length, 3);
    parse(&c, "longtext");
    assert_true(c.length == 4294967295u);
    parse(&c, "binary(16)");
    assert_int_equal(c.type, COLUMN_BINARY);
    assert_int_equal(c.length, 16);
    assert_true(c.is_fixed_length);
    parse(&c, "bit(64)");
    assert_int_equal(c.type, COLUMN_BIT);
    assert_int_equal(c.length, 64);
    parse(&c, "vector(3)");
    assert_int_equal(c.type, COLUMN_VECTOR);
    assert_int_equal(c.length, 12);
}

static void labels_keep_quotes_commas_and_blanks(void **state)
{
    struct column c = {0};

    (void)state;
    parse(&c, "enum('a','b''c','d,e',' f ','','\\\\')");
    assert_int_equal(c.type, COLUMN_ENUM);
    assert_int_equal(c.n_labels, 6);
    assert_string_equal(c.labels[0], "a");
    assert_string_equal(c.labels[1], "b'c");
    assert_string_equal(c.labels[2], "d,e");
    assert_string_equal(c.labels[3], " f ");
    assert_string_equal(c.labels[4], "");
    assert_string_equal(c.labels[5], "\\");
    parse(&c, "set('x','y')");
    assert_int_equal(c.type, COLUMN_SET);
    assert_int_equal(c.n_labels, 2);
    close_labels(&c);
}

static void a_type_of_tomorrow_is_other(void **state)
{
    struct column c = {0};

    (void)state;
    parse(&c, "xmltype(5) whatever");
    assert_int_equal(c.type, COLUMN_OTHER);
}

static void malformed_types_are_named(void **state)
{
    static const char *const bad[][2] = {
        {"enum('a", "table: column type enum('a: malformed"},
        {"enum", "table: column type enum: malformed"},
        {"enum('a'", "table: column type enum('a': malformed"},
        {"enum()", "table: column type enum(): malformed"},
        {"decimal(10", "table: column type decimal(10: malformed"},
        {"decimal(66,2)", "table: column type decimal(66,2): out of range"},
        {"decimal(5,6)", "table: column type decimal(5,6): out of range"},
        {"datetime(7)", "table: column type datetime(7): out of range"},
        {"bit(65)", "table: column type bit(65): out of range"},
        {"int(x)", "table: column type int(x): malformed"},
        {"", "table: column type : malformed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct column c = {0};
        struct err err = ERR_INIT;

        assert_int_equal(column_parse_type(&c, bad[i][0], &err), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_string_equal(err.msg, bad[i][1]);
        assert_null(c.labels);
    }
}

static void names_are_quoted(void **state)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    char schema[] = "my shop", name[] = "a`b";
    struct table t = {.schema = schema, .name = name};

    (void)state;
    table_quote_full(&sql, &t);
    assert_string_equal(sql.ptr, "`my shop`.`a``b`");
}

static const char *read_sql(struct buf *sql, const char *sql_type)
{
    char name[] = "c", type[64];
    struct column c = {.name = name, .sql_type = type};

    snprintf(type, sizeof(type), "%s", sql_type);
    parse(&c, sql_type);
    buf_clear(sql);
    column_read_sql(sql, &c);
    close_labels(&c);
    return sql->ptr;
}

static const char *write_sql(struct buf *sql, const char *sql_type)
{
    struct column c = {0};

    parse(&c, sql_type);
    buf_clear(sql);
    column_write_sql(sql, &c);
    close_labels(&c);
    return sql->ptr;
}

static void each_type_is_read_as_exact_text(void **state)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    (void)state;
    assert_string_equal(read_sql(&sql, "varchar(9)"), "`c`");
    assert_string_equal(read_sql(&sql, "blob"), "`c`");
    assert_string_equal(read_sql(&sql, "int"), "CAST(`c` AS CHAR)");
    assert_string_equal(read_sql(&sql, "int(5) unsigned zerofill"), "CAST(`c` + 0 AS CHAR)");
    assert_string_equal(read_sql(&sql, "float"), "CAST(`c` + 0e0 AS CHAR)");
    assert_string_equal(read_sql(&sql, "bit(8)"), "CAST(`c` + 0 AS CHAR)");
    assert_string_equal(read_sql(&sql, "json"), "CAST(`c` AS CHAR)");
    assert_string_equal(read_sql(&sql, "enum('a')"), "CAST(`c` AS CHAR)");
}

static void each_type_is_written_without_a_detour_over_doubles(void **state)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    (void)state;
    assert_string_equal(write_sql(&sql, "varchar(9)"), "?");
    assert_string_equal(write_sql(&sql, "bigint"), "CAST(CAST(? AS CHAR) AS SIGNED)");
    assert_string_equal(write_sql(&sql, "bigint unsigned"), "CAST(CAST(? AS CHAR) AS UNSIGNED)");
    assert_string_equal(write_sql(&sql, "bit(3)"), "CAST(CAST(? AS CHAR) AS UNSIGNED)");
    assert_string_equal(write_sql(&sql, "decimal(30,10)"), "CAST(? AS DECIMAL(30,10))");
}

static void a_float_gets_its_shortest_text(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct column c = {.type = COLUMN_FLOAT};
    struct value v = column_canonical(&c, value_text("0.10000000149011612", 19), &scratch);

    (void)state;
    assert_true(value_equal(v, value_text("0.1", 3)));
    c.type = COLUMN_TEXT;
    v = column_canonical(&c, value_text("0.10000000149011612", 19), &scratch);
    assert_int_equal(v.len, 19);
    c.type = COLUMN_DOUBLE;
    assert_int_equal(column_canonical(&c, VALUE_INIT_NULL, &scratch).state, VALUE_NULL);
}

static void columns_are_found_in_any_case(void **state)
{
    char a[] = "Id", b[] = "Name";
    struct column columns[] = {{.name = a}, {.name = b}};
    struct table t = {.columns = columns, .n_columns = 2};

    (void)state;
    assert_int_equal(table_find_column(&t, "NAME"), 1);
    assert_int_equal(table_find_column(&t, "nam"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_know_their_bytes_and_sign),
        cmocka_unit_test(a_tinyint_of_one_is_a_bool),
        cmocka_unit_test(decimals_and_times_know_their_digits),
        cmocka_unit_test(texts_and_bytes_know_their_length),
        cmocka_unit_test(labels_keep_quotes_commas_and_blanks),
        cmocka_unit_test(a_type_of_tomorrow_is_other),
        cmocka_unit_test(malformed_types_are_named),
        cmocka_unit_test(names_are_quoted),
        cmocka_unit_test(each_type_is_read_as_exact_text),
        cmocka_unit_test(each_type_is_written_without_a_detour_over_doubles),
        cmocka_unit_test(a_float_gets_its_shortest_text),
        cmocka_unit_test(columns_are_found_in_any_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
