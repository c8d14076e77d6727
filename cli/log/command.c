/* SPDX-License-Identifier: Apache-2.0 */
/* log: every edit that came from a sheet or from the command line, the newest first. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/log/log.h"
#include "cli/when.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/rowkey.h"

enum { PAGE = 100, LIMIT = 50, KEY_MAX = 16 };

#define SQL_PAGE                                                                 \
    LOG_SQL "WHERE id < ? AND (? IS NULL OR mapping = ?) "                       \
            "AND (? IS NULL OR key_hash = ?) AND (? IS NULL OR editor = ?) "     \
            "AND (? IS NULL OR received_at >= ?) "                               \
            "AND (? IS NULL OR received_at < ?) AND (? IS NULL OR outcome = ?) " \
            "ORDER BY id DESC LIMIT ?"

struct filter {
    const char *mapping, *person, *outcome;
    struct hash128 key;
    bool has_key;
    struct buf since, until;
    long limit;
    bool is_json;
};

/* KEY as it is shown: one column's text, or a JSON array of them. */
static int parse_key(const char *text, struct hash128 *out)
{
    CLEANUP_JSON cJSON *array = NULL;
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value key[KEY_MAX] = {value_text(text, strlen(text))};
    struct err err;
    size_t n = 1;

    if (text[0] == '[') {
        if (json_parse(text, strlen(text), &array, &err) != 0 || cJSON_GetArraySize(array) < 1 ||
            cJSON_GetArraySize(array) > KEY_MAX)
            return cli_usage("log", "--row: expected a key, or a JSON array of its columns");
        n = (size_t)cJSON_GetArraySize(array);
        if (rowkey_read(text, strlen(text), &bytes, key, n, &err) != 0)
            return cli_usage("log", "--row: %s", err.msg);
    }
    *out = hash_key(key, n);
    return CLI_OK;
}

static int parse_time(const char *option, const char *text, struct buf *out)
{
    if (text == NULL || when_parse(text, clock_wall_ms(), out) == 0)
        return CLI_OK;
    return cli_usage("log",
                     "%s: expected a time (UTC) like 2026-01-31 or \"2026-01-31 10:11\", or how "
                     "long ago: 30m, 12h, 7d; got \"%s\"",
                     option, text);
}

static int parse_filter(const struct cli_args *args, struct filter *f)
{
    const char *row = cli_value(args, CLI_ROW);

    *f = (struct filter){.person = cli_value(args, CLI_PERSON),
                         .outcome = cli_value(args, CLI_OUTCOME),
                         .has_key = row != NULL,
                         .is_json = cli_has(args, CLI_JSON)};
    if (!cli_number(args, CLI_LIMIT, "log", 1, INT32_MAX, LIMIT, &f->limit) ||
        (row != NULL && parse_key(row, &f->key) != CLI_OK) ||
        parse_time("--since", cli_value(args, CLI_SINCE), &f->since) != CLI_OK ||
        parse_time("--until", cli_value(args, CLI_UNTIL), &f->until) != CLI_OK)
        return CLI_USAGE;
    return CLI_OK;
}

static struct db_param text_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? DB_P_NULL : DB_P_TEXT(text);
}

static int load_page(struct db *db, const struct filter *f, int64_t before, long n,
                     struct db_rows *rows, struct err *err)
{
    struct db_param mapping = text_or_null(f->mapping), person = text_or_null(f->person),
                    outcome = text_or_null(f->outcome), since = text_or_null(f->since.ptr),
                    until = text_or_null(f->until.ptr),
                    key = f->has_key ? DB_P_BYTES(f->key.bytes, sizeof(f->key.bytes)) : DB_P_NULL;
    const struct db_param params[] = {DB_P_INT(before), mapping,    mapping, key,   key,   person,
                                      person,           since,      since,   until, until, outcome,
                                      outcome,          DB_P_INT(n)};

    return db_run(db, SQL_PAGE, params, sizeof(params) / sizeof(params[0]), rows, err);
}

static void print_page(const struct filter *f, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    for (size_t r = 0; r < rows->n_rows; r++) {
        buf_clear(&out);
        if (f->is_json)
            log_put_json(&out, rows, r);
        else
            log_put_text(&out, rows, r, false);
        cli_print(&out);
    }
}

/* Page by page: the log may be large. */
static int print_log(struct db *db, const struct filter *f, struct err *err)
{
    int64_t before = INT64_MAX;

    for (long left = f->limit; left > 0;) {
        CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
        long n = left < PAGE ? left : PAGE;

        if (load_page(db, f, before, n, &rows, err) != 0)
            return -1;
        print_page(f, &rows);
        if (rows.n_rows < (size_t)n)
            return 0;
        left -= n;
        before = db_rows_int(&rows, rows.n_rows - 1, LOG_ID);
    }
    return 0;
}

static int print_edit(struct db *db, const struct filter *f, const char *edit_id, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_BUF struct buf out = BUF_INIT;

    if (log_load(db, edit_id, &rows, err) != 0)
        return -1;
    if (f->is_json)
        log_put_json(&out, &rows, 0);
    else
        log_put_text(&out, &rows, 0, true);
    cli_print(&out);
    return 0;
}

/* The word is a mapping, else the id of an edit. */
static int print(const struct config *config, struct filter *f, const char *word)
{
    struct db *db = NULL;
    struct err err = ERR_INIT;
    int rc = cli_open(config, &db, &err);

    if (word != NULL && config_find_mapping(config, word) != NULL) {
        f->mapping = word;
        word = NULL;
    }
    if (rc == 0)
        rc = word == NULL ? print_log(db, f, &err) : print_edit(db, f, word, &err);
    db_close(db);
    return rc == 0 ? CLI_OK : cli_fail(&err);
}

static int run(const struct cli_args *args)
{
    struct filter f;
    struct config config;
    int result = parse_filter(args, &f);

    if (result == CLI_OK) {
        result = cli_load(args, &config);
        if (result == CLI_OK)
            result = print(&config, &f, args->n_words > 0 ? args->words[0] : NULL);
        config_free(&config);
    }
    buf_close(&f.since);
    buf_close(&f.until);
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
