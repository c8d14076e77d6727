/* SPDX-License-Identifier: Apache-2.0 */
/* options: the command line of tabrelay-sandbox. */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/err.h"
#include "sandbox/answer_time.h"

struct options {
    char host[64];
    uint16_t port;
    const char *data_dir; /* NULL: in memory only */
    const char *script;   /* path of Code.gs; NULL: no script */
    const char *url;      /* where browsers reach it; NULL: http://HOST:PORT */
    const char *account;  /* path of a service account's key, whose holder is known; NULL: own */
    const char *book;     /* prepare_book; NULL: none */
    const char *install;  /* prepare_install; NULL: nothing */
    bool asks_health;     /* --health: ask the one that listens there, and end */
    const char *quota;
    struct answer_time answer_time;
    int64_t notify_after_ms; /* from a change to Drive's notification */
    int64_t channel_life_ms; /* at most */
    int shows;               /* 1: --help, 2: --version: print it and end */
};

/* ERR_CONFIG. */
int options_parse(int argc, char **argv, struct options *out, struct err *err);
void options_help(FILE *to);
#endif
