/* SPDX-License-Identifier: Apache-2.0 */
/* proof_make: which key cells a batch is to return. */
#include <stdlib.h>

#include "common/cleanup.h"
#include "replicator/sync/proof_private.h"
#include "replicator/sync/tab.h"

/* Rows that stand alone are asked for one by one, up to so many; beyond, all key cells are less. Of
 * a tab with more than LARGE_ROWS they are more by far, also when a row is inserted or deleted; of
 * one with more than VERY_LARGE_ROWS they are not asked for. AROUND: so many rows above a deleted
 * one, and as many below. */
enum {
    SPANS_MAX = 50,
    SPANS_MAX_LARGE = 1000,
    LARGE_ROWS = 5000,
    VERY_LARGE_ROWS = 50000,
    AROUND = 4,
    WANTED_MAX = 2 * AROUND + 1 /* of one row */
};

static bool is_large(const struct mapping *m)
{
    return m->index.n_rows > LARGE_ROWS;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

size_t proof_rows_of(const struct plan *plan, enum plan_action action, int64_t *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].action == action)
            rows[n++] = plan->rows[i].sheet_row;
    qsort(rows, n, sizeof(*rows), compare_numbers);
    return n;
}

/* The rows around ROW, without the header. Returns how many. */
static size_t put_around(int64_t row, int64_t *rows)
{
    size_t n = 0;

    for (int64_t r = row - AROUND; r <= row + AROUND; r++)
        if (r >= 1)
            rows[n++] = r;
    return n;
}

/* The rows whose key cells PLAN's proof wants, in order, as they are when the batch has run. ROWS
 * has room for WANTED_MAX a planned row. */
static size_t wanted_rows(const struct plan *plan, const int64_t *deleted, size_t n_deleted,
                          int64_t *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct planned_row *row = &plan->rows[i];
        int64_t now = row_index_after(row->sheet_row, deleted, n_deleted);

        if (row->action == PLAN_UPDATE || row->action == PLAN_INSERT)
            rows[n++] = now;
        else if (row->action == PLAN_DELETE || row->action == PLAN_CLEAR)
            n += put_around(now, rows + n);
    }
    qsort(rows, n, sizeof(*rows), compare_numbers);
    return n;
}

/* Merge sorted rows into spans {row, end}; false if there are more than MAX. */
static bool find_spans(const int64_t *rows, size_t n, int64_t spans[][2], size_t max,
                       size_t *n_spans)
{
    *n_spans = 0;
    for (size_t i = 0; i < n; i++) {
        if (*n_spans > 0 && rows[i] <= spans[*n_spans - 1][1]) {
            spans[*n_spans - 1][1] = rows[i] + 1;
            continue;
        }
        if (*n_spans == max)
            return false;
        spans[*n_spans][0] = rows[i];
        spans[(*n_spans)++][1] = rows[i] + 1;
    }
    return true;
}

size_t proof_rows_max(const struct mapping *m, const struct planned_row *rows, size_t n)
{
    CLEANUP_FREE int64_t *wanted = NULL;
    int64_t spans[SPANS_MAX_LARGE][2];

    if (m->index.n_rows <= VERY_LARGE_ROWS || n <= 1)
        return n;
    wanted = calloc(n * WANTED_MAX, sizeof(*wanted));
    for (size_t max = n; wanted != NULL && max > 1; max /= 2) {
        size_t n_wanted = 0, n_spans;

        for (size_t i = 0; i < max; i++) {
            int64_t row = row_index_find(&m->index, rows[i].pending->id.key);

            if (row >= 0 && rows[i].pending->is_delete)
                n_wanted += put_around(row, wanted + n_wanted);
            else
                wanted[n_wanted++] = row >= 0 ? row : m->end_row;
        }
        qsort(wanted, n_wanted, sizeof(*wanted), compare_numbers);
        if (find_spans(wanted, n_wanted, spans, SPANS_MAX_LARGE, &n_spans))
            return max;
    }
    return 1;
}

/* Do the key cells of the rows that PLAN touches say enough? A new row could stand twice, or
 * another row be gone than the one that was meant, which only all key cells tell; but of a large
 * tab these are more than the batch itself, and a comparison finds a key that stands twice. */
static bool is_in_spans(const struct plan *plan)
{
    return is_large(plan->mapping) || plan->n_inserts + plan->n_deletes + plan->n_clears == 0;
}

/* *IS_WHOLE: they are too many. */
static int proof_spans(const struct plan *plan, int64_t spans[][2], size_t *n_spans, bool *is_whole,
                       struct err *err)
{
    CLEANUP_FREE int64_t *rows = calloc(plan->n_rows * WANTED_MAX + 1, sizeof(*rows));
    CLEANUP_FREE int64_t *deleted = calloc(plan->n_deletes + 1, sizeof(*deleted));
    size_t n, n_deleted;

    if (rows == NULL || deleted == NULL)
        return err_nomem(err, "proof");
    n_deleted = proof_rows_of(plan, PLAN_DELETE, deleted);
    n = wanted_rows(plan, deleted, n_deleted, rows);
    *is_whole =
        !find_spans(rows, n, spans, is_large(plan->mapping) ? SPANS_MAX_LARGE : SPANS_MAX, n_spans);
    return 0;
}

int proof_make(struct proof *proof, const struct plan *plan, struct err *err)
{
    const struct mapping *m = plan->mapping;
    int64_t spans[SPANS_MAX_LARGE][2];
    size_t n_spans = 0;
    struct grid_range whole[TAB_RANGES_MAX];
    size_t n_whole = tab_ranges(m, whole);

    *proof = (struct proof){.is_whole = true};
    if (is_in_spans(plan) && proof_spans(plan, spans, &n_spans, &proof->is_whole, err) != 0)
        return -1;
    if (proof->is_whole)
        n_spans = 0;
    proof->ranges =
        calloc(proof->is_whole ? n_whole : 1 + n_spans * m->n_key, sizeof(*proof->ranges));
    if (proof->ranges == NULL)
        return err_nomem(err, "proof");
    for (size_t i = 0; i < (proof->is_whole ? n_whole : 1); i++)
        proof->ranges[proof->n_ranges++] = whole[i];
    for (size_t s = 0; s < n_spans; s++)
        for (size_t k = 0; k < m->n_key; k++) {
            proof->ranges[proof->n_ranges] = whole[1 + k];
            proof->ranges[proof->n_ranges].row = spans[s][0];
            proof->ranges[proof->n_ranges++].end_row = spans[s][1];
        }
    return 0;
}

void proof_close(struct proof *proof)
{
    free(proof->ranges);
    *proof = (struct proof){0};
}
