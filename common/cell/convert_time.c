/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "common/cell/calendar.h"
#include "common/cell/convert.h"

enum { TIME_HOURS_MAX = 839, SHEET_FSP_MAX = 3 };

#define DAY_MS 86400000.0
/* No serial that a sheet shows as a date lies beyond; keeps the sums below exact. */
#define SERIAL_LIMIT 1e7

static bool has_serial(struct date d)
{
    return calendar_is_real(d) && calendar_serial(d) >= CALENDAR_SERIAL_FIRST;
}

static int as_text(struct value v, struct cell *out)
{
    *out = (struct cell){.type = CELL_TEXT, .text = v.ptr, .text_len = v.len};
    return 0;
}

int date_to_cell(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                 struct err *err)
{
    struct date d;

    (void)c;
    (void)scratch;
    (void)err;
    if (!calendar_parse_date(v.ptr, v.len, &d) || !has_serial(d))
        return as_text(v, out);
    *out = (struct cell){.type = CELL_NUMBER, .number = (double)calendar_serial(d)};
    return 0;
}

static double serial_of(struct moment m)
{
    return (double)calendar_serial(m.date) + (double)m.time_us / (DAY_MS * 1000.0);
}

int datetime_to_cell(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                     struct err *err)
{
    struct moment m;

    (void)scratch;
    (void)err;
    if (c->fsp > SHEET_FSP_MAX || !calendar_parse_moment(v.ptr, v.len, &m) || !has_serial(m.date))
        return as_text(v, out);
    *out = (struct cell){.type = CELL_NUMBER, .number = serial_of(m)};
    return 0;
}

/* Round to FSP digits of a second, half up, as MySQL does. */
static int64_t round_us(int64_t us, unsigned fsp)
{
    int64_t unit = 1;

    for (unsigned i = fsp; i < 6; i++)
        unit *= 10;
    return (us + unit / 2) / unit * unit;
}

/* The time may have been rounded up to midnight: then it is the next day. */
static bool carry_midnight(struct moment *m)
{
    if (m->time_us < CALENDAR_DAY_US)
        return true;
    m->time_us -= CALENDAR_DAY_US;
    return calendar_is_real(m->date) &&
           calendar_from_serial(calendar_serial(m->date) + 1, &m->date);
}

/* A serial is exact to less than a microsecond; its milliseconds are what a sheet can show. */
static bool moment_from_serial(double serial, struct moment *out)
{
    double day;

    if (!(fabs(serial) < SERIAL_LIMIT))
        return false;
    day = floor(serial);
    out->time_us = (int64_t)round((serial - day) * DAY_MS) * 1000;
    return calendar_from_serial((int64_t)day, &out->date);
}

static void append_date(struct buf *out, struct date d)
{
    buf_printf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static void append_time(struct buf *out, int64_t us, unsigned fsp)
{
    int64_t seconds = us / 1000000;
    char fraction[16];

    buf_printf(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
               (int)(seconds % 60));
    snprintf(fraction, sizeof(fraction), "%06d", (int)(us % 1000000));
    if (fsp > 0)
        buf_printf(out, ".%.*s", (int)fsp, fraction);
}

int cell_to_date(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value text = convert_trimmed(in, room);
    size_t start = scratch->len;
    struct moment m;
    bool is_good;

    (void)c;
    if (in->type == CELL_NUMBER)
        is_good = moment_from_serial(in->number, &m);
    else
        is_good = in->type == CELL_TEXT && calendar_parse_moment(text.ptr, text.len, &m);
    if (!is_good)
        return err_set(err, ERR_VALUE, "is not a date like 2024-02-29");
    append_date(scratch, m.date);
    return convert_appended(scratch, start, out, err);
}

/* A TIMESTAMP counts seconds since 1970; all zeros is a value of its own. MySQL looks at the rest.
 */
static bool is_timestamp(const struct moment *m)
{
    bool is_zero = m->date.year == 0 && m->date.month == 0 && m->date.day == 0 && m->time_us == 0;

    return is_zero || (calendar_is_real(m->date) && m->date.year >= 1970 && m->date.year <= 2106);
}

int cell_to_datetime(const struct column *c, const struct cell *in, struct buf *scratch,
                     struct value *out, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value text = convert_trimmed(in, room);
    size_t start = scratch->len;
    struct moment m;
    bool is_good;

    if (in->type == CELL_NUMBER)
        is_good = moment_from_serial(in->number, &m);
    else
        is_good = in->type == CELL_TEXT && calendar_parse_moment(text.ptr, text.len, &m);
    if (is_good) {
        m.time_us = round_us(m.time_us, c->fsp);
        is_good = carry_midnight(&m);
    }
    if (!is_good)
        return err_set(err, ERR_VALUE, "is not a date and time like 2024-02-29 13:45:00");
    if (c->type == COLUMN_TIMESTAMP && !is_timestamp(&m))
        return err_set(err, ERR_VALUE, "is out of range: the column holds times from 1970 on");
    append_date(scratch, m.date);
    buf_putc(scratch, ' ');
    append_time(scratch, m.time_us, c->fsp);
    return convert_appended(scratch, start, out, err);
}

/* Microseconds with a sign; a number is a part of a day, as a sheet shows times. */
static bool read_time(const struct cell *in, bool *is_negative, int64_t *us)
{
    char room[NUMBER_TEXT_SIZE];
    struct value text = convert_trimmed(in, room);

    if (in->type == CELL_NUMBER) {
        *is_negative = in->number < 0;
        if (!(fabs(in->number) < SERIAL_LIMIT))
            return false;
        *us = (int64_t)round(fabs(in->number) * DAY_MS) * 1000;
        return true;
    }
    *is_negative = in->type == CELL_TEXT && text.len > 0 && text.ptr[0] == '-';
    if (*is_negative) {
        text.ptr++;
        text.len--;
    }
    return in->type == CELL_TEXT && calendar_parse_time(text.ptr, text.len, us);
}

int cell_to_time(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    size_t start = scratch->len;
    bool is_negative;
    int64_t us;

    if (!read_time(in, &is_negative, &us))
        return err_set(err, ERR_VALUE, "is not a time like 13:45:00");
    us = round_us(us, c->fsp);
    if (us > (TIME_HOURS_MAX * 3600LL - 1) * 1000000)
        return err_set(err, ERR_VALUE, "is out of range: the column holds -838:59:59 to 838:59:59");
    if (is_negative && us > 0)
        buf_putc(scratch, '-');
    append_time(scratch, us, c->fsp);
    return convert_appended(scratch, start, out, err);
}

int cell_parse_iso(const char *text, size_t len, double *serial)
{
    struct moment m;

    if (!calendar_parse_moment(text, len, &m) || !calendar_is_real(m.date))
        return -1;
    *serial = serial_of(m);
    return 0;
}
