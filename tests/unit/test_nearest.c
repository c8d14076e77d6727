/* SPDX-License-Identifier: Apache-2.0 */
/* nearest: what a mistyped name was meant to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/nearest.h"

static const char *meant(const char *typed)
{
    static const char *const names[] = {"status", "lag", "log", "script", "snapshot"};
    struct nearest n = nearest_to(typed);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        nearest_try(&n, names[i]);
    return n.name;
}

static void a_slip_of_the_finger_is_seen(void **state)
{
    (void)state;
    assert_string_equal(meant("stauts"), "status");
    assert_string_equal(meant("scrpt"), "script");
    assert_string_equal(meant("logs"), "log");
    assert_string_equal(meant("snapshto"), "snapshot");
}

static void what_is_like_none_is_not_guessed(void **state)
{
    char longer[200];

    (void)state;
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_null(meant("frobnicate"));
    assert_null(meant(""));
    assert_null(meant(longer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_finger_is_seen),
        cmocka_unit_test(what_is_like_none_is_not_guessed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
