/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/roster.h"

#include <stdlib.h>
#include <string.h>

#include "cli/events/pattern.h"
#include "common/hash.h"

enum { SIZE_FIRST = 64, LAYOUTS_MAX = 1000, TABLES_MAX = 20000 };

static void table_entry_free(struct roster_table *t)
{
    if (t == NULL)
        return;
    free(t->schema);
    free(t->name);
    layout_free(t->layout);
    table_free(t->known);
    buf_close(&t->map);
    free(t);
}

static void clear(struct roster *r)
{
    for (size_t i = 0; i < r->size; i++)
        table_entry_free(r->slots[i]);
    free(r->slots);
    r->slots = NULL;
    r->size = r->n_tables = r->n_layouts = 0;
}

void roster_close(struct roster *r)
{
    clear(r);
    *r = ROSTER_INIT;
}

bool roster_wants(const struct roster *r, const char *schema, const char *name)
{
    for (size_t i = 0; i < r->n_patterns; i++)
        if (pattern_fits_table(r->patterns[i], schema, name))
            return true;
    return r->n_patterns == 0;
}

static uint64_t hash_of(const char *schema, const char *name)
{
    return hash64(schema, strlen(schema)) * 31 + hash64(name, strlen(name));
}

/* Where the table is, or where it would go. */
static size_t slot_of(const struct roster *r, uint64_t hash, const char *schema, const char *name)
{
    size_t at = hash & (r->size - 1);

    for (; r->slots[at] != NULL; at = (at + 1) & (r->size - 1))
        if (r->slots[at]->hash == hash && strcmp(r->slots[at]->name, name) == 0 &&
            strcmp(r->slots[at]->schema, schema) == 0)
            break;
    return at;
}

static int grow(struct roster *r)
{
    struct roster old = *r;

    if (r->n_tables * 2 < r->size)
        return 0;
    r->size = old.size == 0 ? SIZE_FIRST : old.size * 2;
    r->slots = calloc(r->size, sizeof(struct roster_table *));
    if (r->slots == NULL) {
        *r = old;
        return -1;
    }
    for (size_t i = 0; i < old.size; i++) {
        struct roster_table *t = old.slots[i];

        if (t != NULL)
            r->slots[slot_of(r, t->hash, t->schema, t->name)] = t;
    }
    free(old.slots);
    return 0;
}

static struct roster_table *entry_new(const struct roster *r, const char *schema, const char *name)
{
    struct roster_table *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    t->schema = strdup(schema);
    t->name = strdup(name);
    t->hash = hash_of(schema, name);
    t->is_wanted = roster_wants(r, schema, name);
    t->is_stale = true;
    if (t->schema != NULL && t->name != NULL)
        return t;
    table_entry_free(t);
    return NULL;
}

struct roster_table *roster_find(struct roster *r, const char *schema, const char *name,
                                 struct err *err)
{
    size_t at;

    if (grow(r) != 0) {
        err_nomem(err, "events");
        return NULL;
    }
    at = slot_of(r, hash_of(schema, name), schema, name);
    if (r->slots[at] == NULL) {
        r->slots[at] = entry_new(r, schema, name);
        if (r->slots[at] == NULL)
            err_nomem(err, "events");
        else
            r->n_tables++;
    }
    return r->slots[at];
}

const struct layout *roster_layout(struct roster *r, struct roster_table *t, const struct change *c,
                                   struct err *err)
{
    if (t->layout != NULL && t->shape == c->shape)
        return t->layout;
    if (t->layout == NULL)
        r->n_layouts++;
    layout_free(t->layout);
    t->layout = NULL;
    if (layout_new(c->table, &t->layout, err) != 0) {
        r->n_layouts--;
        return NULL;
    }
    t->shape = c->shape;
    return t->layout;
}

void roster_forget_layouts(struct roster *r)
{
    for (size_t i = 0; i < r->size; i++) {
        if (r->slots[i] == NULL)
            continue;
        layout_free(r->slots[i]->layout);
        r->slots[i]->layout = NULL;
    }
    r->n_layouts = 0;
}

bool roster_trim(struct roster *r)
{
    if (r->n_tables > TABLES_MAX)
        clear(r);
    else if (r->n_layouts > LAYOUTS_MAX)
        roster_forget_layouts(r);
    else
        return false;
    return true;
}
