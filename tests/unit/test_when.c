/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/when.h"

static const int64_t NOW_MS = 1769854272345; /* 2026-01-31 10:11:12.345 UTC */

static void check(const char *text, const char *expected)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    assert_int_equal(when_parse(text, NOW_MS, &out), expected == NULL ? -1 : 0);
    assert_string_equal(buf_text(&out), expected == NULL ? "" : expected);
}

static void days_and_times_are_utc(void **state)
{
    (void)state;
    check("2026-01-31", "2026-01-31 00:00:00.000");
    check("2026-01-31 10:11", "2026-01-31 10:11:00.000");
    check("2026-01-31T10:11:12.5", "2026-01-31 10:11:12.500");
}

static void a_number_and_a_unit_is_how_long_ago(void **state)
{
    (void)state;
    check("0s", "2026-01-31 10:11:12");
    check("90s", "2026-01-31 10:09:42");
    check("30m", "2026-01-31 09:41:12");
    check("12h", "2026-01-30 22:11:12");
    check("31d", "2025-12-31 10:11:12");
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    check("", NULL);
    check("soon", NULL);
    check("7", NULL);
    check("7w", NULL);
    check("7dd", NULL);
    check("-7d", NULL);
    check("99999999999999999999d", NULL);
    check("2026-02-30", NULL);
    check("2026-01-31 25:00", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_times_are_utc),
        cmocka_unit_test(a_number_and_a_unit_is_how_long_ago),
        cmocka_unit_test(anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
