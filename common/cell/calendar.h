/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar: days of the proleptic Gregorian calendar, as MySQL and Sheets both count them. Pure.
 */
#ifndef COMMON_CELL_CALENDAR_H
#define COMMON_CELL_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date {
    int year; /* 0..9999 */
    int month;
    int day;
};

struct moment {
    struct date date;
    int64_t time_us; /* since midnight */
};

enum { CALENDAR_SERIAL_FIRST = 1, CALENDAR_SERIAL_LAST = 2958465 }; /* 1899-12-31, 9999-12-31 */
#define CALENDAR_DAY_US (24LL * 3600 * 1000000)

/* A day that exists, from year 1 on. */
bool calendar_is_real(struct date d);
/* Days since 1899-12-30; D is real. */
int64_t calendar_serial(struct date d);
/* The day of SERIAL; false outside the years 1 to 9999. */
bool calendar_from_serial(int64_t serial, struct date *out);

/* "2024-02-29", exactly; zero and partial dates too ("2024-00-00"). False if it is none, or if the
 * day does not exist. */
bool calendar_parse_date(const char *text, size_t len, struct date *out);
/* "HH:MM[:SS[.ffffff]]" with 1 to 3 digits of hours -> microseconds; digits beyond the sixth are
 * rounded. */
bool calendar_parse_time(const char *text, size_t len, int64_t *out_us);
/* A date, and perhaps T or a blank and a time of the day. */
bool calendar_parse_moment(const char *text, size_t len, struct moment *out);
#endif
