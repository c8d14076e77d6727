/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox: the parts of the emulator, as every request sees them.
 *
 *   HTTP (a thread a connection) -> serve.c -> rest_*.c  (Google's API: token, quota, faults,
 * check)
 *                                           -> own_*.c   (the sandbox's own API and the page)
 *        both -> library (versions, one lock) -> events (to the page), channels (Drive's
 * notifications), engine (Code.gs)
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdatomic.h>

#include "common/stop.h"
#include "sandbox/answer_time.h"
#include "sandbox/channels.h"
#include "sandbox/events.h"
#include "sandbox/faults.h"
#include "sandbox/history.h"
#include "sandbox/library.h"
#include "sandbox/oauth.h"
#include "sandbox/quota.h"
#include "sandbox/request_log.h"

struct script;

enum { URL_SIZE = 128 };

/* Everything is set before the first request and freed after the last. */
struct sandbox {
    struct library *library;
    struct events *events;
    struct history *history;
    struct faults *faults;
    struct channels *channels;
    struct quota *quota;
    struct answer_time *answer_time;
    struct oauth *oauth;
    struct request_log *log;
    struct script *script; /* NULL: started without --script */
    struct stop *stop;
    char url[URL_SIZE]; /* "http://127.0.0.1:8080" */
    /* Set last: a free port is known only when the server already listens. */
    atomic_bool is_ready;
};
#endif
