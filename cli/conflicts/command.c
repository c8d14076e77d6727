/* SPDX-License-Identifier: Apache-2.0 */
/* conflicts: cells and rows that both sides changed. */
#include <string.h>

#include "cli/conflicts/conflicts.h"

static int run(const struct cli_args *args)
{
    if (args->n_words > 0 && strcmp(args->words[0], "show") == 0)
        return conflicts_show(args);
    if (args->n_words > 0 && strcmp(args->words[0], "resolve") == 0)
        return conflicts_resolve(args);
    return conflicts_list(args);
}

const struct cli_command cli_conflicts = {
    .name = "conflicts",
    .usage = "[MAPPING] [--all] [--limit N] [--json] | show ID [--json] |\n"
             "       resolve ID... | --mapping MAPPING --all   --take mysql|sheet|base | "
             "--set COLUMN=VALUE",
    .summary = "List what both sides changed, show it, and decide it.",
    .help =
        "\nA conflict that is open holds back its cells (or its row) on both sides until it is "
        "resolved.\n"
        "--all lists resolved ones, too. Times are UTC.\n"
        "\n"
        "resolve asks the webhook, which writes MySQL; the replicator then writes the sheet and\n"
        "takes the note away.\n"
        "  --take mysql       what MySQL has now counts\n"
        "  --take sheet       what the sheet shows counts\n"
        "  --take base        as it was before both changed it\n"
        "  --set COLUMN=VALUE another value, written as one would type it in the sheet; nothing "
        "after\n"
        "                     the = is a blank cell\n"
        "  --mapping MAPPING --all   every open conflict of that mapping\n"
        "\nexamples:\n"
        "  tabrelay conflicts\n"
        "  tabrelay conflicts show 17\n"
        "  tabrelay conflicts resolve 17 18 --take sheet\n"
        "  tabrelay conflicts resolve 17 --set price=12.50\n"
        "  tabrelay conflicts resolve --mapping products --all --take mysql\n",
    .failure = "one could not be resolved",
    .choices = "show resolve",
    .flags = CLI_JSON | CLI_ALL | CLI_LIMIT | CLI_TAKE | CLI_SET | CLI_MAPPING,
    .max_words = 1001,
    .run = run,
};
