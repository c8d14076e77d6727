/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows a mapping shows: what may be said, and the SQL that says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/mysql/row_filter.h"
#include "common/mysql/table.h"

static char schema[] = "shop", name[] = "or`ders", id[] = "id", day[] = "day";
static struct column list[] = {{.name = id}, {.name = day, .is_invisible = true}};
static const struct table orders = {
    .schema = schema, .name = name, .columns = list, .n_columns = 2};

static char *copy(const char *text)
{
    static char kept[8][128];
    static size_t n;
    char *to = kept[n++ % 8];

    if (text == NULL)
        return NULL;
    snprintf(to, sizeof(kept[0]), "%s", text);
    return to;
}

static struct row_filter with(const char *where, const char *order_by, unsigned limit)
{
    return (struct row_filter){.where = copy(where), .order_by = copy(order_by), .limit = limit};
}

/* "" or what is wrong. */
static const char *look(const char *where, const char *order_by)
{
    static struct err err;

    err = ERR_INIT;
    return (where == NULL || row_filter_check_where(where, &err) == 0) &&
                   (order_by == NULL || row_filter_check_order(order_by, &err) == 0)
               ? ""
               : err.msg;
}

static void a_condition_is_one_expression_over_the_row(void **state)
{
    (void)state;
    assert_string_equal(
        look("a > 1 AND (`b c` IS NULL OR c IN ('x', \"it's\")) AND d -> '$.e'", NULL), "");
    assert_string_equal(look("a > 1) OR (1", NULL),
                        "character 6: there is no parenthesis to close");
    assert_string_equal(look("(a", NULL), "character 3: a parenthesis is not closed");
    assert_string_equal(look("a = 'x", NULL), "character 5: this text has no end");
    assert_string_equal(look("orders.a = 1", NULL),
                        "character 7: a column is named without its table");
    assert_string_equal(look("a /* b */", NULL), "character 3: a condition has no comments");
    assert_string_equal(look("a = (select 1)", NULL),
                        "character 6: this word is not allowed in a condition");
    assert_string_equal(look("a = @b", NULL),
                        "character 5: this character is not allowed in a condition");
    assert_string_equal(look(" ", NULL), "character 2: expected an expression");
}

static void an_order_is_columns(void **state)
{
    (void)state;
    assert_string_equal(look(NULL, "a"), "");
    assert_string_equal(look(NULL, " `a b` desc , c ASC,d"), "");
    assert_string_equal(look(NULL, "a down"), "character 3: expected ASC, DESC or a comma");
    assert_string_equal(look(NULL, "RAND()"), "character 5: expected a name");
    assert_string_equal(look(NULL, "a,"), "character 3: expected a name");
    assert_string_equal(look(NULL, "a DESC LIMIT 1"), "character 8: expected a comma");
}

static void what_hangs_on_the_time_is_known(void **state)
{
    struct row_filter now = with("until > now()", NULL, 0), column = with("`now` > 1", NULL, 0),
                      text = with("a = 'NOW()'", NULL, 0);

    (void)state;
    assert_true(row_filter_is_fleeting(&now));
    assert_false(row_filter_is_fleeting(&column) || row_filter_is_fleeting(&text));
}

static void rows_are_read_through_one_select(void **state)
{
    struct row_filter none = {0}, both = with("day > 3", "day DESC", 7);
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    const size_t key[] = {0};

    (void)state;
    row_filter_source(&sql, &none, &orders, key, 1);
    assert_string_equal(buf_text(&sql), "`shop`.`or``ders`");
    buf_clear(&sql);
    row_filter_source(&sql, &both, &orders, key, 1);
    assert_string_equal(buf_text(&sql),
                        "(SELECT `id`, `day` FROM `shop`.`or``ders` WHERE (day > 3) "
                        "ORDER BY day DESC, `id` LIMIT 7) AS `or``ders`");
    row_filter_print(&none, &text);
    assert_int_equal(text.len, 0);
    row_filter_print(&both, &text);
    assert_string_equal(buf_text(&text), "where day > 3 order by day DESC limit 7");
}

static void a_value_is_compared_in_its_own_type(void **state)
{
    struct row_filter f = with("day > 3", NULL, 0);
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;

    (void)state;
    f.column = "DAY";
    f.value = value_text("it's", 4);
    list[1].type = COLUMN_TEXT;
    row_filter_source(&sql, &f, &orders, NULL, 0);
    assert_string_equal(buf_text(&sql),
                        "(SELECT `id`, `day` FROM `shop`.`or``ders` WHERE (day > 3) AND "
                        "(`day` <=> _utf8mb4 x'69742773')) AS `or``ders`");
    row_filter_print(&f, &text);
    assert_string_equal(buf_text(&text), "DAY \"it's\" where day > 3");
    buf_clear(&sql);
    f.where = NULL;
    f.value = value_text("12", 2);
    list[1].type = COLUMN_INT;
    row_filter_source(&sql, &f, &orders, NULL, 0);
    assert_string_equal(buf_text(&sql), "(SELECT `id`, `day` FROM `shop`.`or``ders` WHERE "
                                        "(`day` <=> 12)) AS `or``ders`");
    buf_clear(&sql);
    buf_clear(&text);
    f.value = VALUE_INIT_NULL;
    row_filter_source(&sql, &f, &orders, NULL, 0);
    assert_string_equal(buf_text(&sql), "(SELECT `id`, `day` FROM `shop`.`or``ders` WHERE "
                                        "(`day` <=> NULL)) AS `or``ders`");
    row_filter_print(&f, &text);
    assert_string_equal(buf_text(&text), "DAY NULL");
    assert_false(row_filter_is_none(&f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_is_one_expression_over_the_row),
        cmocka_unit_test(an_order_is_columns),
        cmocka_unit_test(what_hangs_on_the_time_is_known),
        cmocka_unit_test(rows_are_read_through_one_select),
        cmocka_unit_test(a_value_is_compared_in_its_own_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
