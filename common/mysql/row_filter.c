/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/row_filter.h"

#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/mysql/db.h"
#include "common/mysql/expression.h"
#include "common/mysql/table.h"

bool row_filter_is_none(const struct row_filter *f)
{
    return f->where == NULL && f->limit == 0 && f->column == NULL;
}

static int on_name(struct expression *e, const char *name, const char *start, void *user)
{
    (void)user;
    if (*e->at == '.')
        return expression_fail(e, e->at, "a column is named without its table");
    return *start == '`' ? 0 : expression_check_word(e, name, start);
}

/* NAME [ASC | DESC], ... */
int row_filter_check_order(const char *order, struct err *err)
{
    struct expression e = {.text = order, .at = order, .err = err};
    char name[EXPRESSION_NAME_SIZE];

    for (;;) {
        expression_skip_blanks(&e);
        if (expression_read_name(&e, name) != 0)
            return -1;
        expression_skip_blanks(&e);
        if (*e.at != '\0' && *e.at != ',') {
            const char *start = e.at;

            if (expression_read_name(&e, name) != 0)
                return -1;
            if (strcasecmp(name, "ASC") != 0 && strcasecmp(name, "DESC") != 0)
                return expression_fail(&e, start, "expected ASC, DESC or a comma");
            expression_skip_blanks(&e);
        }
        if (*e.at == '\0')
            return 0;
        if (*e.at++ != ',')
            return expression_fail(&e, e.at - 1, "expected a comma");
    }
}

int row_filter_check_where(const char *where, struct err *err)
{
    struct expression e = {.text = where, .what = "a condition", .on_name = on_name, .err = err};

    return expression_read(&e);
}

static int check(const struct row_filter *f, struct err *err)
{
    if (f->where != NULL && row_filter_check_where(f->where, err) != 0)
        return err_wrap(err, "where");
    if (f->order_by != NULL && row_filter_check_order(f->order_by, err) != 0)
        return err_wrap(err, "order_by");
    return 0;
}

bool row_filter_can_compare(const struct column *c)
{
    return c->type == COLUMN_INT || c->type == COLUMN_DECIMAL || c->type == COLUMN_YEAR ||
           c->type == COLUMN_DATE || c->type == COLUMN_TEXT || c->type == COLUMN_ENUM;
}

static bool has_column(const struct row_filter *f, const struct table *t, struct err *err)
{
    int at = table_find_column(t, f->column);

    if (at < 0)
        err_set(err, ERR_CONFIG, "tabs_by: the table has no column \"%s\"", f->column);
    else if (!row_filter_can_compare(&t->columns[at]))
        err_set(err, ERR_CONFIG,
                "tabs_by: column \"%s\" is a %s; expected a text, an ENUM, a whole or decimal "
                "number, a date or a year",
                f->column, t->columns[at].sql_type);
    else
        return true;
    return false;
}

int row_filter_try(struct db *db, const struct row_filter *f, const struct table *t,
                   struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (row_filter_is_none(f))
        return 0;
    if (check(f, err) != 0)
        return -1;
    if (f->column != NULL && !has_column(f, t, err))
        return -1;
    buf_puts(&sql, "SELECT 1 FROM ");
    row_filter_source(&sql, f, t, NULL, 0);
    buf_puts(&sql, " LIMIT 0");
    if (sql.is_failed)
        return err_nomem(err, "filter");
    if (db_exec(db, sql.ptr, &rows, err) == 0)
        return 0;
    if (err->transient)
        return -1;
    err->code = ERR_CONFIG;
    return err_wrap(err, "%s",
                    f->where != NULL && f->limit > 0 ? "where, order_by"
                    : f->where != NULL               ? "where"
                    : f->limit > 0                   ? "order_by"
                                                     : "tabs_by");
}

static int note_fleeting(struct expression *e, const char *name, const char *start, void *user)
{
    static const char *const words[] = {
        "NOW",     "CURDATE",       "CURTIME",      "CURRENT_DATE",   "CURRENT_TIME",
        "SYSDATE", "LOCALTIME",     "UTC_DATE",     "UTC_TIME",       "CURRENT_TIMESTAMP",
        "RAND",    "UTC_TIMESTAMP", "CURRENT_USER", "UNIX_TIMESTAMP", "LOCALTIMESTAMP",
        "UUID",    "CONNECTION_ID", "UUID_SHORT",   "SESSION_USER"};

    (void)e;
    for (size_t i = 0; *start != '`' && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasecmp(name, words[i]) == 0)
            *(bool *)user = true;
    return 0;
}

bool row_filter_is_fleeting(const struct row_filter *f)
{
    bool is_fleeting = false;
    struct err err;
    struct expression e = {.text = f->where,
                           .what = "a condition",
                           .on_name = note_fleeting,
                           .user = &is_fleeting,
                           .err = &err};

    return f->where != NULL && expression_read(&e) == 0 && is_fleeting;
}

void row_filter_print(const struct row_filter *f, struct buf *out)
{
    const char *between = "";

    if (f->column != NULL) {
        buf_printf(out, "%s ", f->column);
        if (f->value.state == VALUE_TEXT)
            buf_json(out, f->value.ptr, f->value.len);
        else
            buf_puts(out, "NULL");
        between = " ";
    }
    if (f->where != NULL) {
        buf_printf(out, "%swhere %s", between, f->where);
        between = " ";
    }
    if (f->limit > 0)
        buf_printf(out, "%sorder by %s limit %u", between, f->order_by, f->limit);
}

/* A literal in its own type, so that an index is used: of a text the column's collation counts. In
 * hex, whatever the quotation marks and the character set of the session are. */
void row_filter_equal(struct buf *sql, const char *name, const struct column *c, struct value value)
{
    table_quote(sql, name);
    buf_puts(sql, " <=> ");
    if (value.state != VALUE_TEXT) {
        buf_puts(sql, "NULL");
    } else if (c->type == COLUMN_INT || c->type == COLUMN_DECIMAL || c->type == COLUMN_YEAR) {
        buf_append(sql, value.ptr, value.len);
    } else {
        buf_puts(sql, "_utf8mb4 x'");
        buf_hex(sql, value.ptr, value.len);
        buf_putc(sql, '\'');
    }
}

static void put_conditions(struct buf *sql, const struct row_filter *f, const struct table *t)
{
    int at = f->column == NULL ? -1 : table_find_column(t, f->column);

    if (f->where != NULL)
        buf_printf(sql, " WHERE (%s)", f->where);
    if (at < 0)
        return;
    buf_puts(sql, f->where != NULL ? " AND (" : " WHERE (");
    row_filter_equal(sql, t->columns[at].name, &t->columns[at], f->value);
    buf_putc(sql, ')');
}

/* Invisible columns are not in SELECT *, but may be mapped. */
static void put_columns(struct buf *sql, const struct table *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (i > 0)
            buf_puts(sql, ", ");
        table_quote(sql, t->columns[i].name);
    }
}

void row_filter_source(struct buf *sql, const struct row_filter *f, const struct table *t,
                       const size_t *key, size_t n_key)
{
    if (row_filter_is_none(f)) {
        table_quote_full(sql, t);
        return;
    }
    buf_puts(sql, "(SELECT ");
    put_columns(sql, t);
    buf_puts(sql, " FROM ");
    table_quote_full(sql, t);
    put_conditions(sql, f, t);
    if (f->limit > 0) {
        buf_printf(sql, " ORDER BY %s", f->order_by);
        for (size_t k = 0; k < n_key; k++) {
            buf_puts(sql, ", ");
            table_quote(sql, t->columns[key[k]].name);
        }
        buf_printf(sql, " LIMIT %u", f->limit);
    }
    buf_puts(sql, ") AS ");
    table_quote(sql, t->name);
}
