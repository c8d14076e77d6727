/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "replicator/sheets/quota.h"

/* Send as fast as allowed from NOW until UNTIL; the times of the requests go to AT. */
static size_t send_all(struct quota *q, int64_t now, int64_t until, int64_t *at, size_t max)
{
    size_t n = 0;

    while (n < max && (now += quota_wait_ms(q, QUOTA_AT_ONCE, now)) < until) {
        quota_take(q, QUOTA_AT_ONCE, now);
        at[n++] = now;
    }
    return n;
}

static void the_first_requests_leave_at_once(void **state)
{
    struct quota q;

    (void)state;
    quota_init(&q, 60, 1000);
    for (int i = 0; i < 15; i++) {
        assert_int_equal(quota_wait_ms(&q, QUOTA_AT_ONCE, 1000), 0);
        quota_take(&q, QUOTA_AT_ONCE, 1000);
    }
    assert_true(quota_wait_ms(&q, QUOTA_AT_ONCE, 1000) > 0);
}

static void no_minute_sees_more_than_the_limit(void **state)
{
    static const unsigned limits[] = {1, 2, 6, 60, 300};
    static int64_t at[4000];

    (void)state;
    for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
        struct quota q;
        size_t n, first = 0;

        quota_init(&q, limits[l], 0);
        n = send_all(&q, 0, 600000, at, 4000);
        for (size_t i = 0; i < n; i++) {
            while (at[i] - at[first] >= 60000)
                first++;
            assert_true(i - first + 1 <= limits[l] + 1);
        }
        assert_true(n >= limits[l] * 5);
    }
}

static void a_wait_is_as_long_as_it_says(void **state)
{
    struct quota q;
    int64_t wait;

    (void)state;
    quota_init(&q, 60, 0);
    for (int i = 0; i < 15; i++)
        quota_take(&q, QUOTA_AT_ONCE, 0);
    wait = quota_wait_ms(&q, QUOTA_AT_ONCE, 0);
    assert_int_equal(wait, 1334);
    assert_true(quota_wait_ms(&q, QUOTA_AT_ONCE, wait - 10) > 0);
    assert_int_equal(quota_wait_ms(&q, QUOTA_AT_ONCE, wait), 0);
}

static void a_refusal_waits_and_halves_the_pace(void **state)
{
    struct quota q;

    (void)state;
    quota_init(&q, 60, 0);
    quota_refused(&q, 0, 0);
    assert_int_equal(quota_wait_ms(&q, QUOTA_AT_ONCE, 0), 15000);
    assert_true(q.pace == 30);
    quota_refused(&q, 40000, 0);
    assert_int_equal(quota_wait_ms(&q, QUOTA_AT_ONCE, 0), 40000);
    assert_true(q.pace == 15);
    for (int i = 0; i < 10; i++)
        quota_refused(&q, 0, 0);
    assert_true(q.pace == 6);
}

static void answers_bring_the_pace_back_to_the_limit(void **state)
{
    struct quota q;

    (void)state;
    quota_init(&q, 60, 0);
    quota_refused(&q, 0, 0);
    quota_answered(&q);
    assert_true(q.pace == 31);
    for (int i = 0; i < 100; i++)
        quota_answered(&q);
    assert_true(q.pace == 60);
}

static void what_can_wait_leaves_a_reserve(void **state)
{
    struct quota q;
    int n = 0;

    (void)state;
    quota_init(&q, 60, 0);
    for (; quota_wait_ms(&q, QUOTA_CAN_WAIT, 0) == 0; n++)
        quota_take(&q, QUOTA_CAN_WAIT, 0);
    assert_int_equal(n, 12);
    assert_int_equal(quota_wait_ms(&q, QUOTA_AT_ONCE, 0), 0);
    assert_int_equal(quota_wait_ms(&q, QUOTA_CAN_WAIT, quota_wait_ms(&q, QUOTA_CAN_WAIT, 0)), 0);
    quota_init(&q, 2, 0); /* a bucket of one */
    assert_int_equal(quota_wait_ms(&q, QUOTA_CAN_WAIT, 0), 0);
    quota_take(&q, QUOTA_CAN_WAIT, 0);
    assert_int_equal(quota_wait_ms(&q, QUOTA_CAN_WAIT, quota_wait_ms(&q, QUOTA_CAN_WAIT, 0)), 0);
}

/* Whoever has something to send all the time, half a second each: how many in ten minutes, and how
 * long the longest wait is once the first minute is over. */
static unsigned keep_busy(struct quota *q, int64_t now, int64_t *longest)
{
    unsigned n = 0;

    *longest = 0;
    for (int64_t end = now + 600000, begin = now; now < end; n++) {
        int64_t wait = quota_wait_ms(q, QUOTA_CAN_WAIT, now);

        if (wait > *longest && now > begin + 61000)
            *longest = wait;
        now += wait;
        quota_take(q, QUOTA_CAN_WAIT, now);
        now += 500;
    }
    return n;
}

static void a_busy_one_takes_nearly_all_of_a_minute_evenly(void **state)
{
    static const unsigned limits[] = {60, 300};
    struct quota q;
    int64_t longest;

    (void)state;
    for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
        unsigned all = limits[l] * 10 < 1200 ? limits[l] * 10 : 1200; /* one at a time */

        quota_init(&q, limits[l], 0);
        assert_in_range(keep_busy(&q, 0, &longest), all * 9 / 10, all);
        assert_true(longest < 1500);
        /* After a rest there are some that leave at once again. */
        for (int i = 0; i < 10; i++) {
            assert_int_equal(quota_wait_ms(&q, QUOTA_CAN_WAIT, 630000), 0);
            quota_take(&q, QUOTA_CAN_WAIT, 630000);
        }
        assert_in_range(keep_busy(&q, 630000, &longest), all * 9 / 10, all);
        assert_true(longest < 2000);
    }
}

static void a_fill_takes_nearly_all_of_a_minute_evenly(void **state)
{
    struct quota q;
    unsigned n = 0;

    (void)state;
    quota_init(&q, 60, 0);
    for (int64_t now = 500; now < 600500; n++) {
        quota_take(&q, QUOTA_FILL, now);
        assert_in_range(quota_wait_ms(&q, QUOTA_FILL, now), 500, 3000);
        now += quota_wait_ms(&q, QUOTA_FILL, now);
    }
    assert_in_range(n, 555, 570);
}

/* Whoever else has something to write does not wait for the fill. */
static void a_fill_gives_way(void **state)
{
    struct quota q;
    int64_t now = 500, wait;

    (void)state;
    quota_init(&q, 60, 0);
    for (; now < 200000; now += quota_wait_ms(&q, QUOTA_FILL, now))
        quota_take(&q, QUOTA_FILL, now);
    wait = quota_wait_ms(&q, QUOTA_CAN_WAIT, now);
    assert_true(wait < 1000); /* the fill's next one may go now */
    now += wait;
    quota_take(&q, QUOTA_CAN_WAIT, now);
    assert_in_range(quota_wait_ms(&q, QUOTA_FILL, now), 1, 4000);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(quota_wait_ms(&q, QUOTA_AT_ONCE, now + i), 0);
        quota_take(&q, QUOTA_AT_ONCE, now + i);
    }
}

/* One that is written every five seconds, and one that is filled as fast as may be. */
static void a_busy_one_and_a_fill_share_the_minute(void **state)
{
    struct quota q;
    int64_t last = 0, longest = 0;
    unsigned n_filled = 0, n = 0;

    (void)state;
    quota_init(&q, 60, 0);
    for (int64_t now = 0; now < 600000; now += 50) {
        if (quota_wait_ms(&q, QUOTA_CAN_WAIT, now) == 0 && now - last >= 5000) {
            quota_take(&q, QUOTA_CAN_WAIT, now);
            longest = now - last > longest ? now - last : longest;
            last = now;
            n++;
        } else if (quota_wait_ms(&q, QUOTA_FILL, now) == 0) {
            quota_take(&q, QUOTA_FILL, now);
            n_filled++;
        }
    }
    assert_in_range(n, 80, 120);
    assert_in_range(n_filled, 360, 500);
    assert_true(longest < 12000);
}

/* Fills, changes and what cannot wait, at random. */
static void no_minute_sees_more_than_the_limit_whoever_asks(void **state)
{
    static const unsigned limits[] = {1, 5, 60, 300};
    static int64_t at[4000];

    (void)state;
    srand(5);
    for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
        struct quota q;
        size_t n = 0, first = 0;

        quota_init(&q, limits[l], 0);
        for (int64_t now = 0; now < 600000 && n < 4000;
             now += rand() % 4 == 0 ? rand() % 3000 : 1) {
            enum quota_claim claim = (enum quota_claim)(rand() % 3);

            now += quota_wait_ms(&q, claim, now);
            quota_take(&q, claim, now);
            at[n++] = now;
        }
        for (size_t i = 0; i < n; i++) {
            while (at[i] - at[first] >= 60000)
                first++;
            assert_true(i - first + 1 <= limits[l]);
        }
        assert_true(n >= limits[l] * 4);
    }
}

static void a_lower_limit_is_learned_a_higher_one_is_not(void **state)
{
    static int64_t at[100];
    struct quota q;

    (void)state;
    quota_init(&q, 60, 0);
    assert_false(quota_learn(&q, 100, 0));
    assert_false(quota_learn(&q, 0, 0));
    assert_true(quota_learn(&q, 20, 0));
    assert_false(quota_learn(&q, 20, 0));
    assert_true(q.limit == 20 && q.pace == 20 && quota_tokens(&q, 0) == 5);
    assert_true(send_all(&q, 0, 60000, at, 100) <= 21);
    for (int i = 0; i < 100; i++)
        quota_answered(&q);
    assert_true(q.pace == 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_requests_leave_at_once),
        cmocka_unit_test(no_minute_sees_more_than_the_limit),
        cmocka_unit_test(a_wait_is_as_long_as_it_says),
        cmocka_unit_test(a_refusal_waits_and_halves_the_pace),
        cmocka_unit_test(answers_bring_the_pace_back_to_the_limit),
        cmocka_unit_test(what_can_wait_leaves_a_reserve),
        cmocka_unit_test(a_busy_one_takes_nearly_all_of_a_minute_evenly),
        cmocka_unit_test(a_fill_takes_nearly_all_of_a_minute_evenly),
        cmocka_unit_test(a_fill_gives_way),
        cmocka_unit_test(a_busy_one_and_a_fill_share_the_minute),
        cmocka_unit_test(no_minute_sees_more_than_the_limit_whoever_asks),
        cmocka_unit_test(a_lower_limit_is_learned_a_higher_one_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
