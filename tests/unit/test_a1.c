/* SPDX-License-Identifier: Apache-2.0 */
/* a1: ranges as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "sandbox/a1.h"

static void expect(const char *text, const char *title, struct area area)
{
    struct a1 a1;

    assert_true(a1_parse(text, &a1));
    if (title == NULL)
        assert_null(a1.title);
    else
        assert_string_equal(a1.title, title);
    assert_int_equal(a1.area.row, area.row);
    assert_int_equal(a1.area.end_row, area.end_row);
    assert_int_equal(a1.area.column, area.column);
    assert_int_equal(a1.area.end_column, area.end_column);
    free(a1.title);
}

static void ranges_are_read_in_every_form(void **state)
{
    (void)state;
    expect("B3", NULL, (struct area){2, 3, 1, 2});
    expect("$b$3", NULL, (struct area){2, 3, 1, 2});
    expect("A1:C10", NULL, (struct area){0, 10, 0, 3});
    expect("C10:A1", NULL, (struct area){0, 10, 0, 3});
    expect("A:C", NULL, (struct area){0, -1, 0, 3});
    expect("2:5", NULL, (struct area){1, 5, 0, -1});
    expect("A2:C", NULL, (struct area){1, -1, 0, 3});
    expect("B2:5", NULL, (struct area){1, 5, 1, -1});
    expect("ZZZ1", NULL, (struct area){0, 1, 18277, 18278});
}

static void titles_may_be_quoted_and_hold_quotes_and_marks(void **state)
{
    (void)state;
    expect("Sheet1!A1", "Sheet1", (struct area){0, 1, 0, 1});
    expect("'Jon''s!'!A1", "Jon's!", (struct area){0, 1, 0, 1});
    expect("Länder!A:A", "Länder", (struct area){0, -1, 0, 1});
    expect("My tab!A1:B2", "My tab", (struct area){0, 2, 0, 2});
}

static void a_text_that_is_no_range_is_a_title(void **state)
{
    struct a1 a1;

    (void)state;
    expect("Sheet1", "Sheet1", (struct area){0, -1, 0, -1});
    expect("'A1'", "A1", (struct area){0, -1, 0, -1});
    assert_true(a1_parse("'A1'", &a1));
    assert_true(a1.is_whole_tab);
    free(a1.title);
    expect("ENT2", NULL, (struct area){1, 2, 3763, 3764}); /* as Google reads it */
}

static void nonsense_is_no_range(void **state)
{
    static const char *const texts[] = {"",        "'",         "''!A1", "'open!A1",
                                        "Sheet1!", "Sheet1!A0", "!A1",   "Sheet1!A1:B2:C3",
                                        "'a'x",    "Sheet1!A1B"};
    struct a1 a1;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(a1_parse(texts[i], &a1));
}

static void expect_text(const char *title, struct area area, const char *text)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    a1_put(&out, title, area);
    assert_string_equal(buf_text(&out), text);
}

static void titles_are_quoted_only_where_it_is_needed(void **state)
{
    (void)state;
    expect_text("Sheet1", (struct area){0, 1, 0, 1}, "Sheet1!A1");
    expect_text("Sheet_1", (struct area){0, 10, 25, 28}, "Sheet_1!Z1:AB10");
    expect_text("D3", (struct area){0, 1, 0, 4}, "'D3'!A1:D1");
    expect_text("R1C1", (struct area){0, 1, 0, 1}, "'R1C1'!A1");
    expect_text("2024", (struct area){0, 1, 0, 1}, "'2024'!A1");
    expect_text("My tab", (struct area){0, 1, 18277, 18278}, "'My tab'!ZZZ1");
    expect_text("Jon's", (struct area){0, 1, 0, 1}, "'Jon''s'!A1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_read_in_every_form),
        cmocka_unit_test(titles_may_be_quoted_and_hold_quotes_and_marks),
        cmocka_unit_test(a_text_that_is_no_range_is_a_title),
        cmocka_unit_test(nonsense_is_no_range),
        cmocka_unit_test(titles_are_quoted_only_where_it_is_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
