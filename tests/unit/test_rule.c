/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/mysql/rule.h"

static char qty_name[] = "qty", odd_name[] = "an `odd` one";
static const struct column qty = {.name = qty_name}, odd = {.name = odd_name};
static const struct column *const list[] = {&qty, &odd};
static const struct rule_columns columns = {.list = list, .n = 2};

static bool uses[2 * RULE_SIDES];

/* "" or what is wrong. */
static const char *look(const char *expression)
{
    static struct err err;

    err = ERR_INIT;
    return rule_parse(expression, &columns, uses, &err) == 0 ? "" : err.msg;
}

static void the_named_columns_are_marked_side_by_side(void **state)
{
    (void)state;
    assert_string_equal(look("GREATEST(mysql.qty, sheet . `QTY`)"), "");
    assert_true(uses[RULE_MYSQL] && uses[RULE_SHEET]);
    assert_false(uses[RULE_BASE] || uses[RULE_SIDES]);
    assert_string_equal(look("base.`an ``odd`` one`"), "");
    assert_true(uses[RULE_SIDES + RULE_BASE]);
    assert_false(uses[RULE_MYSQL]);
}

static void what_stands_in_quotes_is_text(void **state)
{
    (void)state;
    assert_string_equal(look("CONCAT('it''s; -- \\' fine', \"SELECT ?\", mysql.qty)"), "");
    assert_string_equal(look("'no end"), "character 1: this text has no end");
    assert_string_equal(look("'a\\"), "character 1: this text has no end");
    assert_string_equal(look("mysql.`qty"), "character 7: expected a name");
}

static void numbers_and_functions_are_no_columns(void **state)
{
    (void)state;
    assert_string_equal(look("1.5e3 + .5 - ROUND(mysql.qty / 2, 0)"), "");
    assert_string_equal(look("CASE WHEN sheet.qty IS NULL THEN mysql.qty ELSE 0 END"), "");
}

static void one_expression_without_a_way_out(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "(",
        ")",
        "mysql.qty, 1",
        "mysql.qty; 1",
        "?",
        "@a",
        "1 -- 2",
        "1 /* 2 */",
        "1 # 2",
        "(SELECT 1)",
        "sleep(1)",
        "mysql.",
        "mysql.*",
        "mysql.qty.x",
        "other.qty",
        "MYSQL.qty",
        "`qty`",
        "mysql.nope",
        "x INTO y",
        "TABLE t",
        "{d '2024-01-01'}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_string_not_equal(look(bad[i]), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_columns_are_marked_side_by_side),
        cmocka_unit_test(what_stands_in_quotes_is_text),
        cmocka_unit_test(numbers_and_functions_are_no_columns),
        cmocka_unit_test(one_expression_without_a_way_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
