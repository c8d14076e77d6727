/* SPDX-License-Identifier: Apache-2.0 */
#include "common/mysql/table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "common/mysql/db.h"

/* Read by position: MySQL 8 and later print the names of these columns in upper case. */
enum {
    AT_SCHEMA,
    AT_TABLE,
    AT_ENGINE,
    AT_COLUMN,
    AT_TYPE,
    AT_NULLABLE,
    AT_DEFAULT,
    AT_EXTRA,
    AT_CHARSET,
    AT_COLLATION,
};
#define SQL_COLUMNS                                                                                \
    "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.ENGINE, c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, " \
    "c.COLUMN_DEFAULT, c.EXTRA, c.CHARACTER_SET_NAME, c.COLLATION_NAME "                           \
    "FROM information_schema.TABLES t JOIN information_schema.COLUMNS c "                          \
    "ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME "                          \
    "WHERE t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? AND c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ? "   \
    "ORDER BY c.ORDINAL_POSITION"

/* One row for a system versioned table (MariaDB): the ROW END column's name, NULL if implicit. */
#define SQL_ROW_END                                                              \
    "SELECT c.COLUMN_NAME FROM information_schema.TABLES t "                     \
    "LEFT JOIN information_schema.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA " \
    "AND c.TABLE_NAME = t.TABLE_NAME AND c.GENERATION_EXPRESSION = 'ROW END' "   \
    "WHERE t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? AND t.TABLE_TYPE = 'SYSTEM VERSIONED'"

/* The primary key first. A part that is an expression has no column name (MySQL). */
#define SQL_KEYS                                                                   \
    "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS " \
    "WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 "                \
    "ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX"

static char *copy(const struct db_rows *rows, size_t r, size_t c, bool *is_failed)
{
    struct value v = db_rows_at(rows, r, c);
    char *text;

    if (v.state != VALUE_TEXT)
        return NULL;
    text = strdup(v.ptr);
    if (text == NULL)
        *is_failed = true;
    return text;
}

/* MariaDB prints defaults as SQL: NULL, 'text with '' doubled', 0, current_timestamp(). */
static void unquote_default(char **fallback)
{
    char *from = *fallback, *to = *fallback;

    if (from == NULL)
        return;
    if (strcmp(from, "NULL") == 0) {
        free(from);
        *fallback = NULL;
        return;
    }
    if (*from++ != '\'')
        return;
    for (; *from != '\0' && !(*from == '\'' && from[1] != '\''); from++) {
        if (*from == '\'')
            from++;
        *to++ = *from;
    }
    *to = '\0';
}

static int load_column(const struct db *db, const struct db_rows *rows, size_t r, struct column *c,
                       struct err *err)
{
    const char *extra = db_rows_text(rows, r, AT_EXTRA);
    bool is_failed = false;

    c->name = copy(rows, r, AT_COLUMN, &is_failed);
    c->sql_type = copy(rows, r, AT_TYPE, &is_failed);
    c->charset = copy(rows, r, AT_CHARSET, &is_failed);
    c->collation = copy(rows, r, AT_COLLATION, &is_failed);
    c->fallback = copy(rows, r, AT_DEFAULT, &is_failed);
    if (is_failed || c->name == NULL || c->sql_type == NULL)
        return err_nomem(err, "table");
    if (db_flavour(db) == DB_MARIADB)
        unquote_default(&c->fallback);
    c->is_nullable = strcasecmp(db_rows_text(rows, r, AT_NULLABLE), "YES") == 0;
    c->is_auto_increment = strcasestr(extra, "auto_increment") != NULL;
    /* Not DEFAULT_GENERATED, which is MySQL's word for a default that is an expression. */
    c->is_generated = strcasestr(extra, "VIRTUAL GENERATED") != NULL ||
                      strcasestr(extra, "STORED GENERATED") != NULL;
    c->is_invisible = strcasestr(extra, "INVISIBLE") != NULL;
    if (column_parse_type(c, c->sql_type, err) != 0)
        return -1;
    /* An ENUM falls back on its first label, also in strict mode. */
    c->has_default = c->fallback != NULL || c->is_nullable || c->is_auto_increment ||
                     c->is_generated || c->type == COLUMN_ENUM;
    return 0;
}

static int load_columns(struct db *db, struct table *t, const struct db_param *params,
                        struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    bool is_failed = false;

    if (db_run(db, SQL_COLUMNS, params, 4, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0) {
        err_set(err, ERR_GONE, "no such table, or no privilege to see it");
        return -1;
    }
    t->schema = copy(&rows, 0, AT_SCHEMA, &is_failed);
    t->name = copy(&rows, 0, AT_TABLE, &is_failed);
    t->engine = copy(&rows, 0, AT_ENGINE, &is_failed);
    if (t->engine == NULL) /* a view */
        t->engine = strdup("");
    t->columns = calloc(rows.n_rows, sizeof(*t->columns));
    if (is_failed || t->engine == NULL || t->columns == NULL)
        return err_nomem(err, "table");
    for (; t->n_columns < rows.n_rows; t->n_columns++)
        if (load_column(db, &rows, t->n_columns, &t->columns[t->n_columns], err) != 0) {
            t->n_columns++; /* so that table_free sees what it has */
            return -1;
        }
    return 0;
}

static int add_implicit(struct table *t, const char *name, struct err *err)
{
    struct column *c = &t->columns[t->n_columns];

    *c = (struct column){.name = strdup(name), .sql_type = strdup("timestamp(6)")};
    c->is_generated = c->is_invisible = c->has_default = true;
    t->n_columns++;
    if (c->name == NULL || c->sql_type == NULL)
        return err_nomem(err, "table");
    return column_parse_type(c, c->sql_type, err);
}

/* The columns that system versioning adds come last, in the binlog, too. */
static int add_implicit_pair(struct table *t, struct err *err)
{
    struct column *grown = reallocarray(t->columns, t->n_columns + 2, sizeof(*grown));

    if (grown == NULL)
        return err_nomem(err, "table");
    t->columns = grown;
    t->row_end = t->n_columns + 1;
    return add_implicit(t, "row_start", err) != 0 ? -1 : add_implicit(t, "row_end", err);
}

static int load_versioning(struct db *db, struct table *t, const struct db_param *params,
                           struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    int at;

    if (db_flavour(db) != DB_MARIADB)
        return 0;
    if (db_run(db, SQL_ROW_END, params, 2, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    t->is_versioned = true;
    at = table_find_column(t, db_rows_text(&rows, 0, 0));
    if (at < 0)
        return add_implicit_pair(t, err);
    t->row_end = (size_t)at;
    return 0;
}

/* A whole column that is never NULL; -1 if the part of the key is none. */
static int key_column(const struct table *t, const struct db_rows *rows, size_t r)
{
    int c = table_find_column(t, db_rows_text(rows, r, 1));

    return c < 0 || db_rows_at(rows, r, 2).state == VALUE_TEXT || t->columns[c].is_nullable ? -1
                                                                                            : c;
}

/* Take the rows from FIRST to END as the key; false if one of them cannot be part of it. */
static bool take_key(struct table *t, const struct db_rows *rows, size_t first, size_t end)
{
    for (t->n_key = 0; first < end; first++) {
        int c = key_column(t, rows, first);

        if (c < 0) {
            t->n_key = 0;
            return false;
        }
        /* Part of each key of a versioned table, and the same in all rows that are no history. */
        if (!t->is_versioned || (size_t)c != t->row_end)
            t->key[t->n_key++] = (size_t)c;
    }
    return true;
}

static int load_key(struct db *db, struct table *t, const struct db_param *params, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(db, SQL_KEYS, params, 2, &rows, err) != 0)
        return -1;
    t->key = calloc(rows.n_rows + 1, sizeof(*t->key));
    if (t->key == NULL)
        return err_nomem(err, "table");
    for (size_t first = 0, end; first < rows.n_rows; first = end) {
        end = first + 1;
        while (end < rows.n_rows &&
               strcmp(db_rows_text(&rows, end, 0), db_rows_text(&rows, first, 0)) == 0)
            end++;
        if (take_key(t, &rows, first, end))
            break;
    }
    return 0;
}

int table_load(struct db *db, const char *schema, const char *name, struct table **out,
               struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(schema), DB_P_TEXT(name), DB_P_TEXT(schema),
                                      DB_P_TEXT(name)};
    static _Atomic uint64_t last_id;
    struct table *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return err_nomem(err, "table");
    t->id = ++last_id;
    if (load_columns(db, t, params, err) != 0 || load_versioning(db, t, params, err) != 0 ||
        load_key(db, t, params, err) != 0) {
        table_free(t);
        return err_wrap(err, "table %s.%s", schema, name);
    }
    *out = t;
    return 0;
}

static void close_column(struct column *c)
{
    free(c->name);
    free(c->sql_type);
    free(c->charset);
    free(c->collation);
    free(c->fallback);
    for (size_t i = 0; i < c->n_labels; i++)
        free(c->labels[i]);
    free(c->labels);
}

void table_free(struct table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n_columns; i++)
        close_column(&t->columns[i]);
    free(t->columns);
    free(t->key);
    free(t->schema);
    free(t->name);
    free(t->engine);
    free(t);
}

int table_find_column(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcasecmp(t->columns[i].name, name) == 0)
            return (int)i;
    return -1;
}
