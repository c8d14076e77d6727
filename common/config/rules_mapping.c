/* SPDX-License-Identifier: Apache-2.0 */
/* rules_mapping: what the keys of one mapping must be to each other. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/config/config.h"
#include "common/config/rules.h"
#include "common/config/rules_private.h"

/* A column is named in backquotes without regard to case, as MySQL does; a header exactly. */
static bool same_column(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

static void check_direction(struct walk *w, const struct spot *item, const struct config_mapping *m,
                            struct config_column *column)
{
    struct spot spot = walk_child(w, item, "direction");

    if (spot.node == NULL)
        column->direction = m->direction;
    else if (m->direction != CONFIG_BOTH && column->direction != m->direction)
        problems_add(&w->problems, &spot.place, "contradicts the mapping's direction; remove one");
}

/* A rule is a policy; the mapping's holds for columns that have none of their own. */
static void check_policy(struct walk *w, const struct spot *item, const struct config_mapping *m,
                         struct config_column *column)
{
    struct spot spot = walk_child(w, item, "conflict");
    bool has_rule = walk_child(w, item, "rule").node != NULL;

    if (spot.node == NULL)
        column->conflict = has_rule ? CONFIG_RULE : m->conflict;
    else if (has_rule && column->conflict != CONFIG_RULE)
        problems_add(&w->problems, &spot.place, "contradicts the column's rule; remove one");
    else if (!has_rule && column->conflict == CONFIG_RULE)
        problems_add(
            &w->problems, &spot.place,
            "expected a rule, too: an SQL expression such as GREATEST(mysql.qty, sheet.qty)");
}

static void check_column(struct walk *w, const struct spot *list, struct config_mapping *m,
                         size_t i)
{
    struct spot item = walk_item(w, list, i);
    struct config_column *column = &m->columns[i];

    if (column->name != NULL && column->header == NULL)
        column->header = rules_copy(w, &item, column->name);
    check_direction(w, &item, m, column);
    check_policy(w, &item, m, column);
    for (size_t j = 0; j < i; j++) {
        if (same_column(m->columns[j].name, column->name))
            problems_add(&w->problems, &item.place, "column \"%s\" is given twice", column->name);
        else if (rules_are_same(m->columns[j].header, column->header))
            problems_add(&w->problems, &item.place, "header \"%s\" is given twice", column->header);
        else
            continue;
        return;
    }
}

static void check_key(struct walk *w, const struct spot *list, const struct config_mapping *m,
                      size_t i)
{
    struct spot item = walk_item(w, list, i);
    bool is_mapped = m->n_columns == 0 || m->key[i] == NULL;

    for (size_t j = 0; j < i; j++)
        if (same_column(m->key[j], m->key[i]))
            problems_add(&w->problems, &item.place, "column \"%s\" is given twice", m->key[i]);
    for (size_t j = 0; j < m->n_columns && !is_mapped; j++)
        is_mapped = m->columns[j].name == NULL || same_column(m->columns[j].name, m->key[i]);
    if (!is_mapped)
        problems_add(&w->problems, &item.place, "key column \"%s\" is not among the columns",
                     m->key[i]);
}

/* LEN: without the quotation marks at both ends, which are what tells a text from a mark. */
static const char *mark_core(const char *mark, size_t *len)
{
    mark += strspn(mark, "\"");
    *len = strlen(mark);
    while (*len > 0 && mark[*len - 1] == '"')
        --*len;
    return mark;
}

/* A row that left the filter is not deleted, and a note that says so would be wrong. */
static void check_filter(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot where = walk_child(w, at, "where");
    struct spot order = walk_child(w, at, "order_by");
    struct spot limit = walk_child(w, at, "limit");
    struct spot deletion = walk_child(w, at, "on_delete");
    struct err err;

    if (limit.node != NULL && order.node == NULL)
        problems_add(&w->problems, &limit.place, "needs order_by: which rows are the first?");
    else if (order.node != NULL && limit.node == NULL)
        problems_add(&w->problems, &order.place,
                     "has no effect without limit; rows stand where people want them");
    else if (m->filter.order_by != NULL && row_filter_check_order(m->filter.order_by, &err) != 0)
        problems_add(&w->problems, &order.place, "%s", err.msg);
    if (m->filter.where != NULL && row_filter_check_where(m->filter.where, &err) != 0)
        problems_add(&w->problems, &where.place, "%s", err.msg);
    if (!row_filter_is_none(&m->filter) && m->on_delete == CONFIG_ON_DELETE_MARK)
        problems_add(&w->problems, &deletion.place,
                     "mark cannot be had with where or limit: a row that is not shown any more "
                     "need not be deleted");
}

/* "*" alone, or a name without its domain, would let in nobody. */
static void check_editors(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot list = walk_child(w, at, "editors");

    for (size_t i = 0; i < m->n_editors; i++) {
        const char *editor = m->editors[i];
        const char *sign = editor == NULL ? NULL : strrchr(editor, '@');
        const char *rest = editor != NULL && strncmp(editor, "*@", 2) == 0 ? editor + 1 : editor;
        struct spot item = walk_item(w, &list, i);

        if (editor == NULL || strcasecmp(editor, CONFIG_EDITOR_UNKNOWN) == 0 ||
            (sign != NULL && sign > editor && sign[1] != '\0' && strchr(rest, '*') == NULL))
            continue;
        problems_add(&w->problems, &item.place,
                     "expected an address, *@ and a domain, or %s, got \"%s\"",
                     CONFIG_EDITOR_UNKNOWN, editor);
    }
}

static void check_marks(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot spot = walk_child(w, at, "empty_as");
    const char *null_core, *empty_core;
    size_t null_len, empty_len;

    if (m->null_as == NULL || m->empty_as == NULL)
        return;
    null_core = mark_core(m->null_as, &null_len);
    empty_core = mark_core(m->empty_as, &empty_len);
    if ((m->null_as[0] != '\0') != (m->empty_as[0] != '\0') || null_len != empty_len ||
        memcmp(null_core, empty_core, null_len) != 0)
        return;
    if (spot.node == NULL)
        spot = walk_child(w, at, "null_as");
    problems_add(&w->problems, &spot.place,
                 "null_as and empty_as must differ, quotation marks around them left aside");
}

static size_t count_characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* A tab for each value of a column. */
static void check_tabs_by(struct walk *w, const struct spot *at, const struct config_mapping *m)
{
    struct spot tab = walk_child(w, at, "tab"), name = walk_child(w, at, "name");
    struct spot limit = walk_child(w, at, "tabs_limit"), by = walk_child(w, at, "tabs_by");
    struct spot direction = walk_child(w, at, "direction");
    struct spot deletion = walk_child(w, at, "on_delete");
    bool has_value = m->tab != NULL && strstr(m->tab, CONFIG_TAB_VALUE) != NULL;

    if (by.node == NULL) {
        if (limit.node != NULL)
            problems_add(&w->problems, &limit.place, "has no effect without tabs_by");
        return;
    }
    if (m->tab != NULL && !has_value)
        problems_add(&w->problems, &tab.place,
                     "with tabs_by a title has %s in it, as in \"{value}\" or \"Orders {value}\"",
                     CONFIG_TAB_VALUE);
    if (m->direction == CONFIG_TO_MYSQL)
        problems_add(&w->problems, &direction.place,
                     "to_mysql cannot be had with tabs_by: MySQL's values make the tabs");
    if (m->on_delete == CONFIG_ON_DELETE_MARK)
        problems_add(&w->problems, &deletion.place,
                     "mark cannot be had with tabs_by: a row that is in another tab by now need "
                     "not be deleted");
    if (m->name != NULL && count_characters(m->name) > CONFIG_FAMILY_NAME_MAX)
        problems_add(&w->problems, name.node != NULL ? &name.place : &at->place,
                     "with tabs_by a name has at most %d characters: the values come after it",
                     CONFIG_FAMILY_NAME_MAX);
}

void rules_mapping(struct walk *w, const struct spot *at, void *owner)
{
    struct config_mapping *m = owner;
    struct spot columns = walk_child(w, at, "columns");
    struct spot key = walk_child(w, at, "key");

    m->line = (unsigned)at->place.line;
    check_marks(w, at, m);
    check_filter(w, at, m);
    check_editors(w, at, m);
    if (m->name == NULL && m->table != NULL && walk_child(w, at, "name").node == NULL)
        m->name = rules_copy(w, at, m->table);
    check_tabs_by(w, at, m);
    for (size_t i = 0; i < m->n_columns; i++)
        check_column(w, &columns, m, i);
    for (size_t i = 0; i < m->n_key; i++)
        check_key(w, &key, m, i);
}
