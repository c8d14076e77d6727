/* SPDX-License-Identifier: Apache-2.0 */
/* The server's variables, the tables' shapes, and our own tables in sums. */
#include <string.h>

#include "cli/cli.h"
#include "cli/doctor/doctor.h"
#include "cli/doctor/scrub.h"
#include "common/mysql/table.h"

static void put_error(struct buf *out, const struct err *err)
{
    buf_puts(out, "- cannot be had: ");
    scrub_message(out, err->msg, strlen(err->msg));
    buf_putc(out, '\n');
}

#define SQL_VARIABLES                                                                             \
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'log_bin', "     \
    "'binlog_format', 'binlog_row_image', 'binlog_row_metadata', 'binlog_row_value_options', "    \
    "'binlog_transaction_compression', 'binlog_expire_logs_seconds', 'expire_logs_days', "        \
    "'binlog_checksum', 'gtid_mode', 'gtid_strict_mode', 'enforce_gtid_consistency', "            \
    "'innodb_native_foreign_keys', 'innodb_flush_log_at_trx_commit', 'sync_binlog', 'sql_mode', " \
    "'max_allowed_packet', 'net_write_timeout', 'wait_timeout', 'max_connections', 'time_zone', " \
    "'system_time_zone', 'character_set_server', 'lower_case_table_names', 'read_only')"

void doctor_server(struct buf *out, struct db *db)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    buf_puts(out, "\n## Server\n\n");
    if (db_exec(db, SQL_VARIABLES, &rows, &err) != 0)
        put_error(out, &err);
    for (size_t r = 0; r < rows.n_rows; r++)
        buf_printf(out, "- %s = %s\n", db_rows_text(&rows, r, 0), db_rows_text(&rows, r, 1));
}

/* The types of a table's columns; of ENUM and SET not the labels. */
static void put_shape(struct buf *out, struct db *db, const struct config_mapping *m, size_t number)
{
    struct table *table = NULL;
    struct err err = ERR_INIT;

    buf_printf(out, "- table of mapping %zu: ", number);
    if (table_load(db, m->schema, m->table, &table, &err) != 0) {
        buf_puts(out, "cannot be read\n");
        return;
    }
    buf_printf(out, "%s, key of %zu columns;", table->engine, table->n_key);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *c = &table->columns[i];

        buf_printf(out, "%s %.*s%s%s%s", i == 0 ? "" : ",",
                   (int)(c->n_labels > 0 ? strcspn(c->sql_type, "(") : strlen(c->sql_type)),
                   c->sql_type, c->is_nullable ? " null" : "", c->is_generated ? " generated" : "",
                   c->is_auto_increment ? " auto_increment" : "");
    }
    buf_putc(out, '\n');
    table_free(table);
}

/* Rows of a query as a table; the columns in SCRUBBED (bits) are texts that others wrote. */
static void put_query(struct buf *out, struct db *db, const char *title, const char *sql,
                      unsigned scrubbed)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    buf_printf(out, "\n%s\n\n", title);
    if (db_exec(db, sql, &rows, &err) != 0) {
        put_error(out, &err);
        return;
    }
    if (rows.n_rows == 0)
        buf_puts(out, "- none\n");
    for (size_t r = 0; r < rows.n_rows; r++) {
        for (size_t c = 0; c < rows.n_columns; c++) {
            const char *text = db_rows_text(&rows, r, c);

            buf_puts(out, c == 0 ? "- " : " | ");
            if ((scrubbed & (1u << c)) != 0)
                scrub_message(out, text, strlen(text));
            else
                buf_puts(out, text);
        }
        buf_putc(out, '\n');
    }
}

static const struct query {
    const char *title;
    const char *sql;
    unsigned scrubbed;
} queries[] = {
    {"schema_version", "SELECT MAX(version) FROM schema_version", 0},
    {"checkpoint: seconds since it was saved, position",
     "SELECT TIMESTAMPDIFF(SECOND, saved_at, UTC_TIMESTAMP()), LEFT(position, 300) FROM checkpoint",
     0},
    {"mapping_state: state, snapshot, rows of it, rows in the tab, held deletes, lag ms, cells, "
     "reconciled, last error at, last error",
     "SELECT state, snapshot, snapshot_rows, sheet_rows, held_deletes, lag_ms, spreadsheet_cells, "
     "reconciled_at, "
     "last_error_at, last_error FROM mapping_state ORDER BY mapping LIMIT 100",
     1u << 9},
    {"edit_log of the last seven days: source, kind, outcome, how many, the last at",
     "SELECT source, kind, outcome, COUNT(*), MAX(received_at) FROM edit_log "
     "WHERE received_at > UTC_TIMESTAMP() - INTERVAL 7 DAY GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
     0},
    {"edits that were refused, the last twenty: at, outcome, why",
     "SELECT received_at, outcome, message FROM edit_log WHERE outcome = 'rejected' "
     "ORDER BY received_at DESC LIMIT 20",
     1u << 2},
    {"conflicts: kind, policy, state, outcome, how many",
     "SELECT kind, policy, state, COALESCE(outcome, '-'), COUNT(*) FROM conflicts GROUP BY 1, 2, "
     "3, 4",
     0},
    {"signals of the last day: kind, how many",
     "SELECT kind, COUNT(*) FROM signals WHERE created_at > UTC_TIMESTAMP() - INTERVAL 1 DAY GROUP "
     "BY 1",
     0},
    {"batches without an answer: seconds since they were sent, bytes",
     "SELECT TIMESTAMPDIFF(SECOND, sent_at, UTC_TIMESTAMP()), LENGTH(content) FROM sent_batch", 0},
    {"tabs by values: family, how many; families: problem, since",
     "SELECT family, COUNT(*) FROM member GROUP BY family UNION ALL "
     "SELECT problem, problem_at FROM family WHERE problem <> ''",
     1u << 0},
    {"base: rows (estimated)",
     "SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
     "TABLE_NAME = 'base'",
     0},
};

void doctor_state(struct buf *out, const struct config *config, struct db *db)
{
    CLEANUP_BUF struct buf use = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(out, "\n## Tables\n\n");
    for (size_t i = 0; i < config_n_written(config); i++)
        put_shape(out, db, config_written(config, i), i + 1);
    buf_puts(out, "\n## State database\n");
    buf_puts(&use, "USE ");
    table_quote(&use, config->mysql.state_database);
    if (db_exec(db, buf_text(&use), NULL, &err) != 0) {
        buf_putc(out, '\n');
        put_error(out, &err);
        return;
    }
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        put_query(out, db, queries[i].title, queries[i].sql, queries[i].scrubbed);
}
