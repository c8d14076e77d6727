/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/mapping.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cell/look.h"
#include "common/cleanup.h"

enum { KEY_COLUMNS_MAX = 16 }; /* MySQL's own limit of columns in an index */

/* The configuration names a column that is not there: the mapping waits, because only a person
 * knows what is meant. */
static int refuse_missing(const struct mapping *m, const char *name, const char *header,
                          const struct definition *before, struct err *err)
{
    const struct column *now = before == NULL ? NULL : definition_now(before, m->table, name);

    err_set(err, ERR_CONFIG, "table %s.%s has no column \"%s\"", m->cfg->schema, m->cfg->table,
            name);
    if (now != NULL)
        return err_hint(err,
                        "It seems to be called %s now: write {column: %s, header: %s} in the "
                        "mapping's columns.",
                        now->name, now->name, header);
    return err_hint(err, "Take it out of the mapping's columns, or add it to the table again.");
}

static int add_column(struct mapping *m, const char *name, const char *header,
                      enum config_direction direction, const struct definition *before,
                      struct err *err)
{
    int at = table_find_column(m->table, name);
    struct mapping_column *c = &m->columns[m->n_columns];
    const struct definition_column *was;
    const struct column *now;

    if (at < 0)
        return refuse_missing(m, name, header, before, err);
    now = &m->table->columns[at];
    was = before == NULL ? NULL : definition_before(before, m->table, (size_t)at);
    *c = (struct mapping_column){
        .header = strdup(header),
        .column = (size_t)at,
        .sheet_column = -1,
        .to_sheet = direction != CONFIG_TO_MYSQL,
        .to_mysql = direction != CONFIG_TO_SHEET && !now->is_generated,
        .is_retyped = was != NULL && definition_is_retyped(was, now),
        .has_new_labels =
            was != NULL && now->type == COLUMN_ENUM && strcmp(was->type, now->sql_type) != 0,
    };
    m->n_columns++;
    if (was != NULL && was->header != NULL && strcmp(was->header, header) != 0) {
        c->old_header = strdup(was->header);
        if (c->old_header == NULL)
            return err_nomem(err, "mapping");
    }
    return c->header == NULL ? err_nomem(err, "mapping") : 0;
}

/* Where no columns are given: is this one for the tab? */
static bool is_wanted(const struct mapping *m, size_t at, const struct definition *before)
{
    const struct definition_column *was;

    if (m->table->columns[at].is_invisible)
        return false;
    if (before == NULL || m->cfg->on_new_column == CONFIG_COLUMN_ADD)
        return true;
    was = definition_before(before, m->table, at);
    return was != NULL && was->header != NULL;
}

static int add_columns(struct mapping *m, const struct definition *before, struct err *err)
{
    const struct config_mapping *cfg = m->cfg;
    size_t max = cfg->n_columns > 0 ? cfg->n_columns : m->table->n_columns;

    m->columns = calloc(max, sizeof(*m->columns));
    if (m->columns == NULL)
        return err_nomem(err, "mapping");
    for (size_t i = 0; i < cfg->n_columns; i++) {
        const struct config_column *c = &cfg->columns[i];

        if (add_column(m, c->name, c->header, c->direction, before, err) != 0)
            return -1;
    }
    for (size_t i = 0; cfg->n_columns == 0 && i < m->table->n_columns; i++) {
        const char *name = m->table->columns[i].name;

        if (is_wanted(m, i, before) && add_column(m, name, name, cfg->direction, before, err) != 0)
            return -1;
    }
    return 0;
}

/* Columns that had a place in the tab and that the table has no more. */
static int note_dropped(struct mapping *m, const struct definition *before, struct err *err)
{
    m->dropped = calloc(before->n_columns, sizeof(*m->dropped));
    if (m->dropped == NULL)
        return err_nomem(err, "mapping");
    for (size_t i = 0; i < before->n_columns; i++) {
        const struct definition_column *was = &before->columns[i];

        if (was->header == NULL || table_find_column(m->table, was->name) >= 0 ||
            definition_now(before, m->table, was->name) != NULL)
            continue;
        m->dropped[m->n_dropped] = strdup(was->header);
        if (m->dropped[m->n_dropped++] == NULL)
            return err_nomem(err, "mapping");
    }
    return 0;
}

static int find_mapped(const struct mapping *m, size_t table_column)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (m->columns[i].column == table_column)
            return (int)i;
    return -1;
}

static int add_key(struct mapping *m, int table_column, const char *name, struct err *err)
{
    int at = table_column < 0 ? -1 : find_mapped(m, (size_t)table_column);

    if (at < 0) {
        err_set(err, ERR_CONFIG, "key column \"%s\" is not among the mapped columns", name);
        return err_hint(err, "Add \"%s\" to the mapping's columns: the tab needs it to tell rows.",
                        name);
    }
    m->columns[at].is_key = true;
    m->key[m->n_key++] = (size_t)at;
    return 0;
}

static int add_keys(struct mapping *m, struct err *err)
{
    const struct config_mapping *cfg = m->cfg;
    size_t n = cfg->n_key > 0 ? cfg->n_key : m->table->n_key;

    if (n == 0) {
        err_set(err, ERR_CONFIG, "table %s.%s has no primary key", cfg->schema, cfg->table);
        return err_hint(err, "Give the table a primary key, or name a unique one with key: [...].");
    }
    if (n > KEY_COLUMNS_MAX)
        return err_set(err, ERR_CONFIG, "a key of more than %d columns", KEY_COLUMNS_MAX);
    m->key = calloc(n, sizeof(*m->key));
    if (m->key == NULL)
        return err_nomem(err, "mapping");
    for (size_t i = 0; i < n; i++) {
        int column =
            cfg->n_key > 0 ? table_find_column(m->table, cfg->key[i]) : (int)m->table->key[i];
        const char *name = cfg->n_key > 0 ? cfg->key[i] : m->table->columns[column].name;

        if (add_key(m, column, name, err) != 0)
            return -1;
    }
    return 0;
}

int mapping_wait_for_ddl(struct db *db, const struct config_mapping *cfg, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    buf_puts(&sql, "SELECT 1 FROM ");
    table_quote(&sql, cfg->schema);
    buf_putc(&sql, '.');
    table_quote(&sql, cfg->table);
    buf_puts(&sql, " LIMIT 0");
    if (sql.is_failed)
        return err_nomem(err, "mapping");
    return db_exec(db, sql.ptr, &rows, err) != 0 && err->transient ? -1 : 0;
}

static int set_source(struct mapping *m, struct db *db, struct err *err)
{
    const struct row_filter *filter = &m->cfg->filter;
    struct buf sql = BUF_INIT;
    size_t key[KEY_COLUMNS_MAX];

    if (row_filter_try(db, filter, m->table, err) != 0)
        return -1;
    for (size_t k = 0; k < m->n_key; k++)
        key[k] = m->columns[m->key[k]].column;
    row_filter_source(&sql, filter, m->table, key, m->n_key);
    m->source = buf_take(&sql);
    return m->source == NULL ? err_nomem(err, "mapping") : 0;
}

int mapping_open(struct db *db, const struct config_mapping *cfg, const struct definition *before,
                 struct mapping *out, struct err *err)
{
    *out = (struct mapping){.cfg = cfg, .sheet_id = -1, .end_row = 1, .is_index_stale = true};
    if (mapping_wait_for_ddl(db, cfg, err) != 0 ||
        table_load(db, cfg->schema, cfg->table, &out->table, err) != 0 ||
        add_columns(out, before, err) != 0 || add_keys(out, err) != 0 ||
        set_source(out, db, err) != 0 || (before != NULL && note_dropped(out, before, err) != 0)) {
        mapping_close(out);
        return err_wrap(err, "mapping %s", cfg->name);
    }
    look_apply(out->table, cfg);
    return 0;
}

void mapping_close(struct mapping *m)
{
    for (size_t i = 0; i < m->n_columns; i++) {
        free(m->columns[i].header);
        free(m->columns[i].old_header);
    }
    for (size_t i = 0; i < m->n_dropped; i++)
        free(m->dropped[i]);
    free(m->columns);
    free(m->key);
    free(m->source);
    free(m->dropped);
    table_free(m->table);
    row_index_close(&m->index);
    *m = (struct mapping){.cfg = m->cfg, .sheet_id = -1, .end_row = 1, .is_index_stale = true};
}

bool mapping_has_other_key(const struct mapping *m, const struct definition *before)
{
    size_t n = 0;

    for (size_t i = 0; i < before->n_columns; i++)
        n += before->columns[i].key > 0;
    for (size_t k = 0; k < m->n_key; k++) {
        const struct definition_column *was =
            definition_before(before, m->table, m->columns[m->key[k]].column);

        if (was == NULL || was->key != k + 1)
            return true;
    }
    return n != m->n_key;
}

int mapping_define(const struct mapping *m, struct buf *out, struct err *err)
{
    CLEANUP_FREE struct definition_use *uses = calloc(m->table->n_columns, sizeof(*uses));
    CLEANUP_BUF struct buf rows = BUF_INIT;

    if (uses == NULL)
        return err_nomem(err, "mapping");
    for (size_t i = 0; i < m->n_columns; i++)
        uses[m->columns[i].column].header = m->columns[i].header;
    for (size_t k = 0; k < m->n_key; k++)
        uses[m->columns[m->key[k]].column].key = k + 1;
    row_filter_print(&m->cfg->filter, &rows);
    definition_print(m->table, uses, rows.len > 0 ? rows.ptr : NULL, out);
    return rows.is_failed || out->is_failed ? err_nomem(err, "mapping") : 0;
}

const struct column *mapping_column_of(const struct mapping *m, size_t i)
{
    return &m->table->columns[m->columns[i].column];
}

struct hash128 mapping_key_hash(const struct mapping *m, const struct value *values)
{
    struct value key[KEY_COLUMNS_MAX];

    for (size_t i = 0; i < m->n_key; i++)
        key[i] = values[m->key[i]];
    return hash_key(key, m->n_key);
}

bool mapping_takes_edits(const struct mapping *m, size_t i)
{
    return m->columns[i].to_mysql && !m->columns[i].is_key && m->cfg->direction != CONFIG_TO_SHEET;
}

bool mapping_is_filtered(const struct mapping *m)
{
    return !row_filter_is_none(&m->cfg->filter);
}

bool mapping_writes_sheet(const struct mapping *m)
{
    return m->cfg->direction != CONFIG_TO_MYSQL;
}
