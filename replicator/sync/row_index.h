/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_index: key -> row number of a tab, in memory; never trusted without the proof that comes back
 * with a batch.
 *
 * 20 bytes a slot, at most 60 % full: some 35 bytes a row. Filled anew from the tab's key column;
 * only rows that we have put at the end of a large tab, and proven, are added. Pure.
 */
#ifndef REPLICATOR_SYNC_ROW_INDEX_H
#define REPLICATOR_SYNC_ROW_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/hash.h"

struct row_index_slot {
    struct hash128 key;
    int32_t row; /* 0-based + 1; 0: free */
};

struct row_index {
    struct row_index_slot *slots; /* owned */
    size_t n_slots;               /* a power of two, or 0 */
    size_t n_rows;
};

void row_index_close(struct row_index *index);
/* Forget all rows. */
void row_index_clear(struct row_index *index);
/* 0: added; 1: the key is there already (its first row stays); -1: out of memory. */
int row_index_add(struct row_index *index, struct hash128 key, int64_t row);
/* The 0-based row, or -1. */
int64_t row_index_find(const struct row_index *index, struct hash128 key);
#endif
