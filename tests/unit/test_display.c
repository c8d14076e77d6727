/* SPDX-License-Identifier: Apache-2.0 */
/* display: what cells show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/cleanup.h"
#include "sandbox/display.h"
#include "sandbox/typed.h"

static void expect(double number, const char *pattern, const char *shown)
{
    struct scalar v = {.kind = KIND_NUMBER, .number = number};
    struct format *format =
        pattern == NULL ? NULL : format_with_number(NULL, NUMBER_NUMBER, pattern);
    CLEANUP_BUF struct buf out = BUF_INIT;

    display_put(&out, v, format);
    if (strcmp(buf_text(&out), shown) != 0)
        fail_msg("%.17g as %s shows \"%s\", not \"%s\"", number, pattern, buf_text(&out), shown);
    format_unref(format);
}

static void numbers_without_a_format_are_short(void **state)
{
    (void)state;
    expect(0, NULL, "0");
    expect(-7, NULL, "-7");
    expect(0.1 + 0.2, NULL, "0.3");
    expect(1.0 / 3, NULL, "0.3333333333");
    expect(123456789012345, NULL, "123456789012345");
    expect(1e15, NULL, "1.00000E+15");
}

static void number_patterns_are_followed(void **state)
{
    (void)state;
    expect(1234.5, "0", "1235");
    expect(1234.5, "0.00", "1234.50");
    expect(1234567.891, "#,##0", "1,234,568");
    expect(-1234.5, "#,##0.00", "-1,234.50");
    expect(.125, "0.00%", "12.50%");
    expect(7, "000", "007");
    expect(.5, "#.##", ".5");
    expect(5, "0.##", "5");
    expect(-5, "0;(0)", "(5)");
    expect(0, "0;-0;\"none\"", "none");
    expect(12, "0 \"pieces\"", "12 pieces");
    expect(12345, "0.00E+00", "1.23E+04");
    expect(9999, "0.00E+00", "1.00E+04");
    expect(-5e-324, "0.0E+00", "-4.9E-324");
    expect(1e308, "0E+0%%%", "2E+308%%%"); /* no number is larger */
    expect(5, "$#,##0.00", "$5.00");
    expect(1234.5, "@", "1234.5");
}

static void date_patterns_are_followed(void **state)
{
    (void)state;
    expect(45351, "yyyy-mm-dd", "2024-02-29");
    expect(45351.523456, "yyyy-mm-dd hh:mm:ss", "2024-02-29 12:33:46");
    expect(45351.5234567, "hh:mm:ss.000", "12:33:46.659");
    expect(45351, "m/d/yyyy", "2/29/2024");
    expect(45351, "dddd, mmmm d, yy", "Thursday, February 29, 24");
    expect(45351, "ddd mmm", "Thu Feb");
    expect(.75, "h:mm am/pm", "6:00 PM");
    expect(.0, "h:mm am/pm", "12:00 AM");
    expect(1.5, "[h]:mm:ss", "36:00:00");
    expect(0, "yyyy-mm-dd", "1899-12-30");
    expect(-1, "yyyy-mm-dd", "1899-12-29");
    expect(45351.999999999, "yyyy-mm-dd hh:mm:ss", "2024-03-01 00:00:00");
}

static void expect_edit(const char *typed, const char *edit)
{
    struct cell c = {0};
    CLEANUP_BUF struct buf out = BUF_INIT;

    typed_enter(&c, typed);
    display_put_edit(&out, &c);
    assert_string_equal(buf_text(&out), edit);
    cell_close(&c);
}

static void what_is_edited_gives_the_same_cell_again(void **state)
{
    (void)state;
    expect_edit("'007", "'007");
    expect_edit("plain", "plain");
    expect_edit("0.1", "0.1");
    expect_edit("9007199254740993", "9007199254740992");
    expect_edit("7%", "7%");
    expect_edit("2024-02-29", "2024-02-29");
    expect_edit("=A1*2", "=A1*2");
    expect_edit("true", "TRUE");
    expect_edit("''x", "''x");
}

static void text_truth_and_errors_show_themselves(void **state)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    (void)state;
    display_put(&out, (struct scalar){.kind = KIND_BOOL, .boolean = true}, NULL);
    display_put(&out, (struct scalar){.kind = KIND_TEXT, .text = " a "}, NULL);
    display_put(&out, (struct scalar){.kind = KIND_ERROR, .text = "#N/A"}, NULL);
    display_put(&out, SCALAR_BLANK, NULL);
    assert_string_equal(buf_text(&out), "TRUE a #N/A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_without_a_format_are_short),
        cmocka_unit_test(number_patterns_are_followed),
        cmocka_unit_test(date_patterns_are_followed),
        cmocka_unit_test(what_is_edited_gives_the_same_cell_again),
        cmocka_unit_test(text_truth_and_errors_show_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
