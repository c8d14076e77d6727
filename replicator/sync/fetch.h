/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch: rows of a mapped table by SELECT, as images of its mapped columns. Blocks for a query.
 */
#ifndef REPLICATOR_SYNC_FETCH_H
#define REPLICATOR_SYNC_FETCH_H

#include "common/err.h"
#include "common/mysql/db.h"
#include "replicator/sync/change_set.h"
#include "replicator/sync/mapping.h"

struct fetched {
    struct row_image **images; /* owned, each by malloc */
    size_t n;
};
void fetched_close(struct fetched *f);

/* The next LIMIT rows in key order after the key AFTER (m->n_key values; NULL: from the first). */
int fetch_after(struct db *db, const struct mapping *m, const struct value *after, size_t limit,
                struct fetched *out, struct err *err);

/* About how many rows the table has; 0: MySQL does not say. */
int fetch_estimate(struct db *db, const struct mapping *m, int64_t *rows, struct err *err);

enum { FETCH_KEYS_MAX = 100 };
/* Those of the N keys (n * m->n_key values, n up to FETCH_KEYS_MAX) that exist; KEYS_ONLY: of each
 * only the key's values, the others are absent. */
int fetch_keys(struct db *db, const struct mapping *m, const struct value *keys, size_t n,
               bool keys_only, struct fetched *out, struct err *err);
#endif
