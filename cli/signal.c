/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile, snapshot, deletes: rows that the replicator reads in the binlog. */
#include "cli/signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

int signal_insert(struct db *db, const char *kind, const char *mapping, const char *reason,
                  int64_t *id, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(kind), DB_P_TEXT(mapping), DB_P_TEXT(reason)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(db,
               "INSERT INTO signals (kind, mapping, reason, created_at) "
               "VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
               params, 3, NULL, err) != 0 ||
        db_run(db, "SELECT LAST_INSERT_ID()", NULL, 0, &rows, err) != 0)
        return -1;
    *id = db_rows_int(&rows, 0, 0);
    return 0;
}

static bool is_wanted(const struct config *config, size_t i, const char *name)
{
    return name == NULL || config_is_called(&config->mappings[i], name);
}

/* Ask for all of them, then wait for one after the other. *N_OPEN: so many were not done. */
static int send_all(struct db *db, const struct config *config, const struct signal_wait *what,
                    const char *name, size_t *n_open, struct err *err)
{
    CLEANUP_FREE int64_t *ids = calloc(config->n_mappings, sizeof(*ids));

    *n_open = 0;
    if (ids == NULL)
        return err_nomem(err, "signal");
    for (size_t i = 0; i < config->n_mappings; i++) {
        if (!is_wanted(config, i, name))
            continue;
        if (signal_insert(db, what->kind, config->mappings[i].name, "asked for on the command line",
                          &ids[i], err) != 0)
            return -1;
        printf("%s: %s asked for\n", config->mappings[i].name, what->kind);
    }
    fflush(stdout);
    for (size_t i = 0; i < config->n_mappings && what->wait_s > 0; i++) {
        struct signal_wait wait = {.kind = what->kind,
                                   .mapping = config->mappings[i].name,
                                   .id = ids[i],
                                   .wait_s = what->wait_s};
        bool is_done = true;

        if (is_wanted(config, i, name) && signal_await(db, config, &wait, &is_done, err) != 0)
            return -1;
        *n_open += !is_done;
    }
    return 0;
}

static int send_loaded(const struct config *config, const char *command,
                       const struct signal_wait *what, const char *name)
{
    struct err err = ERR_INIT;
    struct db *db = NULL;
    size_t n_open = 0;
    int rc;

    if (cli_want_mapping(config, command, name) != CLI_OK)
        return CLI_USAGE;
    rc = cli_open(config, &db, &err);
    if (rc == 0)
        rc = send_all(db, config, what, name, &n_open, &err);
    db_close(db);
    if (rc != 0)
        return cli_fail(&err);
    return n_open == 0 ? CLI_OK : CLI_FAILED;
}

int signal_send(const struct cli_args *args, const char *command, const char *kind,
                const char *name)
{
    struct signal_wait what = {.kind = kind};
    struct config config;
    long wait_s;
    int result;

    if (!cli_number(args, CLI_WAIT, command, 1, SIGNAL_WAIT_MAX_S, 0, &wait_s))
        return CLI_USAGE;
    what.wait_s = wait_s;
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = send_loaded(&config, command, &what, name);
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
    .usage = "MAPPING | --all   [--wait SECONDS]",
    .summary = "Compare a tab with MySQL, row by row, and mend what differs.",
    .help = "\nWhat was edited in the sheet and never told becomes an edit like any other; what "
            "changed\n"
            "in MySQL is written to the sheet. The replicator does this by itself every\n"
            "replicator.reconcile_every; this asks for it now and returns at once. With --wait it "
            "says\n"
            "what was found, and the exit status is 1 when it was not done in time.\n"
            "\nexamples:\n"
            "  tabrelay reconcile products\n"
            "  tabrelay reconcile --all --wait 60\n",
    .flags = CLI_ALL | CLI_WAIT,
    .max_words = 1,
    .run = run_reconcile,
};

const struct cli_command cli_snapshot = {
    .name = "snapshot",
    .usage = "MAPPING | --all   [--wait SECONDS]",
    .summary = "Write a whole table to its tab again.",
    .help = "\nReads the table in chunks without a lock while changes keep flowing. Asks the "
            "replicator\n"
            "and returns at once; `tabrelay status` shows how far it is, and so does --wait, which "
            "waits\n"
            "for its end. The exit status is 1 when it was not done in time.\n"
            "\nexamples:\n"
            "  tabrelay snapshot products\n"
            "  tabrelay snapshot --all --wait 3600\n",
    .flags = CLI_ALL | CLI_WAIT,
    .max_words = 1,
    .run = run_snapshot,
};
