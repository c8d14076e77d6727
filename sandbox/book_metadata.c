/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "sandbox/book.h"
#include "sandbox/mem.h"

void book_add_metadata(struct book *draft, const struct metadata *m)
{
    struct metadata *to;

    draft->metadata = mem_resize(draft->metadata, draft->n_metadata + 1, sizeof(*draft->metadata));
    to = &draft->metadata[draft->n_metadata++];
    *to = *m;
    to->key = mem_text(m->key);
    to->value = mem_text(m->value);
}

void book_remove_metadata(struct book *draft, size_t index)
{
    struct metadata *m = &draft->metadata[index];

    free(m->key);
    free(m->value);
    draft->n_metadata--;
    memmove(m, m + 1, (draft->n_metadata - index) * sizeof(*m));
}

int64_t book_fresh_metadata_id(const struct book *b)
{
    uint32_t n;
    bool is_used;

    do {
        crypto_random(&n, sizeof(n));
        n = (n & 0x7fffffff) | 1;
        is_used = false;
        for (size_t i = 0; i < b->n_metadata; i++)
            is_used = is_used || b->metadata[i].id == n;
    } while (is_used);
    return n;
}

static bool is_on(const struct metadata *m, int64_t sheet_id, bool rows)
{
    return m->place == (rows ? META_ROW : META_COLUMN) && m->sheet_id == sheet_id;
}

void book_metadata_inserted(struct book *draft, int64_t sheet_id, bool rows, int64_t at, int64_t n)
{
    for (size_t i = 0; i < draft->n_metadata; i++)
        if (is_on(&draft->metadata[i], sheet_id, rows) && draft->metadata[i].index >= at)
            draft->metadata[i].index += n;
}

void book_metadata_deleted(struct book *draft, int64_t sheet_id, bool rows, int64_t at, int64_t n)
{
    for (size_t i = draft->n_metadata; i-- > 0;) {
        struct metadata *m = &draft->metadata[i];

        if (!is_on(m, sheet_id, rows) || m->index < at)
            continue;
        if (m->index < at + n)
            book_remove_metadata(draft, i);
        else
            m->index -= n;
    }
}

void book_metadata_moved(struct book *draft, int64_t sheet_id, bool rows, int64_t at, int64_t n,
                         int64_t to)
{
    if (to >= at && to <= at + n)
        return;
    for (size_t i = 0; i < draft->n_metadata; i++) {
        struct metadata *m = &draft->metadata[i];

        if (!is_on(m, sheet_id, rows))
            continue;
        if (m->index >= at && m->index < at + n)
            m->index += to > at ? to - n - at : to - at;
        else if (to > at && m->index >= at + n && m->index < to)
            m->index -= n;
        else if (to < at && m->index >= to && m->index < at)
            m->index += n;
    }
}
