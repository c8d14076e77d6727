/* SPDX-License-Identifier: Apache-2.0 */
/* claim: take a tab over from another tabrelay (replicator/sheets/owner.c). */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/running.h"
#include "replicator/sheets/sheets.h"

/* The tab that the mapping had last, also when it was renamed; else the one with its title. */
static const struct sheet_tab *find_tab(struct db *db, const struct config_mapping *m,
                                        const struct sheet_tabs *tabs)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(m->name), DB_P_TEXT(m->spreadsheet)};
    const struct sheet_tab *titled = NULL;
    struct err err = ERR_INIT;
    bool is_known = db_run(db,
                           "SELECT sheet_id FROM mapping_state "
                           "WHERE mapping = ? AND spreadsheet = ? AND sheet_id IS NOT NULL",
                           params, 2, &rows, &err) == 0 &&
                    rows.n_rows > 0;

    for (size_t i = 0; i < tabs->n_tabs; i++) {
        if (is_known && tabs->tabs[i].sheet_id == db_rows_int(&rows, 0, 0))
            return &tabs->tabs[i];
        if (strcmp(tabs->tabs[i].title, m->tab) == 0)
            titled = &tabs->tabs[i];
    }
    return titled;
}

static int claim_tab(struct sheets *sheets, const struct config_mapping *m, int64_t sheet_id,
                     struct err *err)
{
    struct batch *batch = batch_new();
    struct grid *none = NULL;
    int rc = batch == NULL ? err_nomem(err, "claim") : 0;

    if (rc == 0) {
        sheets_claim(sheets, batch, m->spreadsheet, sheet_id);
        rc = sheets_send(sheets, m->spreadsheet, batch, NULL, 0, &none, err);
    }
    grids_free(none, 0);
    batch_free(batch);
    return rc;
}

static int claim_mapping(struct sheets *sheets, struct db *db, const struct config_mapping *m,
                         struct err *err)
{
    struct sheet_tabs tabs = {0};
    const struct sheet_tab *tab;
    const char *before;
    int rc = sheets_tabs(sheets, m->spreadsheet, &tabs, err);

    if (rc != 0)
        return -1;
    tab = find_tab(db, m, &tabs);
    if (tab == NULL) {
        rc = err_set(err, ERR_GONE, "mapping %s: the spreadsheet has no tab \"%s\"", m->name,
                     m->tab);
    } else if (sheets_ownership(sheets, m->spreadsheet, tab->sheet_id) == SHEETS_OURS) {
        printf("%s: tab \"%s\" is this tabrelay's already\n", m->name, tab->title);
    } else {
        before = sheets_owner_name(sheets, m->spreadsheet, tab->sheet_id);
        printf("%s: tab \"%s\" was written by %s\n", m->name, tab->title,
               before[0] == '\0' ? "nobody" : before);
        rc = claim_tab(sheets, m, tab->sheet_id, err);
        if (rc == 0)
            printf("%s: it is this tabrelay's now; the replicator begins within a minute\n",
                   m->name);
    }
    sheet_tabs_close(&tabs);
    return rc;
}

/* The replicator makes the instance's number with its first lease. */
static int set_owner(struct sheets *sheets, struct db *db, const struct config *config,
                     struct err *err)
{
    struct running running;

    if (running_look(db, config, &running, err) != 0)
        return -1;
    if (running.holder.owner != 0) {
        char name[256];

        snprintf(name, sizeof(name), "%s %s", config->instance, running.holder.name);
        return sheets_owner(sheets, running.holder.owner, name, err);
    }
    err_set(err, ERR_CONFIG, "instance %s was never run", config->instance);
    return err_hint(err, "Start the replicator first: it says which tabs are another tabrelay's.");
}

/* NAME NULL: all mappings. */
static int claim(const struct config *config, const char *name, struct err *err)
{
    struct stop *stop = stop_new(); /* never asked: an interrupt ends this program */
    struct sheets *sheets = NULL;
    struct db *db = NULL;
    int rc = stop == NULL ? err_nomem(err, "claim") : 0;

    if (rc == 0 &&
        (cli_open(config, &db, err) != 0 || sheets_new(&config->google, stop, &sheets, err) != 0 ||
         set_owner(sheets, db, config, err) != 0))
        rc = -1;
    for (size_t i = 0; rc == 0 && i < config->n_mappings; i++)
        if (name == NULL || config_is_called(&config->mappings[i], name))
            rc = claim_mapping(sheets, db, &config->mappings[i], err);
    sheets_free(sheets);
    db_close(db);
    stop_free(stop);
    return rc;
}

static int run(const struct cli_args *args)
{
    bool is_all = cli_has(args, CLI_ALL);
    const char *name = is_all ? NULL : args->words[0];
    struct err err = ERR_INIT;
    struct config config;
    int result;

    if (is_all ? args->n_words != 0 : args->n_words != 1)
        return cli_usage("claim", "expected the name of a mapping, or --all");
    result = cli_load(args, &config);
    if (result == CLI_OK)
        result = cli_want_mapping(&config, "claim", name);
    if (result == CLI_OK && claim(&config, name, &err) != 0)
        result = cli_fail(&err);
    config_free(&config);
    return result;
}

const struct cli_command cli_claim = {
    .name = "claim",
    .usage = "MAPPING | --all",
    .summary = "Take a mapping's tab over from another tabrelay.",
    .help = "\nA tab is written by one tabrelay: the first one, which leaves its mark in the tab. "
            "Another one,\n"
            "with a state database of its own, does not write it: its mapping is in state error "
            "until the tab\n"
            "is given to it here. The first one notices with its next batch, and stops writing "
            "this tab.\n"
            "\nexamples:\n"
            "  tabrelay claim products\n"
            "  tabrelay claim --all\n",
    .flags = CLI_ALL,
    .max_words = 1,
    .run = run,
};
