/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job: one request of edits on its way: verified and parsed, waiting, in a transaction, answered.
 *
 * One thread at a time: who takes it out of the queue (gather.h) has it.
 */
#ifndef WEBHOOK_JOB_H
#define WEBHOOK_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/http/server.h"
#include "webhook/apply.h"
#include "webhook/edit.h"

struct job {
    struct job *next;
    const struct http_request *http;
    struct http_response *response;
    struct edit_request request; /* owned */
    int64_t received_ms;         /* wall */
    int64_t start_ms;            /* clock_mono_ms(), and since then it has waited */
    uint64_t target;             /* a hash of what job_is_beside compares */

    struct apply apply;
    struct buf results;
    bool is_done;    /* in this transaction */
    bool is_counted; /* by the mapping's limit: not again when the transaction is repeated */
    int64_t wait_ms; /* > 0: the mapping has had as many edits as it takes for so long */
};

/* NULL when out of memory. */
struct job *job_new(void);
void job_free(struct job *job);
/* After the request was parsed. */
void job_set_target(struct job *job);
/* Do both name the same mapping, or the same tab, in the same words? */
bool job_is_beside(const struct job *a, const struct job *b);
#endif
