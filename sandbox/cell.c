/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "sandbox/mem.h"
#include "sandbox/tab.h"

bool cell_has_value(const struct cell *c)
{
    return c != NULL && (c->kind != KIND_BLANK || c->formula != NULL);
}

void cell_clear_value(struct cell *c)
{
    free(take_ptr(c->text));
    free(take_ptr(c->formula));
    c->kind = KIND_BLANK;
    c->number = 0;
    c->boolean = false;
}

void cell_close(struct cell *c)
{
    cell_clear_value(c);
    free(c->note);
    format_unref(c->format);
    format_unref(c->validation);
    *c = (struct cell){0};
}

void cell_copy(struct cell *to, const struct cell *from)
{
    cell_close(to);
    *to = *from;
    to->text = mem_text(from->text);
    to->formula = mem_text(from->formula);
    to->note = mem_text(from->note);
    format_ref(to->format);
    format_ref(to->validation);
}

void cell_set(struct cell *c, struct scalar value)
{
    char *text = mem_text(value.text);

    cell_clear_value(c);
    c->kind = value.kind;
    c->boolean = value.boolean;
    c->number = value.number;
    c->text = text;
    if (c->kind == KIND_TEXT && (text == NULL || *text == '\0'))
        cell_clear_value(c);
}

void cell_set_formula(struct cell *c, const char *formula)
{
    char *text = mem_text(formula);

    cell_clear_value(c);
    c->formula = text;
}

void cell_set_note(struct cell *c, const char *note)
{
    free(c->note);
    c->note = note == NULL || *note == '\0' ? NULL : mem_text(note);
}

void cell_set_format(struct cell *c, struct format *format)
{
    format_unref(c->format);
    c->format = format;
}

void cell_set_validation(struct cell *c, struct format *rule)
{
    format_unref(c->validation);
    c->validation = rule;
}
