/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/family.h"

#include <inttypes.h>

#include "common/mysql/row_filter.h"
#include "replicator/sync/mapping.h"

static bool is_member(const struct family *f, const struct config_mapping *m)
{
    return m->family == f->cfg->name;
}

static int find_column(struct family *f, struct err *err)
{
    int at = table_find_column(f->table, f->cfg->tabs_by);

    if (at < 0)
        return err_set(err, ERR_CONFIG, "tabs_by: table %s.%s has no column \"%s\"", f->cfg->schema,
                       f->cfg->table, f->cfg->tabs_by);
    f->column = (size_t)at;
    if (row_filter_can_compare(&f->table->columns[at]))
        return 0;
    err_set(err, ERR_CONFIG, "tabs_by: column \"%s\" is a %s", f->cfg->tabs_by,
            f->table->columns[at].sql_type);
    return err_hint(err,
                    "Tabs can be made by a text, an ENUM, a whole or decimal number, a date or "
                    "a year.");
}

int family_open(struct db *db, const struct config *config, size_t i, struct family *out,
                struct err *err)
{
    const struct config_mapping *cfg = &config->families[i];

    *out = (struct family){.cfg = cfg, .config = config};
    if (mapping_wait_for_ddl(db, cfg, err) == 0 &&
        table_load(db, cfg->schema, cfg->table, &out->table, err) == 0 &&
        find_column(out, err) == 0)
        return 0;
    family_close(out);
    return err_wrap(err, "mapping %s", cfg->name);
}

void family_close(struct family *f)
{
    table_free(f->table);
    f->table = NULL;
}

size_t family_count(const struct family *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->config->n_mappings; i++)
        n += is_member(f, &f->config->mappings[i]);
    return n;
}

/* DISTINCT first: it uses an index, and ends at its LIMIT, however many rows and values there are.
 * One value more than there may be tabs says that there are too many. */
static void put_values(struct buf *sql, const struct family *f)
{
    const struct config_mapping *cfg = f->cfg;
    size_t n = family_count(f);

    buf_puts(sql, "(SELECT DISTINCT ");
    table_quote(sql, f->table->columns[f->column].name);
    buf_puts(sql, " FROM ");
    table_quote_full(sql, f->table);
    if (cfg->filter.where != NULL)
        buf_printf(sql, " WHERE (%s)", cfg->filter.where);
    buf_printf(sql, " LIMIT %zu) AS found", (n > cfg->tabs_limit ? n : cfg->tabs_limit) + 1);
}

int family_look(struct db *db, const struct family *f, struct db_rows *rows, struct err *err)
{
    const struct column *c = &f->table->columns[f->column];
    const char *before = " WHERE NOT (";
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_puts(&sql, "SELECT ");
    column_read_sql(&sql, c);
    buf_puts(&sql, " FROM ");
    put_values(&sql, f);
    for (size_t i = 0; i < f->config->n_mappings; i++) {
        const struct config_mapping *m = &f->config->mappings[i];

        if (!is_member(f, m))
            continue;
        buf_puts(&sql, before);
        row_filter_equal(&sql, c->name, c, m->filter.value);
        buf_putc(&sql, ')');
        before = " AND NOT (";
    }
    buf_puts(&sql, " ORDER BY ");
    table_quote(&sql, c->name);
    if (sql.is_failed)
        return err_nomem(err, "family");
    if (db_exec(db, buf_text(&sql), rows, err) == 0)
        return 0;
    if (!err->transient &&
        err->code == ERR_MYSQL) /* its where, perhaps: that of this mapping only */
        err->code = ERR_CONFIG;
    return err_wrap(err, "mapping %s: tabs_by", f->cfg->name);
}

size_t family_find(const struct family *f, struct value v)
{
    for (size_t i = 0; v.state != VALUE_ABSENT && i < f->config->n_mappings; i++)
        if (is_member(f, &f->config->mappings[i]) &&
            value_equal(f->config->mappings[i].filter.value, v))
            return i;
    return FAMILY_ANY;
}
