/* SPDX-License-Identifier: Apache-2.0 */
/* plan: the command. */
#include <stdio.h>
#include <string.h>

#include "cli/plan/plan.h"

enum { EXAMPLES = 3, EXAMPLES_MAX = 1000 };

struct plan_run {
    const struct cli_args *args;
    struct compare compare;
    long limit;
    size_t n_shown;
    bool has_problem;
};

static int plan_one(struct plan_run *r, const struct config_mapping *cfg, struct err *err)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct planned planned;
    int rc = plan_mapping(&r->compare, cfg, (size_t)r->limit, &planned, err);

    if (rc == 0) {
        r->has_problem = r->has_problem || planned.problem.code != ERR_NONE;
        if (cli_has(r->args, CLI_JSON)) {
            buf_puts(&out, r->n_shown++ == 0 ? "[" : ",\n ");
            plan_put_json(&out, &planned);
        } else {
            plan_put_text(&out, &planned);
        }
        cli_print(&out);
    }
    planned_close(&planned);
    return rc;
}

static int plan_all(struct plan_run *r, const struct config *config)
{
    const char *only = r->args->n_words > 0 ? r->args->words[0] : NULL;
    struct err err = ERR_INIT;
    int rc = compare_open(&r->compare, config, &err);

    for (size_t i = 0; rc == 0 && i < config->n_mappings; i++)
        if (only == NULL || config_is_called(&config->mappings[i], only))
            rc = plan_one(r, &config->mappings[i], &err);
    if (r->n_shown > 0)
        puts("]");
    compare_close(&r->compare);
    if (rc != 0)
        return cli_fail(&err);
    return r->has_problem ? CLI_FAILED : CLI_OK;
}

static int run(const struct cli_args *args)
{
    struct plan_run r = {.args = args};
    struct config config;
    int result;

    if (cli_has(args, CLI_ALL) && args->n_words == 1)
        return cli_usage("plan", "expected the name of a mapping, or --all");
    if (!cli_number(args, CLI_LIMIT, "plan", 0, EXAMPLES_MAX, EXAMPLES, &r.limit))
        return CLI_USAGE;
    result = cli_load(args, &config);
    if (result == CLI_OK && args->n_words == 1)
        result = cli_want_mapping(&config, "plan", args->words[0]);
    if (result == CLI_OK)
        result = plan_all(&r, &config);
    config_free(&config);
    return result;
}

const struct cli_command cli_plan = {
    .name = "plan",
    .usage = "[MAPPING | --all] [--limit N] [--json]",
    .summary = "Show what the daemons would do with this configuration, without doing it.",
    .help =
        "\nAs if they were started now: headers that are added or renamed, and how many rows would "
        "be\n"
        "added, changed and removed on each side, with examples. Run it before you start tabrelay "
        "on "
        "two\n"
        "sides that are both filled, and after you have changed the configuration.\n"
        "What is on its way while the daemons run shows up as a change, too.\n"
        "  --limit N   print at most so many examples of each (3)\n"
        "\nexamples:\n"
        "  tabrelay plan\n"
        "  tabrelay plan products --limit 20\n"
        "  tabrelay --config new.yaml plan --json\n",
    .failure = "a mapping would wait: its table or tab is not there",
    .flags = CLI_JSON | CLI_ALL | CLI_LIMIT,
    .max_words = 1,
    .run = run,
};
