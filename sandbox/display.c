/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/display.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/display_pattern.h"
#include "sandbox/typed.h"

void display_put_exact(struct buf *out, double n)
{
    char text[40];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, n);
        if (strtod(text, NULL) == n)
            break;
    }
    if (fabs(n) < 1e21 && n == trunc(n))
        snprintf(text, sizeof(text), "%.0f", n + 0.0);
    buf_puts(out, text);
}

void display_put_number(struct buf *out, double n)
{
    char text[40];

    if (n == 0)
        snprintf(text, sizeof(text), "0");
    else if (fabs(n) >= 1e15 || fabs(n) < 1e-9)
        snprintf(text, sizeof(text), "%.5E", n);
    else if (n == trunc(n))
        snprintf(text, sizeof(text), "%.0f", n);
    else if (fabs(n) >= 1e10)
        snprintf(text, sizeof(text), "%.12g", n);
    else
        snprintf(text, sizeof(text), "%.10g", n);
    buf_puts(out, text);
}

void display_put(struct buf *out, struct scalar v, const struct format *format)
{
    const char *pattern = format_pattern(format);

    switch (v.kind) {
    case KIND_BLANK:
        return;
    case KIND_BOOL:
        buf_puts(out, v.boolean ? "TRUE" : "FALSE");
        return;
    case KIND_TEXT:
    case KIND_ERROR:
        buf_puts(out, v.text);
        return;
    case KIND_NUMBER:
        if (*pattern == '\0' || strcmp(pattern, "@") == 0 || strcasecmp(pattern, "General") == 0)
            display_put_number(out, v.number);
        else if (display_is_date_pattern(pattern))
            display_put_date(out, v.number, pattern);
        else
            display_put_pattern(out, v.number, pattern);
    }
}

/* Would this text turn into something else when typed? */
static bool is_ambiguous(const char *text)
{
    struct typed t = typed_parse(text);

    return *text == '\'' || t.is_formula || t.value.kind != KIND_TEXT;
}

void display_put_edit(struct buf *out, const struct cell *c)
{
    struct scalar v = {c->kind, c->boolean, c->number, c->text};

    if (c->formula != NULL) {
        buf_puts(out, c->formula);
        return;
    }
    if (v.kind == KIND_TEXT && format_number_type(c->format) != NUMBER_TEXT && is_ambiguous(v.text))
        buf_putc(out, '\'');
    if (v.kind != KIND_NUMBER || format_is_date(c->format))
        display_put(out, v, c->format);
    else if (format_number_type(c->format) == NUMBER_PERCENT) {
        buf_printf(out, "%.15g%%", v.number * 100);
    } else {
        display_put_exact(out, v.number);
    }
}
