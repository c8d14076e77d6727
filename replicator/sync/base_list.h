/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base_list: all base rows of a mapping as they were at one moment, 40 bytes each: the key, a hash
 * of what was agreed on, and what a comparison learns of the row.
 *
 * What was agreed on itself is read again where it is needed, and counts only while its hash is
 * still that of the list: so a comparison of a million rows stays within a default memory_limit.
 * Sorted by key, as MySQL gives them. Pure; one thread.
 */
#ifndef REPLICATOR_SYNC_BASE_LIST_H
#define REPLICATOR_SYNC_BASE_LIST_H

#include "replicator/sync/state.h"

struct base_entry {
    struct hash128 key;
    uint64_t agreed;
    int64_t row;       /* where it stands, 0-based; -1: nowhere, or not looked for */
    uint32_t old_edit; /* the row differs, and shows what MySQL's values took the place of: that
                          edit of the comparison's, from 1; 0: it does not */
    bool is_held;      /* a person is to decide about the row (common/base.h) */
    bool is_seen;      /* it is in the tab */
    bool was_twin;     /* that row has a note which says that another one counts */
};

struct base_list {
    struct base_entry *entries; /* owned */
    size_t n, size;
};

void base_list_close(struct base_list *list);
/* Add PAGE, whose keys come after all that are there. -1: out of memory. */
int base_list_add(struct base_list *list, const struct base_rows *page);
size_t base_list_bytes(const struct base_list *list);
/* NULL: there was no base of this key. */
struct base_entry *base_list_find(const struct base_list *list, struct hash128 key);
/* Is NOW (NULL: none) what ENTRY (NULL: none) was? */
bool base_list_is_same(const struct base_entry *entry, const struct base_row *now);
#endif
