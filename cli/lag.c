/* SPDX-License-Identifier: Apache-2.0 */
/* lag: how far each direction is behind, now. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json_rows.h"
#include "cli/progress.h"
#include "cli/running.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "replicator/binlog/position.h"

enum { AT_NAME, AT_STATE, AT_WAIT_MS, AT_ROWS, AT_LAST_MS, AT_EDIT_MS, AT_COMPARED_S, N_SHOWN };

/* Of the newest edit that a script told: from the keystroke to the webhook. */
#define SQL_LAG                                                                                  \
    "SELECT mapping, state, "                                                                    \
    "TIMESTAMPDIFF(MICROSECOND, pending_since, UTC_TIMESTAMP(3)) DIV 1000, pending_rows, "       \
    "lag_ms, (SELECT TIMESTAMPDIFF(MICROSECOND, edited_at, received_at) DIV 1000 FROM edit_log " \
    "WHERE edit_log.mapping = mapping_state.mapping AND source = 'script' "                      \
    "ORDER BY id DESC LIMIT 1), TIMESTAMPDIFF(SECOND, reconciled_at, UTC_TIMESTAMP(3)) "         \
    "FROM mapping_state WHERE instance = ? AND (? = '' OR " CLI_SQL_CALLED ") ORDER BY mapping"

#define SQL_CHECKPOINT                                                                    \
    "SELECT position, TIMESTAMPDIFF(SECOND, saved_at, UTC_TIMESTAMP(3)) FROM checkpoint " \
    "WHERE instance = ?"

struct lag {
    struct db_rows mappings, checkpoint;
    int64_t behind; /* transactions that the checkpoint does not cover; -1: not known */
    struct running running;
};

/* Transactions that come after TEXT, of the table checkpoint; -1: they cannot be counted. */
static int count_behind(struct db *db, const char *text, int64_t *n, struct err *err)
{
    struct position *saved = NULL, *now = NULL;
    int rc = position_parse(text, &saved, err);

    if (rc == 0)
        rc = position_now(db, &now, err);
    if (rc == 0)
        *n = position_missing(saved, now);
    position_free(saved);
    position_free(now);
    return rc;
}

static int query(const struct config *config, const char *name, struct lag *lag, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(config->instance), DB_P_TEXT(name), DB_P_TEXT(name),
                                      DB_P_TEXT(name)};
    struct db *db = NULL;
    int rc = cli_open(config, &db, err);

    if (rc == 0)
        rc = db_run(db, SQL_LAG, params, 4, &lag->mappings, err);
    if (rc == 0)
        rc = db_run(db, SQL_CHECKPOINT, params, 1, &lag->checkpoint, err);
    if (rc == 0)
        rc = running_look(db, config, &lag->running, err);
    if (rc == 0 && lag->checkpoint.n_rows > 0)
        rc = count_behind(db, db_rows_text(&lag->checkpoint, 0, 0), &lag->behind, err);
    db_close(db);
    return rc;
}

static void put_ms(struct buf *out, const struct db_rows *rows, size_t r, size_t at)
{
    if (db_rows_at(rows, r, at).state == VALUE_TEXT)
        progress_ms(out, db_rows_int(rows, r, at));
    else
        buf_puts(out, "-");
}

static void print_instance(const struct config *config, const struct lag *lag)
{
    CLEANUP_BUF struct buf age = BUF_INIT;

    printf("instance %s: the replicator %s", config->instance,
           lag->running.is_running ? "runs" : "does not run");
    if (lag->checkpoint.n_rows > 0) {
        progress_time(&age, db_rows_int(&lag->checkpoint, 0, 1));
        printf("; checkpoint %s ago", buf_text(&age));
    }
    if (lag->behind >= 0)
        printf(", %" PRId64 " transactions before the end of the binlog", lag->behind);
    fputs("\n\n", stdout);
}

static void print_text(const struct config *config, const struct lag *lag)
{
    static const char *const headers[N_SHOWN] = {
        "MAPPING", "STATE", "WAITS FOR", "ROWS", "LAST CHANGE TOOK", "LAST EDIT TOOK", "COMPARED"};
    const struct db_rows *rows = &lag->mappings;
    CLEANUP_FREE struct buf *cells = calloc(rows->n_rows * N_SHOWN + 1, sizeof(*cells));

    if (cells == NULL)
        log_die("cli: out of memory");
    for (size_t r = 0; r < rows->n_rows; r++) {
        struct buf *row = &cells[r * N_SHOWN];

        buf_puts(&row[AT_NAME], db_rows_text(rows, r, AT_NAME));
        buf_puts(&row[AT_STATE], db_rows_text(rows, r, AT_STATE));
        put_ms(&row[AT_WAIT_MS], rows, r, AT_WAIT_MS);
        buf_puts(&row[AT_ROWS], db_rows_text(rows, r, AT_ROWS));
        put_ms(&row[AT_LAST_MS], rows, r, AT_LAST_MS);
        put_ms(&row[AT_EDIT_MS], rows, r, AT_EDIT_MS);
        if (db_rows_at(rows, r, AT_COMPARED_S).state == VALUE_TEXT) {
            progress_time(&row[AT_COMPARED_S], db_rows_int(rows, r, AT_COMPARED_S));
            buf_puts(&row[AT_COMPARED_S], " ago");
        } else {
            buf_puts(&row[AT_COMPARED_S], "-");
        }
    }
    print_instance(config, lag);
    cli_print_table(headers, N_SHOWN, cells, rows->n_rows);
    for (size_t i = 0; i < rows->n_rows * N_SHOWN; i++)
        buf_close(&cells[i]);
}

static void print_json(const struct config *config, const struct lag *lag)
{
    static const struct json_member members[] = {
        {"mapping", AT_NAME, JSON_TEXT},
        {"state", AT_STATE, JSON_TEXT},
        {"waits_ms", AT_WAIT_MS, JSON_NUMBER},
        {"waiting_rows", AT_ROWS, JSON_NUMBER},
        {"last_change_ms", AT_LAST_MS, JSON_NUMBER},
        {"last_edit_ms", AT_EDIT_MS, JSON_NUMBER},
        {"compared_s", AT_COMPARED_S, JSON_NUMBER},
    };
    CLEANUP_BUF struct buf out = BUF_INIT;

    buf_puts(&out, "{");
    json_put_text(&out, "instance", config->instance);
    buf_printf(&out, ", \"replicator_runs\": %s, \"checkpoint_s\": ",
               lag->running.is_running ? "true" : "false");
    buf_puts(&out, lag->checkpoint.n_rows > 0 ? db_rows_text(&lag->checkpoint, 0, 1) : "null");
    if (lag->behind >= 0)
        buf_printf(&out, ", \"behind_transactions\": %" PRId64, lag->behind);
    buf_puts(&out, ", \"mappings\": [");
    for (size_t r = 0; r < lag->mappings.n_rows; r++) {
        buf_puts(&out, r == 0 ? "{" : ", {");
        json_put_members(&out, members, sizeof(members) / sizeof(members[0]), &lag->mappings, r);
        buf_putc(&out, '}');
    }
    buf_puts(&out, "]}\n");
    cli_print(&out);
}

static int show(const struct cli_args *args, const struct config *config)
{
    const char *name = args->n_words == 1 ? args->words[0] : NULL;
    struct lag lag = {.mappings = DB_ROWS_INIT, .checkpoint = DB_ROWS_INIT, .behind = -1};
    struct err err = ERR_INIT;
    int result = CLI_OK;

    if (cli_want_mapping(config, "lag", name) != CLI_OK)
        return CLI_USAGE;
    if (query(config, name == NULL ? "" : name, &lag, &err) != 0)
        result = cli_fail(&err);
    else if (cli_has(args, CLI_JSON))
        print_json(config, &lag);
    else
        print_text(config, &lag);
    if (result == CLI_OK && !lag.running.is_running)
        result = CLI_FAILED;
    db_rows_close(&lag.mappings);
    db_rows_close(&lag.checkpoint);
    return result;
}

static int run(const struct cli_args *args)
{
    struct config config;
    int result = cli_load(args, &config);

    if (result == CLI_OK)
        result = show(args, &config);
    config_free(&config);
    return result;
}

const struct cli_command cli_lag = {
    .name = "lag",
    .usage = "[MAPPING] [--json]",
    .summary = "Show how far each direction is behind, now.",
    .help =
        "\nMySQL to the sheet: how long the oldest change that the sheet has not got has been "
        "waiting\n"
        "since its commit (-: none, or less than a second), the rows that wait, and how long the "
        "last\n"
        "change took. What the replicator has not read yet is in the line above the table.\n"
        "The sheet to MySQL: how long the last edit took from the keystroke to the webhook, and "
        "when\n"
        "the tab was last compared: what no trigger told is not older than that.\n"
        "\nexamples:\n"
        "  tabrelay lag\n"
        "  tabrelay lag products --json\n",
    .failure = "the replicator does not run",
    .flags = CLI_JSON,
    .max_words = 1,
    .run = run,
};
