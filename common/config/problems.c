/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config/problems.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/utf8.h"

enum { PROBLEMS_MAX = 100 };

struct problem {
    size_t line;
    size_t column;
    size_t order; /* of two at one place the one found first comes first */
    char *text;   /* owned; NULL when memory ran out */
};

void problems_close(struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->items[i].text);
    free(p->items);
    *p = (struct problems){0};
}

static void append_path(struct buf *out, const struct place *at)
{
    if (at->parent == NULL)
        return;
    append_path(out, at->parent);
    if (at->name == NULL)
        buf_printf(out, "[%zu]", at->index);
    else
        buf_printf(out, "%s%.64s", at->parent->parent == NULL ? "" : ".", at->name);
}

/* One problem is one line of well-formed text, whatever the file holds. */
static void make_printable(struct buf *b)
{
    for (size_t i = 0, n; i < b->len; i += n) {
        n = utf8_length(b->ptr + i, b->len - i);
        if (n == 0 || (n == 1 && iscntrl((unsigned char)b->ptr[i]))) {
            b->ptr[i] = '?';
            n = 1;
        }
    }
}

void problems_add(struct problems *p, const struct place *at, const char *fmt, ...)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    char why[512];
    va_list args;

    if (p->is_full)
        return;
    if (p->items == NULL)
        p->items = calloc(PROBLEMS_MAX, sizeof *p->items);
    if (p->items == NULL) {
        p->is_full = true;
        return;
    }
    va_start(args, fmt);
    vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    append_path(&text, at);
    buf_printf(&text, "%s%s", text.len == 0 ? "" : ": ", why);
    make_printable(&text);
    p->items[p->n] = (struct problem){
        .line = at->line, .column = at->column, .order = p->n, .text = buf_take(&text)};
    p->n++;
    p->is_full = p->n == PROBLEMS_MAX;
}

static int compare_size(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_problems(const void *pa, const void *pb)
{
    const struct problem *a = pa, *b = pb;
    int by_line = compare_size(a->line, b->line);
    int by_column = compare_size(a->column, b->column);

    if (by_line != 0)
        return by_line;
    return by_column != 0 ? by_column : compare_size(a->order, b->order);
}

void problems_print(struct problems *p, const char *file, struct buf *out)
{
    if (p->n > 1)
        qsort(p->items, p->n, sizeof *p->items, compare_problems);
    for (size_t i = 0; i < p->n; i++)
        buf_printf(out, "%s:%zu:%zu: %s\n", file, p->items[i].line, p->items[i].column,
                   p->items[i].text != NULL ? p->items[i].text : "out of memory");
    if (p->is_full)
        buf_printf(out, "%s: stopped after %zu problem%s\n", file, p->n, p->n == 1 ? "" : "s");
}
