/* SPDX-License-Identifier: Apache-2.0 */
/* budget_private: the buckets; for budget.c and budget_metrics.c only. */
#ifndef REPLICATOR_SHEETS_BUDGET_PRIVATE_H
#define REPLICATOR_SHEETS_BUDGET_PRIVATE_H

#include <pthread.h>

#include "replicator/sheets/budget.h"
#include "replicator/sheets/quota.h"

/* Reads and writes, of an account or of a project. */
struct budget_owner {
    char *name; /* owned: an e-mail address, a project's id */
    struct quota quotas[BUDGET_KINDS];
    int64_t requests[BUDGET_KINDS]; /* that took a token */
    int64_t refusals[BUDGET_KINDS]; /* 429s that named it */
};

struct budget_account {
    struct budget_owner owner;
    size_t project;
    int64_t out_until_ms; /* 0: not out since its last answer */
};

/* An account and a spreadsheet that it may not read or write. */
struct budget_bar {
    int64_t until_ms[BUDGET_KINDS]; /* 0: it may, as far as is known */
};

struct budget_book {
    char *spreadsheet; /* owned */
    struct quota writes;
    struct budget_bar *bars; /* owned; one an account */
};

struct budget {
    const struct config_google *cfg;
    pthread_mutex_t lock;            /* guards all below */
    struct budget_account *accounts; /* owned */
    size_t n_accounts;
    struct budget_owner *projects; /* owned */
    size_t n_projects;
    struct budget_book *books; /* owned */
    size_t n_books;
    int64_t waited_ms[BUDGET_KINDS];
};
#endif
