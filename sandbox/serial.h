/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serial: dates as Sheets counts them, days since 1899-12-30 with the time of day as the fraction.
 *
 * 1900 is no leap year here. Pure; any thread.
 * https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values
 */
#ifndef SANDBOX_SERIAL_H
#define SANDBOX_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

struct civil {
    int64_t year;
    int month, day;           /* from 1 */
    int hour, minute, second; /* of the day */
    int milli;
    int weekday; /* 0: Sunday */
};

/* The day number of a date of the Gregorian calendar; false if there is no such day. */
bool serial_from_date(int64_t year, int month, int day, double *serial);
/* Rounded to the millisecond. */
struct civil serial_to_civil(double serial);
#endif
