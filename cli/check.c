/* SPDX-License-Identifier: Apache-2.0 */
/* check: is everything ready, and if not, what to do? */
#include "cli/check.h"

#include <string.h>

#include "cli/cli.h"
#include "common/cleanup.h"
#include "common/http/client.h"

static void add_problems(struct findings *f, const char *problems)
{
    while (*problems != '\0') {
        size_t len = strcspn(problems, "\n");

        findings_add(f, FINDING_FAIL, "config", NULL, "%.*s", (int)len, problems);
        problems += len + (problems[len] == '\n');
    }
}

static void check_mysql(struct findings *f, const struct config *config, struct db *db)
{
    check_server(f, config, db);
    check_privileges(f, config, db);
    check_state(f, config, db);
    for (size_t i = 0; i < config->n_mappings; i++)
        check_mapping(f, db, &config->mappings[i]);
}

static void check_all(struct findings *f, const struct config *config)
{
    struct err err = ERR_INIT;
    struct db *db = NULL;

    findings_add(f, FINDING_OK, "config", NULL, "%s, %zu mapping%s", config->path,
                 config->n_mappings, config->n_mappings == 1 ? "" : "s");
    if (db_open(&config->mysql, &db, &err) == 0)
        check_mysql(f, config, db);
    else
        findings_add_err(f, "mysql", &err);
    if (http_client_global_init(&err) == 0) {
        check_google(f, config, db);
        check_webhook(f, config);
    } else {
        findings_add_err(f, "http", &err);
    }
    db_close(db);
}

static int run(const struct cli_args *args)
{
    CLEANUP_BUF struct buf problems = BUF_INIT;
    struct findings findings = {.is_json = cli_has(args, CLI_JSON)};
    struct err err = ERR_INIT;
    struct config config;
    bool is_good;

    if (config_load(args->config_path, &config, &problems, &err) == 0)
        check_all(&findings, &config);
    else
        add_problems(&findings, buf_text(&problems));
    config_free(&config);
    is_good = findings_end(&findings);
    findings_close(&findings);
    return is_good ? CLI_OK : CLI_FAILED;
}

const struct cli_command cli_check = {
    .name = "check",
    .usage = "[--json]",
    .summary = "Look whether everything is ready, and say what to do where it is not.",
    .help =
        "\nLooks at the configuration, the MySQL server's settings, privileges, the state "
        "database,\n"
        "each mapping's table, tab and headers, the credentials and the webhook. Changes nothing.\n"
        "Each line begins with ok, warn or fail.\n"
        "\nexamples:\n"
        "  tabrelay check\n"
        "  tabrelay check --json | jq -r '.findings[] | select(.level == \"fail\") | .mend'\n",
    .failure = "something is not ready",
    .flags = CLI_JSON,
    .run = run,
};
