/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/row_index.h"

#include <stdlib.h>

void row_index_close(struct row_index *index)
{
    free(index->slots);
    *index = (struct row_index){0};
}

void row_index_clear(struct row_index *index)
{
    if (index->n_slots > 0)
        memset(index->slots, 0, index->n_slots * sizeof(*index->slots));
    index->n_rows = 0;
}

/* The keys are XXH3 hashes: their first bytes are as good as any. */
static struct row_index_slot *find_slot(const struct row_index *index, struct hash128 key)
{
    size_t mask = index->n_slots - 1;
    uint64_t start;

    memcpy(&start, key.bytes, sizeof(start));
    for (size_t i = (size_t)start & mask;; i = (i + 1) & mask)
        if (index->slots[i].row == 0 || hash128_equal(index->slots[i].key, key))
            return &index->slots[i];
}

static int grow(struct row_index *index)
{
    struct row_index bigger = {.n_slots = index->n_slots == 0 ? 64 : index->n_slots * 2};

    bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
    if (bigger.slots == NULL)
        return -1;
    for (size_t i = 0; i < index->n_slots; i++)
        if (index->slots[i].row != 0)
            *find_slot(&bigger, index->slots[i].key) = index->slots[i];
    bigger.n_rows = index->n_rows;
    free(index->slots);
    *index = bigger;
    return 0;
}

int row_index_add(struct row_index *index, struct hash128 key, int64_t row)
{
    struct row_index_slot *slot;

    if (index->n_rows * 10 >= index->n_slots * 6 && grow(index) != 0)
        return -1;
    slot = find_slot(index, key);
    if (slot->row != 0)
        return 1;
    *slot = (struct row_index_slot){.key = key, .row = (int32_t)(row + 1)};
    index->n_rows++;
    return 0;
}

/* How many of DELETED are above ROW. */
static size_t count_above(int64_t row, const int64_t *deleted, size_t n)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (deleted[mid] < row)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int64_t row_index_after(int64_t row, const int64_t *deleted, size_t n)
{
    return row - (int64_t)count_above(row, deleted, n);
}

int row_index_take_out(struct row_index *index, const int64_t *rows, size_t n, bool is_shifted)
{
    struct row_index left = {.n_slots = index->n_slots};

    if (n == 0 || index->n_slots == 0)
        return 0;
    left.slots = calloc(left.n_slots, sizeof(*left.slots));
    if (left.slots == NULL)
        return -1;
    for (size_t i = 0; i < index->n_slots; i++) {
        struct row_index_slot slot = index->slots[i];
        int64_t row = (int64_t)slot.row - 1;
        size_t above = slot.row == 0 ? 0 : count_above(row, rows, n);

        if (slot.row == 0 || (above < n && rows[above] == row))
            continue;
        if (is_shifted)
            slot.row -= (int32_t)above;
        *find_slot(&left, slot.key) = slot;
        left.n_rows++;
    }
    free(index->slots);
    *index = left;
    return 0;
}

int64_t row_index_find(const struct row_index *index, struct hash128 key)
{
    return index->n_slots == 0 ? -1 : (int64_t)find_slot(index, key)->row - 1;
}
