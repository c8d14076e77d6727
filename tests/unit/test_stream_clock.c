/* SPDX-License-Identifier: Apache-2.0 */
/* When changes were committed, by what the log and the heartbeats tell. Times are microseconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replicator/stream_clock.h"

#define S INT64_C(1000000)
enum { MS = 1000 };
#define NOW (1700000000 * S)

static int set_up(void **state)
{
    static struct stream_clock clock;

    stream_clock_init(&clock);
    *state = &clock;
    return 0;
}

static int tear_down(void **state)
{
    stream_clock_close(*state);
    return 0;
}

static void an_exact_time_counts_by_our_clock(void **state)
{
    struct stream_clock *c = *state;

    stream_clock_compared(c, 3 * S); /* MySQL's is ahead */
    assert_int_equal(stream_clock_commit_us(c, NOW + 3 * S - 7 * MS, 0, NOW), NOW - 7 * MS);
    assert_int_equal(stream_clock_lag_us(c, NOW), 7 * MS);
    /* No lag is negative, however the clocks move. */
    assert_int_equal(stream_clock_commit_us(c, NOW + 4 * S, 0, NOW), NOW);
}

static void without_heartbeats_it_counts_from_when_it_was_read(void **state)
{
    struct stream_clock *c = *state;

    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 5, NOW), NOW);
    assert_int_equal(stream_clock_lag_us(c, NOW), -1);
}

static void the_way_of_a_heartbeat_stands_for_that_of_the_changes_after_it(void **state)
{
    struct stream_clock *c = *state;

    stream_clock_sent(c, 5, NOW - S);
    assert_false(stream_clock_is_idle(c));
    assert_true(stream_clock_read(c, 5, NOW - S + 4 * MS));
    assert_true(stream_clock_is_idle(c));
    assert_int_equal(stream_clock_lag_us(c, NOW), 4 * MS);
    /* A statement that took ten seconds is no lag. */
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 10, NOW), NOW - 4 * MS);
    assert_false(stream_clock_read(c, 6, NOW)); /* another mark */
}

static void a_heartbeat_that_was_seen_before_its_commit_returned_counts(void **state)
{
    struct stream_clock *c = *state;

    assert_false(stream_clock_read(c, 9, NOW + 2 * MS));
    assert_true(stream_clock_sent(c, 9, NOW));
    assert_true(stream_clock_is_idle(c));
    assert_int_equal(stream_clock_lag_us(c, NOW + S), 2 * MS);
}

static void while_the_stream_is_stuck_a_change_is_older_than_the_heartbeat_on_its_way(void **state)
{
    struct stream_clock *c = *state;

    stream_clock_sent(c, 1, NOW - 40 * S);
    stream_clock_read(c, 1, NOW - 40 * S + 2 * MS);
    stream_clock_sent(c, 2, NOW - 30 * S);
    assert_int_equal(stream_clock_lag_us(c, NOW), 30 * S);
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 35, NOW), NOW - 30 * S);
    /* When it has come, 30 s are what the way takes, but nothing is older than its statement. */
    assert_true(stream_clock_read(c, 2, NOW));
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 4, NOW), NOW - 4 * S);
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 50, NOW), NOW - 30 * S);
}

static void a_broken_or_silent_stream_falls_behind(void **state)
{
    struct stream_clock *c = *state;

    stream_clock_alive(c, NOW);
    stream_clock_commit_us(c, NOW - MS, 0, NOW);
    assert_int_equal(stream_clock_lag_us(c, NOW + 6 * S), MS);
    assert_int_equal(stream_clock_lag_us(c, NOW + 11 * S), 11 * S);
    stream_clock_broken(c);
    assert_int_equal(stream_clock_lag_us(c, NOW + 6 * S), 6 * S);
    stream_clock_alive(c, NOW + 7 * S);
    assert_int_equal(stream_clock_lag_us(c, NOW + 8 * S), MS);
}

static void a_new_session_does_not_wait_for_the_old_one_s_heartbeat(void **state)
{
    struct stream_clock *c = *state;

    stream_clock_sent(c, 3, NOW - 60 * S);
    stream_clock_restart(c, true);
    assert_true(stream_clock_is_idle(c));
    assert_false(stream_clock_read(c, 3, NOW));
}

static void what_is_read_again_from_the_checkpoint_is_as_old_as_it_is(void **state)
{
    struct stream_clock *c = *state;

    stream_clock_sent(c, 1, NOW - S);
    stream_clock_read(c, 1, NOW - S + MS);
    stream_clock_restart(c, true);
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 600, NOW), NOW - 600 * S);
    stream_clock_sent(c, 2, NOW + S);
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 500, NOW + 2 * S), NOW - 500 * S);
    /* It stands behind all of that. */
    stream_clock_read(c, 2, NOW + 3 * S);
    stream_clock_sent(c, 3, NOW + 4 * S);
    stream_clock_read(c, 3, NOW + 4 * S + MS);
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S + 1, NOW + 5 * S), NOW + 5 * S - MS);
    /* Without heartbeats nobody knows. */
    stream_clock_restart(c, false);
    assert_int_equal(stream_clock_commit_us(c, 0, NOW / S - 600, NOW + 6 * S), NOW + 6 * S);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_exact_time_counts_by_our_clock),
        TEST(without_heartbeats_it_counts_from_when_it_was_read),
        TEST(the_way_of_a_heartbeat_stands_for_that_of_the_changes_after_it),
        TEST(a_heartbeat_that_was_seen_before_its_commit_returned_counts),
        TEST(while_the_stream_is_stuck_a_change_is_older_than_the_heartbeat_on_its_way),
        TEST(a_broken_or_silent_stream_falls_behind),
        TEST(a_new_session_does_not_wait_for_the_old_one_s_heartbeat),
        TEST(what_is_read_again_from_the_checkpoint_is_as_old_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
