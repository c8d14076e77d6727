/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cell/calendar.h"

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

bool calendar_is_real(struct date d)
{
    return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= days_in_month(d.year, d.month);
}

/* Days before January 1 of YEAR, counted from January 1 of year 1. */
static int64_t days_before_year(int year)
{
    int64_t y = year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400;
}

enum { EPOCH = 693593 }; /* 1899-12-30, counted like that */

int64_t calendar_serial(struct date d)
{
    int64_t days = days_before_year(d.year) + d.day - 1;

    for (int month = 1; month < d.month; month++)
        days += days_in_month(d.year, month);
    return days - EPOCH;
}

bool calendar_from_serial(int64_t serial, struct date *out)
{
    int64_t days = serial + EPOCH;
    int year;

    if (serial < -EPOCH || serial > CALENDAR_SERIAL_LAST)
        return false;
    year = (int)(days / 366) + 1; /* never too late; at most some years too early */
    while (days_before_year(year + 1) <= days)
        year++;
    days -= days_before_year(year);
    out->year = year;
    out->month = 1;
    for (; days >= days_in_month(year, out->month); out->month++)
        days -= days_in_month(year, out->month);
    out->day = (int)days + 1;
    return true;
}

struct cursor {
    const char *at;
    const char *end;
};

static bool is_digit_at(const struct cursor *c)
{
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* FROM to TO digits. */
static bool take_number(struct cursor *c, int from, int to, int *out)
{
    int n = 0;

    *out = 0;
    for (; n < to && is_digit_at(c); n++)
        *out = *out * 10 + (*c->at++ - '0');
    return n >= from;
}

static bool take_char(struct cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_date(struct cursor *c, struct date *out)
{
    if (!take_number(c, 4, 4, &out->year) || !take_char(c, '-') ||
        !take_number(c, 2, 2, &out->month) || !take_char(c, '-') ||
        !take_number(c, 2, 2, &out->day))
        return false;
    if (out->month > 12 || out->day > 31)
        return false;
    if (out->month == 0 || out->day == 0)
        return true;
    return out->day <= days_in_month(out->year, out->month);
}

static bool take_fraction(struct cursor *c, int64_t *us)
{
    int64_t unit = 100000;

    if (!is_digit_at(c))
        return false;
    for (int n = 1; is_digit_at(c); n++, c->at++) {
        if (n <= 6)
            *us += (*c->at - '0') * unit;
        else if (n == 7 && *c->at >= '5')
            *us += 1;
        unit /= 10;
    }
    return true;
}

static bool take_time(struct cursor *c, int64_t *us)
{
    int hours, minutes, seconds = 0;

    if (!take_number(c, 1, 3, &hours) || !take_char(c, ':') || !take_number(c, 2, 2, &minutes))
        return false;
    if (take_char(c, ':') && !take_number(c, 2, 2, &seconds))
        return false;
    if (minutes > 59 || seconds > 59)
        return false;
    *us = ((hours * 60LL + minutes) * 60 + seconds) * 1000000;
    return !take_char(c, '.') || take_fraction(c, us);
}

bool calendar_parse_date(const char *text, size_t len, struct date *out)
{
    struct cursor c = {.at = text, .end = text + len};

    return take_date(&c, out) && c.at == c.end;
}

bool calendar_parse_time(const char *text, size_t len, int64_t *out_us)
{
    struct cursor c = {.at = text, .end = text + len};

    return take_time(&c, out_us) && c.at == c.end;
}

bool calendar_parse_moment(const char *text, size_t len, struct moment *out)
{
    struct cursor c = {.at = text, .end = text + len};

    out->time_us = 0;
    if (!take_date(&c, &out->date))
        return false;
    if (c.at == c.end)
        return true;
    if (!take_char(&c, 'T') && !take_char(&c, ' '))
        return false;
    return take_time(&c, &out->time_us) && c.at == c.end && out->time_us <= CALENDAR_DAY_US;
}
