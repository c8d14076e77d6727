/* SPDX-License-Identifier: Apache-2.0 */
/* The SQL that reads and writes one column exactly. */
#include <string.h>

#include "common/mysql/table.h"
#include "common/number.h"

void table_quote(struct buf *sql, const char *name)
{
    buf_putc(sql, '`');
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '`')
            buf_putc(sql, '`');
        buf_putc(sql, *p);
    }
    buf_putc(sql, '`');
}

void table_quote_full(struct buf *sql, const struct table *t)
{
    table_quote(sql, t->schema);
    buf_putc(sql, '.');
    table_quote(sql, t->name);
}

/* ZEROFILL is decoration; the addition takes it off. */
static bool is_zerofill(const struct column *c)
{
    return c->sql_type != NULL && strstr(c->sql_type, "zerofill") != NULL;
}

void column_read_sql(struct buf *sql, const struct column *c)
{
    const char *after = "";

    switch (c->type) {
    case COLUMN_TEXT: /* converted to utf8mb4 by the session */
    case COLUMN_BINARY:
    case COLUMN_GEOMETRY:
    case COLUMN_VECTOR:
    case COLUMN_OTHER:
        table_quote(sql, c->name);
        return;
    case COLUMN_FLOAT:
        /* Alone it prints 6 digits; a DOUBLE on the contrary loses digits as a sum (MySQL 9.7). */
        after = " + 0e0";
        break;
    case COLUMN_BIT:
        after = " + 0";
        break;
    case COLUMN_INT:
    case COLUMN_DECIMAL:
        after = is_zerofill(c) ? " + 0" : "";
        break;
    default:
        break;
    }
    buf_puts(sql, "CAST(");
    table_quote(sql, c->name);
    buf_puts(sql, after);
    buf_puts(sql, " AS CHAR)");
}

/* Numbers are cast: a text parameter beside an integer or DECIMAL key is compared as a double,
 * which holds 53 bits. Through CHAR, because MySQL (seen: 9.7) takes the parameter of CAST(? AS
 * UNSIGNED) for a signed one and refuses what is above 2^63. */
void column_write_sql(struct buf *sql, const struct column *c)
{
    switch (c->type) {
    case COLUMN_INT:
        buf_puts(sql, c->is_unsigned ? "CAST(CAST(? AS CHAR) AS UNSIGNED)"
                                     : "CAST(CAST(? AS CHAR) AS SIGNED)");
        break;
    case COLUMN_BIT:
        buf_puts(sql, "CAST(CAST(? AS CHAR) AS UNSIGNED)");
        break;
    case COLUMN_DECIMAL:
        buf_printf(sql, "CAST(? AS DECIMAL(%u,%u))", c->precision, c->scale);
        break;
    default:
        buf_putc(sql, '?');
        break;
    }
}

void column_operand_sql(struct buf *sql, const struct column *c)
{
    switch (c->type) {
    case COLUMN_YEAR:
        buf_puts(sql, "CAST(? AS UNSIGNED)");
        break;
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        buf_puts(sql, "(? + 0e0)");
        break;
    case COLUMN_DATE:
        buf_puts(sql, "CAST(? AS DATE)");
        break;
    case COLUMN_TIME:
        buf_printf(sql, "CAST(? AS TIME(%u))", c->fsp);
        break;
    case COLUMN_DATETIME:
    case COLUMN_TIMESTAMP:
        buf_printf(sql, "CAST(? AS DATETIME(%u))", c->fsp);
        break;
    default:
        column_write_sql(sql, c);
        break;
    }
}

struct value column_canonical(const struct column *c, struct value v, struct buf *scratch)
{
    char text[NUMBER_TEXT_SIZE];
    size_t len;
    double x;

    if (v.state != VALUE_TEXT || (c->type != COLUMN_FLOAT && c->type != COLUMN_DOUBLE) ||
        !number_parse(v.ptr, v.len, &x))
        return v;
    len =
        c->type == COLUMN_FLOAT ? number_print_float((float)x, text) : number_print_double(x, text);
    buf_clear(scratch);
    buf_append(scratch, text, len);
    return scratch->is_failed ? v : value_text(scratch->ptr, scratch->len);
}
