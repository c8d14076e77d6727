/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/ddl.h"

#include <string.h>

#include "common/utf8.h"
#include "replicator/binlog/ddl_token.h"

struct parser {
    struct ddl_lexer lexer;
    const char *schema; /* the session's */
    struct ddl_statement *out;
};

static void add_target(struct parser *p, enum ddl_kind kind, const char *schema, const char *table)
{
    struct ddl_target *t;

    if (p->out->n_targets == DDL_TARGETS_MAX) {
        /* Too many to list: all of them. */
        p->out->n_targets = 1;
        p->out->targets[0] = (struct ddl_target){.kind = DDL_OTHER};
        return;
    }
    t = &p->out->targets[p->out->n_targets++];
    *t = (struct ddl_target){.kind = kind};
    memcpy(t->schema, schema, strlen(schema) + 1);
    memcpy(t->table, table, strlen(table) + 1);
}

static void not_understood(struct parser *p, enum ddl_kind kind)
{
    p->out->n_targets = 0;
    add_target(p, kind, "", "");
}

/* A name without its quotes; false if it is none, too long, or not UTF-8 (SQL text comes in the
 * writer's character set). */
static bool read_part(struct parser *p, char out[DDL_NAME_MAX])
{
    struct token t = ddl_next(&p->lexer);
    size_t n = 0;

    if (t.kind == TOKEN_QUOTED_NAME && t.len >= 2 && t.ptr[t.len - 1] == t.ptr[0]) {
        for (size_t i = 1; i < t.len - 1; i++) {
            if (n == DDL_NAME_MAX - 1)
                return false;
            out[n++] = t.ptr[i];
            if (t.ptr[i] == t.ptr[0])
                i++; /* doubled */
        }
    } else if (t.kind == TOKEN_WORD && t.len < DDL_NAME_MAX) {
        memcpy(out, t.ptr, t.len);
        n = t.len;
    }
    out[n] = '\0';
    return n > 0 && utf8_is_valid(out, n);
}

/* table, schema.table, or .table */
static bool read_name(struct parser *p, char schema[DDL_NAME_MAX], char table[DDL_NAME_MAX])
{
    size_t n = strnlen(p->schema, DDL_NAME_MAX - 1);

    memcpy(schema, p->schema, n);
    schema[n] = '\0';
    if (!read_part(p, table))
        return false;
    if (!ddl_accept_sign(&p->lexer, '.'))
        return true;
    memcpy(schema, table, DDL_NAME_MAX);
    return read_part(p, table);
}

static bool add_name(struct parser *p, enum ddl_kind kind)
{
    char schema[DDL_NAME_MAX], table[DDL_NAME_MAX];

    if (!read_name(p, schema, table)) {
        not_understood(p, kind);
        return false;
    }
    add_target(p, kind, schema, table);
    return true;
}

static void skip_if_exists(struct parser *p)
{
    if (ddl_accept(&p->lexer, "IF")) {
        ddl_accept(&p->lexer, "NOT");
        ddl_accept(&p->lexer, "EXISTS");
    }
}

static void accept_any(struct parser *p, const char *const *words)
{
    while (*words != NULL) {
        const char *const *w = words;

        while (*w != NULL && !ddl_accept(&p->lexer, *w))
            w++;
        if (*w == NULL)
            return;
    }
}

static void name_list(struct parser *p, enum ddl_kind kind)
{
    while (add_name(p, kind) && ddl_accept_sign(&p->lexer, ','))
        ;
}

/* RENAME TABLE a TO b, c TO d: every name that it touches, from left to right. */
static void rename_tables(struct parser *p)
{
    do {
        skip_if_exists(p);
        if (!add_name(p, DDL_RENAME))
            return;
        if (ddl_accept(&p->lexer, "WAIT"))
            ddl_next(&p->lexer);
        if (!ddl_accept(&p->lexer, "TO")) {
            not_understood(p, DDL_RENAME);
            return;
        }
    } while (add_name(p, DDL_RENAME) && ddl_accept_sign(&p->lexer, ','));
}

/* What an ALTER TABLE does beside changing columns: it may rename the table, and it may take rows
 * away without an event for each. */
static void alter_details(struct parser *p)
{
    char schema[DDL_NAME_MAX], table[DDL_NAME_MAX];
    struct token t;
    bool removes_rows = false;

    memcpy(schema, p->out->targets[0].schema, sizeof(schema));
    memcpy(table, p->out->targets[0].table, sizeof(table));
    while ((t = ddl_next(&p->lexer)).kind != TOKEN_END) {
        if (token_is(t, "RENAME") && !token_is(ddl_peek(&p->lexer), "COLUMN") &&
            !token_is(ddl_peek(&p->lexer), "INDEX") && !token_is(ddl_peek(&p->lexer), "KEY")) {
            if (!ddl_accept(&p->lexer, "TO") && !ddl_accept(&p->lexer, "AS"))
                ddl_accept_sign(&p->lexer, '=');
            if (!add_name(p, DDL_RENAME))
                return;
        } else if (token_is(ddl_peek(&p->lexer), "PARTITION") &&
                   (token_is(t, "TRUNCATE") || token_is(t, "DROP") || token_is(t, "EXCHANGE") ||
                    token_is(t, "CONVERT") || token_is(t, "DISCARD") || token_is(t, "IMPORT"))) {
            removes_rows = true;
        } else if (token_is(t, "TABLESPACE") || token_is(t, "CONVERT")) {
            removes_rows = true;
        }
    }
    if (removes_rows)
        add_target(p, DDL_STATEMENT_DML, schema, table);
}

static void alter_table(struct parser *p)
{
    skip_if_exists(p);
    if (add_name(p, DDL_ALTER))
        alter_details(p);
}

/* CREATE and DROP INDEX name ON table */
static void index_of(struct parser *p)
{
    struct token t;

    do {
        t = ddl_next(&p->lexer);
    } while (t.kind != TOKEN_END && !token_is(t, "ON"));
    add_name(p, DDL_ALTER);
}

static bool ends_with_start_transaction(const struct ddl_statement *s)
{
    struct ddl_lexer l = {.at = s->sql, .end = s->sql + s->sql_len};
    struct token before = {0}, last = {0}, t;

    while ((t = ddl_next(&l)).kind != TOKEN_END) {
        before = last;
        last = t;
    }
    return token_is(before, "START") && token_is(last, "TRANSACTION");
}

static bool is_harmless_object(struct token t)
{
    static const char *const words[] = {"USER",     "ROLE",     "VIEW",     "TRIGGER", "PROCEDURE",
                                        "FUNCTION", "EVENT",    "SERVER",   "PACKAGE", "TABLESPACE",
                                        "UNDO",     "LOGFILE",  "RESOURCE", "SPATIAL", "AGGREGATE",
                                        "LIBRARY",  "SEQUENCE", "INSTANCE", "PREPARE", NULL};

    for (const char *const *w = words; *w != NULL; w++)
        if (token_is(t, *w))
            return strcmp(*w, "SPATIAL") != 0;
    return false;
}

/* After CREATE, ALTER or DROP: words that may stand before the kind of object. */
static struct token object_of(struct parser *p)
{
    struct token t;

    for (;;) {
        t = ddl_next(&p->lexer);
        if (token_is(t, "OR") || token_is(t, "REPLACE") || token_is(t, "ONLINE") ||
            token_is(t, "OFFLINE") || token_is(t, "IGNORE") || token_is(t, "UNIQUE") ||
            token_is(t, "FULLTEXT") || token_is(t, "SPATIAL"))
            continue;
        /* Only views and routines have DEFINER = user, ALGORITHM = x, SQL SECURITY x; a temporary
         * table is as harmless as they are. */
        if (token_is(t, "TEMPORARY") || token_is(t, "DEFINER") || token_is(t, "ALGORITHM") ||
            token_is(t, "SQL"))
            return (struct token){.kind = TOKEN_WORD, .ptr = "VIEW", .len = 4};
        return t;
    }
}

static void database(struct parser *p, enum ddl_kind kind)
{
    char name[DDL_NAME_MAX];

    skip_if_exists(p);
    if (!read_part(p, name))
        not_understood(p, kind);
    else
        add_target(p, kind, name, "");
}

static void object_statement(struct parser *p, enum ddl_kind kind)
{
    struct token t = object_of(p);

    if (is_harmless_object(t)) {
        p->out->kind = STATEMENT_HARMLESS;
    } else if (token_is(t, "INDEX") || token_is(t, "KEY")) {
        index_of(p);
    } else if (token_is(t, "DATABASE") || token_is(t, "SCHEMA")) {
        if (kind == DDL_DROP)
            database(p, kind);
        else
            p->out->kind = STATEMENT_HARMLESS;
    } else if (!token_is(t, "TABLE") && !token_is(t, "TABLES")) {
        not_understood(p, DDL_OTHER);
    } else if (kind == DDL_ALTER) {
        alter_table(p);
    } else {
        skip_if_exists(p);
        if (kind == DDL_DROP)
            name_list(p, kind);
        else
            add_name(p, kind);
    }
    if (kind == DDL_CREATE)
        p->out->starts_transaction = ends_with_start_transaction(p->out);
}

/* INSERT, REPLACE, UPDATE and DELETE of one table name it first; anything else is not understood.
 */
static void dml_statement(struct parser *p, struct token verb)
{
    static const char *const modifiers[] = {"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "QUICK",
                                            "IGNORE",       "INTO",    "FROM",          NULL};

    accept_any(p, modifiers);
    if (!add_name(p, DDL_STATEMENT_DML))
        return;
    if (token_is(verb, "INSERT") || token_is(verb, "REPLACE"))
        return;
    if (token_is(ddl_peek(&p->lexer), "SET") || token_is(ddl_peek(&p->lexer), "WHERE") ||
        ddl_peek(&p->lexer).kind == TOKEN_END)
        return;
    not_understood(p, DDL_STATEMENT_DML);
}

static void xa_statement(struct parser *p)
{
    struct token t = ddl_next(&p->lexer);

    if (token_is(t, "START") || token_is(t, "BEGIN"))
        p->out->kind = STATEMENT_XA_START;
    else if (token_is(t, "COMMIT"))
        p->out->kind = STATEMENT_XA_COMMIT;
    else if (token_is(t, "ROLLBACK"))
        p->out->kind = STATEMENT_XA_ROLLBACK;
    else
        p->out->kind = STATEMENT_HARMLESS;
}

static bool transaction_statement(struct parser *p, struct token t)
{
    if (token_is(t, "BEGIN"))
        p->out->kind = STATEMENT_BEGIN;
    else if (token_is(t, "COMMIT"))
        p->out->kind = STATEMENT_COMMIT;
    else if (token_is(t, "ROLLBACK"))
        p->out->kind = ddl_accept(&p->lexer, "TO") ? STATEMENT_ROLLBACK_TO : STATEMENT_ROLLBACK;
    else if (token_is(t, "START") && ddl_accept(&p->lexer, "TRANSACTION"))
        p->out->kind = STATEMENT_BEGIN;
    else if (token_is(t, "XA"))
        xa_statement(p);
    else
        return false;
    return true;
}

/* Verbs that never change a table's rows or columns. */
static bool is_harmless_verb(struct token t)
{
    static const char *const words[] = {"SAVEPOINT", "RELEASE", "GRANT",     "REVOKE", "ANALYZE",
                                        "OPTIMIZE",  "REPAIR",  "FLUSH",     "SET",    "USE",
                                        "CHECK",     "INSTALL", "UNINSTALL", NULL};

    for (const char *const *w = words; *w != NULL; w++)
        if (token_is(t, *w))
            return true;
    return false;
}

void ddl_classify(const char *sql, size_t len, const char *schema, struct ddl_statement *out)
{
    struct parser p = {.lexer = {.at = sql, .end = sql + len}, .schema = schema, .out = out};
    struct token t = ddl_next(&p.lexer);

    out->kind = STATEMENT_TABLES;
    out->sql = t.ptr;
    out->sql_len = (size_t)(sql + len - t.ptr);
    out->starts_transaction = false;
    out->n_targets = 0;
    if (t.kind == TOKEN_END || is_harmless_verb(t)) {
        out->kind = STATEMENT_HARMLESS;
    } else if (transaction_statement(&p, t)) {
        return;
    } else if (token_is(t, "CREATE")) {
        object_statement(&p, DDL_CREATE);
    } else if (token_is(t, "ALTER")) {
        object_statement(&p, DDL_ALTER);
    } else if (token_is(t, "DROP")) {
        object_statement(&p, DDL_DROP);
    } else if (token_is(t, "TRUNCATE")) {
        ddl_accept(&p.lexer, "TABLE");
        add_name(&p, DDL_TRUNCATE);
    } else if (token_is(t, "RENAME")) {
        if (ddl_accept(&p.lexer, "TABLE") || ddl_accept(&p.lexer, "TABLES"))
            rename_tables(&p);
        else
            out->kind = STATEMENT_HARMLESS; /* RENAME USER */
    } else if (token_is(t, "INSERT") || token_is(t, "REPLACE") || token_is(t, "UPDATE") ||
               token_is(t, "DELETE")) {
        dml_statement(&p, t);
    } else {
        not_understood(&p, token_is(t, "WITH") || token_is(t, "LOAD") || token_is(t, "CALL")
                               ? DDL_STATEMENT_DML
                               : DDL_OTHER);
    }
}
