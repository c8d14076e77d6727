/* SPDX-License-Identifier: Apache-2.0 */
/* Digits and shortest numbers, against what the C library says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/digits.h"
#include "common/number.h"

enum { ROUNDS = 200000 };

static uint64_t seed = 88172645463325252u;

static uint64_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void check_digits(uint64_t v)
{
    char text[DIGITS_MAX + 1], expected[DIGITS_MAX + 1];

    *digits_put(text, v) = '\0';
    snprintf(expected, sizeof(expected), "%llu", (unsigned long long)v);
    assert_string_equal(text, expected);
}

static void whole_numbers_are_printed_as_printf_does(void **state)
{
    (void)state;
    check_digits(0);
    for (uint64_t power = 1, i = 0; i < DIGITS_MAX; i++, power *= 10) {
        check_digits(power - 1);
        check_digits(power);
        check_digits(power + 1);
    }
    check_digits(UINT64_MAX);
    for (int i = 0; i < ROUNDS; i++)
        check_digits(any() >> any() % 64);
}

static void padded_digits_have_their_width(void **state)
{
    char text[16];

    (void)state;
    *digits_put_padded(text, 7, 1) = '\0';
    assert_string_equal(text, "7");
    *digits_put_padded(text, 7, 2) = '\0';
    assert_string_equal(text, "07");
    *digits_put_padded(text, 12345, 9) = '\0';
    assert_string_equal(text, "000012345");
    *digits_put_padded(text, 999999999, 9) = '\0';
    assert_string_equal(text, "999999999");
}

/* Digits in the text, without the exponent's. */
static int digits_in(const char *text)
{
    int n = 0, zeros = 0;

    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

/* It reads back the same, and printf needs as many digits at least; where as many are enough, it
 * gives the closest ones. */
static void check_double(double x)
{
    char text[NUMBER_TEXT_SIZE], shorter[64];
    int n;

    number_print_double(x, text);
    assert_true(strtod(text, NULL) == x);
    n = digits_in(text);
    if (n <= 1)
        return;
    snprintf(shorter, sizeof(shorter), "%.*e", n - 2, x);
    assert_true(strtod(shorter, NULL) != x || fabs(frexp(x, &n)) == 0.5);
}

static void check_float(float x)
{
    char text[NUMBER_TEXT_SIZE], shorter[64];
    int n;

    number_print_float(x, text);
    assert_true(strtof(text, NULL) == x);
    n = digits_in(text);
    if (n <= 1)
        return;
    snprintf(shorter, sizeof(shorter), "%.*e", n - 2, (double)x);
    assert_true(strtof(shorter, NULL) != x || fabsf(frexpf(x, &n)) == 0.5F);
}

static void doubles_have_the_fewest_digits_that_read_back(void **state)
{
    (void)state;
    check_double(DBL_MAX);
    check_double(DBL_MIN);
    check_double(5e-324);
    check_double(-0.1);
    for (int i = -1074; i < 1024; i++)
        check_double(ldexp(1, i));
    for (int i = 0; i < ROUNDS; i++) {
        union {
            uint64_t bits;
            double x;
        } u = {.bits = any()};

        if (isfinite(u.x))
            check_double(u.x);
        check_double((double)(int64_t)(any() >> any() % 64) / 1000);
    }
}

static void floats_have_the_fewest_digits_that_read_back(void **state)
{
    (void)state;
    check_float(FLT_MAX);
    check_float(FLT_MIN);
    check_float(1e-45F);
    for (int i = 0; i < ROUNDS; i++) {
        union {
            uint32_t bits;
            float x;
        } u = {.bits = (uint32_t)any()};

        if (isfinite(u.x))
            check_float(u.x);
    }
}

static void check_layout(double x, const char *expected)
{
    char text[NUMBER_TEXT_SIZE];

    assert_int_equal(number_print_double(x, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void numbers_are_laid_out_as_mysql_does(void **state)
{
    (void)state;
    check_layout(0, "0");
    check_layout(-0.0, "-0");
    check_layout(1, "1");
    check_layout(-12.5, "-12.5");
    check_layout(0.1, "0.1");
    check_layout(123456789012345, "123456789012345");
    check_layout(1e15, "1e15");
    check_layout(120000, "120000");
    check_layout(1e-14, "0.00000000000001");
    check_layout(1e-15, "0.000000000000001");
    check_layout(1e-16, "1e-16");
    check_layout(-1.5e-16, "-1.5e-16");
    check_layout(1e300, "1e300");
    check_layout(1.7976931348623157e308, "1.7976931348623157e308");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_printed_as_printf_does),
        cmocka_unit_test(padded_digits_have_their_width),
        cmocka_unit_test(doubles_have_the_fewest_digits_that_read_back),
        cmocka_unit_test(floats_have_the_fewest_digits_that_read_back),
        cmocka_unit_test(numbers_are_laid_out_as_mysql_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
