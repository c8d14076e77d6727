/* SPDX-License-Identifier: Apache-2.0 */
/* SELECT (rule) FROM the three sides, one row each. */
#include <stdlib.h>
#include <string.h>

#include "common/cell/cell.h"
#include "common/cleanup.h"
#include "common/mysql/rule.h"

#define NO_DATABASE_SELECTED 1046

static const char *const side_names[] = {"mysql", "sheet", "base"};

/* A parameter as a value of column C. */
static void append_operand(struct buf *sql, const struct column *c)
{
    switch (c->type) {
    case COLUMN_TEXT:
    case COLUMN_ENUM:
    case COLUMN_SET:
        if (c->charset == NULL || c->collation == NULL)
            buf_puts(sql, "CAST(? AS CHAR)");
        else
            buf_printf(sql, "CONVERT(? USING %s) COLLATE %s", c->charset, c->collation);
        break;
    case COLUMN_BINARY:
        buf_puts(sql, "CAST(? AS BINARY)");
        break;
    case COLUMN_JSON:
        buf_puts(sql, "CAST(? AS JSON)");
        break;
    case COLUMN_UUID:
    case COLUMN_INET4:
    case COLUMN_INET6:
        buf_puts(sql, "CAST(? AS CHAR)");
        break;
    default:
        column_operand_sql(sql, c);
        break;
    }
}

struct statement {
    struct buf sql;
    struct db_param *params; /* owned */
    size_t n;
};

static bool is_used(const bool *uses, size_t i)
{
    for (size_t side = 0; side < RULE_SIDES; side++)
        if (uses[i * RULE_SIDES + side])
            return true;
    return false;
}

static void add_param(struct statement *s, const struct column *c, bool is_known, struct value v)
{
    struct db_param *p = &s->params[s->n++];

    *p = DB_P_NULL;
    if (is_known && v.state == VALUE_TEXT)
        *p = (struct db_param){
            .kind = c->type == COLUMN_BINARY ? DB_BYTES : DB_TEXT, .ptr = v.ptr, .len = v.len};
}

/* All three sides have all columns that one of them needs, so that a column without its side is
 * ambiguous. */
static void append_side(struct statement *s, const struct rule_columns *columns, const bool *uses,
                        const struct value *values, size_t side)
{
    buf_puts(&s->sql, side == 0 ? " FROM (SELECT 1" : ", (SELECT 1");
    for (size_t i = 0; i < columns->n; i++) {
        size_t at = i * RULE_SIDES + side;

        if (!is_used(uses, i))
            continue;
        buf_puts(&s->sql, ", ");
        append_operand(&s->sql, columns->list[i]);
        buf_puts(&s->sql, " AS ");
        table_quote(&s->sql, columns->list[i]->name);
        add_param(s, columns->list[i], uses[at], values[at]);
    }
    buf_printf(&s->sql, ") %s", side_names[side]);
}

static bool is_text(const struct column *c)
{
    return c->type == COLUMN_TEXT || c->type == COLUMN_BINARY || c->type == COLUMN_JSON;
}

/* The result as if a person had typed it. Texts go through the cell that would show them. */
static int convert(const struct column *target, struct value result, struct buf *scratch,
                   struct value *out, struct err *err)
{
    struct cell cell = {.type = CELL_BLANK};

    if (result.state != VALUE_TEXT) {
        *out = VALUE_INIT_NULL;
        return target->is_nullable ? 0 : err_set(err, ERR_VALUE, "is NULL, and must not be");
    }
    if (is_text(target)) {
        if (cell_from_value(target, result, scratch, &cell, err) != 0)
            return -1;
    } else {
        cell = (struct cell){.type = CELL_TEXT, .text = result.ptr, .text_len = result.len};
    }
    return cell_to_value(target, &cell, scratch, out, err);
}

static int finish(const struct column *target, const struct db_rows *rows, struct buf *scratch,
                  struct value *out, struct err *err)
{
    CLEANUP_BUF struct buf own = BUF_INIT;

    if (convert(target, db_rows_at(rows, 0, 0), &own, out, err) != 0)
        return -1;
    if (out->state != VALUE_TEXT)
        return 0;
    buf_clear(scratch);
    buf_append(scratch, out->ptr, out->len);
    *out = value_text(buf_text(scratch), scratch->len);
    return scratch->is_failed ? err_nomem(err, "rule") : 0;
}

int rule_run(struct db *db, const char *expression, const struct rule_columns *columns,
             const bool *uses, const struct value *values, const struct column *target,
             struct buf *scratch, struct value *out, struct err *err)
{
    CLEANUP_FREE struct db_param *params = calloc(columns->n * RULE_SIDES + 1, sizeof(*params));
    struct statement s = {.params = params};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    int rc;

    if (params == NULL)
        return err_nomem(err, "rule");
    buf_printf(&s.sql, is_text(target) ? "SELECT (%s)" : "SELECT CAST((%s) AS CHAR)", expression);
    for (size_t side = 0; side < RULE_SIDES; side++)
        append_side(&s, columns, uses, values, side);
    rc =
        s.sql.is_failed ? err_nomem(err, "rule") : db_run(db, s.sql.ptr, s.params, s.n, &rows, err);
    buf_close(&s.sql);
    /* A function that MySQL does not have is looked for in the session's database. */
    if (rc != 0 && err->code == ERR_MYSQL && err->detail == NO_DATABASE_SELECTED)
        return err_set(err, ERR_CONFIG, "it calls a function that the server does not have");
    return rc != 0 ? -1 : finish(target, &rows, scratch, out, err);
}
