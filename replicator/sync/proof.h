/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof: did a batch land on the rows it meant?
 *
 * The Sheets API has no conditional write, and people move rows while we write. So a batch returns,
 * out of the same atomic request, the header and the key cells of the rows it touched; of all rows,
 * when it deletes, and when it inserts into a tab of up to 5,000 rows. Pure.
 */
#ifndef REPLICATOR_SYNC_PROOF_H
#define REPLICATOR_SYNC_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "replicator/sync/plan.h"

struct proof {
    struct grid_range *ranges; /* owned; the header first */
    size_t n_ranges;
    bool is_whole; /* tab_ranges: all key cells; else one range a span and key column */
};

/* What to ask back for PLAN. */
int proof_make(struct proof *proof, const struct plan *plan, struct err *err);
void proof_close(struct proof *proof);

enum proof_verdict {
    PROOF_GOOD,  /* the row is where we meant it */
    PROOF_MOVED, /* our cells went to another row */
    PROOF_TWICE, /* our new row stands there, and a person has typed the same key meanwhile */
};

struct proof_result {
    bool are_headers_moved; /* cells may have gone to other columns: nothing is proven */
    int *landed; /* owned; with moved headers: the mapped column that stands now where column I was;
                    -1: none */
    enum proof_verdict *verdicts; /* owned; one a planned row */
    size_t n_moved, n_twice;
    struct hash128 *victims; /* owned; keys of rows that were hit or deleted by mistake: put them
                                right from MySQL */
    size_t n_victims;
    size_t
        *hit_by; /* owned; the planned row whose cells victim I got, of the first n_hits victims */
    size_t n_hits;
    int64_t *orphans;  /* owned; rows without a key that got our cells, new rows that stand twice
                          (see  is_delete), and with moved headers all rows that we wrote */
    bool *is_delete;   /* owned; orphan I: delete the row (true) or blank the cells that planned row
                          orphan_of[I] wrote */
    size_t *orphan_of; /* owned */
    size_t n_orphans;
};

/* Judge by GRIDS (proof->n_ranges of them). With a whole proof the mapping's row index is made
 * anew; otherwise it becomes stale when something has moved. */
int proof_check(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                struct proof_result *out, struct err *err);
void proof_result_close(struct proof_result *r);
#endif
