/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare/row_set.h"

#include <stdlib.h>

enum { FIRST_ENTRIES = 1024 };
static const uint64_t SEEN = 1, USED = 2; /* the two lowest bits are not the content's */

void row_set_close(struct row_set *set)
{
    free(set->entries);
    *set = (struct row_set){0};
}

static struct row_entry *find_place(const struct row_set *set, struct hash128 key)
{
    size_t mask = set->n_entries - 1;
    uint64_t start;

    memcpy(&start, key.bytes, sizeof(start));
    for (size_t i = (size_t)start & mask;; i = (i + 1) & mask)
        if (set->entries[i].content == 0 || hash128_equal(set->entries[i].key, key))
            return &set->entries[i];
}

struct row_entry *row_set_find(const struct row_set *set, struct hash128 key)
{
    struct row_entry *e = set->n_entries == 0 ? NULL : find_place(set, key);

    return e == NULL || e->content == 0 ? NULL : e;
}

static int grow(struct row_set *set, size_t max_bytes)
{
    struct row_set bigger = {.n_entries = set->n_entries == 0 ? FIRST_ENTRIES : set->n_entries * 2,
                             .n_rows = set->n_rows};

    if (bigger.n_entries > max_bytes / sizeof(*bigger.entries))
        return -1;
    bigger.entries = calloc(bigger.n_entries, sizeof(*bigger.entries));
    if (bigger.entries == NULL)
        return -1;
    for (size_t i = 0; i < set->n_entries; i++)
        if (set->entries[i].content != 0)
            *find_place(&bigger, set->entries[i].key) = set->entries[i];
    free(set->entries);
    *set = bigger;
    return 0;
}

int row_set_add(struct row_set *set, struct hash128 key, uint64_t content, size_t max_bytes)
{
    if (set->n_rows * 10 >= set->n_entries * 6 && grow(set, max_bytes) != 0)
        return -1;
    *find_place(set, key) = (struct row_entry){.key = key, .content = (content & ~SEEN) | USED};
    set->n_rows++;
    return 0;
}

bool row_entry_is_seen(const struct row_entry *e)
{
    return (e->content & SEEN) != 0;
}

void row_entry_see(struct row_entry *e)
{
    e->content |= SEEN;
}

bool row_entry_has(const struct row_entry *e, uint64_t content)
{
    return ((e->content ^ content) & ~(SEEN | USED)) == 0;
}
