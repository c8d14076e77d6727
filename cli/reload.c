/* SPDX-License-Identifier: Apache-2.0 */
/* reload: have the daemons read their configuration anew, and say what each of them makes of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/json_rows.h"
#include "cli/progress.h"
#include "cli/who.h"
#include "common/clock.h"

/* WAIT_S: the replicator ends what it does first, and that may be a request to Google. */
enum { WAIT_S = 30, WAIT_MAX_S = 3600, POLL_MS = 200 };

enum { AT_PROGRAM, AT_NAME, AT_VERSION, AT_HASH, AT_LOADED, AT_SERIAL, AT_ERROR };

/* Processes that run. */
#define SQL_PROCESSES                                                                     \
    "SELECT program, name, version, config_hash, loaded_at, reload_serial, reload_error " \
    "FROM process WHERE instance = ? AND IS_USED_LOCK(lock_name) IS NOT NULL "            \
    "ORDER BY program, name"

struct reloading {
    const struct config *config;
    struct db *db;
    uint64_t serial; /* what was asked for */
    struct db_rows processes;
};

static int ask(struct reloading *r, struct err *err)
{
    CLEANUP_BUF struct buf who = BUF_INIT;
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[2] = {DB_P_TEXT(r->config->instance)};

    who_append(&who);
    params[1] = DB_P_TEXT(buf_text(&who));
    if (db_exec(r->db, "BEGIN", NULL, err) != 0 ||
        db_run(r->db,
               "INSERT INTO reload (instance, serial, asked_by, asked_at) "
               "VALUES (?, 1, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE serial = serial + 1, "
               "asked_by = VALUES(asked_by), asked_at = VALUES(asked_at)",
               params, 2, NULL, err) != 0 ||
        db_run(r->db, "SELECT serial FROM reload WHERE instance = ?", params, 1, &rows, err) != 0)
        return -1;
    r->serial = (uint64_t)db_rows_int(&rows, 0, 0);
    return db_exec(r->db, "COMMIT", NULL, err);
}

static bool has_answered(const struct reloading *r, size_t row)
{
    return (uint64_t)db_rows_int(&r->processes, row, AT_SERIAL) >= r->serial;
}

static bool is_refused(const struct reloading *r, size_t row)
{
    return db_rows_text(&r->processes, row, AT_ERROR)[0] != '\0';
}

static bool have_all_answered(const struct reloading *r)
{
    for (size_t i = 0; i < r->processes.n_rows; i++)
        if (!has_answered(r, i))
            return false;
    return true;
}

/* The processes as they are when all have answered, or when the time is over. */
static int await(struct reloading *r, int64_t wait_s, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(r->config->instance)};
    int64_t until = clock_mono_ms() + wait_s * 1000;

    while (true) {
        db_rows_close(&r->processes);
        if (db_run(r->db, SQL_PROCESSES, params, 1, &r->processes, err) != 0)
            return -1;
        if (have_all_answered(r) || clock_mono_ms() >= until)
            break;
        progress_show("reload:", 0, 0, "waiting for the programs");
        usleep(POLL_MS * 1000);
    }
    progress_clear();
    return 0;
}

static void print_indented(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        printf("  %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void print_text(const struct reloading *r, int64_t wait_s)
{
    for (size_t i = 0; i < r->processes.n_rows; i++) {
        printf("%s %s: ", db_rows_text(&r->processes, i, AT_PROGRAM),
               db_rows_text(&r->processes, i, AT_NAME));
        if (!has_answered(r, i))
            printf("no answer within %" PRId64 " s\n", wait_s);
        else if (!is_refused(r, i))
            puts("the configuration is taken");
        else
            puts("refused, the old configuration stays");
        if (has_answered(r, i) && is_refused(r, i))
            print_indented(db_rows_text(&r->processes, i, AT_ERROR));
        if (i > 0 && strcmp(db_rows_text(&r->processes, i, AT_HASH),
                            db_rows_text(&r->processes, 0, AT_HASH)) != 0)
            printf("  it runs with another file than %s %s\n",
                   db_rows_text(&r->processes, 0, AT_PROGRAM),
                   db_rows_text(&r->processes, 0, AT_NAME));
    }
}

static void print_json(const struct reloading *r)
{
    static const struct json_member members[] = {
        {"program", AT_PROGRAM, JSON_TEXT},  {"name", AT_NAME, JSON_TEXT},
        {"version", AT_VERSION, JSON_TEXT},  {"config_hash", AT_HASH, JSON_TEXT},
        {"loaded_at", AT_LOADED, JSON_TEXT}, {"error", AT_ERROR, JSON_TEXT},
    };
    CLEANUP_BUF struct buf out = BUF_INIT;

    buf_puts(&out, "[");
    for (size_t i = 0; i < r->processes.n_rows; i++) {
        buf_puts(&out, i == 0 ? "{" : ",\n {");
        json_put_members(&out, members, sizeof(members) / sizeof(members[0]), &r->processes, i);
        buf_printf(&out, ", \"answered\": %s}", has_answered(r, i) ? "true" : "false");
    }
    buf_puts(&out, "]\n");
    cli_print(&out);
}

static int result_of(const struct reloading *r)
{
    struct err err = ERR_INIT;

    if (r->processes.n_rows == 0) {
        err_set(&err, ERR_GONE, "no program of the instance %s runs", r->config->instance);
        err_hint(&err, "Start tabrelay-replicator and tabrelay-webhook; they read the "
                       "configuration then. Without the state database's version of today they "
                       "cannot be seen: tabrelay init-db.");
        return cli_fail(&err);
    }
    for (size_t i = 0; i < r->processes.n_rows; i++)
        if (!has_answered(r, i) || is_refused(r, i))
            return CLI_FAILED;
    return CLI_OK;
}

static int reload(struct reloading *r, const struct cli_args *args, long wait_s)
{
    struct err err = ERR_INIT;
    int rc = cli_open(r->config, &r->db, &err);

    if (rc == 0)
        rc = ask(r, &err);
    if (rc == 0)
        rc = await(r, wait_s, &err);
    db_close(r->db);
    if (rc != 0)
        return cli_fail(&err);
    if (cli_has(args, CLI_JSON))
        print_json(r);
    else
        print_text(r, wait_s);
    return result_of(r);
}

static int run(const struct cli_args *args)
{
    struct config config;
    struct reloading r = {.config = &config, .processes = DB_ROWS_INIT};
    long wait_s;
    int result;

    if (!cli_number(args, CLI_WAIT, "reload", 1, WAIT_MAX_S, WAIT_S, &wait_s))
        return CLI_USAGE;
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = reload(&r, args, wait_s);
    db_rows_close(&r.processes);
    config_free(&config);
    return result;
}

const struct cli_command cli_reload = {
    .name = "reload",
    .usage = "[--wait SECONDS] [--json]",
    .summary = "Have the running programs read their configuration anew.",
    .help = "\nEach program reads its own file (--config), wherever it runs. One that is wrong is "
            "refused as\n"
            "a whole, what is wrong is printed, and the program runs on as before. Secrets from "
            "file:PATH\n"
            "are read again; the environment stays what it was. instance, mysql.state_database,\n"
            "webhook.listen, webhook.threads and webhook.max_body need a restart. SIGHUP does the "
            "same.\n"
            "\n  --wait SECONDS   how long to wait for the answers (30)\n"
            "\nexamples:\n"
            "  tabrelay check && tabrelay reload\n"
            "  kill -HUP $(pidof tabrelay-replicator)\n",
    .failure = "a program refused it or did not answer",
    .flags = CLI_WAIT | CLI_JSON,
    .run = run,
};
