/* SPDX-License-Identifier: Apache-2.0 */
/* tab_merge: which cells are merged, and where merges go when rows and columns do. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"
#include "sandbox/tab.h"

bool area_overlaps(struct area a, struct area b)
{
    return a.row < b.end_row && b.row < a.end_row && a.column < b.end_column &&
           b.column < a.end_column;
}

bool area_contains(struct area outer, struct area inner)
{
    return outer.row <= inner.row && inner.end_row <= outer.end_row &&
           outer.column <= inner.column && inner.end_column <= outer.end_column;
}

static void drop(struct tab *t, size_t i)
{
    t->merges[i] = t->merges[--t->n_merges];
}

void tab_unmerge(struct tab *t, struct area area)
{
    for (size_t i = t->n_merges; i-- > 0;)
        if (area_overlaps(t->merges[i], area))
            drop(t, i);
}

void tab_merge(struct tab *t, struct area area)
{
    tab_unmerge(t, area);
    t->merges = mem_resize(t->merges, t->n_merges + 1, sizeof(*t->merges));
    t->merges[t->n_merges++] = area;
}

const struct area *tab_merge_at(const struct tab *t, int64_t row, int64_t column)
{
    struct area cell = {row, row + 1, column, column + 1};

    for (size_t i = 0; i < t->n_merges; i++)
        if (area_overlaps(t->merges[i], cell))
            return &t->merges[i];
    return NULL;
}

/* One side of a merge. */
struct side {
    int64_t *first, *end;
};

static struct side side_of(struct area *a, bool rows)
{
    return rows ? (struct side){&a->row, &a->end_row} : (struct side){&a->column, &a->end_column};
}

void tab_merges_inserted(struct tab *t, bool rows, int64_t at, int64_t n)
{
    for (size_t i = 0; i < t->n_merges; i++) {
        struct side s = side_of(&t->merges[i], rows);

        *s.end += *s.end > at ? n : 0;
        *s.first += *s.first >= at ? n : 0;
    }
}

static bool is_one_cell(struct area a)
{
    return a.end_row - a.row == 1 && a.end_column - a.column == 1;
}

void tab_merges_deleted(struct tab *t, bool rows, int64_t at, int64_t n)
{
    for (size_t i = t->n_merges; i-- > 0;) {
        struct side s = side_of(&t->merges[i], rows);

        *s.first = *s.first >= at + n ? *s.first - n : *s.first > at ? at : *s.first;
        *s.end = *s.end >= at + n ? *s.end - n : *s.end > at ? at : *s.end;
        if (*s.first >= *s.end || is_one_cell(t->merges[i]))
            drop(t, i);
    }
}

/* What is moved up past others is the others moved down: [at, middle) and [middle, end) change
 * places. */
void tab_merges_moved(struct tab *t, bool rows, int64_t at, int64_t n, int64_t to)
{
    int64_t first = to < at ? to : at, middle = to < at ? at : at + n;
    int64_t end = to < at ? at + n : to;

    for (size_t i = t->n_merges; i-- > 0;) {
        struct side s = side_of(&t->merges[i], rows);
        int64_t by = *s.first >= middle ? first - middle : end - middle;

        if (*s.end <= first || *s.first >= end || (*s.first<first && * s.end> end))
            continue;
        if (*s.first < first || *s.end > end || (*s.first<middle && * s.end> middle)) {
            drop(t, i);
            continue;
        }
        *s.first += by;
        *s.end += by;
    }
}
