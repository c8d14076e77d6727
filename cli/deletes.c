/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/deletes.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/signal.h"

static void print_text(const struct db_rows *rows)
{
    if (rows->n_rows == 0)
        puts("no deletes wait for approval");
    for (size_t r = 0; r < rows->n_rows; r++)
        printf("%s: %s rows are gone from the tab and still in MySQL\n"
               "  -> To delete them in MySQL, too: tabrelay deletes approve %s\n"
               "  -> To bring them back into the tab: tabrelay snapshot %s\n",
               db_rows_text(rows, r, DELETES_MAPPING), db_rows_text(rows, r, DELETES_HELD),
               db_rows_text(rows, r, DELETES_MAPPING), db_rows_text(rows, r, DELETES_MAPPING));
}

static void print_json(const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    buf_puts(&out, "[");
    for (size_t r = 0; r < rows->n_rows; r++) {
        const char *mapping = db_rows_text(rows, r, DELETES_MAPPING);

        buf_puts(&out, r == 0 ? "{\"mapping\": " : ", {\"mapping\": ");
        buf_json(&out, mapping, strlen(mapping));
        buf_printf(&out, ", \"held_deletes\": %s, \"keys\": %s}",
                   db_rows_text(rows, r, DELETES_HELD),
                   db_rows_at(rows, r, DELETES_KEYS).state == VALUE_TEXT
                       ? db_rows_text(rows, r, DELETES_KEYS)
                       : "null");
    }
    buf_puts(&out, "]\n");
    cli_print(&out);
}

int deletes_query(struct db *db, const struct config *config, struct db_rows *rows, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(config->instance)};

    return db_run(db,
                  "SELECT mapping, held_deletes, held_keys FROM mapping_state "
                  "WHERE instance = ? AND held_deletes > 0 ORDER BY mapping",
                  params, 1, rows, err);
}

static int query(const struct config *config, struct db_rows *rows, struct err *err)
{
    struct db *db = NULL;
    int result = cli_open(config, &db, err);

    if (result == 0)
        result = deletes_query(db, config, rows, err);
    db_close(db);
    return result;
}

static int list(const struct cli_args *args)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;
    struct config config;
    int result = cli_load(args, &config);

    if (result == CLI_OK && query(&config, &rows, &err) != 0)
        result = cli_fail(&err);
    config_free(&config);
    if (result != CLI_OK)
        return result;
    if (cli_has(args, CLI_JSON))
        print_json(&rows);
    else
        print_text(&rows);
    return CLI_OK;
}

static int run(const struct cli_args *args)
{
    if (args->n_words == 0)
        return list(args);
    if (strcmp(args->words[0], "approve") != 0)
        return cli_usage("deletes", "unknown action \"%s\"; there is: approve", args->words[0]);
    if (args->n_words != 2)
        return cli_usage("deletes", "expected the name of a mapping");
    return signal_send(args, "deletes", "approve_deletes", args->words[1]);
}

const struct cli_command cli_deletes = {
    .name = "deletes",
    .usage = "[--json] | approve MAPPING [--wait SECONDS]",
    .summary = "List deletes that wait for approval, or approve them.",
    .help = "\nWhen more rows than delete_limit_rows or delete_limit_percent vanish from a tab, "
            "nothing is\n"
            "deleted in MySQL until somebody approves it here.\n"
            "\nexamples:\n"
            "  tabrelay deletes\n"
            "  tabrelay deletes approve products\n",
    .choices = "approve",
    .flags = CLI_JSON | CLI_WAIT,
    .max_words = 2,
    .run = run,
};
