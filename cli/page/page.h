/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: what the requests of the status page share (docs/page.md).
 *
 * Threads: the server's, one a connection, run the routes; the sampler's is its own. Members look
 * after their own locks.
 */
#ifndef CLI_PAGE_PAGE_H
#define CLI_PAGE_PAGE_H

#include <pthread.h>

#include "cli/page/gate.h"
#include "cli/page/history.h"
#include "cli/page/sampler.h"
#include "cli/page/store.h"
#include "common/http/server.h"

struct page {
    const struct config *config;
    struct gate gate;
    struct store *store;
    struct history *history;
    struct sampler *sampler;
    pthread_mutex_t lock;
    struct buf status; /* the last that MySQL told, as JSON; under the lock, as what follows */
    int64_t status_ms; /* when; 0: nothing was told yet */
};

typedef void page_route(void *page, const struct http_request *request,
                        struct http_response *response);

/* Answers every request: the files of the page, /healthz and /api/v1/. */
page_route page_handle;

page_route page_status, page_history, page_conflicts, page_deletes, page_edits;
page_route page_login, page_logout;
page_route page_resolve, page_approve, page_undo, page_signal;
/* A file of the page, from what is embedded. */
page_route page_file;

/* 503 (or what fits ERR), with its message and hint. */
void page_fail(const struct http_request *request, struct http_response *response,
               const struct err *err);
#endif
