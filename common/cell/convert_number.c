/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <strings.h>

#include "common/cell/convert.h"

/* A sheet's numbers are exact up to here, and typed numbers were rounded beyond. */
#define EXACT_MAX 9007199254740992ULL
enum { DECIMAL_EXACT_DIGITS = 15, INT64_DIGITS = 20 };

/* Digits from the first that is not zero to the last. */
static int significant_digits(struct value v)
{
    struct decimal d;

    return decimal_parse(&d, v.ptr, v.len) ? d.n : DECIMAL_EXACT_DIGITS + 1;
}

static bool is_beyond_exact(struct value v)
{
    struct decimal d;
    uint64_t n;

    return !decimal_parse(&d, v.ptr, v.len) || !decimal_to_uint64(&d, &n) || n > EXACT_MAX;
}

/* Would a sheet lose a part of V? */
static bool needs_text(const struct column *c, struct value v)
{
    switch (c->type) {
    case COLUMN_DECIMAL:
        return significant_digits(v) > DECIMAL_EXACT_DIGITS;
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return v.len == 2 && memcmp(v.ptr, "-0", 2) == 0;
    default:
        return is_beyond_exact(v);
    }
}

int number_to_cell(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                   struct err *err)
{
    double number;

    (void)scratch;
    if (c->look.is_checkbox && c->is_bool && c->type == COLUMN_INT && v.len == 1 &&
        (v.ptr[0] == '0' || v.ptr[0] == '1')) {
        *out = (struct cell){.type = CELL_BOOL, .boolean = v.ptr[0] == '1'};
        return 0;
    }
    if (needs_text(c, v)) {
        *out = (struct cell){.type = CELL_TEXT, .text = v.ptr, .text_len = v.len};
        return 0;
    }
    if (!number_parse(v.ptr, v.len, &number))
        return err_set(err, ERR_VALUE, "is not a number");
    *out = (struct cell){.type = CELL_NUMBER, .number = number};
    return 0;
}

static int refuse_number(struct err *err)
{
    return err_set(err, ERR_VALUE, "is not a number");
}

/* The digits of the cell; TRUE and FALSE are 1 and 0 where the column holds truth. */
static int read_decimal(const struct cell *in, bool is_truth, struct decimal *d, struct err *err)
{
    char room[NUMBER_TEXT_SIZE];
    struct value shown;

    if (in->type == CELL_NUMBER && !isfinite(in->number))
        return refuse_number(err);
    shown = convert_trimmed(in, room);
    if (is_truth && shown.len == 4 && strncasecmp(shown.ptr, "TRUE", 4) == 0)
        shown = value_text("1", 1);
    else if (is_truth && shown.len == 5 && strncasecmp(shown.ptr, "FALSE", 5) == 0)
        shown = value_text("0", 1);
    if (!decimal_parse(d, shown.ptr, shown.len))
        return refuse_number(err);
    return 0;
}

/* A whole number from -BELOW to ABOVE. */
static int read_whole(const struct cell *in, bool is_truth, uint64_t below, uint64_t above,
                      bool *is_negative, uint64_t *n, struct err *err)
{
    struct decimal d;

    if (read_decimal(in, is_truth, &d, err) != 0)
        return -1;
    if (!decimal_is_whole(&d))
        return err_set(err, ERR_VALUE, "is not a whole number");
    *is_negative = d.is_negative && d.n > 0;
    if (!decimal_to_uint64(&d, n) || *n > (*is_negative ? below : above))
        return err_set(err, ERR_VALUE, "is out of range: the column holds %s%llu to %llu",
                       below > 0 ? "-" : "", (unsigned long long)below, (unsigned long long)above);
    if (in->type == CELL_NUMBER && *n > EXACT_MAX)
        return err_set(err, ERR_VALUE,
                       "is beyond 9007199254740992, where a sheet loses digits: type an apostrophe "
                       "before it");
    return 0;
}

int cell_to_int(const struct column *c, const struct cell *in, struct buf *scratch,
                struct value *out, struct err *err)
{
    unsigned bits = c->bytes * 8;
    uint64_t half = 1ULL << (bits - 1);
    uint64_t above = c->is_unsigned ? half - 1 + half : half - 1;
    size_t start = scratch->len;
    bool is_negative = false;
    uint64_t n = 0;

    if (read_whole(in, c->is_bool, c->is_unsigned ? 0 : half, above, &is_negative, &n, err) != 0)
        return -1;
    buf_printf(scratch, "%s%llu", is_negative ? "-" : "", (unsigned long long)n);
    return convert_appended(scratch, start, out, err);
}

int cell_to_bit(const struct column *c, const struct cell *in, struct buf *scratch,
                struct value *out, struct err *err)
{
    uint64_t above = c->length >= 64 ? UINT64_MAX : (1ULL << c->length) - 1;
    size_t start = scratch->len;
    bool is_negative = false;
    uint64_t n = 0;

    if (read_whole(in, c->length == 1, 0, above, &is_negative, &n, err) != 0)
        return -1;
    buf_printf(scratch, "%llu", (unsigned long long)n);
    return convert_appended(scratch, start, out, err);
}

int cell_to_year(const struct column *c, const struct cell *in, struct buf *scratch,
                 struct value *out, struct err *err)
{
    size_t start = scratch->len;
    bool is_negative = false;
    uint64_t n = 0;

    (void)c;
    if (read_whole(in, false, 0, 2155, &is_negative, &n, err) != 0 || (n > 0 && n < 1901))
        return err_set(err, ERR_VALUE, "is not a year from 1901 to 2155");
    buf_printf(scratch, "%04u", (unsigned)n);
    return convert_appended(scratch, start, out, err);
}

static char digit_at(const struct decimal *d, int i)
{
    return i >= 0 && i < d->n ? d->digits[i] : '0';
}

/* With all SCALE digits after the point: "250.00". */
static void append_decimal(struct buf *out, const struct decimal *d, int scale)
{
    if (d->is_negative && d->n > 0)
        buf_putc(out, '-');
    if (d->point <= 0)
        buf_putc(out, '0');
    for (int i = 0; i < d->point; i++)
        buf_putc(out, digit_at(d, i));
    if (scale > 0)
        buf_putc(out, '.');
    for (int i = d->point; i < d->point + scale; i++)
        buf_putc(out, digit_at(d, i));
}

int cell_to_decimal(const struct column *c, const struct cell *in, struct buf *scratch,
                    struct value *out, struct err *err)
{
    int whole_digits = (int)c->precision - (int)c->scale;
    size_t start = scratch->len;
    struct decimal d;

    if (read_decimal(in, false, &d, err) != 0)
        return -1;
    decimal_round(&d, (int)c->scale);
    if (d.point > whole_digits)
        return err_set(err, ERR_VALUE,
                       "is out of range: the column holds %d digits before the decimal point",
                       whole_digits);
    if (c->is_unsigned && d.is_negative && d.n > 0)
        return err_set(err, ERR_VALUE, "must not be negative");
    /* What was typed is gone; the binary number next to it is no one's wish. */
    if (in->type == CELL_NUMBER && d.n > DECIMAL_EXACT_DIGITS && d.point > DECIMAL_EXACT_DIGITS)
        return err_set(err, ERR_VALUE,
                       "has more than 15 digits, of which a sheet loses some: type an apostrophe "
                       "before it");
    append_decimal(scratch, &d, (int)c->scale);
    return convert_appended(scratch, start, out, err);
}

static int refuse_range(struct err *err)
{
    return err_set(err, ERR_VALUE, "is out of range");
}

int cell_to_double(const struct column *c, const struct cell *in, struct buf *scratch,
                   struct value *out, struct err *err)
{
    char text[NUMBER_TEXT_SIZE];
    size_t start = scratch->len;
    struct decimal d;
    double x;

    if (read_decimal(in, false, &d, err) != 0)
        return -1;
    x = decimal_to_double(&d);
    if (!isfinite(x))
        return refuse_range(err);
    if (c->is_unsigned && x < 0)
        return err_set(err, ERR_VALUE, "must not be negative");
    buf_append(scratch, text, number_print_double(x, text));
    return convert_appended(scratch, start, out, err);
}

int cell_to_float(const struct column *c, const struct cell *in, struct buf *scratch,
                  struct value *out, struct err *err)
{
    char text[NUMBER_TEXT_SIZE];
    size_t start = scratch->len;
    struct decimal d;
    float x;

    if (read_decimal(in, false, &d, err) != 0)
        return -1;
    x = decimal_to_float(&d);
    if (!isfinite(x))
        return refuse_range(err);
    if (c->is_unsigned && x < 0)
        return err_set(err, ERR_VALUE, "must not be negative");
    buf_append(scratch, text, number_print_float(x, text));
    return convert_appended(scratch, start, out, err);
}
