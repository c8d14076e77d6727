/* SPDX-License-Identifier: Apache-2.0 */
/* report: a plan as text and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "cli/json_rows.h"
#include "cli/plan/plan.h"
#include "cli/show.h"
#include "common/json.h"

static const struct {
    const char *name;     /* in JSON */
    const char *sentence; /* after a number of rows */
} actions[PLAN_ACTIONS] = {
    [PLAN_TAB_ADD] = {"tab_add", "are added to the tab"},
    [PLAN_TAB_CHANGE] = {"tab_change", "are changed in the tab, to what MySQL has"},
    [PLAN_TAB_REMOVE] = {"tab_remove", "leave the tab: MySQL has them no more"},
    [PLAN_MYSQL_ADD] = {"mysql_add", "are inserted into MySQL, if they are complete"},
    [PLAN_MYSQL_CHANGE] = {"mysql_change", "are changed in MySQL, to what the tab shows"},
    [PLAN_MYSQL_REMOVE] = {"mysql_remove", "are deleted in MySQL: they are gone from the tab"},
    [PLAN_CONFLICT] = {"conflict", "were changed on both sides: the policy decides"},
    [PLAN_HELD] = {"held", "are held by a conflict that is open"},
};

static void put_row(struct buf *out, const struct planned_row *row)
{
    buf_puts(out, "      key ");
    show_key(out, row->row_key);
    if (row->row >= 0)
        buf_printf(out, " (row %" PRId64 " of the tab)", row->row + 1);
    if (strcmp(row->cells, "[]") != 0)
        buf_puts(out, ": ");
    difference_show_cells(out, row->cells);
    buf_putc(out, '\n');
}

static void put_action(struct buf *out, const struct planned *p, size_t kind)
{
    const struct planned_action *a = &p->actions[kind];

    if (a->n == 0)
        return;
    buf_printf(out, "    %zu rows %s\n", a->n, actions[kind].sentence);
    if (kind == PLAN_MYSQL_REMOVE && p->is_over_limit)
        buf_printf(out, "      more than the limit: they wait for tabrelay deletes approve %s\n",
                   p->cfg->name);
    for (size_t i = 0; i < a->n_rows; i++)
        put_row(out, &a->rows[i]);
    if (a->n > a->n_rows && a->n_rows > 0)
        buf_printf(out, "      and %zu more (--limit)\n", a->n - a->n_rows);
}

static void put_changes(struct buf *out, const struct planned *p)
{
    CLEANUP_JSON cJSON *changes = NULL;
    const cJSON *change;
    struct err err;

    if (p->is_new)
        buf_puts(out, "    it is new: both sides are brought together by their keys\n");
    if (p->is_rekeyed)
        buf_puts(out, "    rows are told apart by other columns than before: what was agreed on "
                      "is forgotten\n");
    if (json_parse(buf_text(&p->changes), p->changes.len, &changes, &err) != 0)
        return;
    cJSON_ArrayForEach(change, changes)
    {
        buf_puts(out, "    ");
        show_text(out, change->valuestring, strlen(change->valuestring), SHOW_LONG);
        buf_putc(out, '\n');
    }
}

static bool is_idle(const struct planned *p)
{
    for (size_t k = 0; k < PLAN_ACTIONS; k++)
        if (p->actions[k].n > 0)
            return false;
    return !p->is_new && !p->is_rekeyed && strcmp(buf_text(&p->changes), "[]") == 0;
}

void plan_put_text(struct buf *out, const struct planned *p)
{
    buf_printf(out, "%s: ", p->cfg->name);
    if (p->problem.code != ERR_NONE) {
        buf_printf(out, "it would wait: %s\n", p->problem.msg);
        if (p->problem.hint[0] != '\0')
            buf_printf(out, "  -> %s\n", p->problem.hint);
        return;
    }
    buf_printf(out, "%zu rows in MySQL, %zu in the tab%s\n", p->n_mysql, p->n_tab,
               is_idle(p) ? "; nothing to do" : "");
    put_changes(out, p);
    for (size_t k = 0; k < PLAN_ACTIONS; k++)
        put_action(out, p, k);
    if (p->n_twice > 0)
        buf_printf(out, "    %zu rows of the tab have a key that stands above already\n",
                   p->n_twice);
    if (p->n_keyless > 0)
        buf_printf(out, "    %zu rows of the tab have cells and no key\n", p->n_keyless);
    if (p->n_marked > 0)
        buf_printf(out, "    %zu rows of the tab are marked as deleted in MySQL\n", p->n_marked);
    if (p->n_unshown > 0)
        buf_printf(out, "    %zu rows of MySQL have a blank key, which a tab cannot show\n",
                   p->n_unshown);
}

static void put_action_json(struct buf *out, const struct planned_action *a, const char *name)
{
    buf_printf(out, ", \"%s\": {\"rows\": %zu, \"examples\": [", name, a->n);
    for (size_t i = 0; i < a->n_rows; i++) {
        const struct planned_row *row = &a->rows[i];

        buf_printf(out, "%s{\"key\": %s, \"row\": ", i == 0 ? "" : ", ", row->row_key);
        if (row->row >= 0)
            buf_printf(out, "%" PRId64, row->row + 1);
        else
            buf_puts(out, "null");
        buf_printf(out, ", \"cells\": %s}", row->cells);
    }
    buf_puts(out, "]}");
}

static const char *claim(bool is_so)
{
    return is_so ? "true" : "false";
}

void plan_put_json(struct buf *out, const struct planned *p)
{
    buf_putc(out, '{');
    json_put_text(out, "mapping", p->cfg->name);
    buf_puts(out, ", ");
    json_put_text(out, "problem", p->problem.code == ERR_NONE ? "" : p->problem.msg);
    buf_printf(out,
               ", \"new\": %s, \"rekeyed\": %s, \"changes\": %s, \"rows_in_mysql\": %zu, "
               "\"rows_in_tab\": %zu, \"keyless_rows\": %zu, \"duplicate_keys\": %zu, "
               "\"blank_keys\": %zu, \"marked_rows\": %zu, \"deletes_wait\": %s",
               claim(p->is_new), claim(p->is_rekeyed), p->changes.len == 0 ? "[]" : p->changes.ptr,
               p->n_mysql, p->n_tab, p->n_keyless, p->n_twice, p->n_unshown, p->n_marked,
               claim(p->is_over_limit));
    for (size_t k = 0; k < PLAN_ACTIONS; k++)
        put_action_json(out, &p->actions[k], actions[k].name);
    buf_putc(out, '}');
}
