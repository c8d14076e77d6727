/* SPDX-License-Identifier: Apache-2.0 */
/*
 * budget: whose tokens a request takes.
 *
 * Google counts reads and writes a minute for each user of a project and for the project; a service
 * account is a user. For a spreadsheet it advises one request a second. So a request needs a token
 * of its account, one of the account's project and, a write, one of its spreadsheet. Of the
 * accounts the one that can go first does, with equals the one that has most left. What can wait
 * leaves a reserve in each bucket for what cannot (quota.h).
 *
 * An account that lacks the permission for a spreadsheet is barred from it for a while, one whose
 * token is refused is out for all; while no account is left, any is tried.
 *
 * Time is an argument, milliseconds of a monotonic clock. Any thread: the worker asks and takes,
 * the metrics are shown by another. Memory: a bucket a configured spreadsheet.
 * https://developers.google.com/workspace/sheets/api/limits and .../troubleshoot-api-errors
 */
#ifndef REPLICATOR_SHEETS_BUDGET_H
#define REPLICATOR_SHEETS_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "replicator/sheets/quota.h"

enum budget_kind { BUDGET_READ, BUDGET_WRITE, BUDGET_KINDS };
enum { BUDGET_ANY = SIZE_MAX };

struct budget;

/* CFG: its limits; kept by pointer. NULL: out of memory. */
struct budget *budget_new(const struct config_google *cfg);
void budget_free(struct budget *b);
/* Accounts are numbered from 0 in the order added, before the first question. Both texts are
 * copied. ERR_CONFIG: added before. */
int budget_add(struct budget *b, const char *account, const char *project, int64_t now_ms,
               struct err *err);

struct budget_ask {
    enum budget_kind kind;
    const char *spreadsheet; /* NULL: any */
    size_t only;             /* this account; BUDGET_ANY */
    enum quota_claim claim;
};
/* Milliseconds until such a request may go, 0: now; *ACCOUNT (may be NULL): by whom. */
int64_t budget_wait_ms(struct budget *b, const struct budget_ask *ask, int64_t now_ms,
                       size_t *account);
void budget_take(struct budget *b, const struct budget_ask *ask, size_t account, int64_t now_ms);
/* So long was waited for it. */
void budget_waited(struct budget *b, enum budget_kind kind, int64_t ms);

/* What came back. */
void budget_answered(struct budget *b, const struct budget_ask *ask, size_t account);
/* A 429: LIMIT is Google's quota_limit, which says whose bucket is empty ("" is the account's), and
 * PER_MINUTE its quota_limit_value, 0: not told. */
struct budget_refusal {
    const char *limit;
    unsigned per_minute;
    int64_t retry_after_ms;
};
void budget_refused(struct budget *b, const struct budget_ask *ask, size_t account,
                    const struct budget_refusal *refusal, int64_t now_ms);
/* ACCOUNT may not do such a request to that spreadsheet. True: this is news. */
bool budget_bar(struct budget *b, const struct budget_ask *ask, size_t account, int64_t now_ms);
/* ACCOUNT's token is refused. True: this is news. */
bool budget_out(struct budget *b, size_t account, int64_t now_ms);
/* Is there an account that may do it, as far as is known? */
bool budget_has_one(struct budget *b, const struct budget_ask *ask, int64_t now_ms);

/* Append all buckets in Prometheus' text format. */
void budget_metrics(struct budget *b, int64_t now_ms, struct buf *out);
#endif
