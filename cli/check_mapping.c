/* SPDX-License-Identifier: Apache-2.0 */
/* One mapping's table: is it there, can its rows be told apart, can its columns be shown? */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/check.h"

struct subject {
    struct findings *f;
    struct db *db;
    const struct config_mapping *m;
    const struct table *table;
    char what[128];
    char name[160]; /* schema.table, in backquotes */
};

static bool is_mapped(const struct config_mapping *m, const struct column *c)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (strcasecmp(m->columns[i].name, c->name) == 0)
            return true;
    return m->n_columns == 0 && !c->is_invisible;
}

static bool is_showable(const struct column *c)
{
    return c->type != COLUMN_GEOMETRY && c->type != COLUMN_VECTOR && c->type != COLUMN_OTHER;
}

static void check_columns_exist(const struct subject *s)
{
    for (size_t i = 0; i < s->m->n_columns; i++)
        if (table_find_column(s->table, s->m->columns[i].name) < 0)
            findings_add(s->f, FINDING_FAIL, "mapping.columns", s->what,
                         "Correct the name in the mapping's columns, or take it out.",
                         "%s has no column \"%s\"", s->name, s->m->columns[i].name);
}

static void check_columns(const struct subject *s)
{
    for (size_t i = 0; i < s->table->n_columns; i++) {
        const struct column *c = &s->table->columns[i];

        if (!is_mapped(s->m, c))
            continue;
        if (!is_showable(c))
            findings_add(s->f, FINDING_FAIL, "mapping.columns", s->what,
                         "List the columns to map under columns: without this one.",
                         "column \"%s\" is a %s, which a cell cannot show", c->name, c->sql_type);
        else if (c->is_generated && s->m->direction != CONFIG_TO_SHEET)
            findings_add(s->f, FINDING_OK, "mapping.columns", s->what, NULL,
                         "column \"%s\" is generated: people cannot edit it", c->name);
    }
}

/* Is there a unique key of exactly the columns that the configuration names? */
static bool is_unique(const struct subject *s)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(s->m->schema), DB_P_TEXT(s->m->table)};
    struct err err = ERR_INIT;
    size_t matched = 0, parts = 0;

    if (db_run(s->db,
               "SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS "
               "WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 "
               "ORDER BY INDEX_NAME, SEQ_IN_INDEX",
               params, 2, &rows, &err) != 0)
        return true; /* not known */
    for (size_t r = 0; r < rows.n_rows; r++) {
        bool is_last = r + 1 == rows.n_rows ||
                       strcmp(db_rows_text(&rows, r, 0), db_rows_text(&rows, r + 1, 0)) != 0;

        parts++;
        for (size_t i = 0; i < s->m->n_key; i++)
            matched += strcasecmp(db_rows_text(&rows, r, 1), s->m->key[i]) == 0 &&
                       db_rows_at(&rows, r, 2).state != VALUE_TEXT;
        if (is_last && matched == parts)
            return true; /* also a part of the key is enough */
        if (is_last)
            matched = parts = 0;
    }
    return false;
}

static void append_key(struct buf *out, const struct subject *s)
{
    size_t n = s->m->n_key > 0 ? s->m->n_key : s->table->n_key;

    for (size_t i = 0; i < n; i++) {
        buf_puts(out, i == 0 ? "" : ", ");
        table_quote(out, s->m->n_key > 0 ? s->m->key[i] : s->table->columns[s->table->key[i]].name);
    }
}

static void check_key_columns(const struct subject *s)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;

    for (size_t i = 0; i < s->m->n_key; i++) {
        int at = table_find_column(s->table, s->m->key[i]);

        if (at < 0)
            findings_add(s->f, FINDING_FAIL, "mapping.key", s->what,
                         "Correct the name in the mapping's key.", "%s has no column \"%s\"",
                         s->name, s->m->key[i]);
        else if (s->table->columns[at].is_nullable)
            findings_add(s->f, FINDING_WARN, "mapping.key", s->what, NULL,
                         "key column \"%s\" may be NULL: such rows have no key", s->m->key[i]);
    }
    if (is_unique(s))
        return;
    buf_printf(&mend, "ALTER TABLE %s ADD UNIQUE KEY (", s->name);
    append_key(&mend, s);
    buf_puts(&mend, ");");
    findings_add(s->f, FINDING_FAIL, "mapping.key", s->what, buf_text(&mend),
                 "no unique key of %s covers the mapping's key: two rows could have the same",
                 s->name);
}

static void check_key(const struct subject *s)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;
    size_t n = s->m->n_key > 0 ? s->m->n_key : s->table->n_key;

    if (n == 0) {
        buf_printf(&mend,
                   "ALTER TABLE %s ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT "
                   "PRIMARY KEY FIRST;",
                   s->name);
        findings_add(s->f, FINDING_FAIL, "mapping.key", s->what, buf_text(&mend),
                     "%s has no primary key and no unique key without NULL", s->name);
        return;
    }
    for (size_t i = 0; i < s->table->n_key && s->m->n_key == 0; i++)
        if (!is_mapped(s->m, &s->table->columns[s->table->key[i]]))
            findings_add(s->f, FINDING_FAIL, "mapping.key", s->what,
                         "Add it to the mapping's columns.",
                         "key column \"%s\" is not among the mapped columns",
                         s->table->columns[s->table->key[i]].name);
    if (s->m->n_key > 0)
        check_key_columns(s);
}

static void check_engine(const struct subject *s)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;

    if (strcasecmp(s->table->engine, "InnoDB") == 0)
        return;
    buf_printf(&mend, "ALTER TABLE %s ENGINE = InnoDB;", s->name);
    if (s->table->engine[0] == '\0')
        findings_add(s->f, FINDING_FAIL, "mapping.engine", s->what, "Map the table behind it.",
                     "%s is a view", s->name);
    else
        findings_add(s->f, FINDING_WARN, "mapping.engine", s->what, buf_text(&mend),
                     "%s has the engine %s: an edit and its record are not one transaction",
                     s->name, s->table->engine);
}

/* Does the server log what foreign keys do? MySQL since 9.6, unless the storage engine does it. */
static bool logs_cascades(struct db *db)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    if (db_flavour(db) != DB_MYSQL || db_version(db) < 90600)
        return false;
    return db_exec(db, "SELECT @@GLOBAL.innodb_native_foreign_keys", &rows, &err) != 0 ||
           db_rows_int(&rows, 0, 0) == 0;
}

/* What a foreign key does in this table is not in the binlog: the replicator compares the table. */
static void check_cascades(const struct subject *s)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(s->m->schema), DB_P_TEXT(s->m->table)};
    struct err err = ERR_INIT;

    if (logs_cascades(s->db))
        return;
    if (db_run(s->db,
               "SELECT CONSTRAINT_NAME, REFERENCED_TABLE_NAME, DELETE_RULE, UPDATE_RULE "
               "FROM information_schema.REFERENTIAL_CONSTRAINTS "
               "WHERE CONSTRAINT_SCHEMA = ? AND TABLE_NAME = ? "
               "AND (DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT') "
               "OR UPDATE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))",
               params, 2, &rows, &err) != 0)
        return;
    for (size_t r = 0; r < rows.n_rows; r++)
        findings_add(
            s->f, FINDING_WARN, "mapping.cascades", s->what,
            db_flavour(s->db) == DB_MYSQL && db_version(s->db) >= 90600
                ? "Start the server without innodb_native_foreign_keys = ON."
                : "Nothing must be done for a small table; for a large one let the foreign key "
                  "RESTRICT.",
            "foreign key %s (ON DELETE %s, ON UPDATE %s) changes rows when %s changes, and "
            "this server's binlog does not say so: the whole table is then compared with its tab",
            db_rows_text(&rows, r, 0), db_rows_text(&rows, r, 2), db_rows_text(&rows, r, 3),
            db_rows_text(&rows, r, 1));
}

static void check_filter(const struct subject *s)
{
    struct err err = ERR_INIT;

    if (row_filter_try(s->db, &s->m->filter, s->table, &err) != 0)
        findings_add(s->f, FINDING_FAIL, "mapping.where", s->what,
                     "Correct the mapping's where or order_by.", "%s", err.msg);
    else if (row_filter_is_fleeting(&s->m->filter))
        findings_add(s->f, FINDING_WARN, "mapping.where", s->what,
                     "Compare columns with fixed values, or run `tabrelay snapshot` by the clock.",
                     "where: what it says hangs on more than the row, so rows come and go without "
                     "a change that MySQL would tell of");
}

static void check_table(const struct subject *s)
{
    size_t before = s->f->n[FINDING_FAIL];
    CLEANUP_BUF struct buf key = BUF_INIT;
    size_t n_columns = 0;

    check_engine(s);
    check_columns_exist(s);
    check_columns(s);
    check_key(s);
    check_cascades(s);
    check_filter(s);
    if (s->f->n[FINDING_FAIL] > before)
        return;
    for (size_t i = 0; i < s->table->n_columns; i++)
        n_columns += is_mapped(s->m, &s->table->columns[i]);
    append_key(&key, s);
    findings_add(s->f, FINDING_OK, "mapping.table", s->what, NULL, "%s, key %s, %zu columns",
                 s->name, buf_text(&key), n_columns);
}

void check_mapping(struct findings *f, struct db *db, const struct config_mapping *m)
{
    struct subject s = {.f = f, .db = db, .m = m};
    CLEANUP_BUF struct buf name = BUF_INIT;
    CLEANUP_BUF struct buf mend = BUF_INIT;
    struct err err = ERR_INIT;
    struct table *table = NULL;

    snprintf(s.what, sizeof(s.what), "mapping %s", m->name);
    table_quote(&name, m->schema);
    buf_puts(&name, ".");
    table_quote(&name, m->table);
    snprintf(s.name, sizeof(s.name), "%s", buf_text(&name));
    if (table_load(db, m->schema, m->table, &table, &err) != 0) {
        buf_printf(&mend,
                   "Correct the mapping's table (line %u), or allow the user to see it: "
                   "tabrelay grants.",
                   m->line);
        findings_add(f, FINDING_FAIL, "mapping.table", s.what, buf_text(&mend), "%s: %s", s.name,
                     err.msg);
        return;
    }
    s.table = table;
    check_table(&s);
    check_policies(f, db, m, table);
    table_free(table);
}
