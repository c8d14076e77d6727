/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/init/ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096 };

static volatile sig_atomic_t is_interrupted;

static void note_interrupt(int number)
{
    (void)number;
    is_interrupted = 1;
}

bool ask_is_possible(bool is_yes)
{
    return !is_yes && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

void ask_begin(void)
{
    struct sigaction action = {.sa_handler = note_interrupt};

    sigaction(SIGINT, &action, NULL);
}

static int stopped(struct err *err)
{
    fputc('\n', stderr);
    return err_set(err, ERR_STOPPED, "init: stopped; nothing was written");
}

/* False: Ctrl-C came. It is let in only while we wait, so that none is lost between a look at the
 * flag and the wait: not one that came while MySQL was asked, either. */
static bool wait_for_key(void)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t blocked, before;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    while (!is_interrupted && ppoll(&keys, 1, NULL, &before) < 0 && errno == EINTR)
        ;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return !is_interrupted;
}

/* One line without its end. The terminal hands out whole lines. */
static int read_line(struct buf *answer, struct err *err)
{
    char c;

    buf_clear(answer);
    while (answer->len < ANSWER_MAX) {
        ssize_t n = wait_for_key() ? read(STDIN_FILENO, &c, 1) : 0;

        if (n == 0)
            return stopped(err);
        if (n < 0 && errno != EINTR)
            return err_errno(err, "init: read the answer");
        if (n > 0 && c == '\n')
            return answer->is_failed ? err_nomem(err, "init") : 0;
        if (n > 0)
            buf_putc(answer, c);
    }
    return err_set(err, ERR_FORMAT, "init: the answer is longer than %d characters", ANSWER_MAX);
}

static void trim(struct buf *answer)
{
    while (answer->len > 0 && strchr(" \t\r", answer->ptr[answer->len - 1]) != NULL)
        answer->ptr[--answer->len] = '\0';
}

int ask_text(const char *question, const char *fallback, struct buf *answer, struct err *err)
{
    if (fallback[0] != '\0')
        fprintf(stderr, "%s [%s]: ", question, fallback);
    else
        fprintf(stderr, "%s: ", question);
    if (read_line(answer, err) != 0)
        return -1;
    trim(answer);
    if (answer->len == 0)
        buf_puts(answer, fallback);
    return 0;
}

int ask_secret(const char *question, struct buf *answer, struct err *err)
{
    struct termios shown, hidden;
    int result;

    if (tcgetattr(STDIN_FILENO, &shown) != 0)
        return err_errno(err, "init: ask without showing what is typed");
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH,
              &hidden); /* before the question: who answers fast is not shown */
    fprintf(stderr, "%s: ", question);
    result = read_line(answer, err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    if (result == 0)
        fputc('\n', stderr);
    return result;
}

int ask_yes(const char *question, bool *answer, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (ask_text(question, "yes", &text, err) != 0)
        return -1;
    *answer = strcasecmp(buf_text(&text), "yes") == 0 || strcasecmp(buf_text(&text), "y") == 0;
    return 0;
}
