/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cell/cell.h"

#include <math.h>

#include "common/cell/convert.h"
#include "common/cell/stand_in.h"

/* How each type goes both ways, and how its cells are formatted. */
struct conversion {
    convert_from_value *from_value;
    convert_to_value *to_value;
};

static const struct conversion conversions[] = {
    [COLUMN_INT] = {number_to_cell, cell_to_int},
    [COLUMN_DECIMAL] = {number_to_cell, cell_to_decimal},
    [COLUMN_FLOAT] = {number_to_cell, cell_to_float},
    [COLUMN_DOUBLE] = {number_to_cell, cell_to_double},
    [COLUMN_BIT] = {number_to_cell, cell_to_bit},
    [COLUMN_YEAR] = {number_to_cell, cell_to_year},
    [COLUMN_DATE] = {date_to_cell, cell_to_date},
    [COLUMN_TIME] = {text_to_cell, cell_to_time},
    [COLUMN_DATETIME] = {datetime_to_cell, cell_to_datetime},
    [COLUMN_TIMESTAMP] = {datetime_to_cell, cell_to_datetime},
    [COLUMN_TEXT] = {text_to_cell, cell_to_text},
    [COLUMN_BINARY] = {binary_to_cell, cell_to_binary},
    [COLUMN_ENUM] = {text_to_cell, cell_to_enum},
    [COLUMN_SET] = {text_to_cell, cell_to_set},
    [COLUMN_JSON] = {text_to_cell, cell_to_json},
    [COLUMN_UUID] = {text_to_cell, cell_to_uuid},
    [COLUMN_INET4] = {text_to_cell, cell_to_inet4},
    [COLUMN_INET6] = {text_to_cell, cell_to_inet6},
    [COLUMN_GEOMETRY] = {NULL, NULL},
    [COLUMN_VECTOR] = {NULL, NULL},
    [COLUMN_OTHER] = {NULL, NULL},
};

static int unsupported(const struct column *c, struct err *err)
{
    return err_set(err, ERR_VALUE, "is of a type that a cell cannot show: %s",
                   c->sql_type != NULL ? c->sql_type : "unknown");
}

static int show_mark(const char *mark, struct cell *out)
{
    if (mark[0] != '\0')
        *out = (struct cell){.type = CELL_TEXT, .text = mark, .text_len = strlen(mark)};
    return 0;
}

/* A text that could be taken for a mark. */
static int show_quoted(const struct column *c, struct buf *scratch, struct cell *out,
                       struct err *err)
{
    CLEANUP_BUF struct buf quoted = BUF_INIT;
    size_t start = scratch->len;
    struct value v;

    if (out->type != CELL_TEXT || !mark_quote(c, value_text(out->text, out->text_len), &quoted))
        return 0;
    if (quoted.is_failed)
        return err_nomem(err, "cell");
    buf_append(scratch, quoted.ptr, quoted.len);
    if (convert_appended(scratch, start, &v, err) != 0 || convert_check_length(v, err) != 0)
        return -1;
    *out = (struct cell){.type = CELL_TEXT, .text = v.ptr, .text_len = v.len};
    return 0;
}

int cell_from_value(const struct column *c, struct value v, struct buf *scratch, struct cell *out,
                    struct err *err)
{
    const struct conversion *conversion = &conversions[c->type];

    *out = (struct cell){.type = CELL_BLANK};
    if (conversion->from_value == NULL)
        return unsupported(c, err);
    if (v.state == VALUE_NULL)
        return show_mark(mark_of_null(c), out);
    if (v.state == VALUE_ABSENT)
        return err_set(err, ERR_VALUE, "is not known");
    if (v.len == 0 && c->type != COLUMN_BINARY)
        return show_mark(mark_of_empty(c), out);
    return conversion->from_value(c, v, scratch, out, err) != 0 ? -1
                                                                : show_quoted(c, scratch, out, err);
}

static int blank_to_value(const struct column *c, struct value *out, struct err *err)
{
    if (convert_is_blank_empty(c))
        *out = value_text("", 0);
    else if (c->is_nullable)
        *out = VALUE_INIT_NULL;
    else
        return err_set(err, ERR_VALUE, "must not be empty");
    return 0;
}

static bool is_mark(const struct cell *in, const char *mark)
{
    return in->type == CELL_TEXT && mark[0] != '\0' && in->text_len == strlen(mark) &&
           memcmp(in->text, mark, in->text_len) == 0;
}

/* A text that may be quoted, because it could be taken for a mark. */
static int text_to_value(const struct column *c, const struct cell *in, struct buf *scratch,
                         struct value *out, struct err *err)
{
    struct value v = mark_unquote(c, value_text(in->text, in->text_len));
    const struct cell plain = {.type = CELL_TEXT, .text = v.ptr, .text_len = v.len};

    return conversions[c->type].to_value(c, &plain, scratch, out, err);
}

int cell_to_value(const struct column *c, const struct cell *in, struct buf *scratch,
                  struct value *out, struct err *err)
{
    const struct conversion *conversion = &conversions[c->type];

    *out = (struct value){.state = VALUE_ABSENT};
    if (conversion->to_value == NULL)
        return unsupported(c, err);
    if (in->type == CELL_ERROR)
        return err_set(err, ERR_VALUE, "is an error: %.*s",
                       in->text_len > 40 ? 40 : (int)in->text_len,
                       in->text != NULL ? in->text : "");
    /* A text without characters cannot be told from nothing in a sheet. */
    if (in->type == CELL_BLANK || (in->type == CELL_TEXT && in->text_len == 0))
        return blank_to_value(c, out, err);
    if (stand_in_is(in))
        return err_set(err, ERR_VALUE, STAND_IN_PROBLEM);
    if (is_mark(in, mark_of_null(c)))
        *out = VALUE_INIT_NULL;
    else if (is_mark(in, mark_of_empty(c)))
        *out = value_text("", 0);
    else if (in->type == CELL_TEXT)
        return text_to_value(c, in, scratch, out, err);
    else
        return conversion->to_value(c, in, scratch, out, err);
    return 0;
}

const char *cell_format(const struct column *c, const char **pattern)
{
    static const char *const decimals[] = {"0",          "0.0",         "0.00",        "0.000",
                                           "0.0000",     "0.00000",     "0.000000",    "0.0000000",
                                           "0.00000000", "0.000000000", "0.0000000000"};
    static const char *const moments[] = {"yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd hh:mm:ss.0",
                                          "yyyy-mm-dd hh:mm:ss.00", "yyyy-mm-dd hh:mm:ss.000"};

    *pattern = NULL;
    switch (c->type) {
    case COLUMN_INT:
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
    case COLUMN_BIT:
    case COLUMN_YEAR:
        return NULL;
    case COLUMN_DECIMAL:
        if (c->scale >= sizeof(decimals) / sizeof(decimals[0]))
            return NULL;
        *pattern = decimals[c->scale];
        return "NUMBER";
    case COLUMN_DATE:
        *pattern = "yyyy-mm-dd";
        return "DATE";
    case COLUMN_DATETIME:
    case COLUMN_TIMESTAMP:
        if (c->fsp > 3)
            break;
        *pattern = moments[c->fsp];
        return "DATE_TIME";
    default:
        break;
    }
    /* Plain text: what people type stays what they typed ("007", "1-2"). */
    *pattern = "@";
    return "TEXT";
}

static bool same_text(const struct cell *a, const struct cell *b)
{
    return a->text_len == b->text_len &&
           (a->text_len == 0 || memcmp(a->text, b->text, a->text_len) == 0);
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case CELL_NUMBER:
        return a->number == b->number;
    case CELL_BOOL:
        return a->boolean == b->boolean;
    case CELL_TEXT:
    case CELL_ERROR:
        return same_text(a, b);
    default:
        return true;
    }
}

struct value convert_shown(const struct cell *in, char room[NUMBER_TEXT_SIZE])
{
    if (in->type == CELL_BOOL)
        return in->boolean ? value_text("TRUE", 4) : value_text("FALSE", 5);
    if (in->type == CELL_NUMBER) /* adding 0 takes the sign from -0: a sheet shows none */
        /* A cell has neither infinity nor NaN: whatever it was shows nothing. */
        return value_text(room,
                          isfinite(in->number) ? number_print_double(in->number + 0.0, room) : 0);
    return value_text(in->text, in->text_len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct value convert_trimmed(const struct cell *in, char room[NUMBER_TEXT_SIZE])
{
    struct value v = convert_shown(in, room);

    while (v.len > 0 && is_blank(v.ptr[v.len - 1]))
        v.len--;
    while (v.len > 0 && is_blank(v.ptr[0])) {
        v.ptr++;
        v.len--;
    }
    return v;
}

int convert_appended(const struct buf *scratch, size_t start, struct value *out, struct err *err)
{
    if (scratch->is_failed)
        return err_nomem(err, "cell");
    *out = value_text(buf_text(scratch) + start, scratch->len - start);
    return 0;
}
