/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/plan.h"

#include <stdlib.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/cell/stand_in.h"
#include "common/log.h"
#include "common/planted.h"
#include "replicator/sync/tab.h"

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
    if (planted(5) && mapped + 1 == plan->mapping->n_columns)
        plan->cells[plan->n_cells].column++;
    return &plan->cells[plan->n_cells++];
}

/* Convert V, or what stands for it; text that was made in SCRATCH is moved to the arena. */
static int convert(struct plan *plan, const struct column *c, struct value v, struct buf *scratch,
                   struct cell *out, struct err *err)
{
    bool with_beginning = plan->mapping->cfg->on_long_text == CONFIG_LONG_TRUNCATE;

    buf_clear(scratch);
    if (cell_from_value(c, v, scratch, out, err) != 0 &&
        (err->code != ERR_VALUE || stand_in_make(c, v, with_beginning, scratch, out, err) != 0))
        return -1;
    if (out->type == CELL_TEXT && scratch->len > 0 && out->text >= scratch->ptr &&
        out->text < scratch->ptr + scratch->size) {
        out->text = arena_copy(&plan->arena, out->text, out->text_len);
        if (out->text == NULL)
            return err_nomem(err, "plan");
    }
    return 0;
}

static bool is_held(const struct plan *plan, const struct planned_row *row, size_t i)
{
    return row->has_held &&
           base_is_held(row->base, row->base_len, mapping_column_of(plan->mapping, i)->name);
}

static bool has_held(const struct plan *plan, const struct planned_row *row)
{
    for (size_t i = 0; row->base != NULL && i < plan->mapping->n_columns; i++)
        if (base_is_held(row->base, row->base_len, mapping_column_of(plan->mapping, i)->name))
            return true;
    return false;
}

/* What the cell is to show: MySQL's value; while it is held, what it showed. */
static struct value shown_value(const struct plan *plan, const struct planned_row *row, size_t i)
{
    if (is_held(plan, row, i))
        return base_value_find(row->agreed, row->agreed_len,
                               mapping_column_of(plan->mapping, i)->name);
    return row->pending->image->values[i];
}

static bool is_base_of(const struct plan *plan, const struct planned_row *row, size_t i,
                       struct value v)
{
    uint64_t base;

    return base_find(row->base, row->base_len, mapping_column_of(plan->mapping, i)->name, &base) &&
           base == hash_value(v);
}

bool plan_has_come_equal(const struct plan *plan, const struct planned_row *row, size_t i)
{
    return is_held(plan, row, i) && is_base_of(plan, row, i, row->pending->image->values[i]);
}

static bool is_cell_due(const struct plan *plan, const struct planned_row *row, size_t i)
{
    const struct mapping_column *mc = &plan->mapping->columns[i];
    struct value v = shown_value(plan, row, i);

    if (v.state == VALUE_ABSENT)
        return false;
    if (row->action == PLAN_INSERT)
        return mc->to_sheet || mc->is_key;
    if (!mc->to_sheet || mc->is_key)
        return false;
    if (pending_row_is_forced(row->pending, i) || row->base == NULL || planted(3))
        return true;
    return !is_held(plan, row, i) && !is_base_of(plan, row, i, v);
}

static int plan_cells(struct plan *plan, struct planned_row *row, struct buf *scratch,
                      struct err *err)
{
    const struct mapping *m = plan->mapping;

    row->first_cell = plan->n_cells;
    row->has_held = has_held(plan, row);
    for (size_t i = 0; i < m->n_columns; i++) {
        struct plan_cell *cell;

        if (!is_cell_due(plan, row, i))
            continue;
        cell = add_cell(plan, row->sheet_row, i);
        if (cell == NULL)
            return err_nomem(err, "plan");
        cell->v = shown_value(plan, row, i);
        if (convert(plan, mapping_column_of(m, i), cell->v, scratch, &cell->cell, err) != 0)
            return -1;
    }
    row->n_cells = plan->n_cells - row->first_cell;
    return 0;
}

/* What becomes of a row that MySQL has no more. */
static enum plan_action gone_action(const struct plan *plan, const struct planned_row *row)
{
    static const enum plan_action actions[] = {[CONFIG_ON_DELETE_REMOVE] = PLAN_DELETE,
                                               [CONFIG_ON_DELETE_CLEAR] = PLAN_CLEAR,
                                               [CONFIG_ON_DELETE_MARK] = PLAN_MARK};

    return row->sheet_row < 0 ? PLAN_FORGET : actions[plan->mapping->cfg->on_delete];
}

static int clear_cells(struct plan *plan, struct planned_row *row, struct err *err)
{
    const struct mapping *m = plan->mapping;

    row->first_cell = plan->n_cells;
    for (size_t i = 0; i < m->n_columns; i++) {
        struct plan_cell *cell = m->columns[i].to_sheet || m->columns[i].is_key
                                     ? add_cell(plan, row->sheet_row, i)
                                     : NULL;

        if (cell != NULL)
            cell->cell = (struct cell){.type = CELL_BLANK};
        else if (m->columns[i].to_sheet || m->columns[i].is_key)
            return err_nomem(err, "plan");
    }
    row->n_cells = plan->n_cells - row->first_cell;
    return 0;
}

/* Both sides changed the row, if the tab really has it no more: what becomes of it is the webhook's
 * to decide, once a comparison has found the delete. */
static bool is_absent(const struct plan *plan, const struct planned_row *row)
{
    return row->base != NULL && row->pending->changed_us > 0 && !row->pending->is_wanted &&
           plan->mapping->cfg->direction == CONFIG_BOTH;
}

static void choose_action(struct plan *plan, struct planned_row *row)
{
    row->sheet_row = row_index_find(&plan->mapping->index, row->pending->id.key);
    if (!mapping_writes_sheet(plan->mapping) ||
        (row->base != NULL && base_is_held(row->base, row->base_len, BASE_ROW)))
        row->action = PLAN_NOTHING;
    else if (row->pending->is_delete)
        row->action = gone_action(plan, row);
    else if (row->sheet_row >= 0)
        row->action = PLAN_UPDATE;
    else if (!tab_can_show_key(plan->mapping, row->pending->image->values)) {
        row->action = PLAN_NOTHING;
        log_warn("plan: a row whose key is empty cannot stand in a tab mapping=%s",
                 plan->mapping->cfg->name);
    } else if (is_absent(plan, row)) {
        row->action = PLAN_ABSENT;
    } else {
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
        plan->n_clears += row->action == PLAN_CLEAR;
        if (row->action == PLAN_CLEAR && clear_cells(plan, row, err) != 0)
            return -1;
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

bool plan_is_held_still(const struct plan *plan, const struct planned_row *row, const void *now,
                        size_t now_len)
{
    for (size_t i = 0; row->has_held && i < plan->mapping->n_columns; i++)
        if (is_held(plan, row, i) &&
            !base_is_held(now, now_len, mapping_column_of(plan->mapping, i)->name))
            return false;
    return true;
}

/* Was a conflict opened while the batch was on its way? Then its edit, which is yet to come in the
 * stream, makes the cell show the held value again. */
static bool is_held_since(const struct plan *plan, const struct planned_row *row, size_t i,
                          const void *now, size_t now_len)
{
    return !is_held(plan, row, i) &&
           base_is_held(now, now_len, mapping_column_of(plan->mapping, i)->name);
}

void plan_base_after(const struct plan *plan, const struct planned_row *row, const void *now,
                     size_t now_len, int64_t at_ms, struct buf *out)
{
    const struct mapping *m = plan->mapping;
    const struct value *values = row->pending->image->values;

    if (now != NULL)
        buf_append(out, now, now_len);
    for (size_t k = 0; k < m->n_key; k++)
        base_set(out, mapping_column_of(m, m->key[k])->name, hash_value(values[m->key[k]]));
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const struct plan_cell *cell = &plan->cells[c];

        if (!is_held_since(plan, row, cell->mapped, now, now_len))
            base_show(out, mapping_column_of(m, cell->mapped)->name, hash_value(cell->v),
                      now_len > 0 ? at_ms : 0);
    }
}

void plan_agreed_after(const struct plan *plan, const struct planned_row *row, const void *now,
                       size_t now_len, const void *base_now, size_t base_now_len, struct buf *out)
{
    buf_append(out, now, now_len);
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++) {
        const struct plan_cell *cell = &plan->cells[c];
        const char *name = mapping_column_of(plan->mapping, cell->mapped)->name;

        if (config_keeps_value(plan->mapping->cfg, name) &&
            !base_is_held(base_now, base_now_len, name))
            base_value_set(out, name, cell->v);
    }
}
