/* SPDX-License-Identifier: Apache-2.0 */
/* What runs already: the replicator by its lease, the script by the edits that it sent; and clocks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"
#include "cli/running.h"
#include "common/clock.h"

/* Edits are told from our own writes by times up to 5 s apart; Google and the webhook refuse what
 * is off by more than some minutes. */
enum { CLOCK_WARN_MS = 5000, CLOCK_FAIL_MS = 60000 };

void check_clock(struct findings *f, struct db *db)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;
    int64_t off_ms;

    if (db_exec(db, "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)", &rows, &err) != 0) {
        findings_add_err(f, "clock.mysql", "clock", &err);
        return;
    }
    off_ms = llabs(db_rows_int(&rows, 0, 0) - clock_wall_ms());
    if (off_ms < CLOCK_WARN_MS)
        findings_add(f, FINDING_OK, "clock.mysql", "clock", NULL,
                     "MySQL's and this machine's agree within %d s", CLOCK_WARN_MS / 1000);
    else
        findings_add(f, off_ms < CLOCK_FAIL_MS ? FINDING_WARN : FINDING_FAIL, "clock.mysql",
                     "clock",
                     "Let both machines take their time from NTP (chrony, systemd-timesyncd).",
                     "MySQL's and this machine's are %" PRId64 " s apart: which of two changes was "
                     "later is told wrongly, and signatures are refused",
                     off_ms / 1000);
}

static void check_lease(struct findings *f, const struct config *config, struct db *db)
{
    struct running running;
    struct err err = ERR_INIT;

    if (running_look(db, config, &running, &err) != 0)
        findings_add_err(f, "replicator.running", "replicator", &err);
    else if (running.is_running)
        findings_add(f, FINDING_OK, "replicator.running", "replicator", NULL,
                     "instance %s is run by %s since %s", config->instance, running.holder.name,
                     running.holder.since);
    else
        findings_add(f, FINDING_WARN, "replicator.running", "replicator",
                     "Start it: tabrelay-replicator --config FILE",
                     "instance %s is run by no replicator now", config->instance);
}

static bool needs_script(const struct config *config)
{
    for (size_t i = 0; i < config_n_written(config); i++)
        if (config_written(config, i)->sheet_changes == CONFIG_APPS_SCRIPT &&
            config_written(config, i)->direction != CONFIG_TO_SHEET)
            return true;
    return false;
}

static void check_script(struct findings *f, const struct config *config, struct db *db)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_ROWS struct db_rows pruned = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    if (!needs_script(config))
        findings_add(f, FINDING_SKIP, "script.seen", "script", NULL, "no mapping needs it");
    else if (db_exec(db,
                     "SELECT received_at FROM edit_log WHERE source = 'script' "
                     "ORDER BY received_at DESC LIMIT 1",
                     &rows, &err) != 0)
        findings_add_err(f, "script.seen", "script", &err);
    else if (rows.n_rows > 0)
        findings_add(f, FINDING_OK, "script.seen", "script", NULL, "its last edit came at %s UTC",
                     db_rows_text(&rows, 0, 0));
    else if (db_exec(db, "SELECT MAX(newest) FROM pruned WHERE table_name = 'edit_log'", &pruned,
                     &err) != 0)
        findings_add_err(f, "script.seen", "script", &err);
    else if (db_rows_at(&pruned, 0, 0).state == VALUE_TEXT)
        findings_add(f, FINDING_OK, "script.seen", "script", NULL,
                     "no edit has come from it since %.19s UTC; older ones were pruned",
                     db_rows_text(&pruned, 0, 0));
    else
        findings_add(f, FINDING_WARN, "script.seen", "script",
                     "Install it (tabrelay script says how), then edit a cell of a mapped tab.",
                     "no edit has come from the spreadsheet's script yet");
}

/* Rows that should have gone a day ago, and that nothing holds. */
#define SQL_OLD_EDITS                                                                       \
    "SELECT received_at FROM edit_log e WHERE received_at < UTC_TIMESTAMP(3) - INTERVAL ? " \
    "MICROSECOND AND id < (SELECT MAX(id) FROM edit_log) AND NOT EXISTS (SELECT 1 FROM "    \
    "conflicts c WHERE c.edit_id = e.edit_id AND c.state <> 'resolved') AND NOT EXISTS "    \
    "(SELECT 1 FROM mapping_state o WHERE o.mapping = e.mapping AND o.instance <> ?) LIMIT 1"

static void check_pruning(struct findings *f, const struct config *config, struct db *db)
{
    static const int64_t day_us = 24 * 3600 * (int64_t)1000000;
    const struct db_param params[] = {DB_P_INT(config->keep.edits_ms * 1000 + day_us),
                                      DB_P_TEXT(config->instance)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    if (config->keep.edits_ms == CONFIG_FOREVER)
        findings_add(f, FINDING_SKIP, "state.pruned", "state database", NULL,
                     "the edit log is kept forever (keep.edits)");
    else if (db_run(db, SQL_OLD_EDITS, params, 2, &rows, &err) != 0)
        findings_add_err(f, "state.pruned", "state database", &err);
    else if (rows.n_rows > 0)
        findings_add(f, FINDING_WARN, "state.pruned", "state database",
                     "See the replicator's log for \"prune\"; run what `tabrelay grants` prints.",
                     "the edit log has entries from %.19s UTC, older than keep.edits says",
                     db_rows_text(&rows, 0, 0));
    else
        findings_add(f, FINDING_OK, "state.pruned", "state database", NULL,
                     "the edit log has nothing older than keep.edits says");
}

/* Names of ours that are another instance's (replicator/sync/state_mapping.c). */
static void check_names(struct findings *f, const struct config *config, struct db *db)
{
    const struct db_param params[] = {DB_P_TEXT(config->instance)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct err err = ERR_INIT;

    if (db_run(db,
               "SELECT mapping, instance FROM mapping_state JOIN lease USING (instance) "
               "WHERE instance <> ? AND expires_at > UTC_TIMESTAMP(3)",
               params, 1, &rows, &err) != 0) {
        findings_add_err(f, "mapping.instance", "state database", &err);
        return;
    }
    for (size_t r = 0; r < rows.n_rows; r++) {
        const char *name = db_rows_text(&rows, r, 0);
        char what[80];

        snprintf(what, sizeof(what), "mapping %s", name);
        if (config_find_mapping(config, name) != NULL)
            findings_add(f, FINDING_FAIL, "mapping.instance", what,
                         "Give one of the two another name (the mapping's key name); or stop the "
                         "other instance.",
                         "the instance %s runs and has a mapping of this name in this state "
                         "database",
                         db_rows_text(&rows, r, 1));
    }
}

void check_running(struct findings *f, const struct config *config, struct db *db)
{
    check_lease(f, config, db);
    check_script(f, config, db);
    check_pruning(f, config, db);
    check_names(f, config, db);
}
