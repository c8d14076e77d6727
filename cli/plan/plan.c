/* SPDX-License-Identifier: Apache-2.0 */
/* plan: judge each row that differs as the daemons would. */
#include "cli/plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/cleanup.h"

enum { SHARE_COUNTS_FROM = 5 }; /* as session/reconcile.c: a share of a handful says nothing */

struct planning {
    const struct place *place;
    struct planned *out;
    size_t limit;
    enum plan_action_kind *kinds; /* owned; scratch, one a column */
    bool *chosen;                 /* owned; the same */
};

void planned_close(struct planned *p)
{
    for (size_t k = 0; k < PLAN_ACTIONS; k++) {
        for (size_t i = 0; i < p->actions[k].n_rows; i++) {
            free(p->actions[k].rows[i].row_key);
            free(p->actions[k].rows[i].cells);
        }
        free(p->actions[k].rows);
    }
    buf_close(&p->changes);
}

static int add(struct planning *p, enum plan_action_kind kind, const struct difference *d,
               const bool *only, struct err *err)
{
    struct planned_action *action = &p->out->actions[kind];
    struct planned_row *row;

    action->n++;
    if (action->n_rows == p->limit)
        return 0;
    if (action->rows == NULL)
        action->rows = calloc(p->limit, sizeof(*action->rows));
    if (action->rows == NULL)
        return err_nomem(err, "plan");
    row = &action->rows[action->n_rows++];
    row->row = d->row;
    row->row_key = strdup(d->row_key);
    row->cells = difference_cells(&p->place->m, d, only);
    return row->row_key == NULL || row->cells == NULL ? err_nomem(err, "plan") : 0;
}

static const struct base_row *base_of(const struct planning *p, const struct difference *d)
{
    return place_has_base(p->place) ? d->base : NULL;
}

static bool is_held(const struct base_row *base, const char *column)
{
    return base != NULL && base_is_held(base->hashes, base->hashes_len, column);
}

static bool is_editable(const struct mapping *m, size_t i)
{
    const struct config_column *c = config_find_column(m->cfg, mapping_column_of(m, i)->name);

    return m->columns[i].to_mysql && m->cfg->direction != CONFIG_TO_SHEET &&
           (c == NULL || c->edit != CONFIG_EDIT_DENY);
}

/* Nothing was agreed on for the cell. */
static enum plan_action_kind judge_new_cell(const struct planning *p, const struct base_row *base)
{
    if (place_has_base(p->place) && p->place->has_snapshot)
        return base == NULL ? PLAN_CONFLICT : PLAN_TAB_CHANGE; /* a new row; a new column */
    if (place_has_base(p->place) && p->place->joined == JOINED)
        return PLAN_TAB_CHANGE; /* the snapshot is under way */
    switch (p->place->m.cfg->initial) {
    case CONFIG_INITIAL_MYSQL:
        return PLAN_TAB_CHANGE;
    case CONFIG_INITIAL_SHEET:
        return PLAN_MYSQL_CHANGE;
    case CONFIG_INITIAL_MERGE:
        break;
    }
    return PLAN_CONFLICT;
}

static enum plan_action_kind judge_cell(const struct planning *p, const struct difference *d,
                                        size_t i)
{
    const struct mapping *m = &p->place->m;
    const struct base_row *base = base_of(p, d);
    const char *name = mapping_column_of(m, i)->name;
    uint64_t hash = 0;

    if (is_held(base, name))
        return PLAN_HELD;
    if (!is_editable(m, i))
        return PLAN_TAB_CHANGE;
    if (base == NULL || !base_find(base->hashes, base->hashes_len, name, &hash) || hash == 0)
        return judge_new_cell(p, base);
    if (tab_cell_shows(m, i, cells_at(m, d->grid, d->row, i), hash))
        return PLAN_TAB_CHANGE;
    return hash_value(d->mysql[i]) == hash ? PLAN_MYSQL_CHANGE : PLAN_CONFLICT;
}

/* A row that both sides have: each kind of action that a cell of it needs counts once. */
static int judge_both(struct planning *p, const struct difference *d, struct err *err)
{
    const struct mapping *m = &p->place->m;
    bool is_needed[PLAN_ACTIONS] = {false};

    for (size_t i = 0; i < m->n_columns; i++) {
        p->kinds[i] = PLAN_ACTIONS;
        if (!cells_is_compared(m, i) ||
            !cells_differ(m, i, cells_at(m, d->grid, d->row, i), d->mysql[i]))
            continue;
        p->kinds[i] = judge_cell(p, d, i);
        is_needed[p->kinds[i]] = true;
    }
    for (int kind = 0; kind < PLAN_ACTIONS; kind++) {
        for (size_t i = 0; i < m->n_columns; i++)
            p->chosen[i] = (int)p->kinds[i] == kind;
        if (is_needed[kind] && add(p, (enum plan_action_kind)kind, d, p->chosen, err) != 0)
            return -1;
    }
    return 0;
}

static bool is_tab_edited(const struct mapping *m, const struct difference *d)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        uint64_t hash = 0;

        if (cells_is_compared(m, i) &&
            base_find(d->base->hashes, d->base->hashes_len, mapping_column_of(m, i)->name, &hash) &&
            hash != 0 && !tab_cell_shows(m, i, cells_at(m, d->grid, d->row, i), hash))
            return true;
    }
    return false;
}

/* Only the tab has it: it was typed, or MySQL deleted it. */
static int judge_tab_row(struct planning *p, const struct difference *d, struct err *err)
{
    const struct mapping *m = &p->place->m;

    if (base_of(p, d) == NULL)
        return m->cfg->direction == CONFIG_TO_SHEET ? 0 : add(p, PLAN_MYSQL_ADD, d, NULL, err);
    if (base_row_is_kept(d->base) || !mapping_writes_sheet(m))
        return 0;
    return add(p, is_tab_edited(m, d) ? PLAN_CONFLICT : PLAN_TAB_REMOVE, d, NULL, err);
}

/* Only MySQL has it: it is new there, or people deleted it in the tab. */
static int judge_mysql_row(struct planning *p, const struct difference *d, struct err *err)
{
    enum config_direction direction = p->place->m.cfg->direction;

    if (base_of(p, d) != NULL && !base_row_is_kept(d->base) && direction != CONFIG_TO_SHEET)
        return add(p, PLAN_MYSQL_REMOVE, d, NULL, err);
    return direction == CONFIG_TO_MYSQL ? 0 : add(p, PLAN_TAB_ADD, d, NULL, err);
}

static int judge(struct look *l, const struct difference *d, struct err *err)
{
    struct planning *p = l->context;

    if (d->is_twice)
        return 0; /* is counted */
    if (is_held(base_of(p, d), BASE_ROW))
        return add(p, PLAN_HELD, d, NULL, err);
    if (d->mysql == NULL)
        return judge_tab_row(p, d, err);
    return d->grid == NULL ? judge_mysql_row(p, d, err) : judge_both(p, d, err);
}

static void take_counts(struct planned *out, const struct look *l)
{
    size_t n = out->actions[PLAN_MYSQL_REMOVE].n;

    out->n_mysql = l->n_mysql;
    out->n_tab = l->n_tab;
    out->n_keyless = l->n_keyless;
    out->n_twice = l->n_twice;
    out->n_unshown = l->n_unshown;
    out->n_marked = l->n_marked;
    out->is_over_limit =
        n > out->cfg->delete_limit_rows || (n > 0 && l->n_tab == 0) ||
        (n >= SHARE_COUNTS_FROM && n * 100 > l->n_mysql * out->cfg->delete_limit_percent);
}

static int look(struct compare *c, struct place *place, size_t limit, struct planned *out,
                struct err *err)
{
    CLEANUP_FREE enum plan_action_kind *kinds = calloc(place->m.n_columns, sizeof(*kinds));
    CLEANUP_FREE bool *chosen = calloc(place->m.n_columns, sizeof(*chosen));
    struct planning p = {
        .place = place, .out = out, .limit = limit, .kinds = kinds, .chosen = chosen};
    struct look l = {.c = c, .place = place, .tell = judge, .context = &p};
    int rc;

    if (kinds == NULL || chosen == NULL)
        return err_nomem(err, "plan");
    rc = look_run(&l, err);
    take_counts(out, &l);
    look_close(&l);
    return rc;
}

int plan_mapping(struct compare *c, const struct config_mapping *cfg, size_t limit,
                 struct planned *out, struct err *err)
{
    struct place place;
    int rc = 0;

    *out = (struct planned){.cfg = cfg, .problem = ERR_INIT};
    if (place_open(c, cfg, &place, &out->problem) == 0) {
        out->is_new = !place.is_known;
        out->is_rekeyed = place.is_rekeyed;
        plan_structure(&place, &out->changes);
        rc = look(c, &place, limit, out, err);
    }
    place_close(&place);
    return rc;
}
