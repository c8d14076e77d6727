/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/base_list.h"

#include <stdlib.h>

#include "common/base.h"

enum { SIZE_START = 1024 };

void base_list_close(struct base_list *list)
{
    free(list->entries);
    *list = (struct base_list){0};
}

size_t base_list_bytes(const struct base_list *list)
{
    return list->size * sizeof(*list->entries);
}

static int reserve(struct base_list *list)
{
    size_t size = list->size == 0 ? SIZE_START : list->size + list->size / 2;
    struct base_entry *entries;

    if (list->n < list->size)
        return 0;
    entries = realloc(list->entries, size * sizeof(*entries));
    if (entries == NULL)
        return -1;
    list->entries = entries;
    list->size = size;
    return 0;
}

int base_list_add(struct base_list *list, const struct base_rows *page)
{
    /* A page's hash table keeps the order in which its rows were added: that of their keys. */
    for (const struct base_row *row = page->rows; row != NULL; row = row->hh.next) {
        if (reserve(list) != 0)
            return -1;
        list->entries[list->n++] =
            (struct base_entry){.key = row->key,
                                .agreed = hash64(row->hashes, row->hashes_len),
                                .row = -1,
                                .is_held = base_is_held(row->hashes, row->hashes_len, BASE_ROW)};
    }
    return 0;
}

static int compare_keys(const void *key, const void *entry)
{
    return memcmp(key, ((const struct base_entry *)entry)->key.bytes, sizeof(struct hash128));
}

struct base_entry *base_list_find(const struct base_list *list, struct hash128 key)
{
    return list->n == 0
               ? NULL
               : bsearch(key.bytes, list->entries, list->n, sizeof(*list->entries), compare_keys);
}

bool base_list_is_same(const struct base_entry *entry, const struct base_row *now)
{
    if (entry == NULL || now == NULL)
        return entry == NULL && now == NULL;
    return entry->agreed == hash64(now->hashes, now->hashes_len);
}
