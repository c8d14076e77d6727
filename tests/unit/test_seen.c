/* SPDX-License-Identifier: Apache-2.0 */
/* Which edits the stream has shown: their numbers come out of order, and some never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replicator/session/seen.h"

static void an_edit_that_began_earlier_may_come_later(void **state)
{
    struct seen_edits seen = {.max = 7};

    (void)state;
    assert_true(seen_has(&seen, 7));
    assert_false(seen_has(&seen, 8));
    seen_take(&seen, 10);
    assert_true(seen_has(&seen, 10) && seen_has(&seen, 3));
    assert_false(seen_has(&seen, 8) || seen_has(&seen, 9) || seen_has(&seen, 11));
    seen_take(&seen, 8);
    assert_true(seen_has(&seen, 8));
    assert_false(seen_has(&seen, 9));
}

static void of_many_gaps_the_newest_are_known(void **state)
{
    struct seen_edits seen = {.max = 1};

    (void)state;
    for (int64_t edit = 3; edit < 8 * SEEN_GAPS; edit += 2)
        seen_take(&seen, edit);
    assert_false(seen_has(&seen, 8 * SEEN_GAPS - 2));
    assert_true(seen_has(&seen, 2)); /* too long ago */
    seen_take(&seen, INT64_MAX);
    assert_false(seen_has(&seen, INT64_MAX - 1));
    assert_true(seen_has(&seen, INT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_that_began_earlier_may_come_later),
        cmocka_unit_test(of_many_gaps_the_newest_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
