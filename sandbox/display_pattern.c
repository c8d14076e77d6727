/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/display_pattern.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/serial.h"

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};

/* The end of a literal at P ("..." or \c), or P if there is none. */
static const char *skip_literal(const char *p)
{
    const char *end;

    if (*p == '\\' && p[1] != '\0')
        return p + 2;
    if (*p != '"')
        return p;
    end = strchr(p + 1, '"');
    return end == NULL ? p + strlen(p) : end + 1;
}

static void put_literal(struct buf *out, const char *from, const char *end)
{
    if (*from == '\\')
        buf_append(out, from + 1, 1);
    else if (end - from >= 2)
        buf_append(out, from + 1, (size_t)(end - from) - (end[-1] == '"' ? 2 : 1));
}

bool display_is_date_pattern(const char *pattern)
{
    const char *p = pattern, *next;

    while (*p != '\0') {
        next = skip_literal(p);
        if (next != p) {
            p = next;
            continue;
        }
        if (strchr("ymdhsYMDHS", *p) != NULL)
            return true;
        p++;
    }
    return false;
}

static size_t run(const char *p)
{
    size_t n = 1;

    while (tolower((unsigned char)p[n]) == tolower((unsigned char)*p))
        n++;
    return n;
}

/* Is the "m" at P minutes: after an hour, or before seconds? */
static bool is_minute(const char *p, size_t n, char before)
{
    if (before == 'h')
        return true;
    for (p += n; *p != '\0' && !isalpha((unsigned char)*p) && *p != '['; p++)
        continue;
    return tolower((unsigned char)*p) == 's';
}

static void put_month(struct buf *out, size_t n, int month)
{
    if (n >= 4)
        buf_puts(out, months[month - 1]);
    else if (n == 3)
        buf_append(out, months[month - 1], 3);
    else
        buf_printf(out, "%0*d", (int)n, month);
}

static void put_day(struct buf *out, size_t n, const struct civil *c)
{
    if (n >= 4)
        buf_puts(out, weekdays[c->weekday]);
    else if (n == 3)
        buf_append(out, weekdays[c->weekday], 3);
    else
        buf_printf(out, "%0*d", (int)n, c->day);
}

static bool has_meridiem(const char *pattern)
{
    return strcasestr(pattern, "am/pm") != NULL || strcasestr(pattern, "a/p") != NULL;
}

/* One letter's run; returns the letter if it is a unit. */
static void put_unit(struct buf *out, const char *p, size_t n, const struct civil *c, bool is_12,
                     char before)
{
    int width = n >= 2 ? 2 : 1;

    switch (tolower((unsigned char)*p)) {
    case 'y':
        if (n <= 2)
            buf_printf(out, "%02d", (int)(c->year % 100));
        else
            buf_printf(out, "%04d", (int)c->year);
        return;
    case 'm':
        if (n <= 2 && is_minute(p, n, before))
            buf_printf(out, "%0*d", width, c->minute);
        else
            put_month(out, n, c->month);
        return;
    case 'd':
        put_day(out, n, c);
        return;
    case 'h':
        buf_printf(out, "%0*d", width, is_12 ? (c->hour + 11) % 12 + 1 : c->hour);
        return;
    default:
        buf_printf(out, "%0*d", width, c->second);
    }
}

/* Lengths beyond a day: [h], [m], [s]. */
static const char *put_elapsed(struct buf *out, const char *p, double serial)
{
    static const struct {
        char unit;
        double per_day;
    } units[] = {{'h', 24}, {'m', 1440}, {'s', 86400}};
    const char *end = strchr(p, ']');

    for (size_t i = 0; end != NULL && i < 3; i++)
        if (tolower((unsigned char)p[1]) == units[i].unit) {
            buf_printf(out, "%0*.0f", (int)(end - p - 1), floor(serial * units[i].per_day + 1e-6));
            return end + 1;
        }
    return NULL;
}

static const char *put_fraction(struct buf *out, const char *p, const struct civil *c)
{
    size_t n = run(p + 1);
    char digits[16];

    snprintf(digits, sizeof(digits), "%03d", c->milli);
    buf_putc(out, '.');
    buf_append(out, digits, n > 3 ? 3 : n);
    return p + 1 + n;
}

/* A piece of PATTERN at P; returns what follows. */
static const char *put_date_piece(struct buf *out, const char *p, double serial,
                                  const struct civil *c, bool is_12, char *before)
{
    const char *next = skip_literal(p);
    size_t n = run(p);

    if (next != p) {
        put_literal(out, p, next);
        return next;
    }
    if (*p == '[') {
        next = put_elapsed(out, p, serial);
        if (next != NULL) {
            *before = (char)tolower((unsigned char)p[1]);
            return next;
        }
    }
    if (strncasecmp(p, "am/pm", 5) == 0) {
        buf_puts(out, c->hour < 12 ? "AM" : "PM");
        return p + 5;
    }
    if (strncasecmp(p, "a/p", 3) == 0) {
        buf_puts(out, c->hour < 12 ? "A" : "P");
        return p + 3;
    }
    if (*p == '.' && p[1] == '0')
        return put_fraction(out, p, c);
    if (strchr("ymdhsYMDHS", *p) == NULL) {
        buf_putc(out, *p);
        return p + 1;
    }
    put_unit(out, p, n, c, is_12, *before);
    *before = (char)tolower((unsigned char)*p);
    return p + n;
}

void display_put_date(struct buf *out, double serial, const char *pattern)
{
    struct civil c = serial_to_civil(serial);
    bool is_12 = has_meridiem(pattern);
    char before = 0;

    while (*pattern != '\0')
        pattern = put_date_piece(out, pattern, serial, &c, is_12, &before);
}

struct number_style {
    int decimals;     /* most */
    int min_decimals; /* those written as 0 */
    int min_digits;   /* before the point */
    int percents;
    bool is_grouped;
    int exponent; /* digits; 0: none */
};

static bool is_digit_mark(char c)
{
    return c == '0' || c == '#' || c == '?';
}

static void read_style(const char *p, const char *end, struct number_style *s)
{
    bool after_point = false, seen = false;

    while (p < end) {
        const char *next = skip_literal(p);

        if (next != p) {
            p = next;
            continue;
        }
        if (is_digit_mark(*p)) {
            seen = true;
            s->decimals += after_point;
            s->min_decimals += after_point && *p == '0';
            s->min_digits += !after_point && *p == '0';
        } else if (*p == '.') {
            after_point = true;
        } else if (*p == ',' && seen && !after_point) {
            s->is_grouped = true;
        } else if (*p == '%') {
            s->percents++;
        } else if ((*p == 'E' || *p == 'e') && (p[1] == '+' || p[1] == '-')) {
            for (p += 2; p < end && is_digit_mark(*p); p++)
                s->exponent++;
            continue;
        }
        p++;
    }
}

static void put_grouped(struct buf *out, const char *digits, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            buf_putc(out, ',');
        buf_putc(out, digits[i]);
    }
}

/* Half away from zero, where a double can still tell halves; printf would round to even. */
static double round_half(double n, int decimals)
{
    double scale = pow(10, decimals);

    return n * scale < 1e15 ? round(n * scale) / scale : n;
}

/* N as a mantissa from 1 to 10, which is returned, and a power of ten; taken from its digits, since
 * 10 to the power of -324 is 0. */
static double split_exponent(double n, int decimals, int *exponent)
{
    char text[40];
    double mantissa;
    char *end;

    snprintf(text, sizeof(text), "%.16e", n);
    end = strchr(text, 'e');
    *exponent = (int)strtol(end + 1, NULL, 10);
    *end = '\0';
    mantissa = strtod(text, NULL);
    if (round_half(mantissa, decimals) >= 10) {
        mantissa /= 10;
        ++*exponent;
    }
    return mantissa;
}

static void put_digits(struct buf *out, double n, const struct number_style *s)
{
    char text[400];
    size_t whole, len;
    int exponent = 0;

    if (s->exponent > 0 && n != 0)
        n = split_exponent(n, s->decimals, &exponent);
    snprintf(text, sizeof(text), "%.*f", s->decimals > 30 ? 30 : s->decimals,
             round_half(n, s->decimals));
    len = strlen(text);
    whole = strcspn(text, ".");
    while (len > whole + 1 + (size_t)s->min_decimals && text[len - 1] == '0')
        len--;
    if (len == whole + 1 && s->min_decimals == 0)
        len--;
    for (int i = (int)whole; i < s->min_digits; i++)
        buf_putc(out, '0');
    if (!(whole == 1 && text[0] == '0' && s->min_digits == 0)) {
        if (s->is_grouped)
            put_grouped(out, text, whole);
        else
            buf_append(out, text, whole);
    }
    buf_append(out, text + whole, len - whole);
    if (s->exponent > 0)
        buf_printf(out, "E%c%0*d", exponent < 0 ? '-' : '+', s->exponent, abs(exponent));
}

/* The section for N out of "positive;negative;zero". */
static const char *pick_section(const char *p, double n, const char **end, bool *is_own)
{
    const char *sections[4] = {p};
    size_t k = 1;

    while (*p != '\0' && k < 4) {
        const char *next = skip_literal(p);

        if (next != p) {
            p = next;
            continue;
        }
        if (*p++ == ';')
            sections[k++] = p;
    }
    for (size_t i = k; i < 4; i++)
        sections[i] = sections[0] + strlen(sections[0]) + 1;
    k = n < 0 && k > 1 ? 1 : n == 0 && k > 2 ? 2 : 0;
    *is_own = k == 1;
    *end = sections[k + 1] - 1;
    return sections[k];
}

void display_put_pattern(struct buf *out, double n, const char *pattern)
{
    struct number_style s = {0};
    const char *end, *next;
    bool has_digits = false, is_own;
    const char *p = pick_section(pattern, n, &end, &is_own);

    read_style(p, end, &s);
    for (int i = 0; i < s.percents; i++)
        n *= 100;
    n = fmin(fmax(n, -DBL_MAX), DBL_MAX);
    if (n < 0 && !is_own)
        buf_putc(out, '-');
    while (p < end) {
        next = skip_literal(p);
        if (next != p) {
            put_literal(out, p, next);
        } else if (is_digit_mark(*p) || *p == '.') {
            next = p;
            while (next < end && (is_digit_mark(*next) || strchr(".,", *next) != NULL ||
                                  (s.exponent > 0 && strchr("Ee+-", *next) != NULL)))
                next++;
            if (!has_digits)
                put_digits(out, fabs(n), &s);
            has_digits = true;
        } else if (*p == '[' && memchr(p, ']', (size_t)(end - p)) != NULL) {
            next = (const char *)memchr(p, ']', (size_t)(end - p)) + 1; /* colour or condition */
        } else if (*p == '_' && p + 1 < end) {
            buf_putc(out, ' '); /* as wide as the next character */
            next = p + 2;
        } else if (*p == '*' && p + 1 < end) {
            next = p + 2; /* fills the cell: nothing to fill here */
        } else {
            buf_append(out, p, 1);
            next = p + 1;
        }
        p = next;
    }
}
