/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof: did a batch land on the rows it meant?
 *
 * The Sheets API has no conditional write, and people move rows while we write. So a batch returns,
 * out of the same atomic request, the header and the key cells of the rows it touched; of all rows,
 * when it deletes from, or inserts into, a tab of up to 5,000 rows.
 *
 * All key cells of a large tab would be far more than the batch. There a delete is proven by the
 * rows around it: if each is where it would be, the row between them was the one. Where one is not,
 * the index has to be read whole. (Two rows that change places in the moment of the delete, and
 * nothing else moves: that is not noticed.) Pure.
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

/* How many of N rows that are to be planned, from the first on, one batch may take: all of them,
 * unless their proof would be all key cells of a very large tab. At least one. */
size_t proof_rows_max(const struct mapping *m, const struct planned_row *rows, size_t n);

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
    bool are_deletes_unsure;      /* the rows around them have moved: they are not judged yet */
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
 * anew; otherwise it follows what the batch did, and becomes stale when something has moved. */
int proof_check(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                struct proof_result *out, struct err *err);
/* Judge the deletes that were unsure: the mapping's index has been read whole since then, BEFORE is
 * what it was. */
int proof_check_deletes(const struct plan *plan, const struct row_index *before,
                        struct proof_result *out, struct err *err);
void proof_result_close(struct proof_result *r);
#endif
