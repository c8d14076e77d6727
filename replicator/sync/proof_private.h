/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof_private: what proof_make.c, proof.c and proof_deletes.c share; nobody else includes it.
 */
#ifndef REPLICATOR_SYNC_PROOF_PRIVATE_H
#define REPLICATOR_SYNC_PROOF_PRIVATE_H

#include "replicator/sync/proof.h"

/* The rows of the tab that PLAN's rows with ACTION are in, rising, as they were before the batch;
 * ROWS has room for all. Returns how many. */
size_t proof_rows_of(const struct plan *plan, enum plan_action action, int64_t *rows);

/* The key that stands in ROW now. */
bool proof_key_at(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                  int64_t row, struct hash128 *out);

/* Are the rows that PROOF, which is not whole, asked for where the batch has left them, DELETED (N
 * rows, rising) having gone? Then the index follows; else OUT's are_deletes_unsure is set. */
int proof_check_around(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                       const int64_t *deleted, size_t n_deleted, struct proof_result *out,
                       struct err *err);
#endif
