/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/formula.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "sandbox/mem.h"

/* A cell reference with its dollar signs. */
struct reference {
    bool is_fixed_row, is_fixed_column;
    int64_t row, column;
};

/* "A1" (is_range false) or "A1:B2". */
struct span {
    const char *title; /* of the tab that is written before it; NULL: none */
    size_t title_len;
    struct reference first, last;
    bool is_range;
};

/* Change SPAN; false: what it meant is gone. */
typedef bool span_change(const void *ctx, struct span *span);

/* The end of a reference at P, or NULL. "A1(" is a function, "A1B" a name. */
static const char *read_reference(const char *p, struct reference *r)
{
    int letters = 0, digits = 0;

    *r = (struct reference){.row = 0, .column = -1};
    r->is_fixed_column = *p == '$';
    p += r->is_fixed_column;
    for (; isalpha((unsigned char)*p) && letters < 4; p++, letters++)
        r->column = (r->column + 1) * 26 + (toupper((unsigned char)*p) - 'A');
    r->is_fixed_row = *p == '$';
    p += r->is_fixed_row;
    for (; isdigit((unsigned char)*p) && digits < 9; p++, digits++)
        r->row = r->row * 10 + (*p - '0');
    if (letters == 0 || letters > 3 || digits == 0 || digits > 8 || r->row == 0)
        return NULL;
    r->row--;
    if (isalnum((unsigned char)*p) || *p == '_' || *p == '(' || *p == '!')
        return NULL;
    return p;
}

static const char *read_span(const char *p, struct span *s)
{
    const char *end = read_reference(p, &s->first), *second;

    if (end == NULL)
        return NULL;
    second = *end == ':' ? read_reference(end + 1, &s->last) : NULL;
    s->is_range = second != NULL;
    if (!s->is_range)
        s->last = s->first;
    return s->is_range ? second : end;
}

static void put_reference(struct buf *out, const struct reference *r)
{
    if (r->is_fixed_column)
        buf_putc(out, '$');
    a1_put_column(out, r->column);
    if (r->is_fixed_row)
        buf_putc(out, '$');
    buf_printf(out, "%lld", (long long)r->row + 1);
}

static void put_span(struct buf *out, const struct span *s)
{
    put_reference(out, &s->first);
    if (s->is_range) {
        buf_putc(out, ':');
        put_reference(out, &s->last);
    }
}

/* The end of a quoted text or tab name, or of a word: references inside are none. */
static const char *skip_word(const char *p)
{
    char quote = *p;

    if (quote == '"' || quote == '\'') {
        for (p++; *p != '\0' && (*p != quote || p[1] == quote); p++)
            p += *p == quote; /* a doubled quote is one inside */
        return *p == '\0' ? p : p + 1;
    }
    do
        p++;
    while (isalnum((unsigned char)*p) || *p == '_' || *p == '.');
    return p;
}

/* FORMULA with CHANGE done to each of its references. */
static char *rewrite(const char *formula, span_change *change, const void *ctx)
{
    struct buf out = BUF_INIT;
    struct span s = {0};
    const char *end, *p = formula;

    while (*p != '\0') {
        bool is_word = isalpha((unsigned char)*p) || *p == '"' || *p == '\'';

        end = isalpha((unsigned char)*p) || *p == '$' ? read_span(p, &s) : NULL;
        if (end != NULL && change(ctx, &s)) {
            put_span(&out, &s);
        } else if (end != NULL) {
            buf_puts(&out, "#REF!");
        } else {
            end = is_word ? skip_word(p) : p + 1;
            buf_append(&out, p, (size_t)(end - p));
        }
        s = (struct span){0};
        if (is_word && *end == '!') { /* a tab's name: it belongs to what follows */
            s.title = p;
            s.title_len = (size_t)(end - p);
            buf_putc(&out, *end++);
        }
        p = end;
    }
    return buf_take(&out);
}

struct shift {
    int64_t rows, columns;
};

static bool shift_reference(const struct shift *by, struct reference *r)
{
    r->row += r->is_fixed_row ? 0 : by->rows;
    r->column += r->is_fixed_column ? 0 : by->columns;
    return r->row >= 0 && r->column >= 0;
}

static bool shift_span(const void *ctx, struct span *s)
{
    const struct shift *by = ctx;
    bool is_fine = shift_reference(by, &s->first);

    return shift_reference(by, &s->last) && is_fine;
}

char *formula_shift(const char *formula, int64_t rows, int64_t columns)
{
    struct shift by = {rows, columns};

    return rewrite(formula, shift_span, &by);
}

void formula_shift_cell(struct cell *c, int64_t rows, int64_t columns)
{
    char *moved = formula_shift(c->formula, rows, columns);

    free(c->formula);
    c->formula = moved;
}

static bool follow_delete(const struct formula_change *c, int64_t *first, int64_t *last)
{
    int64_t end = c->at + c->n;

    *first = *first >= end ? *first - c->n : *first >= c->at ? c->at : *first;
    *last = *last >= end ? *last - c->n : *last >= c->at ? c->at - 1 : *last;
    return *first <= *last;
}

/* Where index I stands after the move. */
static int64_t moved_index(const struct formula_change *c, int64_t i)
{
    if (i >= c->at && i < c->at + c->n)
        return i + (c->to > c->at ? c->to - c->n - c->at : c->to - c->at);
    if (c->to > c->at && i >= c->at + c->n && i < c->to)
        return i - c->n;
    return c->to < c->at && i >= c->to && i < c->at ? i + c->n : i;
}

/* A range follows if it stays in one piece. */
static bool follow_move(const struct formula_change *c, int64_t *first, int64_t *last)
{
    int64_t a = moved_index(c, *first), b = moved_index(c, *last);

    if (b - a == *last - *first) {
        *first = a;
        *last = b;
    }
    return true;
}

struct follower {
    const struct formula_change *change;
    bool is_same_tab;
};

/* Does the span mean the changed tab? */
static bool is_about(const struct follower *f, const struct span *s)
{
    CLEANUP_FREE char *title = NULL;
    struct a1 a1;
    bool is_same;

    if (s->title == NULL)
        return f->is_same_tab;
    title = mem_text_n(s->title, s->title_len);
    if (!a1_parse(title, &a1))
        return false;
    is_same = a1.title != NULL ? strcasecmp(a1.title, f->change->title) == 0
                               : strcasecmp(title, f->change->title) == 0;
    free(a1.title);
    return is_same;
}

/* A cell or range follows if all of it was cut. */
static bool follow_cut(const struct formula_change *c, struct span *s)
{
    struct area a = {s->first.row, s->last.row + 1, s->first.column, s->last.column + 1};

    if (!area_contains(c->area, a))
        return true;
    s->first.row += c->down;
    s->last.row += c->down;
    s->first.column += c->right;
    s->last.column += c->right;
    return true;
}

static bool follow_span(const void *ctx, struct span *s)
{
    const struct follower *f = ctx;
    const struct formula_change *c = f->change;
    int64_t *first = c->rows ? &s->first.row : &s->first.column;
    int64_t *last = c->rows ? &s->last.row : &s->last.column;

    if (!is_about(f, s))
        return true;
    if (c->kind == FORMULA_CUT)
        return follow_cut(c, s);
    if (c->kind == FORMULA_DELETE)
        return follow_delete(c, first, last);
    if (c->kind == FORMULA_MOVE)
        return follow_move(c, first, last);
    *first += *first >= c->at ? c->n : 0;
    *last += *last >= c->at ? c->n : 0;
    return true;
}

char *formula_follow(const char *formula, const struct formula_change *change, bool is_same_tab)
{
    struct follower f = {change, is_same_tab};
    char *after = rewrite(formula, follow_span, &f);

    if (strcmp(after, formula) == 0)
        free(take_ptr(after));
    return after;
}
