/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, WIDTH_DEFAULT = 80, WIDTH_MIN = 20 };

void progress_bar(struct buf *out, int64_t done, int64_t total, size_t width)
{
    size_t full = 0;

    if (total > 0 && done > 0)
        full = done >= total ? width : (size_t)((double)done / (double)total * (double)width);
    buf_putc(out, '[');
    for (size_t i = 0; i < width; i++)
        buf_putc(out, i < full ? '#' : '-');
    buf_putc(out, ']');
}

void progress_time(struct buf *out, int64_t seconds)
{
    if (seconds < 120)
        buf_printf(out, "%" PRId64 " s", seconds < 0 ? 0 : seconds);
    else if (seconds < 7200)
        buf_printf(out, "%" PRId64 " min", seconds / 60);
    else if (seconds < 172800)
        buf_printf(out, "%" PRId64 " h", seconds / 3600);
    else
        buf_printf(out, "%" PRId64 " days", seconds / 86400);
}

void progress_ms(struct buf *out, int64_t ms)
{
    if (ms < 10000)
        buf_printf(out, "%" PRId64 " ms", ms);
    else
        progress_time(out, ms / 1000);
}

bool progress_is_shown(void)
{
    return isatty(STDERR_FILENO) == 1;
}

static size_t terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < WIDTH_MIN)
        return WIDTH_DEFAULT;
    return size.ws_col;
}

/* The first WIDTH characters of TEXT, in bytes. */
static size_t cut(const char *text, size_t width)
{
    size_t at = 0, n = 0;

    for (; text[at] != '\0'; at++) {
        n += ((unsigned char)text[at] & 0xc0) != 0x80;
        if (n > width)
            break;
    }
    return at;
}

void progress_show(const char *what, int64_t done, int64_t total, const char *detail)
{
    CLEANUP_BUF struct buf line = BUF_INIT;

    if (!progress_is_shown())
        return;
    buf_puts(&line, what);
    if (total > 0) {
        buf_putc(&line, ' ');
        progress_bar(&line, done, total, BAR_WIDTH);
    }
    if (detail[0] != '\0')
        buf_printf(&line, " %s", detail);
    fprintf(stderr, "\r%.*s\033[K", (int)cut(buf_text(&line), terminal_width() - 1),
            buf_text(&line));
    fflush(stderr);
}

void progress_clear(void)
{
    if (progress_is_shown())
        fputs("\r\033[K", stderr);
}
