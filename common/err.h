/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: what went wrong, in words for a person and a code for the caller.
 *
 * A function that can fail returns 0 or -1 and takes `struct err *err` last, never NULL. `return
 * err_set(...)` fails in one line. Text: outermost context first, lower case, no full stop. Any
 * thread; no globals.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_code {
    ERR_NONE,
    ERR_NOMEM,
    ERR_CONFIG,  /* what the user wrote: configuration, command line */
    ERR_IO,      /* files, sockets; detail: errno */
    ERR_FORMAT,  /* bytes from outside that break their format */
    ERR_MYSQL,   /* detail: mysql_errno() */
    ERR_HTTP,    /* detail: HTTP status, 0 when no answer came */
    ERR_AUTH,    /* credentials refused; detail: HTTP status or mysql_errno() */
    ERR_QUOTA,   /* 429 */
    ERR_VALUE,   /* a value that its column cannot hold */
    ERR_LOST,    /* sent, and no answer: the peer may or may not have done it */
    ERR_GONE,    /* what was asked for is not there (any more): binlog, tab, spreadsheet, table */
    ERR_FULL,    /* no room: more cells than a spreadsheet may have */
    ERR_STOPPED, /* we were told to stop */
};

struct err {
    enum err_code code;
    int detail;      /* errno, mysql_errno() or HTTP status; 0 if none */
    bool transient;  /* the same call may succeed later */
    int64_t wait_ms; /* the peer asked us to wait this long; 0 if it did not */
    char msg[512];
    char hint[256]; /* what a person can do about it: a sentence; "" if nothing is known */
};

#define ERR_INIT ((struct err){.code = ERR_NONE})

/* Fill ERR (detail 0, not transient, no hint) and return -1. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Fill ERR with ERR_IO, detail errno and ": strerror"; return -1. */
int err_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put "context: " before the message; return -1. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Set the hint of an error that is already set; return -1. */
int err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "PROGRAM: message" on stderr, for the person who started it, and the hint on a line of its own.
 */
void err_tell(const struct err *err, const char *program);

/* Mark as transient; return -1. */
int err_transient(struct err *err);

/* Out of memory in WHAT; return -1. */
int err_nomem(struct err *err, const char *what);

/* The code's name for logs and JSON: "config", "mysql", ... Static text. */
const char *err_name(enum err_code code);
#endif
