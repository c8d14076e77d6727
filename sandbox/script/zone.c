/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/script/zone.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define MAX_FILE_BYTES 262144
#define HEADER_BYTES 44
#define EPOCH_SERIAL 25569 /* 1970-01-01 in days since 1899-12-30 */
#define DAY_MS 86400000

struct zone {
    char *name;  /* owned */
    char *bytes; /* owned: the zone file; NULL for UTC */
    size_t n_times;
    const unsigned char *times; /* n_times * 8 bytes, big-endian seconds since 1970 */
    const unsigned char *kinds; /* n_times bytes: index into types */
    const unsigned char *types; /* 6 bytes each: offset, is-dst, abbreviation */
};

static int64_t big_endian(const unsigned char *p, int n)
{
    uint64_t v = (p[0] & 0x80) != 0 ? UINT64_MAX : 0;

    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

/* The counts of a header, and the bytes of its data block with times of WIDTH bytes. */
static size_t block_bytes(const unsigned char *header, size_t width, size_t counts[6])
{
    for (int i = 0; i < 6; i++)
        counts[i] = (size_t)(uint32_t)big_endian(header + 20 + 4 * i, 4);
    /* isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt */
    return counts[3] * (width + 1) + counts[4] * 6 + counts[5] + counts[2] * (width + 4) +
           counts[1] + counts[0];
}

static bool types_are_valid(const struct zone *z, size_t n_types)
{
    for (size_t i = 0; i < z->n_times; i++)
        if (z->kinds[i] >= n_types)
            return false;
    return n_types > 0;
}

/* RFC 8536: a block with 32-bit times, then the same with 64-bit times, which is the one we use. */
static bool parse(struct zone *z, const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t counts[6], skip, size;

    if (len < HEADER_BYTES || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    skip = HEADER_BYTES + block_bytes(p, 4, counts);
    if (skip > len || len - skip < HEADER_BYTES || memcmp(p + skip, "TZif", 4) != 0)
        return false;
    p += skip;
    size = block_bytes(p, 8, counts);
    if (size > len - skip - HEADER_BYTES)
        return false;
    z->n_times = counts[3];
    z->times = p + HEADER_BYTES;
    z->kinds = z->times + z->n_times * 8;
    z->types = z->kinds + z->n_times;
    return types_are_valid(z, counts[4]);
}

static bool name_is_safe(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && strstr(name, "..") == NULL && strlen(name) < 64 &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
               strlen(name);
}

static void load(struct zone *z)
{
    char path[128];
    CLEANUP_FILE FILE *file = NULL;
    CLEANUP_FREE char *bytes = NULL;

    if (!name_is_safe(z->name))
        return;
    snprintf(path, sizeof(path), "%s/%s", ZONE_FOLDER, z->name);
    file = fopen(path, "rbe");
    bytes = malloc(MAX_FILE_BYTES);
    if (file == NULL || bytes == NULL)
        return;
    if (parse(z, bytes, fread(bytes, 1, MAX_FILE_BYTES, file)))
        z->bytes = take_ptr(bytes);
}

struct zone *zone_new(const char *name)
{
    struct zone *z = calloc(1, sizeof(*z));

    if (z == NULL || (z->name = strdup(name)) == NULL) {
        free(z);
        return NULL;
    }
    load(z);
    return z;
}

void zone_free(struct zone *z)
{
    if (z == NULL)
        return;
    free(z->bytes);
    free(z->name);
    free(z);
}

const char *zone_name(const struct zone *z)
{
    return z->name;
}

/* Seconds to add to UTC. */
static int64_t offset_at(const struct zone *z, int64_t utc)
{
    size_t low = 0, high = z->n_times;

    if (z->bytes == NULL)
        return 0;
    while (low < high) { /* the number of transitions at or before UTC */
        size_t middle = (low + high) / 2;

        if (big_endian(z->times + middle * 8, 8) <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    return big_endian(z->types + 6 * (size_t)(low == 0 ? 0 : z->kinds[low - 1]), 4);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* The zone's clock, in milliseconds as if it were UTC. */
static int64_t wall_ms(const struct zone *z, int64_t ms)
{
    return ms + offset_at(z, floor_div(ms, 1000)) * 1000;
}

double zone_serial(const struct zone *z, int64_t ms)
{
    return (double)wall_ms(z, ms) / DAY_MS + EPOCH_SERIAL;
}

int64_t zone_ms(const struct zone *z, double serial)
{
    int64_t wall = llround((serial - EPOCH_SERIAL) * DAY_MS);
    int64_t first = wall - offset_at(z, floor_div(wall, 1000)) * 1000;
    int64_t second = wall - offset_at(z, floor_div(first, 1000)) * 1000;

    return second;
}

static const char *const DAYS[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
static const char *const MONTHS[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

static void put_name(struct buf *out, const char *name, int n)
{
    buf_append(out, name, n >= 4 ? strlen(name) : 3);
}

static void put_offset(struct buf *out, int64_t seconds, char letter, int n)
{
    int64_t minutes = (seconds < 0 ? -seconds : seconds) / 60;

    if (letter == 'X' && seconds == 0)
        buf_putc(out, 'Z');
    else
        buf_printf(out, "%c%02d%s%02d", seconds < 0 ? '-' : '+', (int)(minutes / 60),
                   letter == 'X' && n == 3 ? ":" : "", (int)(minutes % 60));
}

struct moment {
    struct tm tm;
    int ms;
    int64_t offset;
};

/* N letters LETTER of a pattern (java.text.SimpleDateFormat, "Date and Time Patterns"). */
static int put_field(const struct moment *at, char letter, int n, struct buf *out, struct err *err)
{
    const struct tm *tm = &at->tm;
    int year = tm->tm_year + 1900;

    if (letter == 'M' && n >= 3)
        put_name(out, MONTHS[tm->tm_mon], n);
    else if (letter == 'E')
        put_name(out, DAYS[tm->tm_wday], n);
    else if (letter == 'a')
        buf_puts(out, tm->tm_hour < 12 ? "AM" : "PM");
    else if (letter == 'Z' || letter == 'X')
        put_offset(out, at->offset, letter, n);
    else if (letter == 'y')
        buf_printf(out, "%0*d", n, n == 2 ? year % 100 : year);
    else if (letter == 'h')
        buf_printf(out, "%0*d", n, (tm->tm_hour + 11) % 12 + 1);
    else if (strchr("MdHmsS", letter) != NULL)
        buf_printf(out, "%0*d", n,
                   letter == 'M'   ? tm->tm_mon + 1
                   : letter == 'd' ? tm->tm_mday
                   : letter == 'H' ? tm->tm_hour
                   : letter == 'm' ? tm->tm_min
                   : letter == 's' ? tm->tm_sec
                                   : at->ms);
    else
        return err_set(err, ERR_VALUE, "formatDate: the sandbox does not know the letter '%c'",
                       letter);
    return 0;
}

/* Copy the text after an opening quote; '' is a quote. Returns the place after the closing one. */
static const char *put_quoted(const char *p, struct buf *out)
{
    if (*p == '\'') {
        buf_putc(out, '\'');
        return p + 1;
    }
    for (; *p != '\0'; p++) {
        if (*p == '\'' && p[1] != '\'')
            return p + 1;
        if (*p == '\'')
            p++;
        buf_putc(out, *p);
    }
    return p;
}

static int moment_of(const struct zone *z, int64_t ms, struct moment *at, struct err *err)
{
    int64_t wall = wall_ms(z, ms);
    time_t seconds = (time_t)floor_div(wall, 1000);

    at->ms = (int)(wall - floor_div(wall, 1000) * 1000);
    at->offset = (wall - ms) / 1000;
    if (gmtime_r(&seconds, &at->tm) == NULL)
        return err_set(err, ERR_VALUE, "formatDate: a date out of range");
    return 0;
}

int zone_format(const struct zone *z, int64_t ms, const char *pattern, struct buf *out,
                struct err *err)
{
    struct moment at;
    const char *p = pattern;

    if (moment_of(z, ms, &at, err) != 0)
        return -1;
    while (*p != '\0') {
        if (*p == '\'') {
            p = put_quoted(p + 1, out);
        } else if (isalpha((unsigned char)*p)) {
            size_t n = strspn(p, (char[]){*p, '\0'});

            if (put_field(&at, *p, n > 20 ? 20 : (int)n, out, err) != 0)
                return -1;
            p += n;
        } else {
            buf_putc(out, *p++);
        }
    }
    return 0;
}
