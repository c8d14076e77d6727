/* SPDX-License-Identifier: Apache-2.0 */
/* proof_deletes: have the rows gone that were meant? */
#include <stdlib.h>

#include "common/cleanup.h"
#include "replicator/sync/proof_private.h"

/* --- by the rows around them */

static bool is_asked_for(const struct proof *proof, const struct plan *plan, int64_t row)
{
    size_t n_key = plan->mapping->n_key, lo = 0, hi = (proof->n_ranges - 1) / n_key;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (proof->ranges[1 + mid * n_key].end_row <= row)
            lo = mid + 1;
        else
            hi = mid;
    }
    return 1 + lo * n_key < proof->n_ranges && proof->ranges[1 + lo * n_key].row <= row;
}

/* Do all rows that the index knows, and that came back, stand where the batch has left them? */
static bool are_neighbours_there(const struct proof *proof, const struct plan *plan,
                                 const struct grid *grids, const int64_t *deleted, size_t n)
{
    const struct row_index *index = &plan->mapping->index;
    size_t at = 0;

    for (size_t i = 0; i < index->n_slots; i++) {
        int64_t row = (int64_t)index->slots[i].row - 1;
        int64_t now = row_index_after(row, deleted, n);
        struct hash128 key;

        if (row < 0 || !is_asked_for(proof, plan, now))
            continue;
        at = (size_t)(row - now);
        if (at < n && deleted[at] == row) /* it is gone */
            continue;
        if (!proof_key_at(proof, plan, grids, now, &key) ||
            !hash128_equal(key, index->slots[i].key))
            return false;
    }
    return true;
}

/* Of the rows that were cleared nothing stands there any more. */
static bool are_cleared(const struct proof *proof, const struct plan *plan,
                        const struct grid *grids, const int64_t *cleared, size_t n)
{
    struct hash128 key;

    for (size_t i = 0; i < n; i++)
        if (proof_key_at(proof, plan, grids, cleared[i], &key))
            return false;
    return true;
}

int proof_check_around(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                       const int64_t *deleted, size_t n_deleted, struct proof_result *out,
                       struct err *err)
{
    struct mapping *m = plan->mapping;
    CLEANUP_FREE int64_t *cleared = calloc(plan->n_clears + 1, sizeof(*cleared));
    size_t n_cleared;

    if (cleared == NULL)
        return err_nomem(err, "proof");
    n_cleared = proof_rows_of(plan, PLAN_CLEAR, cleared);
    if (row_index_take_out(&m->index, cleared, n_cleared, false) != 0)
        return err_nomem(err, "proof");
    out->are_deletes_unsure = !are_cleared(proof, plan, grids, cleared, n_cleared) ||
                              !are_neighbours_there(proof, plan, grids, deleted, n_deleted);
    if (out->are_deletes_unsure)
        return 0;
    m->end_row -= (int64_t)n_deleted;
    return row_index_take_out(&m->index, deleted, n_deleted, true) != 0 ? err_nomem(err, "proof")
                                                                        : 0;
}

/* --- by all rows */

/* A row that the index had, and the tab has no more. */
struct gone {
    int64_t row;
    struct hash128 key;
    bool is_meant;
};

static int by_row(const void *a, const void *b)
{
    const struct gone *x = a, *y = b;

    return x->row < y->row ? -1 : x->row > y->row;
}

static bool is_to_go(const struct planned_row *row)
{
    return row->action == PLAN_DELETE || row->action == PLAN_CLEAR;
}

static int find_gone(const struct plan *plan, const struct row_index *before, struct gone **out,
                     size_t *n, struct err *err)
{
    const struct row_index *now = &plan->mapping->index;
    size_t count = 0;

    for (size_t i = 0; i < before->n_slots; i++)
        count += before->slots[i].row != 0 && row_index_find(now, before->slots[i].key) < 0;
    *n = 0;
    *out = calloc(count + 1, sizeof(**out));
    if (*out == NULL)
        return err_nomem(err, "proof");
    for (size_t i = 0; i < before->n_slots; i++)
        if (before->slots[i].row != 0 && row_index_find(now, before->slots[i].key) < 0)
            (*out)[(*n)++] = (struct gone){.row = (int64_t)before->slots[i].row - 1,
                                           .key = before->slots[i].key};
    qsort(*out, *n, sizeof(**out), by_row);
    return 0;
}

static void mark_meant(const struct plan *plan, struct gone *gone, size_t n)
{
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct gone wanted = {.row = plan->rows[i].sheet_row};
        struct gone *found =
            is_to_go(&plan->rows[i]) ? bsearch(&wanted, gone, n, sizeof(*gone), by_row) : NULL;

        if (found != NULL)
            found->is_meant = true;
    }
}

/* A person may have deleted the very row that we meant, in the same moment: then ours was the row
 * below. It looks the same when the person deleted that one. So of the rows that went right below
 * ours the last ones come back, as many as were meant: a delete that a person makes again is better
 * than a row that nobody has deleted. */
static void find_below(const struct gone *gone, size_t n, struct proof_result *out)
{
    for (size_t first = 0, end; first < n; first = end) {
        size_t n_meant = 0, top = n;

        for (end = first; end < n && gone[end].row == gone[first].row + (int64_t)(end - first);
             end++) {
            if (gone[end].is_meant && top == n)
                top = end;
            n_meant += gone[end].is_meant;
        }
        for (size_t i = end; n_meant > 0 && i > top; i--)
            if (!gone[i - 1].is_meant) {
                out->victims[out->n_victims++] = gone[i - 1].key;
                n_meant--;
            }
    }
}

/* One that we meant stands there still: any that is gone may have gone in its place. */
static void find_all(const struct gone *gone, size_t n, struct proof_result *out)
{
    for (size_t i = 0; i < n; i++)
        out->victims[out->n_victims++] = gone[i].key;
}

static int find_victims(const struct plan *plan, const struct row_index *before, bool has_survived,
                        struct proof_result *out, struct err *err)
{
    CLEANUP_FREE struct gone *gone = NULL;
    struct hash128 *more;
    size_t n;

    if (find_gone(plan, before, &gone, &n, err) != 0)
        return -1;
    more = realloc(out->victims, (out->n_victims + n + 1) * sizeof(*more));
    if (more == NULL)
        return err_nomem(err, "proof");
    out->victims = more;
    mark_meant(plan, gone, n);
    if (has_survived)
        find_all(gone, n, out);
    else
        find_below(gone, n, out);
    return 0;
}

int proof_check_deletes(const struct plan *plan, const struct row_index *before,
                        struct proof_result *out, struct err *err)
{
    bool has_survived = false;

    if (plan->n_deletes + plan->n_clears == 0)
        return 0;
    for (size_t i = 0; i < plan->n_rows; i++) {
        if (!is_to_go(&plan->rows[i]) ||
            row_index_find(&plan->mapping->index, plan->rows[i].pending->id.key) < 0)
            continue;
        out->verdicts[i] = PROOF_MOVED;
        out->n_moved++;
        has_survived = true;
    }
    return find_victims(plan, before, has_survived, out, err);
}
