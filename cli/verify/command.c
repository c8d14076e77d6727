/* SPDX-License-Identifier: Apache-2.0 */
/* verify, and repair: the same with the side that counts as its second word. */
#include <stdio.h>
#include <string.h>

#include "cli/verify/verify.h"

enum { WAIT_S = 30, WAIT_MAX_S = 3600, EXAMPLES = 20, EXAMPLES_MAX = SUSPECTS_MAX };

struct verifying {
    const struct cli_args *args;
    const char *command; /* "verify" or "repair" */
    struct compare compare;
    long wait_s, limit;
    const char *name; /* of a mapping; NULL: all */
    const char *side; /* to repair by; NULL: none */
    size_t n_shown;
    bool has_mismatch, is_unsure;
};

static int parse_numbers(struct verifying *v)
{
    if (!cli_number(v->args, CLI_WAIT, v->command, 1, WAIT_MAX_S, WAIT_S, &v->wait_s) ||
        !cli_number(v->args, CLI_LIMIT, v->command, 0, EXAMPLES_MAX, EXAMPLES, &v->limit))
        return CLI_USAGE;
    return CLI_OK;
}

static bool is_side(const char *text)
{
    return strcmp(text, "mysql") == 0 || strcmp(text, "sheet") == 0;
}

static int parse_verify(const struct cli_args *args, struct verifying *v)
{
    *v = (struct verifying){.args = args, .command = "verify", .side = cli_value(args, CLI_REPAIR)};
    if (cli_has(args, CLI_ALL) == (args->n_words == 1))
        return cli_usage("verify", "expected the name of a mapping, or --all");
    if (v->side != NULL && !is_side(v->side))
        return cli_usage("verify", "--repair: expected mysql or sheet, got \"%s\"", v->side);
    if (v->side == NULL && cli_has(args, CLI_YES))
        return cli_usage("verify", "--yes is for --repair");
    v->name = args->n_words == 1 ? args->words[0] : NULL;
    return parse_numbers(v);
}

static int parse_repair(const struct cli_args *args, struct verifying *v)
{
    *v = (struct verifying){.args = args, .command = "repair"};
    if (args->n_words != 2)
        return cli_usage("repair", "expected the name of a mapping, and mysql or sheet");
    v->name = args->words[0];
    v->side = args->words[1];
    if (!is_side(v->side))
        return cli_usage("repair", "expected mysql or sheet, got \"%s\"", v->side);
    return parse_numbers(v);
}

static void print(struct verifying *v, const struct verified *found, const struct buf *told)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    if (cli_has(v->args, CLI_JSON)) {
        buf_puts(&out, v->n_shown++ == 0 ? "[" : ",\n ");
        verify_put_json(&out, found, (size_t)v->limit);
    } else {
        verify_put_text(&out, found, (size_t)v->limit);
        buf_append(&out, buf_text(told), told->len);
    }
    cli_print(&out);
    fflush(stdout);
}

static void count(struct verifying *v, const struct verified *found)
{
    v->has_mismatch = v->has_mismatch || found->verdict == VERIFY_MISMATCH;
    v->is_unsure = v->is_unsure || found->verdict == VERIFY_INCONCLUSIVE;
}

/* Repair what FOUND says, and look whether it helped. */
static int repair(struct verifying *v, const struct config_mapping *cfg, struct verified *found,
                  struct buf *told, struct err *err)
{
    bool is_dry = !cli_has(v->args, CLI_YES);

    if (repair_run(&v->compare, cfg, found, v->side, is_dry, told, err) != 0)
        return -1;
    if (is_dry) {
        buf_puts(told, "  -> Nothing was repaired: add --yes to do it.\n");
        return 0;
    }
    print(v, found, told);
    buf_clear(told);
    verified_close(found);
    return verify_mapping(&v->compare, cfg, v->wait_s * 1000, found, err);
}

static int verify_one(struct verifying *v, const struct config_mapping *cfg, struct err *err)
{
    CLEANUP_BUF struct buf told = BUF_INIT;
    struct verified found;
    int rc = verify_mapping(&v->compare, cfg, v->wait_s * 1000, &found, err);

    if (rc == 0 && v->side != NULL && verified_mismatches(&found) > 0)
        rc = repair(v, cfg, &found, &told, err);
    if (rc == 0) {
        count(v, &found);
        print(v, &found, &told);
    }
    verified_close(&found);
    return rc;
}

static int verify(struct verifying *v, const struct config *config)
{
    struct err err = ERR_INIT;
    int rc = compare_open(&v->compare, config, &err);

    for (size_t i = 0; rc == 0 && i < config->n_mappings; i++)
        if (v->name == NULL || config_is_called(&config->mappings[i], v->name))
            rc = verify_one(v, &config->mappings[i], &err);
    if (v->n_shown > 0)
        puts("]");
    compare_close(&v->compare);
    if (rc != 0)
        return cli_fail(&err);
    return v->has_mismatch ? CLI_FAILED : v->is_unsure ? CLI_UNSURE : CLI_OK;
}

static int run(struct verifying *v)
{
    struct config config;
    int result = cli_load(v->args, &config);

    if (result == CLI_OK)
        result = cli_want_mapping(&config, v->command, v->name);
    if (result == CLI_OK)
        result = verify(v, &config);
    config_free(&config);
    return result;
}

static int run_verify(const struct cli_args *args)
{
    struct verifying v;
    int result = parse_verify(args, &v);

    return result == CLI_OK ? run(&v) : result;
}

static int run_repair(const struct cli_args *args)
{
    struct verifying v;
    int result = parse_repair(args, &v);

    return result == CLI_OK ? run(&v) : result;
}

const struct cli_command cli_verify = {
    .name = "verify",
    .usage = "MAPPING | --all   [--repair mysql|sheet [--yes]] [--wait SECONDS] [--limit N] "
             "[--json]",
    .summary = "Compare a table with its tab, cell by cell, at one position.",
    .help =
        "\nMySQL is read in one snapshot, whose position is printed, the tab after it. Rows that "
        "differ\n"
        "are looked at again when the replicator has come to the position, so what is on its way "
        "is "
        "told\n"
        "from what is wrong. The answer for each mapping is one of\n"
        "  MATCH          equal, cell by cell\n"
        "  MISMATCH       rows differ and stay so; which cells is printed\n"
        "  INCONCLUSIVE   rows keep changing, or the replicator is not there, or behind\n"
        "What waits for somebody (a conflict, a delete to be approved, a row that is not complete) "
        "is\n"
        "listed as held and is no mismatch. Nothing is written without --yes.\n"
        "\n"
        "  --repair mysql   rows that differ are written to the tab again; rows that only the tab "
        "has\n"
        "                   leave it\n"
        "  --repair sheet   cells that differ and rows that only the tab has go to MySQL; nothing "
        "is\n"
        "                   deleted there\n"
        "  --yes            do it; without it, only what would be done is printed\n"
        "  --wait SECONDS   how long to wait for the replicator in each look (30)\n"
        "  --limit N        print at most so many rows of a mapping (20)\n"
        "\nexit status: 0 MATCH, 1 MISMATCH or failed, 2 wrong usage, 3 INCONCLUSIVE (of several "
        "mappings\nMISMATCH counts first)\n"
        "\nexamples:\n"
        "  tabrelay verify products\n"
        "  tabrelay verify --all --json\n"
        "  tabrelay verify products --repair mysql         # what would be done\n"
        "  tabrelay verify products --repair mysql --yes\n",
    .flags = CLI_JSON | CLI_ALL | CLI_REPAIR | CLI_YES | CLI_WAIT | CLI_LIMIT,
    .max_words = 1,
    .run = run_verify,
};

const struct cli_command cli_repair = {
    .name = "repair",
    .usage = "MAPPING mysql|sheet   [--yes] [--wait SECONDS] [--limit N] [--json]",
    .summary = "Compare a table with its tab, and write one side where they differ.",
    .help =
        "\nThe same as `tabrelay verify MAPPING --repair SIDE`. Rows that wait for somebody are "
        "left "
        "alone.\n"
        "\n"
        "  mysql            MySQL counts: rows that differ are written to the tab again; rows that "
        "only\n"
        "                   the tab has leave it\n"
        "  sheet            the sheet counts: cells that differ and rows that only the tab has go "
        "to\n"
        "                   MySQL; nothing is deleted there\n"
        "  --yes            do it, and verify again; without it, only what would be done is "
        "printed\n"
        "  --wait SECONDS   how long to wait for the replicator in each look (30)\n"
        "  --limit N        print at most so many rows (20)\n"
        "\nexit status: 0 MATCH, 1 MISMATCH or failed, 2 wrong usage, 3 INCONCLUSIVE\n"
        "\nexamples:\n"
        "  tabrelay repair products mysql          # what would be done\n"
        "  tabrelay repair products mysql --yes\n",
    .flags = CLI_JSON | CLI_YES | CLI_WAIT | CLI_LIMIT,
    .max_words = 2,
    .run = run_repair,
};
