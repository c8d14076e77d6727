/* SPDX-License-Identifier: Apache-2.0 */
/* options: the command line of tabrelay-sandbox. */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "common/err.h"
#include "sandbox/answer_time.h"

enum options_task { OPTIONS_SERVE, OPTIONS_ASK_HEALTH, OPTIONS_HELP, OPTIONS_VERSION };

struct options {
    enum options_task task; /* all but SERVE do one thing and end */
    char host[64];
    uint16_t port;
    const char *data_dir; /* NULL: in memory only */
    const char *script;   /* path of Code.gs; NULL: no script */
    const char *url;      /* where browsers reach it; NULL: http://HOST:PORT */
    const char *account;  /* path of a service account's key, whose holder is known; NULL: own */
    const char *book;     /* prepare_book; NULL: none */
    const char *install;  /* prepare_install; NULL: nothing */
    const char *quota;
    struct answer_time answer_time;
    int64_t notify_after_ms; /* from a change to Drive's notification */
    int64_t channel_life_ms; /* at most */
};

/* ERR_CONFIG. */
int options_parse(int argc, char **argv, struct options *out, struct err *err);
void options_help(FILE *to);
#endif
