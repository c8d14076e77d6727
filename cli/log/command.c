/* SPDX-License-Identifier: Apache-2.0 */
/* log: every edit that came from a sheet or from the command line, the newest first. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/log/log.h"
#include "cli/when.h"
#include "common/clock.h"

enum { PAGE = 100, LIMIT = 50 };

struct options {
    struct log_filter filter;
    long limit;
    bool is_json;
};

static int parse_time(const char *option, const char *text, struct buf *out)
{
    if (text == NULL || when_parse(text, clock_wall_ms(), out) == 0)
        return CLI_OK;
    return cli_usage("log",
                     "%s: expected a time (UTC) like 2026-01-31 or \"2026-01-31 10:11\", or how "
                     "long ago: 30m, 12h, 7d; got \"%s\"",
                     option, text);
}

static int parse_options(const struct cli_args *args, struct options *o)
{
    const char *row = cli_value(args, CLI_ROW);
    struct err err = ERR_INIT;

    *o = (struct options){.filter = {.person = cli_value(args, CLI_PERSON),
                                     .outcome = cli_value(args, CLI_OUTCOME),
                                     .has_key = row != NULL},
                          .is_json = cli_has(args, CLI_JSON)};
    if (!cli_number(args, CLI_LIMIT, "log", 1, INT32_MAX, LIMIT, &o->limit))
        return CLI_USAGE;
    if (o->filter.outcome != NULL && !cli_is_one_of(CLI_OUTCOMES, o->filter.outcome))
        return cli_usage("log", "--outcome: expected " CLI_OUTCOMES ", got \"%s\"",
                         o->filter.outcome);
    if (row != NULL && log_parse_key(row, &o->filter.key, &err) != 0)
        return cli_usage("log", "--row: %s", err.msg);
    if (parse_time("--since", cli_value(args, CLI_SINCE), &o->filter.since) != CLI_OK ||
        parse_time("--until", cli_value(args, CLI_UNTIL), &o->filter.until) != CLI_OK)
        return CLI_USAGE;
    return CLI_OK;
}

static void print_page(const struct options *o, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    for (size_t r = 0; r < rows->n_rows; r++) {
        buf_clear(&out);
        if (o->is_json)
            log_put_json(&out, rows, r);
        else
            log_put_text(&out, rows, r, false);
        cli_print(&out);
    }
}

/* All that there is was shown, and there was more. */
static int tell_pruned(struct db *db, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    if (log_put_pruned(db, &text, err) != 0)
        return -1;
    if (text.len > 0)
        fprintf(stderr, "tabrelay: %s\n", buf_text(&text));
    return 0;
}

static void say_nothing_found(const struct options *o)
{
    const struct log_filter *f = &o->filter;
    bool is_filtered = f->mapping != NULL || f->person != NULL || f->outcome != NULL ||
                       f->has_key || f->since.len > 0 || f->until.len > 0;

    if (!o->is_json)
        puts(is_filtered ? "no edit is like that" : "nobody has edited anything in a sheet yet");
}

/* Page by page: the log may be large. */
static int print_log(struct db *db, const struct options *o, struct err *err)
{
    int64_t before = INT64_MAX;

    for (long left = o->limit; left > 0;) {
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        long n = left < PAGE ? left : PAGE;

        if (log_load_page(db, &o->filter, before, n, &rows, err) != 0)
            return -1;
        print_page(o, &rows);
        if (before == INT64_MAX && rows.n_rows == 0)
            say_nothing_found(o);
        if (rows.n_rows < (size_t)n)
            return tell_pruned(db, err);
        left -= n;
        before = db_rows_int(&rows, rows.n_rows - 1, LOG_ID);
    }
    return 0;
}

static int print_edit(struct db *db, const struct options *o, const char *edit_id, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf out = BUF_INIT;

    if (log_load(db, edit_id, &rows, err) != 0)
        return -1;
    if (o->is_json)
        log_put_json(&out, &rows, 0);
    else
        log_put_text(&out, &rows, 0, true);
    cli_print(&out);
    return 0;
}

/* The word is a mapping, else the id of an edit. */
static int print(const struct config *config, struct options *o, const char *word)
{
    struct db *db = NULL;
    struct err err = ERR_INIT;
    int rc = cli_open(config, &db, &err);

    if (word != NULL &&
        (config_find_mapping(config, word) != NULL || config_find_family(config, word) != NULL)) {
        o->filter.mapping = word;
        word = NULL;
    }
    if (rc == 0)
        rc = word == NULL ? print_log(db, o, &err) : print_edit(db, o, word, &err);
    db_close(db);
    return rc == 0 ? CLI_OK : cli_fail(&err);
}

static int run(const struct cli_args *args)
{
    struct options options;
    struct config config;
    int result = parse_options(args, &options);

    if (result == CLI_OK) {
        result = cli_load(args, &config);
        if (result == CLI_OK)
            result = print(&config, &options, args->n_words > 0 ? args->words[0] : NULL);
        config_free(&config);
    }
    log_filter_close(&options.filter);
    return result;
}

const struct cli_command cli_log = {
    .name = "log",
    .usage = "[MAPPING | EDIT] [--row KEY] [--person EMAIL] [--since TIME] [--until TIME]\n"
             "       [--outcome OUTCOME] [--limit N] [--json]",
    .summary = "Show who edited what and what became of it, or all of one edit.",
    .help =
        "\nThe newest edits come first: when (UTC), who, which row, what was done, the outcome and "
        "the\n"
        "edit's id; below it each column's value before and after, the rule that decided a "
        "conflict,\n"
        "and the reason of a refusal. --json prints one object a line.\n"
        "\n"
        "  --row KEY        of this row, as the log shows its key; of a key of several columns\n"
        "                   a JSON array of texts\n"
        "  --person EMAIL   by this person\n"
        "  --since, --until TIME   received then: 2026-01-31, \"2026-01-31 10:11\" (UTC), or 30m, "
        "12h,\n"
        "                   7d ago\n"
        "  --outcome        applied, unchanged, conflict, rejected, waiting, stale or ignored\n"
        "  --limit N        at most so many (50)\n"
        "\nexamples:\n"
        "  tabrelay log\n"
        "  tabrelay log products --row 7\n"
        "  tabrelay log --person ann@example.com --since 12h --outcome rejected\n"
        "  tabrelay log 3f2a9c1e-5b1f-4a6c-9d0e-0123456789ab\n",
    .flags = CLI_JSON | CLI_ROW | CLI_PERSON | CLI_SINCE | CLI_UNTIL | CLI_OUTCOME | CLI_LIMIT,
    .max_words = 1,
    .run = run,
};
