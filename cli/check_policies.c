/* SPDX-License-Identifier: Apache-2.0 */
/* What a mapping says of conflicts: can MySQL evaluate its rules, does its column say when a row
 * was written? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/check.h"
#include "common/cleanup.h"
#include "common/mysql/rule.h"

struct subject {
    struct findings *f;
    struct db *db;
    const struct config_mapping *m;
    const struct table *table;
    const struct rule_columns *columns; /* the mapped ones */
    char what[128];
    char mend[128];
};

/* Evaluate it once, all values NULL: names, functions and types are then known to be right. A
 * result that the column cannot hold says nothing: it may be the NULL. */
static bool can_run(const struct subject *s, const char *rule, const struct column *target,
                    const bool *uses, struct err *err)
{
    CLEANUP_FREE struct value *values = calloc(s->columns->n * RULE_SIDES + 1, sizeof(*values));
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct value out;

    if (values == NULL)
        return err_nomem(err, "rule") == 0;
    return rule_run(s->db, rule, s->columns, uses, values, target, &scratch, &out, err) == 0 ||
           err->code == ERR_VALUE;
}

/* base keeps only hashes of other columns, and a hash is no value. */
static void check_base(const struct subject *s, const char *column, const bool *uses)
{
    for (size_t i = 0; i < s->columns->n; i++) {
        const char *name = s->columns->list[i]->name;

        if (uses[i * RULE_SIDES + RULE_BASE] && !config_keeps_value(s->m, name))
            findings_add(
                s->f, FINDING_WARN, "mapping.rule", s->what,
                "Give that column conflict: manual or a rule of its own.",
                "the rule of column \"%s\" names base.%s, whose value is not kept: where it "
                "is not known a person must decide",
                column, name);
    }
}

static void check_rule(const struct subject *s, const struct config_column *c)
{
    CLEANUP_FREE bool *uses = calloc(s->columns->n * RULE_SIDES + 1, sizeof(*uses));
    int at = table_find_column(s->table, c->name);
    struct err err = ERR_INIT;

    if (at < 0 || uses == NULL)
        return; /* said already */
    if (rule_parse(c->rule, s->columns, uses, &err) != 0 ||
        !can_run(s, c->rule, &s->table->columns[at], uses, &err)) {
        findings_add(s->f, FINDING_FAIL, "mapping.rule", s->what, s->mend,
                     "the rule of column \"%s\": %s", c->name, err.msg);
        return;
    }
    findings_add(s->f, FINDING_OK, "mapping.rule", s->what, NULL,
                 "the rule of column \"%s\" can be evaluated", c->name);
    check_base(s, c->name, uses);
}

static void check_last_write(const struct subject *s)
{
    const char *name = s->m->last_write_column;
    int at = name == NULL ? -1 : table_find_column(s->table, name);
    const struct column *c = at < 0 ? NULL : &s->table->columns[at];

    if (name == NULL)
        return;
    if (c == NULL)
        findings_add(s->f, FINDING_FAIL, "mapping.last_write_column", s->what, s->mend,
                     "last_write_column: the table has no column \"%s\"", name);
    else if (c->type != COLUMN_DATETIME && c->type != COLUMN_TIMESTAMP)
        findings_add(
            s->f, FINDING_FAIL, "mapping.last_write_column", s->what, s->mend,
            "last_write_column: \"%s\" is a %s; it must be a DATETIME or TIMESTAMP, in UTC", name,
            c->sql_type);
    else if (c->fsp < 3)
        findings_add(
            s->f, FINDING_WARN, "mapping.last_write_column", s->what, NULL,
            "last_write_column: \"%s\" has whole seconds: of two writes in the same second "
            "the sheet's counts as the later one",
            name);
}

static bool is_mapped(const struct config_mapping *m, const struct column *c)
{
    return m->n_columns == 0 ? !c->is_invisible : config_find_column(m, c->name) != NULL;
}

void check_policies(struct findings *f, struct db *db, const struct config_mapping *m,
                    const struct table *table)
{
    CLEANUP_FREE const struct column **list = calloc(table->n_columns + 1, sizeof(*list));
    struct rule_columns columns = {.list = list};
    struct subject s = {.f = f, .db = db, .m = m, .table = table, .columns = &columns};

    for (size_t i = 0; list != NULL && i < table->n_columns; i++)
        if (is_mapped(m, &table->columns[i]))
            list[columns.n++] = &table->columns[i];
    snprintf(s.what, sizeof(s.what), "mapping %s", m->name);
    snprintf(s.mend, sizeof(s.mend), "Correct it in the mapping on line %u.", m->line);
    check_last_write(&s);
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].rule != NULL)
            check_rule(&s, &m->columns[i]);
}
