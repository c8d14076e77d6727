/* SPDX-License-Identifier: Apache-2.0 */
/* Looking a rule over: what its names may be. */
#include "common/mysql/rule.h"

#include <string.h>
#include <strings.h>

#include "common/mysql/expression.h"

struct names {
    const struct rule_columns *columns;
    bool *uses;
};

static int find_side(const char *name)
{
    static const char *const names[] = {"mysql", "sheet", "base"};

    for (int side = 0; side < RULE_SIDES; side++)
        if (strcmp(name, names[side]) == 0)
            return side;
    return -1;
}

/* The column after "mysql." */
static int read_column(struct expression *e, const struct names *names, const char *start, int side)
{
    char name[EXPRESSION_NAME_SIZE];

    e->at++;
    expression_skip_blanks(e);
    if (expression_read_name(e, name) != 0)
        return -1;
    for (size_t i = 0; i < names->columns->n; i++)
        if (strcasecmp(names->columns->list[i]->name, name) == 0) {
            names->uses[i * RULE_SIDES + (size_t)side] = true;
            expression_skip_blanks(e);
            return *e->at == '.' ? expression_fail(e, e->at, "expected no more of a name") : 0;
        }
    return err_set(e->err, ERR_CONFIG, "character %zu: the mapping has no column \"%s\"",
                   (size_t)(start - e->text) + 1, name);
}

static int on_name(struct expression *e, const char *name, const char *start, void *user)
{
    static const char how[] = "a column is named mysql.X, sheet.X or base.X";
    int side;

    if (*e->at != '.')
        return *start == '`' ? expression_fail(e, start, how)
                             : expression_check_word(e, name, start);
    side = find_side(name);
    return side < 0 ? expression_fail(e, start, how) : read_column(e, user, start, side);
}

int rule_parse(const char *expression, const struct rule_columns *columns, bool *uses,
               struct err *err)
{
    struct names names = {.columns = columns, .uses = uses};
    struct expression e = {
        .text = expression, .what = "a rule", .on_name = on_name, .user = &names, .err = err};

    memset(uses, 0, columns->n * RULE_SIDES * sizeof(*uses));
    return expression_read(&e);
}
