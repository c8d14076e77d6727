/* SPDX-License-Identifier: Apache-2.0 */
/* check: is everything ready, and if not, what to do? */
#include "cli/check.h"

#include <string.h>

#include "cli/cli.h"
#include "common/cleanup.h"
#include "common/http/client.h"

/* PROBLEMS: "" where the file could not be read, as ERR says. */
static void add_problems(struct findings *f, const char *problems, const struct err *err)
{
    if (*problems == '\0')
        findings_add_err(f, "config", "config", err);
    while (*problems != '\0') {
        size_t len = strcspn(problems, "\n");

        findings_add(f, FINDING_FAIL, "config", "config", NULL, "%.*s", (int)len, problems);
        problems += len + (problems[len] == '\n');
    }
}

static void check_mysql(struct findings *f, const struct config *config, struct db *db)
{
    check_server(f, config, db);
    check_clock(f, db);
    check_privileges(f, config, db);
    if (check_state(f, config, db))
        check_running(f, config, db);
    else
        findings_add(f, FINDING_SKIP, "replicator.running", "replicator", NULL,
                     "whether it runs is not known without the state database");
    for (size_t i = 0; i < config_n_written(config); i++)
        check_mapping(f, db, config_written(config, i));
    for (size_t i = 0; i < config->n_families; i++)
        check_family(f, db, config, i);
}

static void skip_mysql(struct findings *f, const struct err *err)
{
    static const char *const ids[] = {"mysql.privileges", "state.version", "replicator.running",
                                      "state.pruned", "mapping.table"};

    findings_add_err(f, "mysql.connect", "mysql", err);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        findings_add(f, FINDING_SKIP, ids[i], "mysql", NULL, "%s is not looked at without MySQL",
                     ids[i]);
}

void check_all(struct findings *f, const struct config *config)
{
    struct err err = ERR_INIT;
    struct db *db = NULL;

    findings_add(f, FINDING_OK, "config", "config", NULL, "%s, %zu mapping%s", config->path,
                 config_n_written(config), config_n_written(config) == 1 ? "" : "s");
    check_files(f, config);
    if (db_open(&config->mysql, &db, &err) == 0)
        check_mysql(f, config, db);
    else
        skip_mysql(f, &err);
    if (http_client_global_init(&err) == 0) {
        check_google(f, config, db);
        check_webhook(f, config);
    } else {
        findings_add_err(f, "http", "http", &err);
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

    if (config_load(cli_config_path(args), &config, &problems, &err) == 0) {
        cli_expand(&config);
        check_all(&findings, &config);
    } else {
        add_problems(&findings, buf_text(&problems), &err);
    }
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
        "\nLooks at the configuration and its files, the MySQL server's settings and clock, "
        "privileges,\n"
        "the state database, each mapping's table, tab and headers, the credentials, whether the\n"
        "webhook answers here and at its public address, whether a replicator runs, and whether "
        "the\n"
        "spreadsheet's script has sent anything. Changes nothing.\n"
        "Each line begins with ok, warn, fail or skip. --json has for each check its id, which "
        "stays\n"
        "the same, subject, status (ok, warning, failed, skipped), message and remedy.\n"
        "\nexamples:\n"
        "  tabrelay check\n"
        "  tabrelay check --json | jq -r '.checks[] | select(.status == \"failed\") | .remedy'\n",
    .failure = "something is not ready",
    .flags = CLI_JSON,
    .run = run,
};
