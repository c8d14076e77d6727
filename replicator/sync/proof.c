/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/proof.h"

#include <stdlib.h>

#include "common/cleanup.h"
#include "common/planted.h"
#include "replicator/sync/tab.h"

/* Rows that stand alone are asked for one by one, up to so many; beyond, all key cells are less. Of
 * a tab with more than LARGE_ROWS they are more by far, also when a row is inserted. */
enum { SPANS_MAX = 50, SPANS_MAX_LARGE = 500, LARGE_ROWS = 5000 };

static bool is_large(const struct plan *plan)
{
    return plan->mapping->index.n_rows > LARGE_ROWS;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* The rows that PLAN writes, in order. */
static size_t written_rows(const struct plan *plan, int64_t *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].action == PLAN_UPDATE || plan->rows[i].action == PLAN_INSERT)
            rows[n++] = plan->rows[i].sheet_row;
    qsort(rows, n, sizeof(*rows), compare_numbers);
    return n;
}

/* Merge sorted rows into spans {row, end}; 0 if there are more than MAX. */
static size_t find_spans(const int64_t *rows, size_t n, int64_t spans[][2], size_t max)
{
    size_t n_spans = 0;

    for (size_t i = 0; i < n; i++) {
        if (n_spans > 0 && rows[i] <= spans[n_spans - 1][1]) {
            spans[n_spans - 1][1] = rows[i] + 1;
            continue;
        }
        if (n_spans == max)
            return 0;
        spans[n_spans][0] = rows[i];
        spans[n_spans++][1] = rows[i] + 1;
    }
    return n_spans;
}

/* Do the key cells of the rows that PLAN writes say enough? A new row could stand twice, which only
 * all key cells tell; but of a large tab these are more than the batch itself, and a comparison
 * finds a key that stands twice. */
static bool is_in_spans(const struct plan *plan)
{
    if (plan->n_deletes + plan->n_clears > 0)
        return false;
    return plan->n_inserts == 0 || is_large(plan);
}

int proof_make(struct proof *proof, const struct plan *plan, struct err *err)
{
    const struct mapping *m = plan->mapping;
    int64_t spans[SPANS_MAX_LARGE][2];
    size_t n_spans = 0;
    struct grid_range whole[TAB_RANGES_MAX];
    size_t n_whole = tab_ranges(m, whole);

    *proof = (struct proof){0};
    if (is_in_spans(plan)) {
        CLEANUP_FREE int64_t *rows = calloc(plan->n_rows + 1, sizeof(*rows));

        if (rows == NULL)
            return err_nomem(err, "proof");
        n_spans = find_spans(rows, written_rows(plan, rows), spans,
                             is_large(plan) ? SPANS_MAX_LARGE : SPANS_MAX);
    }
    proof->is_whole = n_spans == 0;
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

/* The key that stands in ROW now. */
static bool key_at(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                   int64_t row, struct hash128 *out)
{
    const struct mapping *m = plan->mapping;

    if (proof->is_whole)
        return tab_key_at(m, &grids[1], row, out);
    for (size_t i = 1; i < proof->n_ranges; i += m->n_key)
        if (row >= proof->ranges[i].row && row < proof->ranges[i].end_row)
            return tab_key_at(m, &grids[i], row, out);
    return false;
}

/* Where ROW is after the batch's own deletes. DELETED is sorted. */
static int64_t row_after(int64_t row, const int64_t *deleted, size_t n)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (deleted[mid] < row)
            lo = mid + 1;
        else
            hi = mid;
    }
    return row - (int64_t)lo;
}

static void add_orphan(struct proof_result *out, int64_t row, size_t planned, bool is_delete)
{
    out->orphans[out->n_orphans] = row;
    out->is_delete[out->n_orphans] = is_delete;
    out->orphan_of[out->n_orphans++] = planned;
}

static void judge_update(const struct proof *proof, const struct plan *plan,
                         const struct grid *grids, size_t i, int64_t row, struct proof_result *out)
{
    struct hash128 key;
    bool has_key = key_at(proof, plan, grids, row, &key);

    if (has_key && hash128_equal(key, plan->rows[i].pending->id.key))
        return;
    out->verdicts[i] = PROOF_MOVED;
    out->n_moved++;
    if (has_key) {
        out->hit_by[out->n_hits++] = i;
        out->victims[out->n_victims++] = key;
    } else {
        add_orphan(out, row, i, false);
    }
}

/* The new row was made by this very batch. If its key does not read back, the row goes: it would be
 * inserted again and again. */
static void judge_insert(const struct proof *proof, const struct plan *plan,
                         const struct grid *grids, const struct row_index *before, size_t i,
                         int64_t row, struct proof_result *out)
{
    int64_t found = row_index_find(&plan->mapping->index, plan->rows[i].pending->id.key);
    struct hash128 key;

    if (found == row)
        return;
    if (found < 0) {
        out->verdicts[i] = PROOF_MOVED;
        out->n_moved++;
        if (!key_at(proof, plan, grids, row, &key) || row_index_find(before, key) < 0)
            add_orphan(out, row, i, true);
        return;
    }
    out->verdicts[i] = PROOF_TWICE;
    out->n_twice++;
    add_orphan(out, row, i, true);
}

/* The same without all key cells: the new row is where it was made, and the index learns of it. */
static int judge_insert_alone(const struct proof *proof, const struct plan *plan,
                              const struct grid *grids, size_t i, struct proof_result *out,
                              struct err *err)
{
    struct mapping *m = plan->mapping;
    const struct planned_row *row = &plan->rows[i];
    struct hash128 key;
    bool has_key = key_at(proof, plan, grids, row->sheet_row, &key);

    if (has_key && hash128_equal(key, row->pending->id.key)) {
        if (row->sheet_row >= m->end_row)
            m->end_row = row->sheet_row + 1;
        return row_index_add(&m->index, key, row->sheet_row) < 0 ? err_nomem(err, "proof") : 0;
    }
    out->verdicts[i] = PROOF_MOVED;
    out->n_moved++;
    if (!has_key || row_index_find(&m->index, key) < 0)
        add_orphan(out, row->sheet_row, i, true);
    return 0;
}

/* Keys that the old index has, and neither the tab nor our own deletes explain. */
static int find_deleted_victims(const struct plan *plan, const struct row_index *before,
                                struct proof_result *out, struct err *err)
{
    size_t gone = 0;
    struct hash128 *more;

    for (size_t i = 0; i < before->n_slots; i++)
        if (before->slots[i].row != 0 &&
            row_index_find(&plan->mapping->index, before->slots[i].key) < 0)
            gone++;
    more = realloc(out->victims, (out->n_victims + gone + 1) * sizeof(*more));
    if (more == NULL)
        return err_nomem(err, "proof");
    out->victims = more;
    for (size_t i = 0; i < before->n_slots; i++)
        if (before->slots[i].row != 0 &&
            row_index_find(&plan->mapping->index, before->slots[i].key) < 0)
            out->victims[out->n_victims++] = before->slots[i].key;
    return 0;
}

static size_t deleted_rows(const struct plan *plan, int64_t *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].action == PLAN_DELETE)
            rows[n++] = plan->rows[i].sheet_row;
    qsort(rows, n, sizeof(*rows), compare_numbers);
    return n;
}

static int judge_rows(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                      const struct row_index *before, struct proof_result *out, struct err *err)
{
    CLEANUP_FREE int64_t *deleted = calloc(plan->n_deletes + 1, sizeof(*deleted));
    size_t n_deleted, n_survived = 0;

    if (deleted == NULL)
        return err_nomem(err, "proof");
    n_deleted = deleted_rows(plan, deleted);
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct planned_row *row = &plan->rows[i];
        int64_t now = row_after(row->sheet_row, deleted, n_deleted);

        if (row->action == PLAN_UPDATE)
            judge_update(proof, plan, grids, i, now, out);
        else if (row->action == PLAN_INSERT && proof->is_whole)
            judge_insert(proof, plan, grids, before, i, now, out);
        else if (row->action == PLAN_INSERT) {
            if (judge_insert_alone(proof, plan, grids, i, out, err) != 0)
                return -1;
        } else if ((row->action == PLAN_DELETE || row->action == PLAN_CLEAR) &&
                   row_index_find(&plan->mapping->index, row->pending->id.key) >= 0) {
            out->verdicts[i] = PROOF_MOVED;
            out->n_moved++;
            n_survived++;
        }
    }
    return n_survived == 0 ? 0 : find_deleted_victims(plan, before, out, err);
}

/* The columns have moved: in which columns do our cells stand now? */
static int find_landed(const struct plan *plan, const struct grid *header, struct proof_result *out,
                       struct err *err)
{
    const struct mapping *m = plan->mapping;
    CLEANUP_FREE int64_t *deleted = calloc(plan->n_deletes + 1, sizeof(*deleted));
    size_t n_deleted;

    out->are_headers_moved = true;
    out->landed = calloc(m->n_columns, sizeof(*out->landed));
    if (deleted == NULL || out->landed == NULL)
        return err_nomem(err, "proof");
    n_deleted = deleted_rows(plan, deleted);
    for (size_t i = 0; i < m->n_columns; i++)
        out->landed[i] = tab_find_mapped(m, grid_at(header, 0, m->columns[i].sheet_column));
    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].action == PLAN_UPDATE || plan->rows[i].action == PLAN_INSERT)
            add_orphan(out, row_after(plan->rows[i].sheet_row, deleted, n_deleted), i, false);
    return 0;
}

int proof_check(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                struct proof_result *out, struct err *err)
{
    struct mapping *m = plan->mapping;
    struct row_index before = {0};
    int rc;

    *out = (struct proof_result){0};
    out->verdicts = calloc(plan->n_rows + 1, sizeof(*out->verdicts));
    out->victims = calloc(plan->n_rows + 1, sizeof(*out->victims));
    out->hit_by = calloc(plan->n_rows + 1, sizeof(*out->hit_by));
    out->orphans = calloc(plan->n_rows + 1, sizeof(*out->orphans));
    out->orphan_of = calloc(plan->n_rows + 1, sizeof(*out->orphan_of));
    out->is_delete = calloc(plan->n_rows + 1, sizeof(*out->is_delete));
    if (out->verdicts == NULL || out->victims == NULL || out->hit_by == NULL ||
        out->orphans == NULL || out->orphan_of == NULL || out->is_delete == NULL)
        return err_nomem(err, "proof");
    if (!tab_headers_match(m, &grids[0])) {
        m->is_index_stale = true;
        return find_landed(plan, &grids[0], out, err);
    }
    if (proof->is_whole) {
        before = m->index;
        m->index = (struct row_index){0};
        if (tab_index(m, &grids[1], err) != 0) {
            row_index_close(&before);
            return -1;
        }
    }
    rc = planted(4) ? 0 : judge_rows(proof, plan, grids, &before, out, err);
    if (out->n_moved > 0 && !proof->is_whole)
        m->is_index_stale = true;
    row_index_close(&before);
    return rc;
}

void proof_result_close(struct proof_result *r)
{
    free(r->verdicts);
    free(r->victims);
    free(r->hit_by);
    free(r->orphans);
    free(r->orphan_of);
    free(r->landed);
    free(r->is_delete);
    *r = (struct proof_result){0};
}
