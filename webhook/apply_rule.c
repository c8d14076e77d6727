/* SPDX-License-Identifier: Apache-2.0 */
/* A column's rule over the three sides of the task's row. */
#include <stdarg.h>
#include <stdio.h>

#include "common/mysql/rule.h"
#include "webhook/apply_steps.h"

#define WHY_BYTES 400

static int say(struct task *task, const char **why, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static int say(struct task *task, const char **why, struct err *err, const char *fmt, ...)
{
    char sentence[WHY_BYTES];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(sentence, sizeof(sentence), fmt, ap);
    va_end(ap);
    *why = arena_copy(&task->arena, sentence, strlen(sentence));
    return *why == NULL ? err_nomem(err, "rule") : 0;
}

static struct value side_of(const struct task *task, size_t i, size_t side)
{
    if (side == RULE_MYSQL)
        return task->mysql[i];
    return side == RULE_SHEET ? task->cells[i].value : task_base_value(task, i);
}

/* The values that the rule names; WHY is set if one of them is not known. */
static int collect(struct task *task, const bool *uses, struct value *values, const char **why,
                   struct err *err)
{
    const struct schema_mapping *m = task->m;

    for (size_t at = 0; at < m->n_columns * RULE_SIDES; at++) {
        size_t i = at / RULE_SIDES, side = at % RULE_SIDES;

        values[at] = side_of(task, i, side);
        if (!uses[at] || values[at].state != VALUE_ABSENT)
            continue;
        return say(task, why, err,
                   side == RULE_SHEET ? "the rule needs what the sheet says in \"%s\""
                                      : "the rule needs what both sides had in \"%s\"",
                   m->columns[i].header);
    }
    return 0;
}

static int keep(struct task *task, struct value v, struct value *out, struct err *err)
{
    *out = v;
    if (v.state != VALUE_TEXT)
        return 0;
    out->ptr = arena_copy(&task->arena, v.ptr, v.len);
    return out->ptr == NULL ? err_nomem(err, "rule") : 0;
}

static int evaluate(struct task *task, const char *rule, const struct rule_columns *columns,
                    const struct column *target, struct value *out, const char **why,
                    struct err *err)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    size_t n = columns->n * RULE_SIDES;
    struct value *values = task_values(task, n, err);
    bool *uses = arena_alloc(&task->arena, n * sizeof(*uses) + 1);
    struct err problem = ERR_INIT;

    if (values == NULL || uses == NULL)
        return err_nomem(err, "rule");
    if (rule_parse(rule, columns, uses, &problem) != 0)
        return say(task, why, err, "the rule is wrong: %s", problem.msg);
    if (collect(task, uses, values, why, err) != 0 || *why != NULL)
        return *why != NULL ? 0 : -1;
    if (rule_run(task->db, rule, columns, uses, values, target, &scratch, out, &problem) == 0)
        return keep(task, *out, out, err);
    if (problem.code == ERR_VALUE)
        return say(task, why, err, "the rule's result %s", problem.msg);
    if ((problem.code == ERR_MYSQL || problem.code == ERR_CONFIG) && !problem.transient)
        return say(task, why, err, "the rule failed: %s", problem.msg);
    *err = problem;
    return -1;
}

int apply_rule(struct task *task, size_t i, struct value *out, const char **why, struct err *err)
{
    const struct schema_mapping *m = task->m;
    const struct column *target = schema_column_of(m, i);
    const struct config_column *configured = config_find_column(m->cfg, target->name);
    const struct column **list = arena_alloc(&task->arena, m->n_columns * sizeof(*list));
    const struct rule_columns columns = {.list = list, .n = m->n_columns};

    *why = NULL;
    if (list == NULL)
        return err_nomem(err, "rule");
    if (configured == NULL || configured->rule == NULL)
        return say(task, why, err, "column \"%s\" has no rule", target->name);
    for (size_t k = 0; k < m->n_columns; k++)
        list[k] = schema_column_of(m, k);
    return evaluate(task, configured->rule, &columns, target, out, why, err);
}
