/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/clock.h"
#include "common/log.h"

/* The alternate screen, without a cursor; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

enum { COLUMNS_DEFAULT = 80, LINES_DEFAULT = 24 };

static volatile sig_atomic_t is_over, is_resized;

static void on_signal(int sig)
{
    if (sig == SIGWINCH)
        is_resized = 1;
    else
        is_over = 1;
}

static void listen_to(int sig)
{
    struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: poll returns */

    sigemptyset(&action.sa_mask);
    sigaction(sig, &action, NULL);
}

/* Keys come at once and are not shown. False: stdin is no terminal. */
static bool take_keys(struct termios *before)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, before) != 0)
        return false;
    raw = *before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* Wait for the next time; a key or a resize ends it. A terminal that has gone says the end of file.
 */
static void wait_for(int64_t wait_ms, bool has_keys)
{
    struct pollfd keys = {.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN};
    char key = 0;
    ssize_t n;

    is_resized = 0;
    if (poll(&keys, 1, (int)wait_ms) <= 0)
        return;
    n = read(STDIN_FILENO, &key, 1);
    if (n == 0 || (n < 0 && errno == EIO) || key == 'q' || key == 'Q')
        is_over = 1;
}

/* What PRINT writes to stdout and stderr, as text that the caller frees; NULL: no memory. */
static char *capture(int (*print)(void *), void *ctx, int *status)
{
    FILE *out = stdout, *problems = stderr;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return NULL;
    stdout = stderr = memory;
    *status = print(ctx);
    stdout = out;
    stderr = problems;
    fclose(memory);
    return text;
}

/* The first WIDTH characters of the line at TEXT. */
static void put_line(struct buf *out, const char *text, size_t width)
{
    size_t n = 0;

    for (; *text != '\0' && *text != '\n'; text++) {
        n += ((unsigned char)*text & 0xc0) != 0x80;
        if (n > width)
            break;
        buf_putc(out, *text);
    }
    buf_puts(out, REST_OF_LINE "\n");
}

static void draw(const char *title, const char *text)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct winsize size = {.ws_col = COLUMNS_DEFAULT, .ws_row = LINES_DEFAULT};
    size_t lines = 3; /* the title, a blank line, and the last one, which would scroll */

    (void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    buf_puts(&out, HOME);
    put_line(&out, title, size.ws_col);
    put_line(&out, "", size.ws_col);
    while (*text != '\0' && lines++ < size.ws_row) {
        put_line(&out, text, size.ws_col);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    buf_puts(&out, REST_OF_SCREEN);
    cli_print(&out);
    fflush(stdout);
}

static void put_title(char *out, size_t size, const char *title, bool is_terminal)
{
    time_t now = time(NULL);
    char at[32] = "";
    struct tm tm;

    if (gmtime_r(&now, &tm) != NULL)
        strftime(at, sizeof(at), "%Y-%m-%d %H:%M:%S UTC", &tm);
    snprintf(out, size, "%s   %s%s", title, at, is_terminal ? "   q ends" : "");
}

static int run(const char *title, int64_t every_ms, int (*print)(void *), void *ctx, bool has_keys)
{
    bool is_terminal = isatty(STDOUT_FILENO) == 1;
    int status = CLI_FAILED;

    while (!is_over) {
        char line[128];
        char *text = capture(print, ctx, &status);

        if (text == NULL)
            log_die("cli: out of memory");
        put_title(line, sizeof(line), title, is_terminal);
        if (is_terminal)
            draw(line, text);
        else if (printf("%s\n\n%s\n", line, text) < 0 || fflush(stdout) != 0)
            is_over = 1; /* whoever read it has gone */
        free(text);
        if (!is_over)
            wait_for(every_ms, has_keys);
    }
    return status;
}

int watch_run(const char *title, int64_t every_ms, int (*print)(void *ctx), void *ctx)
{
    bool is_terminal = isatty(STDOUT_FILENO) == 1;
    struct termios before;
    bool has_keys = is_terminal && take_keys(&before);
    int status;

    listen_to(SIGINT);
    listen_to(SIGTERM);
    listen_to(SIGWINCH);
    signal(SIGPIPE, SIG_IGN);
    if (is_terminal)
        fputs(ENTER, stdout);
    status = run(title, every_ms, print, ctx, has_keys);
    if (is_terminal)
        fputs(LEAVE, stdout);
    fflush(stdout);
    if (has_keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return status;
}
