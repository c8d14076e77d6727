/* SPDX-License-Identifier: Apache-2.0 */
/* init-db: make the state database, or bring it to the newest version. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/grants.h"
#include "cli/schema.h"
#include "common/clock.h"
#include "common/embed.h"
#include "common/mysql/table.h"

/* In order. What a version changes stands in its file; a migration may run twice when its record
 * was lost with a crash, so each must bear that (IF NOT EXISTS). */
static const struct migration {
    unsigned version;
    const char *file; /* embedded */
} migrations[] = {
    {1, "schemas/state.sql"},   {2, "schemas/state-2.sql"}, {3, "schemas/state-3.sql"},
    {4, "schemas/state-4.sql"}, {5, "schemas/state-5.sql"}, {6, "schemas/state-6.sql"},
    {7, "schemas/state-7.sql"},
};

enum { WAIT_MAX_S = 3600, RETRY_US = 500000 };
enum { N_MIGRATIONS = sizeof(migrations) / sizeof(migrations[0]) };

unsigned schema_newest(void)
{
    return migrations[N_MIGRATIONS - 1].version;
}

int schema_version(struct db *db, unsigned *version, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    *version = 0;
    if (db_run(db,
               "SELECT COUNT(*) FROM information_schema.TABLES "
               "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'schema_version'",
               NULL, 0, &rows, err) != 0)
        return -1;
    if (db_rows_int(&rows, 0, 0) == 0)
        return 0;
    db_rows_close(&rows);
    if (db_run(db, "SELECT COALESCE(MAX(version), 0) FROM schema_version", NULL, 0, &rows, err) !=
        0)
        return -1;
    *version = (unsigned)db_rows_int(&rows, 0, 0);
    return 0;
}

static int print_sql(const struct config *config)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    CLEANUP_BUF struct buf name = BUF_INIT;

    table_quote(&name, config->mysql.state_database);
    buf_printf(&out, "CREATE DATABASE IF NOT EXISTS %s;\nUSE %s;\n\n", buf_text(&name),
               buf_text(&name));
    for (size_t i = 0; i < N_MIGRATIONS; i++) {
        const struct embed_file *file = embed_find(migrations[i].file);

        buf_append(&out, file->data, file->len);
        buf_printf(&out, "\nINSERT IGNORE INTO schema_version (version) VALUES (%u);\n",
                   migrations[i].version);
    }
    cli_print(&out);
    return CLI_OK;
}

/* A user who may do all inside the database, but not make one, finds it made. */
static int use_database(struct db *db, const char *name, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf sql = BUF_INIT;
    const struct db_param params[] = {DB_P_TEXT(name)};

    if (db_run(db, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", params, 1,
               &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0) {
        buf_puts(&sql, "CREATE DATABASE IF NOT EXISTS ");
        table_quote(&sql, name);
        if (db_exec(db, buf_text(&sql), NULL, err) != 0)
            return err_wrap(err, "make the database %s", name);
    }
    buf_clear(&sql);
    buf_puts(&sql, "USE ");
    table_quote(&sql, name);
    return db_exec(db, buf_text(&sql), NULL, err);
}

static int run_migration(struct db *db, const struct migration *m, struct err *err)
{
    const struct embed_file *file = embed_find(m->file);
    const struct db_param params[] = {DB_P_INT(m->version)};

    if (file == NULL)
        return err_set(err, ERR_CONFIG, "%s is not part of this program", m->file);
    if (db_script(db, file->data, err) != 0 ||
        db_run(db, "INSERT IGNORE INTO schema_version (version) VALUES (?)", params, 1, NULL,
               err) != 0)
        return err_wrap(err, "version %u", m->version);
    return 0;
}

static int migrate(struct db *db, const char *database, unsigned *from, struct err *err)
{
    if (use_database(db, database, err) != 0 || schema_version(db, from, err) != 0)
        return -1;
    if (*from > schema_newest())
        return err_set(err, ERR_CONFIG,
                       "%s has version %u and this program knows %u: it is too old", database,
                       *from, schema_newest());
    for (size_t i = 0; i < N_MIGRATIONS; i++)
        if (migrations[i].version > *from && run_migration(db, &migrations[i], err) != 0)
            return -1;
    return 0;
}

/* A server that is just starting is waited for. */
static int open_patiently(const struct config_mysql *cfg, long wait_s, struct db **db,
                          struct err *err)
{
    int64_t until = clock_mono_ms() + wait_s * 1000;

    while (db_open(cfg, db, err) != 0) {
        if (!err->transient || clock_mono_ms() >= until)
            return -1;
        usleep(RETRY_US);
        *err = (struct err)ERR_INIT;
    }
    return 0;
}

static int make(const struct cli_args *args, const struct config *config, long wait_s)
{
    const char *name = config->mysql.state_database;
    const char *users = cli_value(args, CLI_USERS);
    struct err err = ERR_INIT;
    struct db *db = NULL;
    unsigned from = 0;
    int result;

    if (open_patiently(&config->mysql, wait_s, &db, &err) != 0)
        return cli_fail(&err);
    result = migrate(db, name, &from, &err);
    if (result == 0 && users != NULL)
        result = grants_apply(db, config, users, cli_value(args, CLI_PASSWORDS), &err);
    db_close(db);
    if (result != 0)
        return cli_fail(&err);
    if (users != NULL)
        printf("users: %s_replicator, %s_webhook, %s_cli\n", users, users, users);
    if (from == schema_newest())
        printf("%s: version %u, nothing to do\n", name, from);
    else if (from == 0)
        printf("%s: made, version %u\n", name, schema_newest());
    else
        printf("%s: version %u, was %u\n", name, schema_newest(), from);
    return CLI_OK;
}

static int run(const struct cli_args *args)
{
    struct config config;
    long wait_s = 0;
    int result;

    if (!cli_number(args, CLI_WAIT, "init-db", 1, WAIT_MAX_S, 0, &wait_s))
        return CLI_USAGE;
    if (cli_has(args, CLI_USERS) != cli_has(args, CLI_PASSWORDS))
        return cli_usage("init-db", "--users and --passwords belong together");
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = cli_has(args, CLI_PRINT) ? print_sql(&config) : make(args, &config, wait_s);
    config_free(&config);
    return result;
}

const struct cli_command cli_init_db = {
    .name = "init-db",
    .usage = "[--print] [--wait SECONDS] [--users NAME --passwords DIR]",
    .summary = "Make the state database, or bring it to the newest version.",
    .help =
        "\nIt may run again at any time: what is there already stays as it is. The user needs the\n"
        "right to create tables in the state database (mysql.state_database); an administrator\n"
        "may run what --print prints instead.\n"
        "\n"
        "  --wait SECONDS   wait so long for MySQL to answer (0)\n"
        "  --users NAME     then make the users of `tabrelay grants`, or give them what they "
        "lack:\n"
        "                   NAME_replicator, NAME_webhook, NAME_cli; this needs an administrator\n"
        "  --passwords DIR  where their passwords are: each the first line of a file of the\n"
        "                   user's name\n"
        "\nexamples:\n"
        "  tabrelay init-db\n"
        "  tabrelay init-db --print | mysql -u root -p\n"
        "  tabrelay init-db --wait 60 --users tabrelay --passwords /run/secrets\n",
    .flags = CLI_PRINT | CLI_WAIT | CLI_USERS | CLI_PASSWORDS,
    .run = run,
};
