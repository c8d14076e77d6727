/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/calc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "sandbox/calc_formula.h"
#include "sandbox/display.h"
#include "sandbox/mem.h"
#include "sandbox/typed.h"

enum { MAX_DEPTH = 400, FIRST_SLOTS = 64 };

/* What a formula was worth: asked for once, however many others refer to it. */
struct memo {
    const struct tab *tab; /* NULL: a free slot */
    int64_t row, column;
    bool is_running; /* asked for again meanwhile: a circle */
    bool is_unknown; /* it went too deep: ask again */
    struct scalar value;
};

struct calc {
    const struct book *book;
    struct memo *memos; /* owned; open addressing */
    size_t n_memos, n_slots;
    char **texts; /* owned */
    size_t n_texts, texts_size;
    int depth;
    bool is_too_deep; /* the one that is being worked out met the limit */
    bool is_warm;
};

struct calc *calc_new(const struct book *b)
{
    struct calc *c = mem_new(1, sizeof(*c));

    c->book = b;
    return c;
}

void calc_free(struct calc *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n_texts; i++)
        free(c->texts[i]);
    free(c->texts);
    free(c->memos);
    free(c);
}

const struct book *calc_book(const struct calc *c)
{
    return c->book;
}

static struct memo *slot_of(struct memo *memos, size_t n_slots, const struct tab *t, int64_t row,
                            int64_t column)
{
    int64_t key[3] = {t->id, row, column};
    size_t i = hash64(key, sizeof(key)) & (n_slots - 1);

    while (memos[i].tab != NULL &&
           (memos[i].tab != t || memos[i].row != row || memos[i].column != column))
        i = (i + 1) & (n_slots - 1);
    return &memos[i];
}

/* The slot of a cell, with room for it. */
static struct memo *find(struct calc *c, const struct tab *t, int64_t row, int64_t column)
{
    if (c->n_memos * 2 >= c->n_slots) {
        size_t n_slots = c->n_slots == 0 ? FIRST_SLOTS : c->n_slots * 2;
        struct memo *memos = mem_new(n_slots, sizeof(*memos));

        for (size_t i = 0; i < c->n_slots; i++)
            if (c->memos[i].tab != NULL)
                *slot_of(memos, n_slots, c->memos[i].tab, c->memos[i].row, c->memos[i].column) =
                    c->memos[i];
        free(c->memos);
        c->memos = memos;
        c->n_slots = n_slots;
    }
    return slot_of(c->memos, c->n_slots, t, row, column);
}

static struct scalar work_out(struct calc *c, const struct tab *t, int64_t row, int64_t column,
                              const char *formula)
{
    struct memo *m = find(c, t, row, column);
    struct scalar value;

    if (m->tab != NULL && !m->is_unknown)
        return m->is_running ? calc_error("#REF!") : m->value;
    if (c->depth >= MAX_DEPTH) {
        c->is_too_deep = true;
        return calc_error("#REF!");
    }
    c->n_memos += m->tab == NULL;
    *m = (struct memo){.tab = t, .row = row, .column = column, .is_running = true};
    c->depth++;
    value = calc_formula(c, t, formula);
    c->depth--;
    m = find(c, t, row, column); /* again: the table may have grown */
    m->is_running = false;
    m->is_unknown = c->is_too_deep;
    m->value = value;
    return value;
}

static void warm_row(struct calc *c, const struct tab *t, size_t row)
{
    const struct row *r = t->row[row];

    for (uint32_t column = 0; r != NULL && column < r->n; column++)
        if (r->cells[column].formula != NULL) {
            c->is_too_deep = false;
            work_out(c, t, (int64_t)row, column, r->cells[column].formula);
        }
}

/* Chains longer than the stack is deep run down a column, or up: in that order each link finds the
 * one before it already worked out. */
static void warm(struct calc *c)
{
    c->is_warm = true;
    for (size_t i = 0; i < c->book->n_tabs; i++) {
        const struct tab *t = c->book->tabs[i];

        for (size_t row = 0; row < t->n_row; row++)
            warm_row(c, t, row);
        for (size_t row = t->n_row; row-- > 0;)
            warm_row(c, t, row);
    }
    c->is_too_deep = false;
}

struct scalar calc_value(struct calc *c, const struct tab *t, int64_t row, int64_t column)
{
    const struct cell *cell = tab_cell(t, row, column);
    struct scalar value;

    if (cell == NULL)
        return SCALAR_BLANK;
    if (cell->formula == NULL)
        return (struct scalar){cell->kind, cell->boolean, cell->number, cell->text};
    value = work_out(c, t, row, column, cell->formula);
    if (c->depth > 0 || !c->is_too_deep)
        return value;
    c->is_too_deep = false;
    if (!c->is_warm) {
        warm(c);
        value = work_out(c, t, row, column, cell->formula);
        c->is_too_deep = false;
    }
    return value;
}

struct scalar calc_error(const char *name)
{
    return (struct scalar){.kind = KIND_ERROR, .text = name};
}

bool calc_is_error(struct scalar v)
{
    return v.kind == KIND_ERROR;
}

struct scalar calc_number(double n)
{
    return isfinite(n) ? (struct scalar){.kind = KIND_NUMBER, .number = n} : calc_error("#NUM!");
}

struct scalar calc_text(struct calc *c, struct buf *text)
{
    if (c->n_texts == c->texts_size) {
        c->texts_size = c->texts_size == 0 ? 16 : c->texts_size * 2;
        c->texts = mem_resize(c->texts, c->texts_size, sizeof(*c->texts));
    }
    c->texts[c->n_texts] = mem_text(buf_text(text));
    buf_close(text);
    return (struct scalar){.kind = KIND_TEXT, .text = c->texts[c->n_texts++]};
}

struct scalar calc_to_text(struct calc *c, struct scalar v)
{
    struct buf text = BUF_INIT;

    if (v.kind == KIND_TEXT || v.kind == KIND_ERROR)
        return v;
    display_put(&text, v, NULL);
    return calc_text(c, &text);
}

struct scalar calc_to_number(struct scalar v)
{
    switch (v.kind) {
    case KIND_BLANK:
        return calc_number(0);
    case KIND_BOOL:
        return calc_number(v.boolean ? 1 : 0);
    case KIND_TEXT: {
        struct typed t = typed_parse(v.text);

        return t.value.kind == KIND_NUMBER ? t.value : calc_error("#VALUE!");
    }
    default:
        return v;
    }
}

struct scalar calc_single(struct calc *c, const struct operand *o)
{
    if (o->tab == NULL)
        return o->value;
    if (o->area.end_row == o->area.row + 1 && o->area.end_column == o->area.column + 1)
        return calc_value(c, o->tab, o->area.row, o->area.column);
    return calc_error("#VALUE!");
}
