/* SPDX-License-Identifier: Apache-2.0 */
/* route_ddl: what the binlog tells of mapped tables without rows of theirs. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "replicator/route_private.h"

/* NAME: of a table that the server has, or only of the configuration. */
static bool is_named(const struct mapping *m, const char *schema, const char *table)
{
    if (m->table != NULL)
        return strcmp(m->table->schema, schema) == 0 &&
               (table[0] == '\0' || strcmp(m->table->name, table) == 0);
    return strcasecmp(m->cfg->schema, schema) == 0 &&
           (table[0] == '\0' || strcasecmp(m->cfg->table, table) == 0);
}

/* A statement that names no table may have touched every table of its schema, and without a schema
 * any table. */
static bool is_touched(const struct mapping *m, const struct ddl *ddl)
{
    return ddl->schema[0] == '\0' || is_named(m, ddl->schema, ddl->table);
}

/* Rows changed, and the table's definition did not. */
static bool is_about_rows(enum ddl_kind kind)
{
    return kind == DDL_STATEMENT_DML || kind == DDL_TRUNCATE;
}

static int push_ddl(struct route *r, uint32_t at, const struct ddl *ddl, struct err *err)
{
    struct item item = {.type = ITEM_DDL, .mapping = at, .ddl = ddl->kind};

    item.text = strdup(ddl->sql);
    if (item.text == NULL)
        return err_nomem(err, "route");
    r->is_schema_changed = r->is_schema_changed || !is_about_rows(ddl->kind);
    return route_push(r, item, err);
}

/* A parent has another name or other foreign keys: the session looks again. */
static int on_parent_ddl(struct route *r, const struct ddl *ddl, struct err *err)
{
    for (size_t i = 0; i < r->cascades->n; i++) {
        const struct cascade *c = &r->cascades->list[i];
        struct item item = {.type = ITEM_CASCADE, .mapping = c->mapping, .ddl = ddl->kind};

        if (strcmp(c->schema, ddl->schema) != 0 ||
            (ddl->table[0] != '\0' && strcmp(c->table, ddl->table) != 0))
            continue;
        item.text = strdup(c->table);
        if (item.text == NULL)
            return err_nomem(err, "route");
        r->is_schema_changed = r->is_schema_changed || !is_about_rows(ddl->kind);
        if (route_push(r, item, err) != 0)
            return -1;
    }
    return 0;
}

/* The mapping was opened with the table as it is after this DDL: rows are not read yet, and all of
 * them will be compared. A DROP has more to say (on_drop). */
static bool is_known(const struct route *r, uint32_t at, enum ddl_kind kind)
{
    return r->is_before_loading && r->mappings[at]->is_unsure && !is_about_rows(kind) &&
           kind != DDL_DROP;
}

/* Also what was not understood: the table is looked at again, and every row of it compared. */
int route_on_ddl(void *ctx, const struct ddl *ddl, struct err *err)
{
    struct route *r = ctx;

    for (uint32_t i = 0; i < r->n_mappings; i++)
        if (is_touched(r->mappings[i], ddl) && !is_known(r, i, ddl->kind) &&
            push_ddl(r, i, ddl, err) != 0)
            return -1;
    if (route_family_ddl(r, ddl, is_about_rows(ddl->kind), err) != 0)
        return -1;
    return ddl->schema[0] == '\0' ? 0 : on_parent_ddl(r, ddl, err);
}

/* Rows of a parent were deleted or updated: what its foreign keys did to mapped tables is not in
 * the log, unless the server says so. */
int route_on_notice(void *ctx, const struct notice *notice, struct err *err)
{
    struct route *r = ctx;
    const struct cascade *parent = notice->notice;

    if (notice->type == CHANGE_INSERT || notice->has_logged_cascades)
        return 0;
    for (size_t i = 0; i < r->cascades->n; i++) {
        const struct cascade *c = &r->cascades->list[i];
        struct item item = {.type = ITEM_CASCADE, .mapping = c->mapping, .ddl = DDL_STATEMENT_DML};

        if (!cascade_is_of(c, parent->schema, parent->table) || r->is_cascade_told[c->mapping] ||
            !(notice->type == CHANGE_DELETE ? c->on_delete : c->on_update))
            continue;
        r->is_cascade_told[c->mapping] = true;
        item.text = strdup(c->table);
        if (item.text == NULL)
            return err_nomem(err, "route");
        if (route_push(r, item, err) != 0)
            return -1;
    }
    return 0;
}
