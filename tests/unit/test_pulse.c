/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "common/pulse.h"
#include "common/stop.h"

static void before_the_first_beat_nothing_is_silent(void **state)
{
    struct pulse p = {0};

    (void)state;
    assert_int_equal(pulse_age_ms(&p), 0);
}

static void an_hour_without_a_beat_is_an_hour(void **state)
{
    struct pulse p = {0};

    (void)state;
    pulse_own(&p);
    p.beat_ms -= 3600000;
    assert_in_range(pulse_age_ms(&p), 3600000, 3660000);
    pulse_beat();
    assert_in_range(pulse_age_ms(&p), 0, 60000);
}

static void *beat(void *arg)
{
    pulse_beat();
    return arg;
}

static void another_thread_s_beat_is_not_ours(void **state)
{
    struct pulse p = {0};
    pthread_t other;

    (void)state;
    pulse_own(&p);
    p.beat_ms -= 3600000;
    assert_int_equal(pthread_create(&other, NULL, beat, NULL), 0);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_true(pulse_age_ms(&p) >= 3600000);
}

static void a_wait_beats(void **state)
{
    struct stop *stop = stop_new();
    struct pulse p = {0};

    (void)state;
    assert_non_null(stop);
    pulse_own(&p);
    p.beat_ms -= 3600000;
    stop_wait_ms(stop, 1);
    assert_in_range(pulse_age_ms(&p), 0, 60000);
    stop_free(stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_first_beat_nothing_is_silent),
        cmocka_unit_test(an_hour_without_a_beat_is_an_hour),
        cmocka_unit_test(another_thread_s_beat_is_not_ours),
        cmocka_unit_test(a_wait_beats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
