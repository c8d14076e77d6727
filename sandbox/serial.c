/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/serial.h"

#include <math.h>

enum { EPOCH_1970 = 25569 };
#define DAY_MS 86400000.0

/* Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    int64_t era, yoe, doy, doe;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t z, struct civil *out)
{
    int64_t era, doe, yoe, doy, mp;

    z += 719468;
    era = (z >= 0 ? z : z - 146096) / 146097;
    doe = z - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    out->year = yoe + era * 400 + (out->month <= 2);
}

bool serial_from_date(int64_t year, int month, int day, double *serial)
{
    struct civil back;
    int64_t days;

    if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    days = days_from_civil(year, month, day);
    civil_from_days(days, &back);
    if (back.day != day)
        return false;
    *serial = (double)(days + EPOCH_1970);
    return true;
}

struct civil serial_to_civil(double serial)
{
    struct civil c = {0};
    double days;
    int64_t ms, day;

    if (!(fabs(serial) < 1e7))
        serial = 0;
    days = floor(serial);
    ms = (int64_t)llround((serial - days) * DAY_MS);
    day = (int64_t)days + ms / (int64_t)DAY_MS;
    ms %= (int64_t)DAY_MS;
    civil_from_days(day - EPOCH_1970, &c);
    c.weekday = (int)(((day + 6) % 7 + 7) % 7);
    c.hour = (int)(ms / 3600000);
    c.minute = (int)(ms / 60000 % 60);
    c.second = (int)(ms / 1000 % 60);
    c.milli = (int)(ms % 1000);
    return c;
}
