/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/signal.h"
#include "cli/who.h"
#include "common/cleanup.h"

/* PAUSE_WAIT_S: so long the replicator may take to bring what it has begun to an end. */
enum { PAUSE_WAIT_S = 30, REASON_MAX = 255 };

struct pausing {
    const char *command; /* "pause" or "resume" */
    const char *reason;
    const char *name; /* of a mapping; NULL: all */
    int64_t wait_s;   /* 0: do not wait */
};

static bool is_pause(const struct pausing *p)
{
    return strcmp(p->command, "pause") == 0;
}

/* Who paused it first, and why, stays. */
static int write_pause(struct db *db, const struct pause_wish *wish, const char *mapping,
                       struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_TEXT(wish->who),
                                      DB_P_TEXT(wish->reason)};

    return db_run(db,
                  "INSERT INTO pause (mapping, paused_by, reason, paused_at) "
                  "VALUES (?, ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE "
                  "paused_by = IF(resumed_at IS NULL, paused_by, VALUES(paused_by)), "
                  "reason = IF(resumed_at IS NULL, reason, VALUES(reason)), "
                  "paused_at = IF(resumed_at IS NULL, paused_at, VALUES(paused_at)), "
                  "resumed_at = NULL",
                  params, 3, NULL, err);
}

/* *IS_PAUSED: it was. */
static int write_resume(struct db *db, const char *mapping, bool *is_paused, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(mapping)};

    if (db_run(db, "SELECT 1 FROM pause WHERE mapping = ? FOR UPDATE", params, 1, &rows, err) != 0)
        return -1;
    *is_paused = rows.n_rows > 0;
    return db_run(db,
                  "UPDATE pause SET resumed_at = COALESCE(resumed_at, UTC_TIMESTAMP(3)) "
                  "WHERE mapping = ?",
                  params, 1, NULL, err);
}

static int write_wish(struct db *db, const struct pause_wish *wish, const char *mapping,
                      int64_t *id, struct err *err)
{
    bool is_paused = true;
    int rc = strcmp(wish->kind, "pause") == 0 ? write_pause(db, wish, mapping, err)
                                              : write_resume(db, mapping, &is_paused, err);

    if (rc != 0 || !is_paused)
        return rc;
    return signal_insert(db, wish->kind, mapping, wish->reason, id, err);
}

int pause_ask(struct db *db, const struct pause_wish *wish, const char *mapping, int64_t *id,
              struct err *err)
{
    struct err ignored;

    *id = 0;
    if (db_exec(db, "BEGIN", NULL, err) != 0)
        return -1;
    if (write_wish(db, wish, mapping, id, err) == 0)
        return db_exec(db, "COMMIT", NULL, err);
    db_exec(db, "ROLLBACK", NULL, &ignored);
    return -1;
}

/* What holds already, whoever runs. */
static void tell_asked(const struct pausing *p, const char *mapping, int64_t id)
{
    if (id == 0)
        printf("%s: is not paused\n", mapping);
    else if (is_pause(p))
        printf("%s: edits of the sheet are not taken any more\n", mapping);
    else
        printf("%s: resume asked for\n", mapping);
    fflush(stdout);
}

static int pause_all(struct db *db, const struct config *config, const struct pausing *p,
                     size_t *n_open, struct err *err)
{
    CLEANUP_FREE int64_t *ids = calloc(config->n_mappings, sizeof(*ids));
    CLEANUP_BUF struct buf who = BUF_INIT;

    if (ids == NULL)
        return err_nomem(err, p->command);
    who_append(&who);
    const struct pause_wish wish = {p->command, buf_text(&who), p->reason};

    for (size_t i = 0; i < config->n_mappings; i++) {
        const char *mapping = config->mappings[i].name;

        if (p->name != NULL && !config_is_called(&config->mappings[i], p->name))
            continue;
        if (pause_ask(db, &wish, mapping, &ids[i], err) != 0)
            return -1;
        tell_asked(p, mapping, ids[i]);
    }
    for (size_t i = 0; i < config->n_mappings && p->wait_s > 0; i++) {
        const struct signal_wait wait = {.kind = p->command,
                                         .mapping = config->mappings[i].name,
                                         .id = ids[i],
                                         .wait_s = p->wait_s};
        bool is_done = true;

        if (ids[i] != 0 && signal_await(db, config, &wait, &is_done, err) != 0)
            return -1;
        *n_open += !is_done;
    }
    return 0;
}

static int run_loaded(const struct config *config, const struct pausing *p)
{
    struct err err = ERR_INIT;
    struct db *db = NULL;
    size_t n_open = 0;
    int rc;

    if (cli_want_mapping(config, p->command, p->name) != CLI_OK)
        return CLI_USAGE;
    rc = cli_open(config, &db, &err);
    if (rc == 0)
        rc = pause_all(db, config, p, &n_open, &err);
    db_close(db);
    if (rc != 0)
        return cli_fail(&err);
    return n_open == 0 ? CLI_OK : CLI_FAILED;
}

static int run(const struct cli_args *args, struct pausing *p, long wait_s)
{
    struct config config;
    int result;

    if (cli_has(args, CLI_ALL) == (args->n_words == 1))
        return cli_usage(p->command, "expected the name of a mapping, or --all");
    if (!cli_number(args, CLI_WAIT, p->command, 0, SIGNAL_WAIT_MAX_S, wait_s, &wait_s))
        return CLI_USAGE;
    p->wait_s = wait_s;
    p->name = args->n_words == 1 ? args->words[0] : NULL;
    p->reason = cli_has(args, CLI_REASON) ? cli_value(args, CLI_REASON) : "";
    if (strlen(p->reason) > REASON_MAX)
        return cli_usage(p->command, "--reason: at most %d bytes", REASON_MAX);
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = run_loaded(&config, p);
    config_free(&config);
    return result;
}

static int run_pause(const struct cli_args *args)
{
    return run(args, &(struct pausing){.command = "pause"}, PAUSE_WAIT_S);
}

static int run_resume(const struct cli_args *args)
{
    return run(args, &(struct pausing){.command = "resume"}, 0);
}

const struct cli_command cli_pause = {
    .name = "pause",
    .usage = "MAPPING | --all   [--reason TEXT] [--wait SECONDS]",
    .summary = "Let nothing flow in a mapping, in neither direction, until it is resumed.",
    .help =
        "\nFor loading data, or rebuilding a sheet. It holds across restarts. Both sides may be "
        "changed\n"
        "meanwhile, and nothing of it is lost: resuming compares them. The other mappings flow "
        "on.\n"
        "Waits until the replicator has stopped writing the tab (--wait, 30 s; 0: does not "
        "wait);\n"
        "the exit status is 1 when it has not.\n"
        "\nexamples:\n"
        "  tabrelay pause products --reason 'new price list'\n"
        "  tabrelay pause --all\n",
    .flags = CLI_ALL | CLI_REASON | CLI_WAIT,
    .max_words = 1,
    .run = run_pause,
};

const struct cli_command cli_resume = {
    .name = "resume",
    .usage = "MAPPING | --all   [--wait SECONDS]",
    .summary = "Let a paused mapping flow again.",
    .help = "\nThe tab is compared first: what was changed in the sheet meanwhile goes to MySQL as "
            "edits,\n"
            "with conflicts where MySQL changed the same cells. Then what MySQL changed is written "
            "to the\n"
            "sheet. With --wait it says when that is done; the exit status is 1 when it was not in "
            "time.\n"
            "\nexamples:\n"
            "  tabrelay resume products\n"
            "  tabrelay resume --all --wait 600\n",
    .flags = CLI_ALL | CLI_WAIT,
    .max_words = 1,
    .run = run_resume,
};
