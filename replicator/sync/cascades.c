/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/cascades.h"

#include <stdlib.h>
#include <string.h>

/* A chain that is longer has a cycle, or is beyond what a server executes (MySQL: 15 levels). */
enum { PARENTS_MAX = 256 };

#define RULES "('CASCADE', 'SET NULL', 'SET DEFAULT')"
#define SQL_PARENTS                                                                                \
    "SELECT UNIQUE_CONSTRAINT_SCHEMA, REFERENCED_TABLE_NAME, DELETE_RULE IN " RULES                \
    ", UPDATE_RULE IN " RULES " FROM information_schema.REFERENTIAL_CONSTRAINTS "                  \
    "WHERE CONSTRAINT_SCHEMA = ? AND TABLE_NAME = ? AND (DELETE_RULE IN " RULES " OR UPDATE_RULE " \
    "IN " RULES ")"

void cascades_close(struct cascades *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->list[i].schema);
        free(c->list[i].table);
    }
    free(c->list);
    *c = (struct cascades){0};
}

bool cascade_is_of(const struct cascade *c, const char *schema, const char *table)
{
    return strcmp(c->table, table) == 0 && strcmp(c->schema, schema) == 0;
}

struct cascade *cascades_find(const struct cascades *c, const char *schema, const char *table)
{
    for (size_t i = 0; i < c->n; i++)
        if (cascade_is_of(&c->list[i], schema, table))
            return &c->list[i];
    return NULL;
}

/* The entry of that parent and mapping, a new one if there is none. */
static struct cascade *entry_of(struct cascades *c, const char *schema, const char *table,
                                uint32_t mapping)
{
    struct cascade *e;

    for (size_t i = 0; i < c->n; i++)
        if (c->list[i].mapping == mapping && cascade_is_of(&c->list[i], schema, table))
            return &c->list[i];
    if (c->n == c->size) {
        size_t size = c->size == 0 ? 8 : c->size * 2;
        struct cascade *grown = reallocarray(c->list, size, sizeof(*grown));

        if (grown == NULL)
            return NULL;
        c->list = grown;
        c->size = size;
    }
    e = &c->list[c->n];
    *e = (struct cascade){.schema = strdup(schema), .table = strdup(table), .mapping = mapping};
    c->n++;
    return e->schema == NULL || e->table == NULL ? NULL : e;
}

static int add_parents(struct cascades *c, struct db *db, const char *schema, const char *table,
                       uint32_t mapping, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(schema), DB_P_TEXT(table)};

    if (db_run(db, SQL_PARENTS, params, 2, &rows, err) != 0)
        return err_wrap(err, "foreign keys of %s.%s", schema, table);
    for (size_t r = 0; r < rows.n_rows; r++) {
        struct cascade *e =
            entry_of(c, db_rows_text(&rows, r, 0), db_rows_text(&rows, r, 1), mapping);

        if (e == NULL)
            return err_nomem(err, "foreign keys");
        e->on_delete = e->on_delete || db_rows_int(&rows, r, 2) != 0;
        e->on_update = e->on_update || db_rows_int(&rows, r, 3) != 0;
    }
    return 0;
}

int cascades_load(struct cascades *c, struct db *db, const struct mapping *const *mappings,
                  size_t n, struct err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct table *t = mappings[i]->table;
        size_t first = c->n;

        if (t == NULL)
            continue;
        if (add_parents(c, db, t->schema, t->name, i, err) != 0)
            return -1;
        /* The list grows while it is walked: parents of parents. */
        for (size_t p = first; p < c->n && p < first + PARENTS_MAX; p++)
            if (add_parents(c, db, c->list[p].schema, c->list[p].table, i, err) != 0)
                return -1;
    }
    return 0;
}
