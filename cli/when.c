/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/when.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cell/calendar.h"

static int64_t unit_s(const char *text)
{
    static const char names[] = "smhd";
    static const int64_t seconds[] = {1, 60, 3600, 86400};
    const char *at = text[0] == '\0' || text[1] != '\0' ? NULL : strchr(names, text[0]);

    return at == NULL ? 0 : seconds[at - names];
}

static int put_ago(const char *text, int64_t now_ms, struct buf *out)
{
    enum { AGO_MAX = 1000000 };
    char *end;
    long n;
    time_t at;
    struct tm tm;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno != 0 || end == text || n < 0 || n > AGO_MAX || unit_s(end) == 0)
        return -1;
    at = (time_t)(now_ms / 1000 - n * unit_s(end));
    if (gmtime_r(&at, &tm) == NULL)
        return -1;
    buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
               tm.tm_hour, tm.tm_min, tm.tm_sec);
    return 0;
}

int when_parse(const char *text, int64_t now_ms, struct buf *out)
{
    struct moment m;
    int64_t ms;

    if (put_ago(text, now_ms, out) == 0)
        return 0;
    if (!calendar_parse_moment(text, strlen(text), &m))
        return -1;
    ms = m.time_us / 1000;
    buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d.%03d", m.date.year, m.date.month, m.date.day,
               (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
               (int)(ms % 1000));
    return 0;
}
