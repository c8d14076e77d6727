/* SPDX-License-Identifier: Apache-2.0 */
/* structure: columns that come, go, and change their names. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/plan/plan.h"

static void tell(struct buf *changes, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct buf *changes, const char *fmt, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sentence, sizeof(sentence), fmt, args);
    va_end(args);
    buf_puts(changes, changes->len > 1 ? ", " : "");
    buf_json(changes, sentence, strlen(sentence));
}

static void tell_column(const struct mapping *m, size_t i, struct buf *changes)
{
    const struct mapping_column *c = &m->columns[i];

    if (c->sheet_column < 0)
        tell(changes, "the header \"%s\" is added to the tab, right of the last one", c->header);
    else if (c->old_header != NULL)
        tell(changes, "the header \"%s\" becomes \"%s\"", c->old_header, c->header);
    if (c->is_retyped)
        tell(changes, "the column \"%s\" has another type: its cells are written again", c->header);
}

static bool is_mapped(const struct mapping *m, int table_column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].column == (size_t)table_column)
            return true;
    return false;
}

/* Columns that were mapped, are there still, and are not mapped any more. */
static void tell_unmapped(const struct mapping *m, const struct definition *before,
                          struct buf *changes)
{
    for (size_t i = 0; i < before->n_columns; i++) {
        int at = table_find_column(m->table, before->columns[i].name);

        if (before->columns[i].header != NULL && at >= 0 && !is_mapped(m, at))
            tell(changes, "the column \"%s\" is not mapped any more: its cells stay as they are",
                 before->columns[i].header);
    }
}

void plan_structure(const struct place *place, struct buf *changes)
{
    const struct mapping *m = &place->m;

    buf_putc(changes, '[');
    for (size_t i = 0; i < m->n_columns; i++)
        tell_column(m, i, changes);
    for (size_t i = 0; i < m->n_dropped; i++)
        tell(changes, "the column \"%s\" is gone from the table: %s", m->dropped[i],
             m->cfg->on_dropped_column == CONFIG_CLEAR ? "its header and cells are cleared"
                                                       : "its cells stay as they are");
    if (place->memory.text != NULL)
        tell_unmapped(m, &place->memory.definition, changes);
    buf_putc(changes, ']');
}
