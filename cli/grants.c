/* SPDX-License-Identifier: Apache-2.0 */
/* The least that each program's user must be allowed in MySQL: printed, or made. */
#include "cli/grants.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/config/expand.h"
#include "common/mysql/table.h"

struct state_grant {
    const char *table;
    const char *privileges;
};

static const struct state_grant replicator_state[] = {
    {"edit_log", "SELECT, INSERT, DELETE"},
    {"signals", "SELECT, INSERT, DELETE"},
    {"conflicts", "SELECT, UPDATE, DELETE"},
    {"pruned", "SELECT, INSERT, UPDATE"},
    {"tombstone", "SELECT, INSERT, DELETE"},
    {"base", "SELECT, INSERT, UPDATE, DELETE"},
    {"checkpoint", "SELECT, INSERT, UPDATE"},
    {"mapping_state", "SELECT, INSERT, UPDATE"},
    {"mapped_table", "SELECT, INSERT, UPDATE"},
    {"lease", "SELECT, INSERT, UPDATE"},
    {"watermark", "SELECT, INSERT, UPDATE"},
    {"sent_batch", "SELECT, INSERT, DELETE"},
    {"member", "SELECT, INSERT"},
    {"family", "SELECT, INSERT, UPDATE"},
    {"pause", "SELECT, DELETE"},
    {"reload", "SELECT"},
    {"process", "SELECT, INSERT, DELETE"},
    {NULL, NULL},
};
static const struct state_grant webhook_state[] = {
    {"edit_log", "SELECT, INSERT, UPDATE"},
    {"base", "SELECT, INSERT, DELETE"},
    {"mapping_state", "SELECT"},
    {"mapped_table", "SELECT"},
    {"conflicts", "SELECT, INSERT, UPDATE"},
    {"tombstone", "SELECT, INSERT, DELETE"},
    {"signals", "INSERT"},
    {"member", "SELECT"},
    {"pause", "SELECT"},
    {"reload", "SELECT"},
    {"process", "SELECT, INSERT, DELETE"},
    {NULL, NULL},
};
static const struct state_grant cli_state[] = {
    {"schema_version", "SELECT"},
    {"edit_log", "SELECT"},
    {"base", "SELECT"},
    {"checkpoint", "SELECT"},
    {"mapping_state", "SELECT"},
    {"lease", "SELECT"},
    {"watermark", "SELECT, INSERT, UPDATE"},
    {"signals", "SELECT, INSERT"},
    {"conflicts", "SELECT"},
    {"pruned", "SELECT"},
    {"mapped_table", "SELECT"},
    {"sent_batch", "SELECT"},
    {"member", "SELECT"},
    {"family", "SELECT"},
    {"pause", "SELECT, INSERT, UPDATE"},
    {"reload", "SELECT, INSERT, UPDATE"},
    {"process", "SELECT"},
    {NULL, NULL},
};

struct role {
    const char *suffix; /* of the user's name */
    const char *purpose;
    struct grants_needs needs;
    const struct state_grant *state;
};

static const struct role roles[] = {
    {"_replicator",
     "reads the binlog and the mapped tables",
     {true, true, false},
     replicator_state},
    {"_webhook", "writes what was edited in the sheets", {false, false, true}, webhook_state},
    {"_cli", "looks, and asks for snapshots and comparisons", {false, true, false}, cli_state},
};

enum { N_ROLES = sizeof(roles) / sizeof(roles[0]) };

static void put_state(struct buf *out, const struct config *config, const struct role *role,
                      const char *user)
{
    for (const struct state_grant *g = role->state; g->table != NULL; g++) {
        buf_printf(out, "GRANT %s ON ", g->privileges);
        table_quote(out, config->mysql.state_database);
        buf_puts(out, ".");
        table_quote(out, g->table);
        buf_printf(out, " TO %s;\n", user);
    }
}

/* The role that USER's name ends with; NULL: none. */
static const struct role *role_of(const char *user)
{
    for (size_t i = 0; i < N_ROLES; i++) {
        size_t len = strlen(user), suffix = strlen(roles[i].suffix);

        if (len > suffix && strcmp(user + len - suffix, roles[i].suffix) == 0)
            return &roles[i];
    }
    return NULL;
}

const struct grants_needs *grants_needs_of(const char *user)
{
    const struct role *role = role_of(user);

    return role == NULL ? NULL : &role->needs;
}

/* 'PREFIX_role'@'%' */
static void put_user(struct buf *out, const char *prefix, const struct role *role)
{
    CLEANUP_BUF struct buf name = BUF_INIT;

    buf_printf(&name, "%s%s", prefix, role->suffix);
    cli_quote_text(out, buf_text(&name));
    buf_puts(out, "@'%'");
}

/* Of databases, where _ and % stand for others, too. */
static void put_schema(struct buf *out, const char *schema)
{
    CLEANUP_BUF struct buf pattern = BUF_INIT;

    for (const char *p = schema; *p != '\0'; p++) {
        if (*p == '_' || *p == '%' || *p == '\\')
            buf_putc(&pattern, '\\');
        buf_putc(&pattern, *p);
    }
    table_quote(out, buf_text(&pattern));
    buf_puts(out, ".*");
}

bool grants_is_first_of(const struct config *config, size_t at)
{
    const struct config_mapping *m = config_written(config, at);

    for (size_t i = 0; i < at; i++)
        if (strcmp(config_written(config, i)->schema, m->schema) == 0)
            return false;
    return true;
}

/* Without it the servers do not tell of the foreign keys between its tables. */
static void put_references(struct buf *out, const struct config *config, const char *user)
{
    for (size_t i = 0; i < config_n_written(config); i++) {
        if (!grants_is_first_of(config, i))
            continue;
        buf_puts(out, "GRANT REFERENCES ON ");
        put_schema(out, config_written(config, i)->schema);
        buf_printf(out, " TO %s;\n", user);
    }
}

static void put_grants(struct buf *out, const struct config *config, enum db_flavour flavour,
                       const struct role *role, const char *user)
{
    if (role->needs.asks_position)
        buf_printf(out, "GRANT %s%s ON *.* TO %s;\n",
                   role->needs.reads_binlog ? "REPLICATION SLAVE, " : "",
                   flavour == DB_MARIADB ? "BINLOG MONITOR" : "REPLICATION CLIENT", user);
    if (role->needs.asks_position)
        put_references(out, config, user);
    for (size_t i = 0; i < config_n_written(config); i++) {
        const struct config_mapping *m = config_written(config, i);
        bool writes = role->needs.writes_tables && m->direction != CONFIG_TO_SHEET;

        buf_printf(out, "GRANT %s ON ", writes ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT");
        table_quote(out, m->schema);
        buf_puts(out, ".");
        table_quote(out, m->table);
        buf_printf(out, " TO %s;\n", user);
    }
    put_state(out, config, role, user);
}

static void print_role(struct buf *out, const struct config *config, enum db_flavour flavour,
                       const struct role *role)
{
    const struct role *own = role_of(config->mysql.user);
    CLEANUP_BUF struct buf prefix = BUF_INIT;
    CLEANUP_BUF struct buf user = BUF_INIT;

    buf_append(&prefix, config->mysql.user,
               strlen(config->mysql.user) - (own == NULL ? 0 : strlen(own->suffix)));
    put_user(&user, buf_text(&prefix), role);
    buf_printf(out, "\n-- %s\nCREATE USER IF NOT EXISTS %s IDENTIFIED BY '...';\n", role->purpose,
               buf_text(&user));
    put_grants(out, config, flavour, role, buf_text(&user));
}

/* A user who is there gets the password, too: the file may have a new one. */
static int put_account(struct buf *sql, const char *user, const char *path, struct err *err)
{
    CLEANUP_BUF struct buf source = BUF_INIT;
    CLEANUP_BUF struct buf password = BUF_INIT;
    CLEANUP_BUF struct buf quoted = BUF_INIT;
    CLEANUP_BUF struct buf why = BUF_INIT;
    bool is_private = false;

    buf_printf(&source, "file:%s", path);
    if (!expand_text(buf_text(&source), "", &password, &is_private, &why)) {
        err_set(err, ERR_CONFIG, "%s", buf_text(&why));
        return err_hint(err, "Put the user's password into the file's first line.");
    }
    cli_quote_text(&quoted, buf_text(&password));
    buf_printf(sql, "CREATE USER IF NOT EXISTS %s IDENTIFIED BY %s;\n", user, buf_text(&quoted));
    buf_printf(sql, "ALTER USER %s IDENTIFIED BY %s;\n", user, buf_text(&quoted));
    return 0;
}

int grants_apply(struct db *db, const struct config *config, const char *prefix, const char *folder,
                 struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;

    for (size_t i = 0; i < N_ROLES; i++) {
        CLEANUP_BUF struct buf user = BUF_INIT;
        CLEANUP_BUF struct buf path = BUF_INIT;

        put_user(&user, prefix, &roles[i]);
        buf_printf(&path, "%s/%s%s", folder, prefix, roles[i].suffix);
        if (put_account(&sql, buf_text(&user), buf_text(&path), err) != 0)
            return err_wrap(err, "the password of %s", buf_text(&user));
        put_grants(&sql, config, db_flavour(db), &roles[i], buf_text(&user));
    }
    if (sql.is_failed)
        return err_nomem(err, "grants");
    if (db_script(db, buf_text(&sql), err) != 0)
        return err_wrap(err, "make the users %s_...", prefix);
    return 0;
}

/* The two servers have different names for one privilege; ask which it is. */
static enum db_flavour ask_flavour(const struct config *config)
{
    enum db_flavour flavour = DB_MYSQL;
    struct err err = ERR_INIT;
    struct db *db = NULL;

    if (db_open(&config->mysql, &db, &err) == 0)
        flavour = db_flavour(db);
    else
        fprintf(stderr,
                "tabrelay grants: cannot ask the server (%s)\n"
                "  -> These lines are for MySQL; on MariaDB write BINLOG MONITOR for REPLICATION "
                "CLIENT.\n",
                err.msg);
    db_close(db);
    return flavour;
}

static int run(const struct cli_args *args)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct config config;
    int result = cli_load(args, &config);

    if (result == CLI_OK) {
        enum db_flavour flavour = ask_flavour(&config);

        buf_puts(&out,
                 "-- Run this as an administrator after `tabrelay init-db`, with passwords for "
                 "'...'\n-- and, for '%', the hosts that the programs run on.\n");
        for (size_t i = 0; i < N_ROLES; i++)
            print_role(&out, &config, flavour, &roles[i]);
        cli_print(&out);
    }
    config_free(&config);
    return result;
}

const struct cli_command cli_grants = {
    .name = "grants",
    .usage = "",
    .summary = "Print the SQL that makes MySQL users with the least privileges.",
    .help =
        "\nOne user for each program, named after mysql.user: USER_replicator, USER_webhook and\n"
        "USER_cli; where it is one of these itself, it is that one. Only the mapped tables are\n"
        "named. Tables must exist when the lines run.\n"
        "`tabrelay init-db --users NAME` makes these users itself.\n"
        "\nexamples:\n"
        "  tabrelay grants > grants.sql    # then fill in the passwords\n"
        "  mysql -u root -p < grants.sql\n",
    .run = run,
};
