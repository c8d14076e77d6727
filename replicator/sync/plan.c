/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base.h"

/* A value that no cell can hold is shown as a notice, and its base is this: neither side's value
 * (hash_value is never 0). */
static const uint64_t BASE_NOTICE = 0;
enum { NOTICE_MAX = 96 };

static struct plan_cell *add_cell(struct plan *plan, int64_t row, size_t mapped)
{
    if (plan->n_cells == plan->cells_size) {
        size_t size = plan->cells_size == 0 ? 64 : plan->cells_size * 2;
        struct plan_cell *cells = realloc(plan->cells, size * sizeof(*cells));

        if (cells == NULL)
            return NULL;
        plan->cells = cells;
        plan->cells_size = size;
    }
    plan->cells[plan->n_cells] = (struct plan_cell){
        .row = row, .column = plan->mapping->columns[mapped].sheet_column, .mapped = mapped};
    return &plan->cells[plan->n_cells++];
}

static int notice_cell(struct plan *plan, struct value v, struct cell *out)
{
    char text[NOTICE_MAX];
    int n = snprintf(text, sizeof(text), "(too long for a cell: %zu bytes)", v.len);
    char *copy = arena_copy(&plan->arena, text, (size_t)n);

    if (copy == NULL)
        return -1;
    *out = (struct cell){.type = CELL_TEXT, .text = copy, .text_len = (size_t)n};
    return 0;
}

/* Convert V; text that was made in SCRATCH is moved to the arena. */
static int convert(struct plan *plan, const struct column *c, struct value v, struct buf *scratch,
                   struct cell *out, struct err *err)
{
    buf_clear(scratch);
    if (cell_from_value(c, v, scratch, out, err) != 0) {
        if (err->code != ERR_VALUE)
            return -1;
        return notice_cell(plan, v, out) == 0 ? 0 : err_nomem(err, "plan");
    }
    if (out->type == CELL_TEXT && scratch->len > 0 && out->text >= scratch->ptr &&
        out->text < scratch->ptr + scratch->size) {
        out->text = arena_copy(&plan->arena, out->text, out->text_len);
        if (out->text == NULL)
            return err_nomem(err, "plan");
    }
    return 0;
}

static bool is_cell_due(const struct plan *plan, const struct planned_row *row, size_t i)
{
    const struct mapping_column *mc = &plan->mapping->columns[i];
    struct value v = row->pending->image->values[i];
    uint64_t base;

    if (v.state == VALUE_ABSENT)
        return false;
    if (row->action == PLAN_INSERT)
        return mc->to_sheet || mc->is_key;
    if (!mc->to_sheet || mc->is_key)
        return false;
    if (pending_row_is_forced(row->pending, i) || row->base == NULL)
        return true;
    return !base_find(row->base, row->base_len, mapping_column_of(plan->mapping, i)->name, &base) ||
           base != hash_value(v);
}

static int plan_cells(struct plan *plan, struct planned_row *row, struct buf *scratch,
                      struct err *err)
{
    const struct mapping *m = plan->mapping;

    row->first_cell = plan->n_cells;
    for (size_t i = 0; i < m->n_columns; i++) {
        struct plan_cell *cell;

        if (!is_cell_due(plan, row, i))
            continue;
        cell = add_cell(plan, row->sheet_row, i);
        if (cell == NULL)
            return err_nomem(err, "plan");
        if (convert(plan, mapping_column_of(m, i), row->pending->image->values[i], scratch,
                    &cell->cell, err) != 0)
            return -1;
    }
    row->n_cells = plan->n_cells - row->first_cell;
    return 0;
}

static void choose_action(struct plan *plan, struct planned_row *row)
{
    row->sheet_row = row_index_find(&plan->mapping->index, row->pending->id.key);
    if (!mapping_writes_sheet(plan->mapping))
        row->action = PLAN_NOTHING;
    else if (row->pending->is_delete)
        row->action = row->sheet_row >= 0 ? PLAN_DELETE : PLAN_FORGET;
    else if (row->sheet_row >= 0)
        row->action = PLAN_UPDATE;
    else {
        row->action = PLAN_INSERT;
        row->sheet_row = plan->insert_at + (int64_t)plan->n_inserts++;
    }
}

int plan_make(struct plan *plan, struct mapping *m, struct planned_row *rows, size_t n,
              struct err *err)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;

    *plan = (struct plan){.mapping = m, .rows = rows, .n_rows = n, .insert_at = m->end_row};
    for (size_t i = 0; i < n; i++) {
        struct planned_row *row = &rows[i];

        choose_action(plan, row);
        if (row->action == PLAN_DELETE)
            plan->n_deletes++;
        if (row->action != PLAN_UPDATE && row->action != PLAN_INSERT)
            continue;
        if (plan_cells(plan, row, &scratch, err) != 0)
            return err_wrap(err, "mapping %s", m->cfg->name);
        if (row->action == PLAN_UPDATE && row->n_cells == 0)
            row->action = PLAN_NOTHING;
        else if (row->action == PLAN_UPDATE)
            plan->n_updates++;
    }
    return 0;
}

void plan_close(struct plan *plan)
{
    free(plan->rows);
    free(plan->cells);
    arena_close(&plan->arena);
    *plan = (struct plan){0};
}

/* Is it the text of the value, or a notice in its place? */
static bool is_notice(const struct plan_cell *cell, struct value v)
{
    return v.len > NOTICE_MAX && cell->cell.text_len < NOTICE_MAX;
}

void plan_base_after(const struct plan *plan, const struct planned_row *row, const void *now,
                     size_t now_len, struct buf *out)
{
    const struct mapping *m = plan->mapping;
    const struct value *values = row->pending->image->values;

    if (now != NULL)
        buf_append(out, now, now_len);
    for (size_t k = 0; k < m->n_key; k++)
        base_set(out, mapping_column_of(m, m->key[k])->name, hash_value(values[m->key[k]]));
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        size_t i = plan->cells[c].mapped;

        base_set(out, mapping_column_of(m, i)->name,
                 is_notice(&plan->cells[c], values[i]) ? BASE_NOTICE : hash_value(values[i]));
    }
}
