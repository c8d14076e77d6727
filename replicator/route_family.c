/* SPDX-License-Identifier: Apache-2.0 */
/* route_family: whose tab of a mapping with tabs_by a row belongs to, and values that have none. */
#include <stdlib.h>
#include <string.h>

#include "replicator/route_private.h"

/* Of no tab: there is no such image. */
#define NOBODY (SIZE_MAX - 1)

int route_open_families(struct route *r, struct err *err)
{
    r->family_of = calloc(r->n_mappings + 1, sizeof(*r->family_of));
    r->places = calloc(r->n_families + 1, sizeof(*r->places));
    if (r->family_of == NULL || r->places == NULL)
        return err_nomem(err, "route");
    for (size_t i = 0; i < r->n_mappings; i++) {
        r->family_of[i] = r->n_families;
        for (size_t k = 0; k < r->n_families; k++)
            if (r->mappings[i]->cfg->family == r->families[k].family.cfg->name)
                r->family_of[i] = k;
    }
    return 0;
}

static bool is_of_table(const struct family *f, const char *schema, const char *table)
{
    return f->table != NULL && strcmp(f->table->schema, schema) == 0 &&
           strcmp(f->table->name, table) == 0;
}

/* Before the mark its rows may have another shape; and the values that there were then were asked
 * for after it. */
const struct table *route_family_table(const struct route *r, const char *schema, const char *table)
{
    for (size_t k = 0; k < r->n_families && !r->is_before_loading; k++)
        if (is_of_table(&r->families[k].family, schema, table))
            return r->families[k].family.table;
    return NULL;
}

static int tell(struct route *r, size_t family, struct err *err)
{
    struct item item = {.type = ITEM_FAMILY, .mapping = (uint32_t)family};

    if (r->places[family].is_told)
        return 0;
    r->places[family].is_told = true;
    return route_push(r, item, err);
}

int route_place(struct route *r, const struct change *change, struct err *err)
{
    for (size_t k = 0; k < r->n_families; k++) {
        const struct family *f = &r->families[k].family;
        struct route_place *place = &r->places[k];

        if (!is_of_table(f, change->table->schema, change->table->name))
            continue;
        place->before = change->before == NULL ? NOBODY : family_find(f, change->before[f->column]);
        place->after =
            change->after == NULL ? NOBODY : family_find(f, change_newest(change, f->column));
        if (place->after == FAMILY_ANY && tell(r, k, err) != 0)
            return -1;
    }
    return 0;
}

bool route_concerns(const struct route *r, size_t at)
{
    const struct route_place *place = &r->places[r->family_of[at]];

    return r->family_of[at] == r->n_families || place->before == FAMILY_ANY ||
           place->after == FAMILY_ANY || place->before == at || place->after == at;
}

void route_forget_told(struct route *r)
{
    for (size_t k = 0; k < r->n_families; k++)
        r->places[k].is_told = false;
}

/* Its members' mappings have it from there (route_ddl.c). Where there is none yet, the family has.
 */
int route_family_ddl(struct route *r, const struct ddl *ddl, bool is_about_rows, struct err *err)
{
    for (size_t k = 0; k < r->n_families && !r->is_before_loading; k++) {
        const struct config_mapping *cfg = r->families[k].family.cfg;

        if (ddl->schema[0] != '\0' &&
            (strcasecmp(cfg->schema, ddl->schema) != 0 ||
             (ddl->table[0] != '\0' && strcasecmp(cfg->table, ddl->table) != 0)))
            continue;
        r->is_schema_changed = r->is_schema_changed || !is_about_rows;
        if (tell(r, k, err) != 0)
            return -1;
    }
    return 0;
}
