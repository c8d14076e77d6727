/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "sandbox/calc_formula.h"

/* What a walk over arguments has seen so far. */
struct tally {
    double sum, least, most;
    int64_t numbers, values;
    struct scalar error; /* the first; KIND_BLANK if none */
};

static void count_number(struct tally *t, double n)
{
    t->sum += n;
    t->least = t->numbers == 0 || n < t->least ? n : t->least;
    t->most = t->numbers == 0 || n > t->most ? n : t->most;
    t->numbers++;
}

static void count_error(struct tally *t, struct scalar v)
{
    if (t->error.kind == KIND_BLANK)
        t->error = v;
}

/* In a range only numbers count; TRUE and texts that look like numbers do not. */
static void count_range(struct calc *c, struct tally *t, const struct operand *o)
{
    int64_t end = o->area.end_row;
    struct scalar v;

    if (end > (int64_t)o->tab->n_row)
        end = (int64_t)o->tab->n_row;
    for (int64_t row = o->area.row; row < end; row++)
        for (int64_t column = o->area.column; column < o->area.end_column; column++) {
            v = calc_value(c, o->tab, row, column);
            t->values += v.kind != KIND_BLANK;
            if (v.kind == KIND_NUMBER)
                count_number(t, v.number);
            else if (v.kind == KIND_ERROR)
                count_error(t, v);
        }
}

static struct tally count_all(struct calc *c, const struct operand *arguments, size_t n)
{
    struct tally t = {.error = SCALAR_BLANK};
    struct scalar v;

    for (size_t i = 0; i < n; i++) {
        if (arguments[i].tab != NULL) {
            count_range(c, &t, &arguments[i]);
            continue;
        }
        t.values++;
        v = calc_to_number(arguments[i].value);
        if (calc_is_error(v))
            count_error(&t, v);
        else
            count_number(&t, v.number);
    }
    return t;
}

static struct scalar sum(struct calc *c, const struct operand *a, size_t n)
{
    struct tally t = count_all(c, a, n);

    return calc_is_error(t.error) ? t.error : calc_number(t.sum);
}

static struct scalar average(struct calc *c, const struct operand *a, size_t n)
{
    struct tally t = count_all(c, a, n);

    if (calc_is_error(t.error))
        return t.error;
    return t.numbers == 0 ? calc_error("#DIV/0!") : calc_number(t.sum / (double)t.numbers);
}

static struct scalar count(struct calc *c, const struct operand *a, size_t n)
{
    return calc_number((double)count_all(c, a, n).numbers);
}

static struct scalar counta(struct calc *c, const struct operand *a, size_t n)
{
    return calc_number((double)count_all(c, a, n).values);
}

static struct scalar least(struct calc *c, const struct operand *a, size_t n)
{
    struct tally t = count_all(c, a, n);

    return calc_is_error(t.error) ? t.error : calc_number(t.least);
}

static struct scalar most(struct calc *c, const struct operand *a, size_t n)
{
    struct tally t = count_all(c, a, n);

    return calc_is_error(t.error) ? t.error : calc_number(t.most);
}

/* Half away from zero, as people round. */
static struct scalar round_to(struct calc *c, const struct operand *a, size_t n)
{
    struct scalar v = calc_to_number(calc_single(c, &a[0])), digits = calc_number(0);
    double scale;

    if (n > 1)
        digits = calc_to_number(calc_single(c, &a[1]));
    if (calc_is_error(v) || calc_is_error(digits))
        return calc_is_error(v) ? v : digits;
    scale = pow(10, trunc(digits.number));
    return calc_number(round(v.number * scale) / scale);
}

static struct scalar concatenate(struct calc *c, const struct operand *a, size_t n)
{
    struct buf text = BUF_INIT;
    struct scalar v;

    for (size_t i = 0; i < n; i++) {
        struct operand one = a[i];

        if (one.tab == NULL)
            one.area = (struct area){0, 1, 0, 1};
        for (int64_t row = one.area.row; row < one.area.end_row; row++)
            for (int64_t column = one.area.column; column < one.area.end_column; column++) {
                v = calc_to_text(c,
                                 one.tab == NULL ? one.value : calc_value(c, one.tab, row, column));
                if (calc_is_error(v)) {
                    buf_close(&text);
                    return v;
                }
                buf_puts(&text, v.text);
            }
    }
    return calc_text(c, &text);
}

/* Characters, not bytes. */
static struct scalar length(struct calc *c, const struct operand *a, size_t n)
{
    struct scalar v = calc_to_text(c, calc_single(c, &a[0]));
    double len = 0;

    (void)n;
    if (calc_is_error(v))
        return v;
    for (const char *p = v.text; *p != '\0'; p++)
        len += (*p & 0xC0) != 0x80;
    return calc_number(len);
}

static struct scalar change_case(struct calc *c, const struct operand *a, int (*change)(int))
{
    struct scalar v = calc_to_text(c, calc_single(c, &a[0]));
    struct buf text = BUF_INIT;

    if (calc_is_error(v))
        return v;
    for (const char *p = v.text; *p != '\0'; p++)
        buf_putc(&text, (*p & 0x80) != 0 ? *p : (char)change(*p));
    return calc_text(c, &text);
}

static struct scalar upper(struct calc *c, const struct operand *a, size_t n)
{
    (void)n;
    return change_case(c, a, toupper);
}

static struct scalar lower(struct calc *c, const struct operand *a, size_t n)
{
    (void)n;
    return change_case(c, a, tolower);
}

struct scalar calc_function(struct calc *c, const char *name, const struct operand *arguments,
                            size_t n)
{
    static const struct {
        const char *name;
        size_t least, most;
        struct scalar (*call)(struct calc *c, const struct operand *arguments, size_t n);
    } functions[] = {
        {"SUM", 1, MAX_ARGUMENTS, sum},
        {"AVERAGE", 1, MAX_ARGUMENTS, average},
        {"COUNT", 1, MAX_ARGUMENTS, count},
        {"COUNTA", 1, MAX_ARGUMENTS, counta},
        {"MIN", 1, MAX_ARGUMENTS, least},
        {"MAX", 1, MAX_ARGUMENTS, most},
        {"ROUND", 1, 2, round_to},
        {"CONCATENATE", 1, MAX_ARGUMENTS, concatenate},
        {"LEN", 1, 1, length},
        {"UPPER", 1, 1, upper},
        {"LOWER", 1, 1, lower},
    };

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (strcmp(functions[i].name, name) != 0)
            continue;
        if (n < functions[i].least || n > functions[i].most)
            return calc_error("#N/A"); /* wrong number of arguments */
        return functions[i].call(c, arguments, n);
    }
    return calc_error("#NAME?");
}
