/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile, snapshot, deletes: rows that the replicator reads in the binlog. */
#include "cli/signal.h"

#include <stdio.h>
#include <string.h>

static int insert_signal(struct db *db, const char *kind, const char *mapping, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(kind), DB_P_TEXT(mapping)};

    return db_run(db,
                  "INSERT INTO signals (kind, mapping, reason, created_at) "
                  "VALUES (?, ?, 'asked for on the command line', UTC_TIMESTAMP(3))",
                  params, 2, NULL, err);
}

static int send_all(const struct config *config, const char *kind, const char *name,
                    struct err *err)
{
    struct db *db = NULL;
    int result = cli_open(config, &db, err);

    for (size_t i = 0; i < config->n_mappings && result == 0; i++) {
        const char *mapping = config->mappings[i].name;

        if (name != NULL && strcmp(name, mapping) != 0)
            continue;
        result = insert_signal(db, kind, mapping, err);
        if (result == 0)
            printf("%s: %s asked for\n", mapping, kind);
    }
    db_close(db);
    return result;
}

static int send_loaded(const struct config *config, const char *command, const char *kind,
                       const char *name)
{
    struct err err = ERR_INIT;

    if (name != NULL && config_find_mapping(config, name) == NULL)
        return cli_usage(command, "%s has no mapping \"%s\"", config->path, name);
    return send_all(config, kind, name, &err) == 0 ? CLI_OK : cli_fail(&err);
}

int signal_send(const struct cli_args *args, const char *command, const char *kind,
                const char *name)
{
    struct config config;
    int result = cli_load(args, &config);

    if (result == CLI_OK)
        result = send_loaded(&config, command, kind, name);
    config_free(&config);
    return result;
}

static int run_for(const struct cli_args *args, const char *command)
{
    bool is_all = cli_has(args, CLI_ALL);

    if (is_all == (args->n_words == 1))
        return cli_usage(command, "expected the name of a mapping, or --all");
    return signal_send(args, command, command, is_all ? NULL : args->words[0]);
}

static int run_reconcile(const struct cli_args *args)
{
    return run_for(args, "reconcile");
}

static int run_snapshot(const struct cli_args *args)
{
    return run_for(args, "snapshot");
}

const struct cli_command cli_reconcile = {
    .name = "reconcile",
    .usage = "MAPPING | --all",
    .summary = "Compare a tab with MySQL, row by row, and mend what differs.",
    .help = "\nWhat was edited in the sheet and never told becomes an edit like any other; what "
            "changed\n"
            "in MySQL is written to the sheet. The replicator does this by itself every\n"
            "replicator.reconcile_every; this asks for it now and returns at once.\n"
            "\nexamples:\n"
            "  tabrelay reconcile products\n"
            "  tabrelay reconcile --all\n",
    .flags = CLI_ALL,
    .max_words = 1,
    .run = run_reconcile,
};

const struct cli_command cli_snapshot = {
    .name = "snapshot",
    .usage = "MAPPING | --all",
    .summary = "Write a whole table to its tab again.",
    .help = "\nReads the table in chunks without a lock while changes keep flowing. Asks the "
            "replicator\n"
            "and returns at once; `tabrelay status` shows how far it is.\n"
            "\nexamples:\n"
            "  tabrelay snapshot products\n"
            "  tabrelay snapshot --all\n",
    .flags = CLI_ALL,
    .max_words = 1,
    .run = run_snapshot,
};
