/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply: one edit inside a request's transaction: log, find, merge, write, read again, base,
 * answer.
 *
 * Each edit has a savepoint of its own: one that MySQL refuses leaves its row in the edit log and
 * nothing else.
 */
#ifndef WEBHOOK_APPLY_H
#define WEBHOOK_APPLY_H

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "webhook/answer.h"
#include "webhook/conflict_count.h"
#include "webhook/edit.h"
#include "webhook/schema.h"

/* What one request does; begin the counts and `reconcile` anew for each try. */
struct apply {
    struct db *db;
    const struct schema_mapping *m;
    const struct edit_request *request;
    const char *position; /* state_position */
    bool is_paused;       /* edits are logged, and that is all */
    bool is_schema_fresh; /* loaded again already: an unknown column is the table's own trouble, say
                             a trigger's */
    size_t counts[ANSWER_OUTCOMES];
    size_t n_repeated;
    struct conflict_counts conflicts;
    const char *reconcile; /* why the tab must be compared; NULL: it need not. Static text */
};

/* Apply one edit and append its result to RESULTS. -1: the transaction cannot go on (refuse.h says
 * whether the schema must be loaded again). */
int apply_edit(struct apply *apply, const struct edit *edit, struct buf *results, struct err *err);
#endif
