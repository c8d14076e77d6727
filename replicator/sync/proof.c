/* SPDX-License-Identifier: Apache-2.0 */
/* proof: what the key cells that came back say. */
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/planted.h"
#include "replicator/sync/proof_private.h"
#include "replicator/sync/tab.h"

bool proof_key_at(const struct proof *proof, const struct plan *plan, const struct grid *grids,
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
    bool has_key = proof_key_at(proof, plan, grids, row, &key);

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
        if (!proof_key_at(proof, plan, grids, row, &key) || row_index_find(before, key) < 0)
            add_orphan(out, row, i, true);
        return;
    }
    out->verdicts[i] = PROOF_TWICE;
    out->n_twice++;
    add_orphan(out, row, i, true);
}

/* The same without all key cells: the new row is where it was made, and the index learns of it. */
static int judge_insert_alone(const struct proof *proof, const struct plan *plan,
                              const struct grid *grids, size_t i, int64_t row,
                              struct proof_result *out, struct err *err)
{
    struct mapping *m = plan->mapping;
    struct hash128 key;
    bool has_key = proof_key_at(proof, plan, grids, row, &key);

    if (has_key && hash128_equal(key, plan->rows[i].pending->id.key)) {
        if (row >= m->end_row)
            m->end_row = row + 1;
        return row_index_add(&m->index, key, row) < 0 ? err_nomem(err, "proof") : 0;
    }
    out->verdicts[i] = PROOF_MOVED;
    out->n_moved++;
    if (!has_key || row_index_find(&m->index, key) < 0)
        add_orphan(out, row, i, true);
    return 0;
}

static int judge_rows(const struct proof *proof, const struct plan *plan, const struct grid *grids,
                      const struct row_index *before, struct proof_result *out, struct err *err)
{
    CLEANUP_FREE int64_t *deleted = calloc(plan->n_deletes + 1, sizeof(*deleted));
    size_t n_deleted;

    if (deleted == NULL)
        return err_nomem(err, "proof");
    n_deleted = proof_rows_of(plan, PLAN_DELETE, deleted);
    if (!proof->is_whole && plan->n_deletes + plan->n_clears > 0 &&
        proof_check_around(proof, plan, grids, deleted, n_deleted, out, err) != 0)
        return -1;
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct planned_row *row = &plan->rows[i];
        int64_t now = row_index_after(row->sheet_row, deleted, n_deleted);

        if (row->action == PLAN_UPDATE)
            judge_update(proof, plan, grids, i, now, out);
        else if (row->action == PLAN_INSERT && proof->is_whole)
            judge_insert(proof, plan, grids, before, i, now, out);
        else if (row->action == PLAN_INSERT &&
                 judge_insert_alone(proof, plan, grids, i, now, out, err) != 0)
            return -1;
    }
    return proof->is_whole ? proof_check_deletes(plan, before, out, err) : 0;
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
    n_deleted = proof_rows_of(plan, PLAN_DELETE, deleted);
    for (size_t i = 0; i < m->n_columns; i++)
        out->landed[i] = tab_find_mapped(m, grid_at(header, 0, m->columns[i].sheet_column));
    for (size_t i = 0; i < plan->n_rows; i++)
        if (plan->rows[i].action == PLAN_UPDATE || plan->rows[i].action == PLAN_INSERT)
            add_orphan(out, row_index_after(plan->rows[i].sheet_row, deleted, n_deleted), i, false);
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
    if ((out->n_moved > 0 || out->are_deletes_unsure) && !proof->is_whole)
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
