/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "webhook/refuse.h"

/* A table with the columns country_code (header Country), area (Area), note (note). */
static struct column columns[] = {
    {.name = (char[]){"country_code"}}, {.name = (char[]){"area"}}, {.name = (char[]){"note"}}};
static struct table table = {.columns = columns, .n_columns = 3};
static struct schema_column mapped[] = {{.header = (char[]){"Country"}, .column = 0},
                                        {.header = (char[]){"Area"}, .column = 1},
                                        {.header = (char[]){"note"}, .column = 2}};
static const struct schema_mapping mapping = {.table = &table, .columns = mapped, .n_columns = 3};

static struct err mysql_error(int number, const char *text)
{
    struct err err = {.code = ERR_MYSQL, .detail = number};

    snprintf(err.msg, sizeof(err.msg), "mysql: %s (%d)", text, number);
    return err;
}

static void check(int number, const char *text, const char *expected, int expected_column)
{
    CLEANUP_BUF struct buf sentence = BUF_INIT;
    struct err err = mysql_error(number, text);

    assert_true(refuse_is_about_values(&err));
    assert_int_equal(refuse_sentence(&mapping, &err, &sentence), expected_column);
    assert_string_equal(buf_text(&sentence), expected);
}

static void a_duplicate_names_the_value_and_the_index(void **state)
{
    (void)state;
    check(1062, "Duplicate entry 'DE' for key 'countries.PRIMARY'",
          "there is already a row with the key \"DE\"", -1);
    check(1062, "Duplicate entry 'DE' for key 'PRIMARY'",
          "there is already a row with the key \"DE\"", -1);
    check(1062, "Duplicate entry '.de' for key 'countries.tld'",
          "another row has \".de\" already, and it must be unique (index tld)", -1);
    check(1062, "Duplicate entry '7' for key 'area'",
          "another row has \"7\" already, and it must be unique (index area)", 1);
}

static void a_column_is_named_by_its_header(void **state)
{
    (void)state;
    check(1048, "Column 'country_code' cannot be null", "\"Country\" must not be blank", 0);
    check(1364, "Field 'area' doesn't have a default value", "\"Area\" needs a value", 1);
    check(1264, "Out of range value for column 'area' at row 1",
          "\"Area\" is out of the column's range", 1);
    check(1406, "Data too long for column 'note' at row 1",
          "\"note\" is longer than the column allows", 2);
    check(1265, "Data truncated for column 'area' at row 1", "\"Area\" does not fit the column", 1);
    check(1364, "Field 'hidden' doesn't have a default value", "\"hidden\" needs a value", -1);
}

static void a_wrong_value_is_said_with_the_value_on_both_servers(void **state)
{
    (void)state;
    check(1366, "Incorrect integer value: 'abc' for column 'area' at row 1",
          "\"Area\": the value \"abc\" does not fit the column", 1);
    check(1366, "Incorrect integer value: 'abc' for column `shop`.`countries`.`area` at row 1",
          "\"Area\": the value \"abc\" does not fit the column", 1);
    check(4025, "CONSTRAINT `people_known` failed for `shop`.`countries`",
          "the table's rule \"people_known\" does not allow this", -1);
    check(3819, "Check constraint 'people_known' is violated.",
          "the table's rule \"people_known\" does not allow this", -1);
}

static void a_foreign_key_says_which_table(void **state)
{
    (void)state;
    check(1452,
          "Cannot add or update a child row: a foreign key constraint fails (`shop`.`cities`, "
          "CONSTRAINT `in_country` FOREIGN KEY (`country_code`) REFERENCES `countries` (`code`))",
          "\"Country\" must be in the table \"countries\", and there is no such row", 0);
    check(1451,
          "Cannot delete or update a parent row: a foreign key constraint fails "
          "(`shop`.`cities`, CONSTRAINT `in_country` FOREIGN KEY (`country_code`) REFERENCES "
          "`countries` (`code`))",
          "rows of another table (cities) refer to this row", -1);
}

static void a_triggers_own_words_are_passed_on(void **state)
{
    (void)state;
    check(1644, "not on Sundays: closed", "the database refused it: not on Sundays: closed", -1);
    check(1690, "BIGINT UNSIGNED value is out of range in '(a - 1)'",
          "the database refused it: BIGINT UNSIGNED value is out of range in '(a - 1)' "
          "(error 1690)",
          -1);
    check(3140, "something without a column",
          "the database refused it: something without a "
          "column (error 3140)",
          -1);
}

static void a_missing_privilege_is_about_this_edit(void **state)
{
    CLEANUP_BUF struct buf sentence = BUF_INIT;
    struct err err = mysql_error(1142, "UPDATE command denied to user");

    (void)state;
    err.code = ERR_AUTH;
    assert_true(refuse_is_about_values(&err));
    refuse_sentence(&mapping, &err, &sentence);
    assert_string_equal(sentence.ptr, "tabrelay's database account may not change this table");
}

static void trouble_of_the_server_is_not_about_values(void **state)
{
    const int numbers[] = {1290, 1114, 1021, 1836, 2013, 6};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        err = mysql_error(numbers[i], "x");
        assert_false(refuse_is_about_values(&err));
    }
    err = mysql_error(1213, "Deadlock found");
    err.transient = true;
    assert_false(refuse_is_about_values(&err));
    err = ERR_INIT;
    err_set(&err, ERR_NOMEM, "out of memory");
    assert_false(refuse_is_about_values(&err));
}

static void an_unknown_column_is_about_the_schema(void **state)
{
    struct err err = mysql_error(1054, "Unknown column 'x' in 'field list'");

    (void)state;
    assert_true(refuse_is_about_schema(&err));
    err = mysql_error(1146, "Table 'x.y' doesn't exist");
    assert_true(refuse_is_about_schema(&err));
    err = mysql_error(1062, "Duplicate entry");
    assert_false(refuse_is_about_schema(&err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duplicate_names_the_value_and_the_index),
        cmocka_unit_test(a_column_is_named_by_its_header),
        cmocka_unit_test(a_wrong_value_is_said_with_the_value_on_both_servers),
        cmocka_unit_test(a_foreign_key_says_which_table),
        cmocka_unit_test(a_triggers_own_words_are_passed_on),
        cmocka_unit_test(a_missing_privilege_is_about_this_edit),
        cmocka_unit_test(trouble_of_the_server_is_not_about_values),
        cmocka_unit_test(an_unknown_column_is_about_the_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
