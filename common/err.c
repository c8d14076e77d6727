/* SPDX-License-Identifier: Apache-2.0 */
#include "common/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    *err = (struct err){.code = code};
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    return -1;
}

int err_errno(struct err *err, const char *fmt, ...)
{
    int saved = errno;
    char reason[128];
    size_t len;
    va_list ap;

    *err = (struct err){.code = ERR_IO, .detail = saved};
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    len = strlen(err->msg);
    /* The GNU strerror_r(3) returns the text; it need not be in the buffer. */
    snprintf(err->msg + len, sizeof(err->msg) - len, ": %s",
             strerror_r(saved, reason, sizeof(reason)));
    return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    char context[sizeof(err->msg)];
    size_t len, rest;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(context, sizeof(context) - 2, fmt, ap);
    va_end(ap);
    len = strlen(context);
    context[len++] = ':';
    context[len++] = ' ';
    rest = strnlen(err->msg, sizeof(err->msg) - 1);
    if (rest > sizeof(err->msg) - 1 - len)
        rest = sizeof(err->msg) - 1 - len;
    memmove(err->msg + len, err->msg, rest);
    memcpy(err->msg, context, len);
    err->msg[len + rest] = '\0';
    return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
    return -1;
}

void err_tell(const struct err *err, const char *program)
{
    fprintf(stderr, "%s: %s\n", program, err->msg);
    if (err->hint[0] != '\0')
        fprintf(stderr, "  -> %s\n", err->hint);
}

int err_transient(struct err *err)
{
    err->transient = true;
    return -1;
}

int err_nomem(struct err *err, const char *what)
{
    return err_set(err, ERR_NOMEM, "%s: out of memory", what);
}

const char *err_name(enum err_code code)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",   [ERR_NOMEM] = "nomem",     [ERR_CONFIG] = "config",
        [ERR_IO] = "io",       [ERR_FORMAT] = "format",   [ERR_MYSQL] = "mysql",
        [ERR_HTTP] = "http",   [ERR_AUTH] = "auth",       [ERR_QUOTA] = "quota",
        [ERR_VALUE] = "value", [ERR_LOST] = "lost",       [ERR_GONE] = "gone",
        [ERR_FULL] = "full",   [ERR_STOPPED] = "stopped",
    };

    return (size_t)code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown";
}
