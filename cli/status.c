/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/status.h"
#include "cli/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json_rows.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "common/mysql/members.h"

enum { BAR_WIDTH = 24 };
#define EVERY_S 2.0 /* --watch */
#define EVERY_MIN_S 0.2
#define EVERY_MAX_S 3600.0
enum { CELLS_MAX = 10000000 }; /* of a spreadsheet, as Google counts: blank ones, too */

enum {
    AT_NAME,
    AT_STATE,
    AT_SNAPSHOT,
    AT_SNAPSHOT_ROWS,
    AT_SNAPSHOT_TOTAL,
    AT_SNAPSHOT_PERCENT,
    AT_SNAPSHOT_LEFT,
    AT_SNAPSHOT_WAIT,
    AT_ROWS,
    AT_LAG,
    AT_LAST_CHANGE,
    AT_LAST_CHANGE_AGE,
    AT_HELD,
    AT_RECONCILED,
    AT_ERROR,
    AT_ERROR_AT,
    AT_CELLS,
    AT_PAUSED_AT,
    AT_PAUSED_BY,
    AT_PAUSE_REASON,
    AT_RESUMED_AT,
    AT_CONFLICTS,
    N_FIELDS
};

/* The total is an estimate: the share of what is under way stays below 100. */
#define SQL_MAPPINGS                                                                         \
    "SELECT mapping, state, snapshot, snapshot_rows, snapshot_total, "                       \
    "LEAST(99, FLOOR(snapshot_rows * 100 / NULLIF(snapshot_total, 0))), snapshot_left_s, "   \
    "snapshot_wait, sheet_rows, lag_ms, last_change_at, "                                    \
    "TIMESTAMPDIFF(SECOND, last_change_at, UTC_TIMESTAMP(3)), held_deletes, reconciled_at, " \
    "last_error, last_error_at, spreadsheet_cells, paused_at, paused_by, reason, "           \
    "resumed_at, (SELECT COUNT(*) FROM conflicts WHERE conflicts.mapping = "                 \
    "mapping_state.mapping AND conflicts.state = 'open') "                                   \
    "FROM mapping_state LEFT JOIN pause USING (mapping) WHERE instance = ? ORDER BY mapping"

#define SQL_CHECKPOINT                                                              \
    "SELECT position, saved_at, TIMESTAMPDIFF(SECOND, saved_at, UTC_TIMESTAMP(3)) " \
    "FROM checkpoint WHERE instance = ?"

#define SQL_PRUNED                                            \
    "SELECT MAX(IF(table_name = 'edit_log', newest, NULL)), " \
    "MAX(IF(table_name = 'conflicts', newest, NULL)) FROM pruned WHERE instance = ?"

/* How many tabs each family has, and why values get none. */
#define SQL_FAMILIES                                                                       \
    "SELECT family, (SELECT COUNT(*) FROM member WHERE member.family = family.family AND " \
    "column_name = ?), problem, problem_at FROM family WHERE family = ?"

enum { AT_FAMILY, AT_TABS, AT_PROBLEM, AT_PROBLEM_AT };

static int query_families(struct db *db, const struct config *config, struct status *out,
                          struct err *err)
{
    out->families = calloc(config->n_families + 1, sizeof(*out->families));
    if (out->families == NULL)
        return err_nomem(err, "status");
    out->n_families = config->n_families;
    for (size_t i = 0; i < config->n_families; i++) {
        const struct db_param params[] = {DB_P_TEXT(config->families[i].tabs_by),
                                          DB_P_TEXT(config->families[i].name)};

        if (db_run(db, SQL_FAMILIES, params, 2, &out->families[i], err) != 0)
            return -1;
    }
    return 0;
}

int status_query(struct db *db, const struct config *config, struct status *out, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(config->instance)};

    if (db_run(db, SQL_MAPPINGS, params, 1, &out->mappings, err) != 0)
        return -1;
    if (db_run(db, SQL_CHECKPOINT, params, 1, &out->checkpoint, err) != 0)
        return -1;
    if (db_run(db, SQL_PRUNED, params, 1, &out->pruned, err) != 0 ||
        query_families(db, config, out, err) != 0)
        return -1;
    return running_look(db, config, &out->running, err);
}

void status_close(struct status *status)
{
    db_rows_close(&status->mappings);
    db_rows_close(&status->checkpoint);
    db_rows_close(&status->pruned);
    for (size_t i = 0; i < status->n_families; i++)
        db_rows_close(&status->families[i]);
    free(status->families);
    status->families = NULL;
    status->n_families = 0;
}

static int query(const struct config *config, struct status *out, struct err *err)
{
    struct db *db = NULL;
    int result = cli_open(config, &db, err);

    if (result == 0)
        result = status_query(db, config, out, err);
    db_close(db);
    return result;
}

static bool is_null(const struct db_rows *rows, size_t r, size_t c)
{
    return db_rows_at(rows, r, c).state != VALUE_TEXT;
}

/* The row of that mapping, or -1: the replicator has not seen it yet. */
static int find_row(const struct db_rows *rows, const char *mapping)
{
    for (size_t r = 0; r < rows->n_rows; r++)
        if (strcmp(db_rows_text(rows, r, AT_NAME), mapping) == 0)
            return (int)r;
    return -1;
}

static void append_age(struct buf *out, int64_t seconds)
{
    progress_time(out, seconds);
    buf_puts(out, " ago");
}

/* "12 %" of the cells that a spreadsheet may have. */
static void append_share(struct buf *out, int64_t cells)
{
    buf_printf(out, "%" PRId64 " %%", cells / (CELLS_MAX / 100));
}

static void append_left(struct buf *out, int64_t seconds)
{
    buf_puts(out, ", ");
    progress_time(out, seconds);
    buf_puts(out, " left");
}

static void append_progress(struct buf *out, const struct db_rows *rows, size_t row)
{
    buf_printf(out, " (%s", db_rows_text(rows, row, AT_SNAPSHOT_ROWS));
    if (!is_null(rows, row, AT_SNAPSHOT_TOTAL))
        buf_printf(out, " of about %s rows, %s %%", db_rows_text(rows, row, AT_SNAPSHOT_TOTAL),
                   db_rows_text(rows, row, AT_SNAPSHOT_PERCENT));
    else
        buf_puts(out, " rows");
    if (!is_null(rows, row, AT_SNAPSHOT_LEFT))
        append_left(out, db_rows_int(rows, row, AT_SNAPSHOT_LEFT));
    buf_putc(out, ')');
}

enum { N_SHOWN = 9 };

/* The cells of one line of the table. */
static void show_row(const struct db_rows *rows, int r, const char *mapping, struct buf *cells)
{
    size_t row = (size_t)r;

    buf_puts(&cells[0], mapping);
    if (r < 0) {
        buf_puts(&cells[1], "not started");
        for (size_t i = 2; i < N_SHOWN; i++)
            buf_puts(&cells[i], "-");
        return;
    }
    buf_puts(&cells[1], db_rows_text(rows, row, AT_STATE));
    buf_puts(&cells[2], db_rows_text(rows, row, AT_SNAPSHOT));
    if (strcmp(db_rows_text(rows, row, AT_SNAPSHOT), "running") == 0)
        append_progress(&cells[2], rows, row);
    buf_puts(&cells[3], db_rows_text(rows, row, AT_ROWS));
    if (is_null(rows, row, AT_LAG))
        buf_puts(&cells[4], "-");
    else
        progress_ms(&cells[4], db_rows_int(rows, row, AT_LAG));
    if (is_null(rows, row, AT_LAST_CHANGE))
        buf_puts(&cells[5], "-");
    else
        append_age(&cells[5], db_rows_int(rows, row, AT_LAST_CHANGE_AGE));
    buf_puts(&cells[6], db_rows_text(rows, row, AT_HELD));
    buf_puts(&cells[7], db_rows_text(rows, row, AT_CONFLICTS));
    if (is_null(rows, row, AT_CELLS))
        buf_puts(&cells[8], "-");
    else
        append_share(&cells[8], db_rows_int(rows, row, AT_CELLS));
}

static void print_pause(const struct db_rows *rows, size_t r)
{
    const char *name = db_rows_text(rows, r, AT_NAME);
    const char *reason = db_rows_text(rows, r, AT_PAUSE_REASON);
    CLEANUP_BUF struct buf shown = BUF_INIT;

    show_text(&shown, reason, strlen(reason), SHOW_LONG);
    if (is_null(rows, r, AT_PAUSED_AT))
        return;
    if (!is_null(rows, r, AT_RESUMED_AT)) {
        printf("\n%s: resuming since %s UTC\n", name, db_rows_text(rows, r, AT_RESUMED_AT));
        return;
    }
    printf("\n%s: paused since %s UTC by %s%s%s\n  -> tabrelay resume %s\n", name,
           db_rows_text(rows, r, AT_PAUSED_AT), db_rows_text(rows, r, AT_PAUSED_BY),
           shown.len > 0 ? ": " : "", buf_text(&shown), name);
}

static void print_errors(const struct db_rows *rows)
{
    for (size_t r = 0; r < rows->n_rows; r++) {
        print_pause(rows, r);
        if (db_rows_text(rows, r, AT_ERROR)[0] != '\0')
            printf("\n%s: last error, %s UTC: %s\n", db_rows_text(rows, r, AT_NAME),
                   db_rows_text(rows, r, AT_ERROR_AT), db_rows_text(rows, r, AT_ERROR));
        if (db_rows_text(rows, r, AT_SNAPSHOT_WAIT)[0] != '\0')
            printf("\n%s: the snapshot waits: %s\n", db_rows_text(rows, r, AT_NAME),
                   db_rows_text(rows, r, AT_SNAPSHOT_WAIT));
        if (db_rows_int(rows, r, AT_HELD) > 0)
            printf("\n%s: %s deletes wait for approval\n  -> tabrelay deletes approve %s\n",
                   db_rows_text(rows, r, AT_NAME), db_rows_text(rows, r, AT_HELD),
                   db_rows_text(rows, r, AT_NAME));
        if (db_rows_int(rows, r, AT_CONFLICTS) > 0)
            printf("\n%s: %s conflicts wait for a decision\n  -> tabrelay conflicts %s\n",
                   db_rows_text(rows, r, AT_NAME), db_rows_text(rows, r, AT_CONFLICTS),
                   db_rows_text(rows, r, AT_NAME));
    }
}

static void print_families(const struct config *config, const struct status *status)
{
    for (size_t i = 0; i < status->n_families; i++) {
        const struct config_mapping *m = &config->families[i];
        const struct db_rows *rows = &status->families[i];

        printf("\n%s: %" PRId64 " tabs by %s, of at most %u\n", m->name,
               db_rows_int(rows, 0, AT_TABS), m->tabs_by, m->tabs_limit);
        if (db_rows_text(rows, 0, AT_PROBLEM)[0] != '\0')
            printf("%s: values get no tab since %.19s UTC: %s\n", m->name,
                   db_rows_text(rows, 0, AT_PROBLEM_AT), db_rows_text(rows, 0, AT_PROBLEM));
    }
}

static void print_running(const struct config *config, const struct running *running)
{
    if (running->is_running)
        printf("instance %s: run by %s since %s\n", config->instance, running->holder.name,
               running->holder.since);
    else
        printf("instance %s: run by no replicator now\n", config->instance);
}

static void print_checkpoint(const struct config *config, const struct db_rows *rows)
{
    CLEANUP_BUF struct buf age = BUF_INIT;

    if (rows->n_rows == 0) {
        printf("instance %s: no checkpoint yet; has the replicator been started?\n\n",
               config->instance);
        return;
    }
    append_age(&age, db_rows_int(rows, 0, 2));
    printf("instance %s: checkpoint %s, %.200s\n\n", config->instance, buf_text(&age),
           db_rows_text(rows, 0, 0));
}

static void print_pruned(const struct db_rows *rows)
{
    static const char *const names[] = {"edits", "conflicts"};

    for (size_t c = 0; c < 2; c++)
        if (!is_null(rows, 0, c))
            printf("\npruned: %s from before %.19s UTC (keep.%s)\n", names[c],
                   db_rows_text(rows, 0, c), names[c]);
}

/* Of a snapshot under way a bar, for people who watch. */
static void print_bars(const struct db_rows *rows)
{
    for (size_t r = 0; r < rows->n_rows; r++) {
        CLEANUP_BUF struct buf line = BUF_INIT;

        if (strcmp(db_rows_text(rows, r, AT_SNAPSHOT), "running") != 0 ||
            is_null(rows, r, AT_SNAPSHOT_TOTAL))
            continue;
        buf_printf(&line, "\n%s: snapshot ", db_rows_text(rows, r, AT_NAME));
        progress_bar(&line, db_rows_int(rows, r, AT_SNAPSHOT_ROWS),
                     db_rows_int(rows, r, AT_SNAPSHOT_TOTAL), BAR_WIDTH);
        buf_printf(&line, " %s %%", db_rows_text(rows, r, AT_SNAPSHOT_PERCENT));
        if (!is_null(rows, r, AT_SNAPSHOT_LEFT))
            append_left(&line, db_rows_int(rows, r, AT_SNAPSHOT_LEFT));
        buf_putc(&line, '\n');
        cli_print(&line);
    }
}

static void print_text(const struct config *config, const struct status *status)
{
    static const char *const headers[N_SHOWN] = {"MAPPING",      "STATE",     "SNAPSHOT",
                                                 "ROWS",         "LAG",       "LAST CHANGE",
                                                 "HELD DELETES", "CONFLICTS", "FULL"};
    CLEANUP_FREE struct buf *cells = calloc(config->n_mappings * N_SHOWN, sizeof(*cells));

    if (cells == NULL)
        log_die("cli: out of memory");
    for (size_t i = 0; i < config->n_mappings; i++)
        show_row(&status->mappings, find_row(&status->mappings, config->mappings[i].name),
                 config->mappings[i].name, &cells[i * N_SHOWN]);
    print_running(config, &status->running);
    print_checkpoint(config, &status->checkpoint);
    cli_print_table(headers, N_SHOWN, cells, config->n_mappings);
    print_families(config, status);
    print_errors(&status->mappings);
    print_pruned(&status->pruned);
    for (size_t i = 0; i < config->n_mappings * N_SHOWN; i++)
        buf_close(&cells[i]);
}

static void append_mapping(struct buf *out, const struct db_rows *rows, int r, const char *mapping)
{
    static const struct json_member members[] = {
        {"state", AT_STATE, JSON_TEXT},
        {"snapshot", AT_SNAPSHOT, JSON_TEXT},
        {"snapshot_rows", AT_SNAPSHOT_ROWS, JSON_NUMBER},
        {"snapshot_total", AT_SNAPSHOT_TOTAL, JSON_NUMBER},
        {"snapshot_percent", AT_SNAPSHOT_PERCENT, JSON_NUMBER},
        {"snapshot_left_s", AT_SNAPSHOT_LEFT, JSON_NUMBER},
        {"snapshot_wait", AT_SNAPSHOT_WAIT, JSON_TEXT},
        {"sheet_rows", AT_ROWS, JSON_NUMBER},
        {"lag_ms", AT_LAG, JSON_NUMBER},
        {"last_change_at", AT_LAST_CHANGE, JSON_TEXT},
        {"held_deletes", AT_HELD, JSON_NUMBER},
        {"open_conflicts", AT_CONFLICTS, JSON_NUMBER},
        {"reconciled_at", AT_RECONCILED, JSON_TEXT},
        {"spreadsheet_cells", AT_CELLS, JSON_NUMBER},
        {"last_error", AT_ERROR, JSON_TEXT},
        {"last_error_at", AT_ERROR_AT, JSON_TEXT},
        {"paused_at", AT_PAUSED_AT, JSON_TEXT},
        {"paused_by", AT_PAUSED_BY, JSON_TEXT},
        {"pause_reason", AT_PAUSE_REASON, JSON_TEXT},
        {"resumed_at", AT_RESUMED_AT, JSON_TEXT},
    };

    buf_puts(out, "{\"mapping\": ");
    buf_json(out, mapping, strlen(mapping));
    buf_puts(out, r < 0 ? ", \"state\": \"not started\"" : ", ");
    if (r >= 0)
        json_put_members(out, members, sizeof(members) / sizeof(members[0]), rows, (size_t)r);
    buf_puts(out, "}");
}

static void put_families(struct buf *out, const struct config *config, const struct status *status)
{
    static const struct json_member members[] = {{"tabs", AT_TABS, JSON_NUMBER},
                                                 {"problem", AT_PROBLEM, JSON_TEXT},
                                                 {"problem_at", AT_PROBLEM_AT, JSON_TEXT}};

    if (status->n_families > 0)
        buf_puts(out, ", \"families\": [");
    for (size_t i = 0; i < status->n_families; i++) {
        buf_puts(out, i == 0 ? "{" : ", {");
        json_put_text(out, "family", config->families[i].name);
        buf_puts(out, ", ");
        json_put_text(out, "tabs_by", config->families[i].tabs_by);
        buf_printf(out, ", \"tabs_limit\": %u", config->families[i].tabs_limit);
        if (status->families[i].n_rows > 0) {
            buf_puts(out, ", ");
            json_put_members(out, members, 3, &status->families[i], 0);
        }
        buf_puts(out, "}");
    }
    if (status->n_families > 0)
        buf_putc(out, ']');
}

void status_put_json(struct buf *out, const struct config *config, const struct status *status)
{
    static const struct json_member checkpoint[] = {{"position", 0, JSON_TEXT},
                                                    {"saved_at", 1, JSON_TEXT}};
    static const struct json_member pruned[] = {{"edits_pruned_until", 0, JSON_TEXT},
                                                {"conflicts_pruned_until", 1, JSON_TEXT}};

    buf_puts(out, "{\"instance\": ");
    buf_json(out, config->instance, strlen(config->instance));
    buf_printf(out, ", \"is_running\": %s", status->running.is_running ? "true" : "false");
    if (status->running.is_running) {
        buf_puts(out, ", ");
        json_put_text(out, "holder", status->running.holder.name);
        buf_puts(out, ", ");
        json_put_text(out, "holder_since", status->running.holder.since);
    }
    if (status->checkpoint.n_rows > 0) {
        buf_puts(out, ", ");
        json_put_members(out, checkpoint, 2, &status->checkpoint, 0);
    }
    buf_puts(out, ", ");
    json_put_members(out, pruned, 2, &status->pruned, 0);
    buf_puts(out, ", \"mappings\": [");
    for (size_t i = 0; i < config->n_mappings; i++) {
        buf_puts(out, i == 0 ? "" : ", ");
        append_mapping(out, &status->mappings,
                       find_row(&status->mappings, config->mappings[i].name),
                       config->mappings[i].name);
    }
    buf_putc(out, ']');
    put_families(out, config, status);
    buf_putc(out, '}');
}

static void print_json(const struct config *config, const struct status *status)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    status_put_json(&out, config, status);
    buf_putc(&out, '\n');
    cli_print(&out);
}

static bool has_trouble(const struct status *status)
{
    const struct db_rows *rows = &status->mappings;

    for (size_t i = 0; i < status->n_families; i++)
        if (db_rows_text(&status->families[i], 0, AT_PROBLEM)[0] != '\0')
            return true;
    for (size_t r = 0; r < rows->n_rows; r++)
        if (strcmp(db_rows_text(rows, r, AT_STATE), "error") == 0)
            return true;
    return false;
}

static int show(const struct cli_args *args, const struct config *config)
{
    struct status status = STATUS_INIT;
    struct err err = ERR_INIT;
    int result = CLI_OK;

    if (query(config, &status, &err) != 0)
        result = cli_fail(&err);
    else if (cli_has(args, CLI_JSON))
        print_json(config, &status);
    else
        print_text(config, &status);
    if (cli_has(args, CLI_WATCH))
        print_bars(&status.mappings);
    if (result == CLI_OK && has_trouble(&status))
        result = CLI_FAILED;
    status_close(&status);
    return result;
}

struct watching {
    const struct cli_args *args;
    const struct config *config;
};

/* With the tabs that there are by now. */
static int show_again(void *ctx)
{
    const struct watching *w = ctx;
    struct config now;
    struct err ignored = ERR_INIT;
    int result;

    if (w->config->whole == NULL || members_expand(w->config->whole, &now, &ignored) != 0)
        return show(w->args, w->config);
    result = show(w->args, &now);
    config_free(&now);
    return result;
}

/* "--watch" or "--watch 5". */
static bool parse_every(const struct cli_args *args, int64_t *every_ms)
{
    char *end = NULL;
    double every_s = EVERY_S;

    if (args->n_words == 1) {
        every_s = strtod(args->words[0], &end);
        if (*end != '\0' || !(every_s >= EVERY_MIN_S && every_s <= EVERY_MAX_S))
            return false;
    }
    *every_ms = (int64_t)(every_s * 1000);
    return true;
}

static int run(const struct cli_args *args)
{
    struct config config;
    struct watching watching = {.args = args, .config = &config};
    int64_t every_ms;
    int result;

    if (args->n_words == 1 && !cli_has(args, CLI_WATCH))
        return cli_usage("status", "unexpected \"%s\"", args->words[0]);
    if (!parse_every(args, &every_ms))
        return cli_usage("status", "--watch: expected seconds from %g to %g, got \"%s\"",
                         EVERY_MIN_S, EVERY_MAX_S, args->words[0]);
    if (cli_has(args, CLI_WATCH) && cli_has(args, CLI_JSON))
        return cli_usage("status", "--watch is for people: it does not go with --json");
    result = cli_load(args, &config);
    if (result == CLI_OK && cli_has(args, CLI_WATCH))
        result = watch_run("tabrelay status", every_ms, show_again, &watching);
    else if (result == CLI_OK)
        result = show(args, &config);
    config_free(&config);
    return result;
}

const struct cli_command cli_status = {
    .name = "status",
    .usage = "[--json | --watch [SECONDS]]",
    .summary = "Show how each mapping is: state, rows, lag, what waits, what went wrong.",
    .help =
        "\nLag is the time from the commit in MySQL to Google's acknowledgement, of the last "
        "change.\n"
        "Full is how much of Google's limit of 10,000,000 cells the mapping's spreadsheet takes,\n"
        "blank cells of all tabs included.\n"
        "\n"
        "  --watch [SECONDS]  again every two seconds, or so many: on a terminal in place, until "
        "q\n"
        "                     or Ctrl-C, with a bar for each snapshot under way; elsewhere in "
        "blocks\n"
        "\nexamples:\n"
        "  tabrelay status\n"
        "  tabrelay status --watch 5\n"
        "  tabrelay status --json | jq -r '.mappings[] | select(.state == \"error\") | .mapping'\n",
    .failure = "a mapping is in state error or gets no tabs",
    .flags = CLI_JSON | CLI_WATCH,
    .max_words = 1,
    .run = run,
};
