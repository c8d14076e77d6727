/* SPDX-License-Identifier: Apache-2.0 */
#include "common/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* X, not negative, correctly rounded to PRECISION digits. */
static void take_digits(struct decimal *d, double x, int precision)
{
    char text[64];
    const char *at = text;

    snprintf(text, sizeof(text), "%.*e", precision - 1, x);
    d->is_negative = false;
    d->n = 0;
    for (; *at != '\0' && *at != 'e'; at++) /* skips the point, whatever the locale makes of it */
        if (is_digit(*at))
            d->digits[d->n++] = *at;
    d->point = (int)strtol(at + 1, NULL, 10) + 1;
    normalise(d);
}

/* The next higher decimal of PRECISION digits. */
static void next_up(struct decimal *d, int precision)
{
    int i = precision - 1;

    while (d->n < precision)
        d->digits[d->n++] = '0';
    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1';
        d->point++;
    }
    normalise(d);
}

struct kind {
    bool is_float;
    int safe;  /* digits that every decimal keeps through this type */
    int least; /* digits that tell any two values of this type apart */
};

static bool reads_back(const struct decimal *d, double x, const struct kind *k)
{
    return k->is_float ? (double)decimal_to_float(d) == x : decimal_to_double(d) == x;
}

/* At a power of two the values below lie closer than those above: the correctly rounded digits may
 * read back as a neighbour when the next higher ones do not. */
static void take_shortest(struct decimal *d, double x, const struct kind *k)
{
    double smallest = k->is_float ? (double)FLT_MIN : DBL_MIN;
    int exponent;
    bool is_power = x >= smallest && frexp(x, &exponent) == 0.5;

    for (int precision = x >= smallest ? k->safe : 1; precision < k->least; precision++) {
        take_digits(d, x, precision);
        if (reads_back(d, x, k))
            return;
        if (is_power) {
            next_up(d, precision);
            if (reads_back(d, x, k))
                return;
        }
    }
    take_digits(d, x, k->least);
}

void decimal_from_double(struct decimal *d, double x)
{
    static const struct kind kind = {.is_float = false, .safe = DBL_DIG, .least = 17};

    take_shortest(d, fabs(x), &kind);
    d->is_negative = signbit(x) != 0;
}

void decimal_from_float(struct decimal *d, float x)
{
    static const struct kind kind = {.is_float = true, .safe = FLT_DIG, .least = 9};

    take_shortest(d, fabs((double)x), &kind);
    d->is_negative = signbit(x) != 0;
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

struct writer {
    char *out;
    size_t len;
};

static void write_char(struct writer *w, char c)
{
    w->out[w->len++] = c;
}

static void write_zeros(struct writer *w, int n)
{
    for (int i = 0; i < n; i++)
        write_char(w, '0');
}

static void write_digits(struct writer *w, const struct decimal *d, int from, int to)
{
    for (int i = from; i < to; i++)
        write_char(w, i < d->n ? d->digits[i] : '0');
}

static void write_exponential(struct writer *w, const struct decimal *d)
{
    write_digits(w, d, 0, 1);
    if (d->n > 1) {
        write_char(w, '.');
        write_digits(w, d, 1, d->n);
    }
    w->len += (size_t)snprintf(w->out + w->len, 8, "e%d", d->point - 1);
}

static void write_fixed(struct writer *w, const struct decimal *d)
{
    if (d->point <= 0)
        write_char(w, '0');
    write_digits(w, d, 0, d->point);
    if (d->n <= d->point)
        return;
    write_char(w, '.');
    write_zeros(w, -d->point);
    write_digits(w, d, d->point > 0 ? d->point : 0, d->n);
}

/* MySQL's layout (my_gcvt): an exponent from 1e15 and below 1e-15. */
static size_t print_decimal(const struct decimal *d, char out[NUMBER_TEXT_SIZE])
{
    struct writer w = {.out = out};

    if (d->is_negative)
        write_char(&w, '-');
    if (d->point > 15 || d->point < -14)
        write_exponential(&w, d);
    else
        write_fixed(&w, d);
    out[w.len] = '\0';
    return w.len;
}

size_t number_print_double(double x, char out[NUMBER_TEXT_SIZE])
{
    struct decimal d;

    decimal_from_double(&d, x);
    return print_decimal(&d, out);
}

size_t number_print_float(float x, char out[NUMBER_TEXT_SIZE])
{
    struct decimal d;

    decimal_from_float(&d, x);
    return print_decimal(&d, out);
}

bool number_parse(const char *text, size_t len, double *out)
{
    struct decimal d;

    if (!decimal_parse(&d, text, len))
        return false;
    *out = decimal_to_double(&d);
    return isfinite(*out);
}
