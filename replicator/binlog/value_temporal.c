/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/value_decode.h"

enum { SECONDS_PER_DAY = 86400 };

static inline char *put_fraction(char *to, uint32_t micros, unsigned fsp)
{
    static const uint32_t divisors[] = {1000000, 100000, 10000, 1000, 100, 10, 1};

    if (fsp == 0)
        return to;
    *to++ = '.';
    return digits_put_padded(to, micros / divisors[fsp], fsp);
}

static inline char *put_date(char *to, uint32_t year, uint32_t month, uint32_t day)
{
    to = digits_put_padded(to, year, 4);
    *to++ = '-';
    to = digits_put_padded(to, month, 2);
    *to++ = '-';
    return digits_put_padded(to, day, 2);
}

static inline char *put_clock(char *to, uint32_t hour, uint32_t minute, uint32_t second)
{
    to = digits_put_padded(to, hour, hour < 100 ? 2 : 3);
    *to++ = ':';
    to = digits_put_padded(to, minute, 2);
    *to++ = ':';
    return digits_put_padded(to, second, 2);
}

/* Packed: year * 13 + month in 17 bits, day in 5, hour in 5, minute in 6, second in 6. Zero months
 * and days are legal. */
char *temporal_put_date(char *to, uint64_t packed)
{
    uint32_t year_month = (uint32_t)(packed >> 22 & 0x1ffff);

    return put_date(to, year_month / 13, year_month % 13, packed >> 17 & 31);
}

char *temporal_put_datetime(char *to, uint64_t packed, uint32_t micros, unsigned fsp)
{
    to = temporal_put_date(to, packed);
    *to++ = ' ';
    to = put_clock(to, packed >> 12 & 31, packed >> 6 & 63, packed & 63);
    return put_fraction(to, micros, fsp);
}

/* Packed: hour in 10 bits, minute in 6, second in 6. */
char *temporal_put_time(char *to, bool is_negative, uint64_t packed, uint32_t micros, unsigned fsp)
{
    if (is_negative)
        *to++ = '-';
    to = put_clock(to, packed >> 12 & 0x3ff, packed >> 6 & 63, packed & 63);
    return put_fraction(to, micros, fsp);
}

static unsigned fraction_bytes(unsigned fsp)
{
    return (fsp + 1) / 2;
}

/* 1, 2 or 3 bytes: hundredths, ten-thousandths, millionths. */
static inline uint32_t fraction_micros(uint64_t fraction, unsigned fsp)
{
    static const uint32_t unit[] = {0, 10000, 100, 1};

    return (uint32_t)fraction * unit[fraction_bytes(fsp)];
}

static inline char *put_date3(const uint8_t *p, char *to)
{
    uint32_t v = (uint32_t)le_load(p, 3);

    return put_date(to, v >> 9, v >> 5 & 15, v & 31);
}

/* Three bytes with the sign as an offset, then the fraction; a negative time is negative over both.
 */
static inline char *put_time2(const struct field *f, const uint8_t *p, char *to)
{
    unsigned shift = 8 * fraction_bytes(f->scale);
    uint64_t zero = (uint64_t)0x800000 << shift, v = be_load(p, 3 + fraction_bytes(f->scale));
    bool is_negative = v < zero;

    v = is_negative ? zero - v : v - zero;
    return temporal_put_time(to, is_negative, v >> shift,
                             fraction_micros(v & (((uint64_t)1 << shift) - 1), f->scale), f->scale);
}

static inline char *put_datetime2(const struct field *f, const uint8_t *p, char *to)
{
    uint64_t v = be_load(p, 5), zero = (uint64_t)1 << 39;
    uint32_t micros =
        f->scale == 0 ? 0 : fraction_micros(be_load(p + 5, fraction_bytes(f->scale)), f->scale);

    return temporal_put_datetime(to, v >= zero ? v - zero : 0, micros, f->scale);
}

/* Seconds since 1970 as a date in UTC: days since 0000-03-01 in eras of 400 years
 * (H. Hinnant, chrono-Compatible Low-Level Date Algorithms). */
static inline char *put_timestamp(uint32_t seconds, uint32_t micros, unsigned fsp, char *to)
{
    uint32_t days = seconds / SECONDS_PER_DAY + 719468, rest = seconds % SECONDS_PER_DAY;
    uint32_t era = days / 146097, day_of_era = days % 146097;
    uint32_t year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    uint32_t shifted = (5 * day_of_year + 2) / 153; /* March is 0 */
    uint32_t month = shifted < 10 ? shifted + 3 : shifted - 9;

    if (seconds == 0)
        to = put_date(to, 0, 0, 0); /* the zero date, not the epoch */
    else
        to = put_date(to, year + era * 400 + (month <= 2 ? 1 : 0), month,
                      day_of_year - (153 * shifted + 2) / 5 + 1);
    *to++ = ' ';
    to = put_clock(to, rest / 3600, rest / 60 % 60, rest % 60);
    return put_fraction(to, micros, fsp);
}

static char *put_timestamp2(const struct field *f, const uint8_t *p, char *to)
{
    uint32_t micros =
        f->scale == 0 ? 0 : fraction_micros(be_load(p + 4, fraction_bytes(f->scale)), f->scale);

    return put_timestamp((uint32_t)be_load(p, 4), micros, f->scale, to);
}

/* Before 5.6: decimal digits hhmmss in three bytes, signed. */
static char *put_time_old(const uint8_t *p, char *to)
{
    uint32_t v = (uint32_t)le_load(p, 3);

    if ((v & 0x800000) != 0) {
        *to++ = '-';
        v = 0x1000000 - v;
    }
    if (v > 8385959)
        return NULL;
    return put_clock(to, v / 10000, v / 100 % 100, v % 100);
}

static char *put_datetime_old(const uint8_t *p, char *to)
{
    uint64_t v = le_load(p, 8);
    uint32_t date = (uint32_t)(v / 1000000 % 100000000), clock = (uint32_t)(v % 1000000);

    to = put_date(to, date / 10000, date / 100 % 100, date % 100);
    *to++ = ' ';
    return put_clock(to, clock / 10000, clock / 100 % 100, clock % 100);
}

char *value_put_temporal(const struct field *f, const uint8_t *p, char *to)
{
    switch (f->kind) {
    case FIELD_DATE:
        return put_date3(p, to);
    case FIELD_TIME:
        return put_time2(f, p, to);
    case FIELD_DATETIME:
        return put_datetime2(f, p, to);
    case FIELD_TIMESTAMP:
        return put_timestamp2(f, p, to);
    case FIELD_TIME_OLD:
        return put_time_old(p, to);
    case FIELD_DATETIME_OLD:
        return put_datetime_old(p, to);
    case FIELD_TIMESTAMP_OLD:
        return put_timestamp((uint32_t)le_load(p, 4), 0, 0, to);
    default:
        return NULL;
    }
}
