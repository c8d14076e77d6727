/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/typed_date.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "sandbox/serial.h"

static const char *skip_blanks(const char *p)
{
    while (*p == ' ')
        p++;
    return p;
}

/* 1 to MAX digits; NULL if there is none. */
static const char *read_int(const char *p, int max, int *out)
{
    int n = 0;

    for (*out = 0; isdigit((unsigned char)*p); p++) {
        if (++n > max)
            return NULL;
        *out = *out * 10 + (*p - '0');
    }
    return n == 0 ? NULL : p;
}

/* "Feb", "february", "Feb." */
static const char *read_month(const char *p, int *month)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t n = 0;

    while (isalpha((unsigned char)p[n]))
        n++;
    for (int i = 0; n >= 3 && i < 12; i++) {
        size_t full = strlen(names[i]);

        if ((n == 3 || n == full) && strncasecmp(p, names[i], n) == 0) {
            *month = i + 1;
            return p[n] == '.' ? p + n + 1 : p + n;
        }
    }
    return NULL;
}

/* Two digits mean 1930 to 2029. */
static int full_year(int year, const char *from, const char *to)
{
    if (to - from > 2)
        return year;
    return year < 30 ? 2000 + year : 1900 + year;
}

struct date {
    int year, month, day;
    const char *pattern;
};

static const char *read_iso(const char *p, struct date *d)
{
    const char *start = p;
    char mark;

    p = read_int(p, 4, &d->year);
    if (p == NULL || p - start != 4 || (*p != '-' && *p != '/'))
        return NULL;
    mark = *p;
    start = ++p;
    p = read_int(p, 2, &d->month);
    if (p == NULL || *p != mark)
        return NULL;
    d->pattern = mark == '/' ? (p - start == 2 ? "yyyy/mm/dd" : "yyyy/m/d")
                             : (p - start == 2 ? "yyyy-mm-dd" : "yyyy-m-d");
    return read_int(p + 1, 2, &d->day);
}

static const char *read_american(const char *p, struct date *d)
{
    const char *start;
    char mark;

    p = read_int(p, 2, &d->month);
    if (p == NULL || (*p != '/' && *p != '-'))
        return NULL;
    mark = *p;
    p = read_int(p + 1, 2, &d->day);
    if (p == NULL || *p != mark)
        return NULL;
    start = ++p;
    p = read_int(p, 4, &d->year);
    if (p == NULL || p - start == 3 || p - start == 1)
        return NULL;
    d->year = full_year(d->year, start, p);
    d->pattern = NULL;
    return p;
}

/* "Feb 29, 2024" or "29 Feb 2024" */
static const char *read_named(const char *p, struct date *d)
{
    const char *start = read_month(p, &d->month);

    if (start != NULL) {
        p = read_int(skip_blanks(start), 2, &d->day);
        if (p == NULL || (*p != ',' && *p != ' '))
            return NULL;
        p = skip_blanks(*p == ',' ? p + 1 : p);
        d->pattern = "mmm d, yyyy";
    } else {
        p = read_int(p, 2, &d->day);
        if (p == NULL || (*p != ' ' && *p != '-'))
            return NULL;
        p = read_month(p + 1, &d->month);
        if (p == NULL || (*p != ' ' && *p != '-'))
            return NULL;
        p++;
        d->pattern = "d mmm yyyy";
    }
    start = p;
    p = read_int(p, 4, &d->year);
    return p != NULL && p - start == 4 ? p : NULL;
}

static const char *read_date(const char *p, double *serial, const char **pattern)
{
    static const char *(*const readers[])(const char *, struct date *) = {read_iso, read_american,
                                                                          read_named};
    struct date d;
    const char *end;

    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        end = readers[i](p, &d);
        if (end != NULL && serial_from_date(d.year, d.month, d.day, serial)) {
            *pattern = d.pattern;
            return end;
        }
    }
    return NULL;
}

static const char *read_meridiem(const char *p, int *hour)
{
    const char *at = skip_blanks(p);
    bool is_pm = toupper((unsigned char)*at) == 'P';

    if ((strncasecmp(at, "AM", 2) != 0 && strncasecmp(at, "PM", 2) != 0) ||
        isalpha((unsigned char)at[2]))
        return p;
    if (*hour < 1 || *hour > 12)
        return NULL;
    *hour = *hour % 12 + (is_pm ? 12 : 0);
    return at + 2;
}

/* h:mm[:ss[.fff]] [AM|PM], h AM */
static const char *read_time(const char *p, double *fraction)
{
    int hour, minute = 0, second = 0;
    double part = 0, scale = 0.1;
    const char *start;
    bool has_minutes;

    p = read_int(p, 2, &hour);
    if (p == NULL)
        return NULL;
    has_minutes = *p == ':';
    if (has_minutes) {
        start = p + 1;
        p = read_int(start, 2, &minute);
        if (p == NULL || p - start != 2)
            return NULL;
    }
    if (has_minutes && *p == ':') {
        start = p + 1;
        p = read_int(start, 2, &second);
        if (p == NULL || p - start != 2)
            return NULL;
        if (*p == '.')
            for (p++; isdigit((unsigned char)*p); p++) {
                part += (*p - '0') * scale;
                scale /= 10;
            }
    }
    start = p;
    p = read_meridiem(p, &hour);
    if (p == NULL || (!has_minutes && p == start) || hour > 23 || minute > 59 || second > 59)
        return NULL;
    *fraction = (hour * 3600 + minute * 60 + second + part) / 86400;
    return p;
}

/* The pattern of a date and a time; those that people meet. */
static const char *both(const char *date)
{
    if (date != NULL && strcmp(date, "yyyy-mm-dd") == 0)
        return "yyyy-mm-dd h:mm:ss";
    return date != NULL && strcmp(date, "yyyy/mm/dd") == 0 ? "yyyy/mm/dd h:mm:ss" : NULL;
}

bool typed_parse_date(const char *text, struct typed *out)
{
    double day = 0, fraction = 0;
    const char *pattern = NULL;
    const char *p = read_date(skip_blanks(text), &day, &pattern);

    if (p == NULL) {
        p = read_time(skip_blanks(text), &fraction);
        if (p == NULL || *skip_blanks(p) != '\0')
            return false;
        out->type = NUMBER_TIME;
    } else if (*skip_blanks(p) == '\0') {
        out->type = NUMBER_DATE;
        out->pattern = pattern;
    } else {
        if (*p != ' ')
            return false;
        p = read_time(skip_blanks(p), &fraction);
        if (p == NULL || *skip_blanks(p) != '\0')
            return false;
        out->type = NUMBER_DATE_TIME;
        out->pattern = both(pattern);
    }
    out->value = (struct scalar){.kind = KIND_NUMBER, .number = day + fraction};
    return true;
}
