/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_set: the rows of one side in memory, each as a key and a hash of its content: 24 bytes, in a
 * table that is at most 60 % full. Pure.
 */
#ifndef CLI_COMPARE_ROW_SET_H
#define CLI_COMPARE_ROW_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/hash.h"

struct row_entry {
    struct hash128 key;
    uint64_t content; /* 0: free; the lowest bit says that the other side has the row, too */
};

struct row_set {
    struct row_entry *entries; /* owned */
    size_t n_entries;          /* a power of two, or 0 */
    size_t n_rows;
};

void row_set_close(struct row_set *set);
/* The entry of KEY, or NULL. Good until the next row_set_add. */
struct row_entry *row_set_find(const struct row_set *set, struct hash128 key);
/* Add a row that is not in it. -1: the set would take more than MAX_BYTES, or no memory is left. */
int row_set_add(struct row_set *set, struct hash128 key, uint64_t content, size_t max_bytes);

bool row_entry_is_seen(const struct row_entry *e);
void row_entry_see(struct row_entry *e);
/* Do both mean the same content? */
bool row_entry_has(const struct row_entry *e, uint64_t content);
#endif
