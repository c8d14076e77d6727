/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/value_decode.h"

/* 0 is the year 0000, 1 is 1901. */
static char *put_year(uint8_t year, char *to)
{
    return digits_put_padded(to, year == 0 ? 0 : 1900U + year, 4);
}

char *value_put(const struct field *f, const uint8_t *p, char *to)
{
    switch (f->kind) {
    case FIELD_INT:
        return value_put_int(p, f->fixed_bytes, f->is_unsigned, to);
    case FIELD_DECIMAL:
        return decimal_put(p, f->fixed_bytes, f->precision, f->scale, to);
    case FIELD_FLOAT:
    case FIELD_DOUBLE:
        return value_put_float(f, p, to);
    case FIELD_BIT:
        return digits_put(to, be_load(p, f->fixed_bytes));
    case FIELD_YEAR:
        return put_year(p[0], to);
    default:
        return value_put_temporal(f, p, to);
    }
}

int value_malformed(const struct field *f, struct err *err)
{
    return err_set(err, ERR_FORMAT, "malformed %s of %u bytes",
                   f->kind < FIELD_DATE ? "number" : "date or time", f->fixed_bytes);
}

static int decode_put(const struct field *f, const uint8_t *p, struct arena *arena,
                      struct value *out, struct err *err)
{
    char *text = arena_text(arena, f->text_max), *end;

    if (text == NULL)
        return err_nomem(err, "binlog value");
    end = value_put(f, p, text);
    if (end == NULL)
        return value_malformed(f, err);
    arena_shrink(arena, (size_t)(text + f->text_max - end));
    *out = value_text(text, (size_t)(end - text));
    return 0;
}

int value_decode(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                 struct value *out, struct err *err)
{
    if (f->text_max > 0)
        return decode_put(f, p, arena, out, err);
    if (f->kind == FIELD_JSON)
        return value_decode_json(p, len, arena, out, err);
    return value_decode_text(f, p, len, arena, out, err);
}
