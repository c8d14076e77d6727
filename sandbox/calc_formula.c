/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/calc_formula.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "sandbox/mem.h"

enum { MAX_NESTING = 32, MAX_NAME = 32 };

struct reader {
    struct calc *calc;
    const struct tab *tab; /* of the cell */
    const char *at;
    int nesting;
    bool is_broken; /* not readable: #ERROR! whatever came out */
    int dry;        /* > 0: read only, look nothing up (the branch not taken) */
};

static struct operand read_comparison(struct reader *r);

static struct operand of_value(struct scalar v)
{
    return (struct operand){.value = v};
}

static struct operand broken(struct reader *r)
{
    r->is_broken = true;
    return of_value(calc_error("#ERROR!"));
}

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t')
        r->at++;
}

static bool take(struct reader *r, const char *token)
{
    size_t n = strlen(token);

    skip_blanks(r);
    if (strncmp(r->at, token, n) != 0)
        return false;
    r->at += n;
    return true;
}

static struct scalar single(struct reader *r, const struct operand *o)
{
    return r->dry > 0 ? calc_number(0) : calc_single(r->calc, o);
}

static struct operand read_text(struct reader *r)
{
    struct buf text = BUF_INIT;

    for (r->at++; *r->at != '\0'; r->at++) {
        if (*r->at == '"' && *++r->at != '"')
            return of_value(calc_text(r->calc, &text));
        buf_putc(&text, *r->at);
    }
    buf_close(&text);
    return broken(r);
}

/* "A1", "$A$1:B2", "A:A", "Tab!A1", "'My tab'!A1": as long as it can be. */
static size_t reference_length(const char *p)
{
    size_t n = 0;

    if (*p == '\'') {
        for (n = 1; p[n] != '\0' && (p[n] != '\'' || p[n + 1] == '\''); n++)
            n += p[n] == '\'';
        if (p[n] != '\'' || p[n + 1] != '!')
            return 0;
        n += 2;
    }
    while (isalnum((unsigned char)p[n]) || strchr("$_:!.", p[n]) != NULL) {
        if (p[n] == '\0')
            break;
        n++;
    }
    return n;
}

static struct operand read_reference(struct reader *r)
{
    size_t n = reference_length(r->at);
    CLEANUP_FREE char *text = mem_text_n(r->at, n);
    struct operand o = {.tab = r->tab};
    struct a1 a1;
    bool is_parsed = n > 0 && a1_parse(text, &a1);
    CLEANUP_FREE char *title = is_parsed ? a1.title : NULL;

    r->at += n;
    if (n == 0)
        return broken(r);
    if (!is_parsed || a1.is_whole_tab)
        return of_value(calc_error("#NAME?"));
    if (title != NULL)
        o.tab = book_tab_by_title(calc_book(r->calc), title);
    if (o.tab == NULL)
        return of_value(calc_error("#REF!"));
    if (a1.area.row >= o.tab->rows || a1.area.column >= o.tab->columns)
        return of_value(calc_error("#REF!"));
    o.area = tab_clip(o.tab, a1.area);
    return o;
}

/* IF looks only at the branch it takes. */
static struct operand read_if(struct reader *r)
{
    struct operand chosen = of_value((struct scalar){.kind = KIND_BOOL}), o;
    struct scalar test;
    bool is_true, is_bad;

    o = read_comparison(r);
    test = calc_to_number(single(r, &o));
    is_bad = calc_is_error(test);
    is_true = !is_bad && test.number != 0;
    for (int branch = 0; branch < 2 && (take(r, ",") || take(r, ";")); branch++) {
        bool is_taken = !is_bad && is_true == (branch == 0);

        r->dry += !is_taken;
        o = read_comparison(r);
        r->dry -= !is_taken;
        if (is_taken)
            chosen = o;
    }
    if (!take(r, ")"))
        return broken(r);
    return is_bad ? of_value(test) : chosen;
}

static struct operand read_function(struct reader *r, const char *name)
{
    struct operand arguments[MAX_ARGUMENTS];
    size_t n = 0;

    if (strcmp(name, "IF") == 0)
        return read_if(r);
    if (!take(r, ")")) {
        do {
            if (n == MAX_ARGUMENTS)
                return broken(r);
            arguments[n++] = read_comparison(r);
        } while (take(r, ",") || take(r, ";"));
        if (!take(r, ")"))
            return broken(r);
    }
    if (r->dry > 0)
        return of_value(calc_number(0));
    return of_value(calc_function(r->calc, name, arguments, n));
}

/* A function, TRUE, FALSE or a reference. */
static struct operand read_word(struct reader *r)
{
    char name[MAX_NAME];
    size_t n = 0;

    while (isalnum((unsigned char)r->at[n]) || r->at[n] == '_' || r->at[n] == '.')
        n++;
    if (n == 0 || n >= sizeof(name))
        return read_reference(r);
    for (size_t i = 0; i < n; i++)
        name[i] = (char)toupper((unsigned char)r->at[i]);
    name[n] = '\0';
    if (r->at[n] == '(') {
        r->at += n + 1;
        return read_function(r, name);
    }
    if (strchr("!:$", r->at[n]) == NULL || r->at[n] == '\0') {
        if (strcmp(name, "TRUE") == 0 || strcmp(name, "FALSE") == 0) {
            r->at += n;
            return of_value((struct scalar){.kind = KIND_BOOL, .boolean = *name == 'T'});
        }
    }
    return read_reference(r);
}

static struct operand read_primary(struct reader *r)
{
    struct operand o;
    char *end = NULL;
    double n;

    skip_blanks(r);
    if (*r->at == '(') {
        r->at++;
        o = read_comparison(r);
        return take(r, ")") ? o : broken(r);
    }
    if (*r->at == '"')
        return read_text(r);
    if (strncmp(r->at, "#REF!", 5) == 0) {
        r->at += 5;
        return of_value(calc_error("#REF!"));
    }
    if (isdigit((unsigned char)*r->at) || *r->at == '.') {
        n = strtod(r->at, &end);
        if (end == r->at || r->at[1] == 'x' || r->at[1] == 'X')
            return broken(r);
        if (*end == ':') /* 2:5, whole rows */
            return read_reference(r);
        r->at = end;
        return of_value(calc_number(n));
    }
    return read_word(r);
}

static struct operand read_unary(struct reader *r)
{
    struct operand o;
    struct scalar v;

    if (++r->nesting > MAX_NESTING) {
        o = broken(r);
    } else if (take(r, "-")) {
        o = read_unary(r);
        v = calc_to_number(single(r, &o));
        o = of_value(calc_is_error(v) ? v : calc_number(-v.number));
    } else if (take(r, "+")) {
        o = read_unary(r);
    } else {
        o = read_primary(r);
        while (take(r, "%")) {
            v = calc_to_number(single(r, &o));
            o = of_value(calc_is_error(v) ? v : calc_number(v.number / 100));
        }
    }
    r->nesting--;
    return o;
}

static struct scalar arithmetic(struct scalar a, char sign, struct scalar b)
{
    a = calc_to_number(a);
    b = calc_to_number(b);
    if (calc_is_error(a) || calc_is_error(b))
        return calc_is_error(a) ? a : b;
    switch (sign) {
    case '+':
        return calc_number(a.number + b.number);
    case '-':
        return calc_number(a.number - b.number);
    case '*':
        return calc_number(a.number * b.number);
    case '^':
        return calc_number(pow(a.number, b.number));
    default:
        return b.number == 0 ? calc_error("#DIV/0!") : calc_number(a.number / b.number);
    }
}

/* A level of operators of one strength, from the left. */
static struct operand read_level(struct reader *r, const char *signs,
                                 struct operand (*below)(struct reader *r))
{
    struct operand left = below(r), right;
    struct scalar a, b;
    char sign;

    for (;;) {
        skip_blanks(r);
        if (r->is_broken || *r->at == '\0' || strchr(signs, *r->at) == NULL)
            return left;
        sign = *r->at++;
        a = single(r, &left);
        right = below(r);
        b = single(r, &right);
        left = of_value(arithmetic(a, sign, b));
    }
}

static struct operand read_power(struct reader *r)
{
    return read_level(r, "^", read_unary);
}

static struct operand read_term(struct reader *r)
{
    return read_level(r, "*/", read_power);
}

static struct operand read_sum(struct reader *r)
{
    return read_level(r, "+-", read_term);
}

static struct operand read_joined(struct reader *r)
{
    struct operand left = read_sum(r), right;
    struct buf text = BUF_INIT;
    struct scalar a, b;

    while (!r->is_broken && take(r, "&")) {
        a = calc_to_text(r->calc, single(r, &left));
        right = read_sum(r);
        b = calc_to_text(r->calc, single(r, &right));
        if (calc_is_error(a) || calc_is_error(b)) {
            left = of_value(calc_is_error(a) ? a : b);
            continue;
        }
        buf_puts(&text, a.text);
        buf_puts(&text, b.text);
        left = of_value(calc_text(r->calc, &text));
    }
    return left;
}

/* Numbers come before texts before TRUE and FALSE; blank is 0 beside a number, "" beside a text. */
static int compare(struct scalar a, struct scalar b)
{
    static const int ranks[] = {
        [KIND_NUMBER] = 0, [KIND_BLANK] = 0, [KIND_TEXT] = 1, [KIND_BOOL] = 2, [KIND_ERROR] = 3};

    if (a.kind == KIND_BLANK && b.kind == KIND_TEXT)
        a = (struct scalar){.kind = KIND_TEXT, .text = ""};
    if (b.kind == KIND_BLANK && a.kind == KIND_TEXT)
        b = (struct scalar){.kind = KIND_TEXT, .text = ""};
    if (ranks[a.kind] != ranks[b.kind])
        return ranks[a.kind] < ranks[b.kind] ? -1 : 1;
    if (a.kind == KIND_TEXT)
        return strcasecmp(a.text, b.text);
    if (a.kind == KIND_BOOL)
        return a.boolean - b.boolean;
    return (a.number > b.number) - (a.number < b.number);
}

static struct operand read_comparison(struct reader *r)
{
    static const struct {
        const char *sign;
        bool less, equal, more;
    } signs[] = {{"<>", true, false, true}, {"<=", true, true, false}, {">=", false, true, true},
                 {"<", true, false, false}, {">", false, false, true}, {"=", false, true, false}};
    struct operand left, right;
    struct scalar a, b;
    size_t i;
    int order;

    if (++r->nesting > MAX_NESTING)
        return broken(r);
    left = read_joined(r);
    while (!r->is_broken) {
        for (i = 0; i < 6 && !take(r, signs[i].sign); i++)
            continue;
        if (i == 6)
            break;
        a = single(r, &left);
        right = read_joined(r);
        b = single(r, &right);
        order = compare(a, b);
        left =
            of_value(calc_is_error(a)   ? a
                     : calc_is_error(b) ? b
                                        : (struct scalar){.kind = KIND_BOOL,
                                                          .boolean = order < 0   ? signs[i].less
                                                                     : order > 0 ? signs[i].more
                                                                                 : signs[i].equal});
    }
    r->nesting--;
    return left;
}

struct scalar calc_formula(struct calc *c, const struct tab *tab, const char *formula)
{
    struct reader r = {.calc = c, .tab = tab, .at = formula + 1};
    struct operand o = read_comparison(&r);

    skip_blanks(&r);
    if (r.is_broken || *r.at != '\0')
        return calc_error("#ERROR!");
    o.value = calc_single(c, &o);
    /* A formula that points at a blank cell shows 0. */
    return o.value.kind == KIND_BLANK ? calc_number(0) : o.value;
}
