/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replicator/session/pace.h"
#include "replicator/session/progress.h"

enum { MAX = 2000 * 1024 };

static void full_batches_that_are_answered_fast_grow_up_to_the_limit(void **state)
{
    struct pace p;
    size_t before;

    (void)state;
    pace_init(&p, MAX);
    before = p.bytes;
    pace_answered(&p, p.bytes, 500);
    assert_true(p.bytes > before);
    for (int i = 0; i < 100; i++)
        pace_answered(&p, p.bytes, 500);
    assert_int_equal(p.bytes, MAX);
}

static void a_batch_with_room_left_says_nothing_of_a_fuller_one(void **state)
{
    struct pace p;
    size_t before;

    (void)state;
    pace_init(&p, MAX);
    before = p.bytes;
    pace_answered(&p, p.bytes / 2, 50);
    assert_int_equal(p.bytes, before);
}

static void between_fast_and_slow_nothing_changes(void **state)
{
    struct pace p;
    size_t before;

    (void)state;
    pace_init(&p, MAX);
    before = p.bytes;
    pace_answered(&p, p.bytes, 3000);
    assert_int_equal(p.bytes, before);
}

static void a_slow_answer_takes_a_quarter(void **state)
{
    struct pace p;
    size_t before;

    (void)state;
    pace_init(&p, MAX);
    before = p.bytes;
    pace_answered(&p, p.bytes, 6000);
    assert_int_equal(p.bytes, before - before / 4);
}

static void a_lost_answer_halves_and_there_is_a_least(void **state)
{
    struct pace p;
    size_t before;

    (void)state;
    pace_init(&p, MAX);
    before = p.bytes;
    pace_lost(&p);
    assert_int_equal(p.bytes, before / 2);
    for (int i = 0; i < 100; i++)
        pace_lost(&p);
    assert_true(p.bytes >= 1024);
    pace_answered(&p, p.bytes, 100);
    assert_true(p.bytes > 1024);
}

static void batches_double_until_one_was_too_much(void **state)
{
    struct pace p;
    size_t before;

    (void)state;
    pace_init(&p, MAX);
    before = p.bytes;
    pace_answered(&p, p.bytes, 500);
    assert_int_equal(p.bytes, 2 * before);
    pace_answered(&p, p.bytes, 6000);
    before = p.bytes;
    pace_answered(&p, p.bytes, 500);
    assert_in_range(p.bytes, before + 1, before + before / 4);
}

static void of_known_rows_the_share_that_is_written_is_learned(void **state)
{
    struct pace p;

    (void)state;
    pace_init(&p, MAX);
    assert_int_equal(pace_reckon(&p, 1000, false), 1000);
    for (int i = 0; i < 20; i++)
        pace_planned(&p, 8000, 2000, false);
    assert_in_range(pace_reckon(&p, 1000, false), 250, 260);
    pace_planned(&p, 8000, 6000, false); /* more counts at once */
    assert_int_equal(pace_reckon(&p, 1000, false), 750);
    pace_planned(&p, 0, 0, false);
    assert_int_equal(pace_reckon(&p, 1000, false), 750);
    for (int i = 0; i < 20; i++)
        pace_planned(&p, 8000, 0, false);
    assert_in_range(pace_reckon(&p, 1000, false), 250, 260); /* they may be changed whole yet */
}

static void new_rows_are_learned_apart_and_are_never_much_less(void **state)
{
    struct pace p;

    (void)state;
    pace_init(&p, MAX);
    for (int i = 0; i < 20; i++)
        pace_planned(&p, 8000, 7600, true);
    assert_in_range(pace_reckon(&p, 1000, true), 950, 952);
    assert_int_equal(pace_reckon(&p, 1000, false), 1000);
    for (int i = 0; i < 20; i++)
        pace_planned(&p, 8000, 100, true);
    assert_int_equal(pace_reckon(&p, 1000, true), 900);
}

static void a_limit_below_the_start_holds_from_the_start(void **state)
{
    struct pace p;

    (void)state;
    pace_init(&p, 64 * 1024);
    assert_int_equal(p.bytes, 64 * 1024);
    pace_answered(&p, p.bytes, 10);
    assert_int_equal(p.bytes, 64 * 1024);
}

/* --- progress --- */

static void progress_knows_share_and_time_left(void **state)
{
    struct progress p = {.total = 1000};

    (void)state;
    assert_int_equal(progress_left_s(&p), -1);
    progress_count(&p, 0, 1000);
    progress_count(&p, 100, 2000);
    assert_int_equal(progress_percent(&p), 10);
    assert_int_equal(progress_left_s(&p), 9);
}

static void progress_follows_a_change_of_pace(void **state)
{
    struct progress p = {.total = 100000};
    int64_t before;

    (void)state;
    progress_count(&p, 0, 1000);
    progress_count(&p, 1000, 2000);
    before = progress_left_s(&p);
    for (int i = 1; i <= 60; i++)
        progress_count(&p, 1000 + 10 * i, 2000 + 1000 * i);
    assert_true(progress_left_s(&p) > before * 2);
}

static void more_rows_than_estimated_are_no_end(void **state)
{
    struct progress p = {.total = 1000};

    (void)state;
    progress_count(&p, 0, 1000);
    progress_count(&p, 1500, 2000);
    assert_int_equal(progress_percent(&p), 99);
    assert_int_equal(progress_left_s(&p), 0);
}

static void without_an_estimate_nothing_is_said(void **state)
{
    struct progress p = {0};

    (void)state;
    progress_count(&p, 0, 1000);
    progress_count(&p, 1500, 2000);
    assert_int_equal(progress_percent(&p), -1);
    assert_int_equal(progress_left_s(&p), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_batches_that_are_answered_fast_grow_up_to_the_limit),
        cmocka_unit_test(a_batch_with_room_left_says_nothing_of_a_fuller_one),
        cmocka_unit_test(between_fast_and_slow_nothing_changes),
        cmocka_unit_test(a_slow_answer_takes_a_quarter),
        cmocka_unit_test(a_lost_answer_halves_and_there_is_a_least),
        cmocka_unit_test(a_limit_below_the_start_holds_from_the_start),
        cmocka_unit_test(batches_double_until_one_was_too_much),
        cmocka_unit_test(of_known_rows_the_share_that_is_written_is_learned),
        cmocka_unit_test(new_rows_are_learned_apart_and_are_never_much_less),
        cmocka_unit_test(progress_knows_share_and_time_left),
        cmocka_unit_test(progress_follows_a_change_of_pace),
        cmocka_unit_test(more_rows_than_estimated_are_no_end),
        cmocka_unit_test(without_an_estimate_nothing_is_said),
    };

    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
