/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/summary_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/events/event_name.h"

static uint64_t total(const struct roster_table *t)
{
    return t->rows[CHANGE_INSERT] + t->rows[CHANGE_UPDATE] + t->rows[CHANGE_DELETE];
}

static int compare_tables(const void *a_, const void *b_)
{
    const struct roster_table *a = *(struct roster_table *const *)a_;
    const struct roster_table *b = *(struct roster_table *const *)b_;
    int order;

    if (total(a) != total(b))
        return total(a) > total(b) ? -1 : 1;
    order = strcmp(a->schema, b->schema);
    return order != 0 ? order : strcmp(a->name, b->name);
}

struct roster_table **summary_tables(const struct roster *r, size_t *n)
{
    struct roster_table **out = calloc(r->n_tables + 1, sizeof(struct roster_table *));

    *n = 0;
    for (size_t i = 0; out != NULL && i < r->size; i++)
        if (r->slots[i] != NULL && total(r->slots[i]) > 0)
            out[(*n)++] = r->slots[i];
    if (out != NULL)
        qsort(out, *n, sizeof(struct roster_table *), compare_tables);
    return out;
}

static int compare_types(const void *a_, const void *b_)
{
    const struct summary_type *a = a_, *b = b_;

    if (a->is_inner != b->is_inner)
        return a->is_inner ? 1 : -1;
    if (a->count->bytes != b->count->bytes)
        return a->count->bytes > b->count->bytes ? -1 : 1;
    return strcmp(a->name, b->name);
}

static size_t add_types(const struct summary_count *counts, bool is_inner, struct summary_type *out)
{
    size_t n = 0;

    for (size_t i = 0; i < SUMMARY_TYPES; i++) {
        const char *name = event_name((uint8_t)i);

        if (counts[i].events == 0)
            continue;
        out[n] = (struct summary_type){.count = &counts[i], .is_inner = is_inner};
        if (name != NULL)
            snprintf(out[n].name, sizeof(out[n].name), "%s", name);
        else
            snprintf(out[n].name, sizeof(out[n].name), "type %zu", i);
        n++;
    }
    return n;
}

size_t summary_types(const struct summary *s, struct summary_type out[2 * SUMMARY_TYPES])
{
    size_t n = add_types(s->by_type, false, out);

    n += add_types(s->inner_by_type, true, out + n);
    qsort(out, n, sizeof(*out), compare_types);
    return n;
}
