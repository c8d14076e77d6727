/* SPDX-License-Identifier: Apache-2.0 */
/* request_log: the last 1,000 calls of Google's API, for tests and curious people. Any thread. */
#ifndef SANDBOX_REQUEST_LOG_H
#define SANDBOX_REQUEST_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct request_log;

struct request_entry {
    int64_t number; /* from 1; set by the log */
    char method[8];
    char path[200];
    char user[100]; /* whose token came with it */
    uint16_t port;  /* of the client: tells connections apart */
    int status;
    int64_t ms;
    size_t bytes;       /* of the request's body */
    size_t plain_bytes; /* of it, unpacked */
    long cells;         /* written */
    size_t answer_bytes;
};

struct request_log *request_log_new(void);
void request_log_free(struct request_log *log);
void request_log_add(struct request_log *log, const struct request_entry *entry);
/* Append a JSON array of the entries numbered above AFTER. */
void request_log_put(struct request_log *log, int64_t after, struct buf *out);
#endif
