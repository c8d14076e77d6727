/* SPDX-License-Identifier: Apache-2.0 */
/* The server: flavour, version, binlog; and our own tables in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/check.h"
#include "cli/cli.h"
#include "cli/schema.h"

enum { EXPIRE_LEAST_S = 86400 };

/* A variable that must or should have a value. */
struct rule {
    const char *id; /* of the check */
    const char *name;
    const char *wanted;
    enum finding_level level; /* if it has not */
    bool needs_restart;
    bool is_mysql_only;
    bool is_session; /* each session has its own, taken over when it connects */
    const char *why;
};

static const struct rule rules[] = {
    {"mysql.log_bin", "log_bin", "ON", FINDING_FAIL, true, false, false,
     "the replicator reads the binlog"},
    {"mysql.binlog_format", "binlog_format", "ROW", FINDING_FAIL, false, false, true,
     "only rows can be followed; a table of which something else is logged is compared as a whole"},
    {"mysql.binlog_row_image", "binlog_row_image", "FULL", FINDING_WARN, false, false, true,
     "a row of which columns are missing must be read again"},
    {"mysql.binlog_row_value_options", "binlog_row_value_options", "", FINDING_WARN, false, true,
     true, "a JSON value of which only a part is logged may have to be read again"},
    {"mysql.binlog_row_metadata", "binlog_row_metadata", "FULL", FINDING_WARN, false, false, false,
     "with it the binlog says by itself what its columns are"},
    {"mysql.gtid_mode", "gtid_mode", "ON", FINDING_WARN, false, true, false,
     "with it the replicator can go on with another server"},
};

static bool is_wanted(const struct rule *r, const char *value)
{
    if (strcasecmp(value, r->wanted) == 0)
        return true;
    return strcmp(r->name, "binlog_row_image") == 0 && strcasecmp(value, "FULL_NODUP") == 0;
}

static void append_mend(struct buf *out, const struct rule *r, enum db_flavour flavour)
{
    if (r->needs_restart)
        buf_printf(out,
                   "Write into the server's configuration under [mysqld]: %s = binlog; then "
                   "restart it.",
                   r->name);
    else if (strcmp(r->name, "gtid_mode") == 0)
        buf_puts(out, "SET PERSIST enforce_gtid_consistency = ON;\n"
                      "SET PERSIST gtid_mode = OFF_PERMISSIVE;\n"
                      "SET PERSIST gtid_mode = ON_PERMISSIVE;\n"
                      "SET PERSIST gtid_mode = ON;");
    else if (flavour == DB_MYSQL)
        buf_printf(out, "SET PERSIST %s = '%s';", r->name, r->wanted);
    else
        buf_printf(out,
                   "SET GLOBAL %s = '%s';\n"
                   "Write it into the server's configuration, too, under [mysqld]: %s = %s",
                   r->name, r->wanted, r->name, r->wanted);
    if (r->is_session)
        buf_puts(out, "\nSessions that are connected keep theirs until they connect again.");
}

static void check_rule(struct findings *f, struct db *db, const struct rule *r, const char *value)
{
    CLEANUP_BUF struct buf mend = BUF_INIT;

    if (is_wanted(r, value)) {
        findings_add(f, FINDING_OK, r->id, "mysql", NULL, "%s is %s", r->name,
                     value[0] == '\0' ? "empty" : value);
        return;
    }
    append_mend(&mend, r, db_flavour(db));
    findings_add(f, r->level, r->id, "mysql", buf_text(&mend), "%s is %s: %s", r->name, value,
                 r->why);
}

/* The global value of a variable; "" and false when the server has no such variable. */
static bool get_variable(struct db *db, const char *name, struct buf *value)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct err err = ERR_INIT;

    buf_clear(value);
    buf_puts(&sql, "SHOW GLOBAL VARIABLES WHERE Variable_name = ");
    cli_quote_text(&sql, name);
    if (db_exec(db, buf_text(&sql), &rows, &err) != 0 || rows.n_rows == 0)
        return false;
    buf_puts(value, db_rows_text(&rows, 0, 1));
    return true;
}

static void check_expiry(struct findings *f, struct db *db)
{
    CLEANUP_BUF struct buf value = BUF_INIT;
    long seconds;

    if (!get_variable(db, "binlog_expire_logs_seconds", &value))
        return;
    seconds = strtol(buf_text(&value), NULL, 10);
    if (seconds == 0 || seconds >= EXPIRE_LEAST_S)
        return;
    findings_add(f, FINDING_WARN, "mysql.binlog_expiry", "mysql",
                 db_flavour(db) == DB_MYSQL ? "SET PERSIST binlog_expire_logs_seconds = 604800;"
                                            : "SET GLOBAL binlog_expire_logs_seconds = 604800;",
                 "the binlog is kept for %ld s only: a replicator that is down for longer fills "
                 "its tabs anew",
                 seconds);
}

static void check_server_id(struct findings *f, const struct config *config, struct db *db)
{
    CLEANUP_BUF struct buf value = BUF_INIT;

    get_variable(db, "server_id", &value);
    if (strtoul(buf_text(&value), NULL, 10) == 0)
        findings_add(f, FINDING_FAIL, "mysql.server_id", "mysql",
                     db_flavour(db) == DB_MYSQL ? "SET PERSIST server_id = 1;"
                                                : "SET GLOBAL server_id = 1;",
                     "server_id is 0: the server refuses replicas");
    else if (strtoul(buf_text(&value), NULL, 10) == config->mysql.server_id)
        findings_add(f, FINDING_FAIL, "mysql.server_id", "mysql",
                     "Write another number as mysql.server_id.",
                     "the server itself has the server_id %s", buf_text(&value));
}

static void check_version(struct findings *f, const struct config *config, struct db *db)
{
    bool is_mariadb = db_flavour(db) == DB_MARIADB;
    unsigned least = is_mariadb ? 100500 : 80000;
    const char *name = is_mariadb ? "MariaDB" : "MySQL";

    findings_add(f, FINDING_OK, "mysql.version", "mysql", NULL, "%s %s at %s as %s", name,
                 db_server_version(db),
                 config->mysql.socket != NULL ? config->mysql.socket : config->mysql.host,
                 config->mysql.user);
    if (db_version(db) < least)
        findings_add(f, FINDING_WARN, "mysql.version", "mysql", NULL,
                     "older than %s: tabrelay is not tested with it",
                     is_mariadb ? "MariaDB 10.5" : "MySQL 8.0");
}

void check_server(struct findings *f, const struct config *config, struct db *db)
{
    CLEANUP_BUF struct buf value = BUF_INIT;

    check_version(f, config, db);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].is_mysql_only && db_flavour(db) == DB_MARIADB)
            continue;
        if (get_variable(db, rules[i].name, &value))
            check_rule(f, db, &rules[i], buf_text(&value));
    }
    check_expiry(f, db);
    check_server_id(f, config, db);
}

bool check_state(struct findings *f, const struct config *config, struct db *db)
{
    const char *name = config->mysql.state_database;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct err err = ERR_INIT;
    unsigned version;

    buf_puts(&sql, "USE ");
    table_quote(&sql, name);
    if (db_exec(db, buf_text(&sql), NULL, &err) != 0 || schema_version(db, &version, &err) != 0) {
        findings_add(f, FINDING_FAIL, "state.version", "state", "tabrelay init-db", "%s: %s", name,
                     err.msg);
        return false;
    }
    if (version == schema_newest())
        findings_add(f, FINDING_OK, "state.version", "state", NULL, "%s has version %u", name,
                     version);
    else if (version < schema_newest())
        findings_add(f, FINDING_FAIL, "state.version", "state", "tabrelay init-db",
                     "%s has version %u, version %u is needed", name, version, schema_newest());
    else
        findings_add(f, FINDING_FAIL, "state.version", "state",
                     "Install the newer tabrelay on this machine, too.",
                     "%s has version %u, this program knows %u", name, version, schema_newest());
    return version == schema_newest();
}
