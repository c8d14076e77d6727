/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/formula.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

/* A cell reference with its dollar signs. */
struct reference {
    bool is_fixed_row, is_fixed_column;
    int64_t row, column;
};

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

static void put_moved(struct buf *out, struct reference r, int64_t rows, int64_t columns)
{
    r.row += r.is_fixed_row ? 0 : rows;
    r.column += r.is_fixed_column ? 0 : columns;
    if (r.row < 0 || r.column < 0) {
        buf_puts(out, "#REF!");
        return;
    }
    if (r.is_fixed_column)
        buf_putc(out, '$');
    a1_put_column(out, r.column);
    if (r.is_fixed_row)
        buf_putc(out, '$');
    buf_printf(out, "%lld", (long long)r.row + 1);
}

/* A quoted text or tab name, or a word, whole: references inside are none. */
static const char *skip_word(const char *p)
{
    char quote = *p;

    if (quote == '"' || quote == '\'') {
        for (p++; *p != '\0' && *p != quote; p++)
            continue;
        return *p == '\0' ? p : p + 1;
    }
    do
        p++;
    while (isalnum((unsigned char)*p) || *p == '_' || *p == '.');
    return p;
}

char *formula_shift(const char *formula, int64_t rows, int64_t columns)
{
    struct buf out = BUF_INIT;
    struct reference r;
    const char *end;

    while (*formula != '\0') {
        end = NULL;
        if (isalpha((unsigned char)*formula) || *formula == '$')
            end = read_reference(formula, &r);
        if (end != NULL) {
            put_moved(&out, r, rows, columns);
        } else {
            end = isalpha((unsigned char)*formula) || strchr("\"'", *formula) != NULL
                      ? skip_word(formula)
                      : formula + 1;
            buf_append(&out, formula, (size_t)(end - formula));
        }
        formula = end;
    }
    return buf_take(&out);
}

void formula_shift_cell(struct cell *c, int64_t rows, int64_t columns)
{
    char *moved = formula_shift(c->formula, rows, columns);

    free(c->formula);
    c->formula = moved;
}
