/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_index: key -> row number of a tab, in memory; never trusted without the proof that comes back
 * with a batch.
 *
 * 20 bytes a slot, at most 60 % full: some 35 bytes a row. Filled anew from the tab's key column;
 * of a large tab rows that we have put at its end, or deleted, and proven, are added and taken out.
 * Pure.
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
/* Take the keys of ROWS out (N of them, 0-based, rising). IS_SHIFTED: the rows below have moved up
 * for each. -1: out of memory, and nothing has changed. */
int row_index_take_out(struct row_index *index, const int64_t *rows, size_t n, bool is_shifted);
/* Where ROW is after DELETED (N rows, rising) have gone. */
int64_t row_index_after(int64_t row, const int64_t *deleted, size_t n);
/* The 0-based row, or -1. */
int64_t row_index_find(const struct row_index *index, struct hash128 key);
#endif
