/* SPDX-License-Identifier: Apache-2.0 */
#include "common/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/digits.h"
#include "common/shortest.h"

enum { EXPONENT_MAX = 9999 };

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0)
        abort(); /* the C locale is part of libc */
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Take the zeros from both ends of the digits. */
static void normalise(struct decimal *d)
{
    int zeros = 0;

    while (zeros < d->n && d->digits[zeros] == '0')
        zeros++;
    if (zeros > 0) {
        d->n -= zeros;
        d->point -= zeros;
        memmove(d->digits, d->digits + zeros, (size_t)d->n);
    }
    while (d->n > 0 && d->digits[d->n - 1] == '0')
        d->n--;
    if (d->n == 0)
        d->point = 0;
}

struct scan {
    const char *at;
    const char *end;
};

static bool scan_is(const struct scan *s, char c)
{
    return s->at < s->end && *s->at == c;
}

static bool scan_sign(struct scan *s)
{
    bool is_negative = scan_is(s, '-');

    if (is_negative || scan_is(s, '+'))
        s->at++;
    return is_negative;
}

/* Append the digits that come next; false when there are too many. */
static bool scan_digits(struct scan *s, struct decimal *d)
{
    while (s->at < s->end && is_digit(*s->at)) {
        if (d->n == DECIMAL_DIGITS)
            return false;
        d->digits[d->n++] = *s->at++;
    }
    return true;
}

static bool scan_exponent(struct scan *s, int *exponent)
{
    const char *first;
    bool is_negative;

    *exponent = 0;
    if (!scan_is(s, 'e') && !scan_is(s, 'E'))
        return true;
    s->at++;
    is_negative = scan_sign(s);
    first = s->at;
    for (; s->at < s->end && is_digit(*s->at); s->at++)
        if (*exponent <= EXPONENT_MAX)
            *exponent = *exponent * 10 + (*s->at - '0');
    if (s->at == first || *exponent > EXPONENT_MAX)
        return false;
    if (is_negative)
        *exponent = -*exponent;
    return true;
}

bool decimal_parse(struct decimal *d, const char *text, size_t len)
{
    struct scan s = {.at = text, .end = text + len};
    int exponent;

    while (s.at < s.end && is_blank(*s.at))
        s.at++;
    while (s.end > s.at && is_blank(s.end[-1]))
        s.end--;
    d->n = 0;
    d->is_negative = scan_sign(&s);
    if (!scan_digits(&s, d))
        return false;
    d->point = d->n;
    if (scan_is(&s, '.')) {
        s.at++;
        if (!scan_digits(&s, d))
            return false;
    }
    if (d->n == 0 || !scan_exponent(&s, &exponent) || s.at != s.end)
        return false;
    d->point += exponent;
    normalise(d);
    return true;
}

/* As a text that strtod reads: "-0.123e45". */
static void write_plain(const struct decimal *d, char out[DECIMAL_DIGITS + 32])
{
    /* The point is text here: no locale changes it. */
    snprintf(out, DECIMAL_DIGITS + 32, "%s0.%.*se%d", d->is_negative ? "-" : "", d->n, d->digits,
             d->point);
}

double decimal_to_double(const struct decimal *d)
{
    char text[DECIMAL_DIGITS + 32];

    pthread_once(&c_locale_once, make_c_locale);
    write_plain(d, text);
    return strtod_l(text, NULL, c_locale);
}

float decimal_to_float(const struct decimal *d)
{
    char text[DECIMAL_DIGITS + 32];

    pthread_once(&c_locale_once, make_c_locale);
    write_plain(d, text);
    return strtof_l(text, NULL, c_locale);
}

bool decimal_is_whole(const struct decimal *d)
{
    return d->n <= d->point;
}

bool decimal_to_uint64(const struct decimal *d, uint64_t *out)
{
    uint64_t n = 0;

    if (!decimal_is_whole(d) || d->point > 20)
        return false;
    for (int i = 0; i < d->point; i++) {
        uint64_t digit = i < d->n ? (uint64_t)(d->digits[i] - '0') : 0;

        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

void decimal_round(struct decimal *d, int scale)
{
    int keep = d->point + scale; /* digits that stay */
    bool is_up;

    if (keep >= d->n)
        return;
    is_up = keep >= 0 && d->digits[keep] >= '5';
    d->n = keep < 0 ? 0 : keep;
    while (is_up && d->n > 0 && d->digits[d->n - 1] == '9')
        d->n--;
    if (is_up && d->n > 0) {
        d->digits[d->n - 1]++;
    } else if (is_up) {
        d->digits[0] = '1';
        d->n = 1;
        d->point++;
    }
    normalise(d);
}

/* Copies are of a fixed size, which is faster than exactly as much as is needed: the digits' buffer
 * and OUT have room behind the last digit. */
enum { COPY_BYTES = 24, DIGITS_ROOM = 2 * COPY_BYTES };

static char *put_exponential(char *to, const char *digits, int n, int exponent)
{
    *to++ = digits[0];
    if (n > 1) {
        *to++ = '.';
        memcpy(to, digits + 1, (size_t)n - 1);
        to += n - 1;
    }
    *to++ = 'e';
    if (exponent < 0)
        *to++ = '-';
    return digits_put(to, (uint64_t)abs(exponent));
}

/* N digits with POINT of them before the decimal point. */
static char *put_fixed(char *to, const char digits[DIGITS_ROOM], int n, int point)
{
    if (point >= n) {
        memset(to, '0', COPY_BYTES);
        memcpy(to, digits, (size_t)n);
        return to + point;
    }
    if (point <= 0) {
        memset(to, '0', COPY_BYTES);
        to[1] = '.';
        to += 2 - point;
        memcpy(to, digits, COPY_BYTES);
        return to + n;
    }
    memcpy(to, digits, COPY_BYTES);
    to[point] = '.';
    /* cppcheck-suppress pointerOutOfBoundsCond ; POINT is below N, which is at most DIGITS_MAX */
    memcpy(to + point + 1, digits + point, COPY_BYTES);
    return to + n + 1;
}

/* MySQL's layout (my_gcvt): an exponent from 1e15 and below 1e-15. */
static size_t print_shortest(struct shortest s, bool is_negative, char out[NUMBER_TEXT_SIZE])
{
    char digits[DIGITS_ROOM] = {0}, *to = out;
    int n = (int)(digits_put(digits, s.digits) - digits), point = n + s.exponent;

    if (is_negative)
        *to++ = '-';
    if (point > 15 || point < -14)
        to = put_exponential(to, digits, n, point - 1);
    else
        to = put_fixed(to, digits, n, point);
    *to = '\0';
    return (size_t)(to - out);
}

static const struct shortest zero = {.digits = 0, .exponent = 0};

size_t number_print_double(double x, char out[NUMBER_TEXT_SIZE])
{
    return print_shortest(x == 0 ? zero : shortest_double(fabs(x)), signbit(x) != 0, out);
}

size_t number_print_float(float x, char out[NUMBER_TEXT_SIZE])
{
    return print_shortest(x == 0 ? zero : shortest_float(fabsf(x)), signbit(x) != 0, out);
}

bool number_parse(const char *text, size_t len, double *out)
{
    struct decimal d;

    if (!decimal_parse(&d, text, len))
        return false;
    *out = decimal_to_double(&d);
    return isfinite(*out);
}
