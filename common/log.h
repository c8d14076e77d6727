/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log: one event per line on stderr, for people and for grep:
 *   2026-08-22T10:11:12.345Z info apply: batch written sheet=orders rows=120 ms=340
 *
 * The message is "module: what happened key=value ..."; values with blanks or quotes go through
 * log_quote. Never a secret, never a cell's value. errno survives. Any thread.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below LEVEL are dropped; LOG_INFO at start. */
void log_set_level(enum log_level level);

void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Log "context: err->msg" and hint="..." when there is one. */
void log_err(enum log_level level, const char *context, const struct err *err);

/* Log an error and end the process with status 1, at once: where an answer for want of memory would
 * be taken for what the sheet or the table says. All state is in MySQL; who started us starts us
 * again. */
_Noreturn void log_die(const char *what);

/* A fault that lasts is logged at most every 30 s, every 5 s when its cause is another one than
 * before (MySQL hangs up, then cannot be reached), and once when it ends. Zero it first; one
 * thread. */
struct log_fault {
    int64_t since_ms;   /* 0: no fault now */
    int64_t logged_ms;  /* of the last line */
    enum err_code code; /* and its cause */
    int detail;
    unsigned long count;
};
void log_fault(struct log_fault *f, const char *context, const struct err *err);
void log_fault_over(struct log_fault *f, const char *context);
#endif
