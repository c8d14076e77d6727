/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: one execution of one function of the script, in a heap of its own that is thrown away after.
 *
 * On the caller's thread. Nothing that a script does outlives its run or reaches another's, but
 * what it keeps in the store, the cache and the spreadsheet.
 */
#ifndef SANDBOX_SCRIPT_RUN_H
#define SANDBOX_SCRIPT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/http/client.h"
#include "common/stop.h"
#include "sandbox/script/cache.h"
#include "sandbox/script/host.h"
#include "sandbox/script/journal.h"
#include "sandbox/script/limits.h"
#include "sandbox/script/locks.h"
#include "sandbox/script/store.h"
#include "sandbox/script/zone.h"

/* What all runs share. */
struct run_world {
    const struct script_host *host;
    const char *source;  /* the text of Code.gs */
    const char *webhook; /* urlfetch; NULL: none */
    struct store *store;
    struct locks *locks;
    struct cache *cache;
    struct journal *journal;
    struct stop *stop; /* asked: every run ends soon */
    int64_t max_ms;
    size_t max_heap_bytes;
};

struct run_request {
    const char *spreadsheet;
    const char *user; /* "" if unknown */
    const char *function;
    const char *given; /* JSON: {"event": {...}} or {"arguments": [...]} */
    bool has_ui;       /* a person looks at it: getUi() works */
    /* Called just before the function, once; not if the run fails earlier. May be NULL. */
    void (*on_start)(void *ctx);
    void *on_start_ctx;
};

/* The run as the services' operations see it (ops.h). */
struct run {
    struct limits limits;
    const struct run_world *world;
    uint64_t id;
    const char *spreadsheet;
    const char *user;
    struct zone *zone;        /* owned; the one used last */
    struct http_client *http; /* owned; made at the first fetch */
};

/* RESULT (may be NULL) gets the return value as JSON. ERR_VALUE: the script threw, the message is
 * its own; ERR_STOPPED: out of time or told to stop; ERR_NOMEM: out of its memory. Failures are in
 * the journal with the script's lines. */
int run_execute(const struct run_world *world, const struct run_request *request,
                struct buf *result, struct err *err);
#endif
