/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum { OTHER_CAUSE_MS = 5000, SAME_CAUSE_MS = 30000 };

static _Atomic(enum log_level) threshold = LOG_INFO; /* a reload changes it */

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
    threshold = level;
}

/* A stranger's text must not move the cursor of whoever reads the log: C0, DEL, and C1, which has
 * two bytes in UTF-8, become blanks. */
static void blank_controls(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];

        if (c < 0x20 || c == 0x7f)
            line[i] = ' ';
        else if (c >= 0x80 && c < 0xa0 && i > 0 && line[i - 1] == '\xc2')
            line[i - 1] = line[i] = ' ';
    }
}

/* One write(2) a line, so that lines of several threads and processes do not mix; more only where
 * it took a part. If it fails there is nowhere left to say it. */
static void put_line(const char *line, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, line, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        line += n;
        len -= (size_t)n;
    }
}

static void log_line(enum log_level level, const char *fmt, va_list ap)
{
    int saved = errno;
    char line[2048];
    struct timespec ts;
    struct tm tm;
    size_t len;
    int n;

    if (level < threshold)
        return;
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
    n = snprintf(line + len, sizeof(line) - len, ".%03ldZ %s ", ts.tv_nsec / 1000000,
                 level_names[level]);
    len += (size_t)n;
    n = vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
    if (n > 0)
        len += (size_t)n < sizeof(line) - len - 1 ? (size_t)n : sizeof(line) - len - 2;
    blank_controls(line, len);
    line[len++] = '\n';
    put_line(line, len);
    errno = saved;
}

#define DEFINE_LOG(name, level)     \
    void name(const char *fmt, ...) \
    {                               \
        va_list ap;                 \
                                    \
        va_start(ap, fmt);          \
        log_line(level, fmt, ap);   \
        va_end(ap);                 \
    }
DEFINE_LOG(log_debug, LOG_DEBUG)
DEFINE_LOG(log_info, LOG_INFO)
DEFINE_LOG(log_warn, LOG_WARN)
DEFINE_LOG(log_error, LOG_ERROR)

static void log_at(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void log_at(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    log_line(level, fmt, ap);
    va_end(ap);
}

void log_err(enum log_level level, const char *context, const struct err *err)
{
    if (err->hint[0] != '\0')
        log_at(level, "%s: %s hint=\"%s\"", context, err->msg, err->hint);
    else
        log_at(level, "%s: %s", context, err->msg);
}

void log_die(const char *what)
{
    log_error("%s: the process ends", what);
    _exit(1);
}

void log_fault(struct log_fault *f, const char *context, const struct err *err)
{
    int64_t now = clock_mono_ms();
    bool is_first = f->since_ms == 0;
    bool is_other = err->code != f->code || err->detail != f->detail;
    char longer[192];

    f->count++;
    if (!is_first && now - f->logged_ms < (is_other ? OTHER_CAUSE_MS : SAME_CAUSE_MS))
        return;
    if (is_first)
        f->since_ms = now;
    f->logged_ms = now;
    f->code = err->code;
    f->detail = err->detail;
    snprintf(longer, sizeof(longer), "%s: still failing after %lld s and %lu tries", context,
             (long long)((now - f->since_ms) / 1000), f->count);
    log_err(LOG_WARN, is_first ? context : longer, err);
}

void log_fault_over(struct log_fault *f, const char *context)
{
    if (f->since_ms == 0)
        return;
    log_at(LOG_INFO, "%s: recovered after %lld ms and %lu failed tries", context,
           (long long)(clock_mono_ms() - f->since_ms), f->count);
    *f = (struct log_fault){0};
}
