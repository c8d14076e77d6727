/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/typed.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sandbox/typed_date.h"

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

/* Digits, with commas between groups of three if IS_GROUPED is found; copied without them. */
static const char *read_digits(const char *p, char *out, size_t size, size_t *n, bool may_group)
{
    size_t group = 0;
    bool has_comma = false;

    for (;; p++) {
        if (isdigit((unsigned char)*p)) {
            if (*n + 1 >= size)
                return NULL;
            out[(*n)++] = *p;
            group++;
        } else if (*p == ',' && may_group && group > 0 && (!has_comma || group == 3)) {
            has_comma = true;
            group = 0;
        } else {
            break;
        }
    }
    return has_comma && group != 3 ? NULL : p;
}

/* [0-9,]*[.0-9]*[eE..]: the number's end, or NULL. */
static const char *read_number(const char *p, double *out)
{
    char digits[400];
    size_t n = 0, before;

    p = read_digits(p, digits, sizeof(digits) - 40, &n, true);
    if (p == NULL)
        return NULL;
    before = n;
    if (*p == '.') {
        digits[n++] = '.';
        p = read_digits(p + 1, digits, sizeof(digits) - 40, &n, false);
        if (p == NULL)
            return NULL;
    }
    if (n == 0 || (n == 1 && before == 0))
        return NULL;
    if ((*p == 'e' || *p == 'E') &&
        (isdigit((unsigned char)p[1]) ||
         ((p[1] == '+' || p[1] == '-') && isdigit((unsigned char)p[2])))) {
        digits[n++] = *p++;
        digits[n++] = *p++;
        p = read_digits(p, digits, sizeof(digits) - 8, &n, false);
        if (p == NULL)
            return NULL;
    }
    digits[n] = '\0';
    *out = strtod(digits, NULL);
    return isfinite(*out) ? p : NULL;
}

static bool parse_number(const char *p, struct typed *out)
{
    double sign = 1, n = 0;
    bool is_money = false;

    p = skip_blanks(p);
    if (*p == '-' || *p == '+')
        sign = *p++ == '-' ? -1 : 1;
    if (*p == '$') {
        is_money = true;
        p = skip_blanks(p + 1);
    }
    p = read_number(p, &n);
    if (p == NULL)
        return false;
    p = skip_blanks(p);
    if (*p == '%' && !is_money) {
        out->type = NUMBER_PERCENT;
        out->pattern = n == trunc(n) ? "0%" : "0.00%";
        n /= 100;
        p = skip_blanks(p + 1);
    }
    if (*p != '\0')
        return false;
    if (is_money)
        out->type = NUMBER_CURRENCY;
    out->value = (struct scalar){.kind = KIND_NUMBER, .number = sign * n};
    return true;
}

static bool is_error_name(const char *text)
{
    static const char *const names[] = {"#N/A",   "#DIV/0!", "#VALUE!", "#REF!",
                                        "#NAME?", "#NUM!",   "#NULL!",  "#ERROR!"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0)
            return true;
    return false;
}

struct typed typed_parse(const char *text)
{
    struct typed out = {.value = {.kind = KIND_TEXT, .text = text}};

    if (*text == '\0')
        out.value = SCALAR_BLANK;
    else if (*text == '\'')
        out.value.text = text + 1;
    else if (*text == '=' && text[1] != '\0')
        out.is_formula = true;
    else if (strcasecmp(text, "TRUE") == 0 || strcasecmp(text, "FALSE") == 0)
        out.value = (struct scalar){.kind = KIND_BOOL, .boolean = toupper(*text) == 'T'};
    else if (is_error_name(text))
        out.value.kind = KIND_ERROR;
    else if (!parse_number(text, &out))
        typed_parse_date(text, &out);
    return out;
}

void typed_enter(struct cell *c, const char *text)
{
    struct typed t = typed_parse(text);

    if (format_number_type(c->format) == NUMBER_TEXT && *text != '\0' && !t.is_formula) {
        cell_set(c, (struct scalar){.kind = KIND_TEXT, .text = *text == '\'' ? text + 1 : text});
        return;
    }
    if (t.is_formula)
        cell_set_formula(c, t.value.text);
    else
        cell_set(c, t.value);
    if (t.type != NUMBER_AUTO && format_number_type(c->format) == NUMBER_AUTO)
        cell_set_format(c, format_with_number(c->format, t.type, t.pattern));
}
