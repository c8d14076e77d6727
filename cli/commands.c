/* SPDX-License-Identifier: Apache-2.0 */
/* commands: which there are, and the options that several of them share. */
#include <string.h>

#include "cli/cli.h"

/* In the order of --help. */
/* clang-format off */
const struct cli_command *const cli_commands[] = {
    &cli_init,
    &cli_grants,
    &cli_init_db,
    &cli_check,
    &cli_script,
    &cli_status,
    &cli_lag,
    &cli_log,
    &cli_plan,
    &cli_verify,
    &cli_page,
    &cli_conflicts,
    &cli_deletes,
    &cli_undo,
    &cli_repair,
    &cli_snapshot,
    &cli_reconcile,
    &cli_pause,
    &cli_resume,
    &cli_reload,
    &cli_claim,
    &cli_events,
    &cli_doctor,
    &cli_completion,
    &cli_complete,
    NULL,
};
/* clang-format on */

const struct cli_option cli_options[] = {
    {"--json", CLI_JSON, NULL},
    {"--all", CLI_ALL, NULL},
    {"--print", CLI_PRINT, NULL},
    {"--yes", CLI_YES, NULL},
    {"--force", CLI_FORCE, NULL},
    {"--dry-run", CLI_DRY_RUN, NULL},
    {"--take", CLI_TAKE, "mysql, sheet or base"},
    {"--set", CLI_SET, "COLUMN=VALUE"},
    {"--mapping", CLI_MAPPING, "the name of a mapping"},
    {"--row", CLI_ROW, "the key of a row"},
    {"--person", CLI_PERSON, "an e-mail address"},
    {"--since", CLI_SINCE, "a time"},
    {"--until", CLI_UNTIL, "a time"},
    {"--outcome", CLI_OUTCOME, CLI_OUTCOMES},
    {"--limit", CLI_LIMIT, "a number"},
    {"--repair", CLI_REPAIR, "mysql or sheet"},
    {"--wait", CLI_WAIT, "a number of seconds"},
    {"--users", CLI_USERS, "what the users' names begin with"},
    {"--passwords", CLI_PASSWORDS, "a folder"},
    {"--health", CLI_HEALTH, NULL},
    {"--reason", CLI_REASON, "a text"},
    {"--watch", CLI_WATCH, NULL},
    {NULL, 0, NULL},
};

const struct cli_command *cli_find_command(const char *name)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}
