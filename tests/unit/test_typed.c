/* SPDX-License-Identifier: Apache-2.0 */
/* typed: what people type and what it becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "sandbox/typed.h"

static void expect_number(const char *text, double number, enum number_type type)
{
    struct typed t = typed_parse(text);

    assert_int_equal(t.value.kind, KIND_NUMBER);
    if (fabs(t.value.number - number) > 1e-9)
        fail_msg("\"%s\" became %.17g", text, t.value.number);
    assert_int_equal(t.type, type);
}

static void expect_text(const char *text, const char *becomes)
{
    struct typed t = typed_parse(text);

    if (t.value.kind != KIND_TEXT || t.is_formula)
        fail_msg("\"%s\" is no text any more", text);
    assert_string_equal(t.value.text, becomes);
}

static void numbers_are_recognised(void **state)
{
    (void)state;
    expect_number("7", 7, NUMBER_AUTO);
    expect_number(" -7.25 ", -7.25, NUMBER_AUTO);
    expect_number("+.5", .5, NUMBER_AUTO);
    expect_number("007", 7, NUMBER_AUTO);
    expect_number("1,234,567.5", 1234567.5, NUMBER_AUTO);
    expect_number("1.5e3", 1500, NUMBER_AUTO);
    expect_number("7%", .07, NUMBER_PERCENT);
    expect_number("$1,000", 1000, NUMBER_CURRENCY);
    expect_number("-$5", -5, NUMBER_CURRENCY);
}

static void text_that_only_looks_like_a_number_stays_text(void **state)
{
    static const char *const texts[] = {"1,5",  "1.2.3", "12,34,567", "-",   ".",   "1e",  "0x10",
                                        "five", "1 2",   "1e999",     "nan", "inf", "+A1", "%"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_text(texts[i], texts[i]);
}

static void an_apostrophe_keeps_text(void **state)
{
    (void)state;
    expect_text("'7", "7");
    expect_text("'=1+1", "=1+1");
    expect_text("''a", "'a");
    expect_text("=", "=");
}

static void dates_and_times_become_serial_numbers(void **state)
{
    (void)state;
    expect_number("2024-02-29", 45351, NUMBER_DATE);
    expect_number("1970/1/1", 25569, NUMBER_DATE);
    expect_number("2/29/2024", 45351, NUMBER_DATE);
    expect_number("2/29/24", 45351, NUMBER_DATE);
    expect_number("1/1/31", 11324, NUMBER_DATE);
    expect_number("Feb 29, 2024", 45351, NUMBER_DATE);
    expect_number("29 February 2024", 45351, NUMBER_DATE);
    expect_number("12:00", .5, NUMBER_TIME);
    expect_number("3 PM", .625, NUMBER_TIME);
    expect_number("12:00:00 am", 0, NUMBER_TIME);
    expect_number("2024-02-29 06:00:00", 45351.25, NUMBER_DATE_TIME);
    expect_number("1899-12-30", 0, NUMBER_DATE);
    expect_number("1899-12-29", -1, NUMBER_DATE);
}

static void impossible_dates_stay_text(void **state)
{
    static const char *const texts[] = {
        "2023-02-29", "2024-13-01",          "0000-00-00",  "24:00",   "10:60",
        "13 PM",      "2024-02-29T10:00:00", "31 Foo 2024", "1/2/345", "2024-02-29 x"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_text(texts[i], texts[i]);
}

static void truth_errors_formulas_and_blanks_are_known(void **state)
{
    (void)state;
    assert_int_equal(typed_parse("true").value.kind, KIND_BOOL);
    assert_true(typed_parse("True").value.boolean);
    assert_false(typed_parse("FALSE").value.boolean);
    assert_int_equal(typed_parse("#N/A").value.kind, KIND_ERROR);
    assert_true(typed_parse("=A1").is_formula);
    assert_int_equal(typed_parse("").value.kind, KIND_BLANK);
}

static void a_date_brings_its_format_but_keeps_one_that_is_there(void **state)
{
    struct cell c = {0};

    (void)state;
    typed_enter(&c, "2024-02-29");
    assert_string_equal(format_pattern(c.format), "yyyy-mm-dd");
    typed_enter(&c, "7%");
    assert_int_equal(format_number_type(c.format), NUMBER_DATE);
    cell_close(&c);
}

static void a_cell_formatted_as_text_keeps_what_is_typed(void **state)
{
    struct cell c = {.format = format_with_number(NULL, NUMBER_TEXT, NULL)};

    (void)state;
    typed_enter(&c, "007");
    assert_int_equal(c.kind, KIND_TEXT);
    assert_string_equal(c.text, "007");
    typed_enter(&c, "");
    assert_int_equal(c.kind, KIND_BLANK);
    cell_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_recognised),
        cmocka_unit_test(text_that_only_looks_like_a_number_stays_text),
        cmocka_unit_test(an_apostrophe_keeps_text),
        cmocka_unit_test(dates_and_times_become_serial_numbers),
        cmocka_unit_test(impossible_dates_stay_text),
        cmocka_unit_test(truth_errors_formulas_and_blanks_are_known),
        cmocka_unit_test(a_date_brings_its_format_but_keeps_one_that_is_there),
        cmocka_unit_test(a_cell_formatted_as_text_keeps_what_is_typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
