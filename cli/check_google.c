/* SPDX-License-Identifier: Apache-2.0 */
/* Google's side: can the spreadsheets be reached, are the tabs and headers there? One read for each
 * spreadsheet, by each account, and one for each tab. */
#include <stdio.h>
#include <string.h>

#include "cli/check.h"
#include "cli/running.h"
#include "replicator/sheets/sheets.h"

struct book {
    struct findings *f;
    struct sheets *sheets;
    struct db *db; /* may be NULL */
    const struct sheet_tabs *tabs;
    const struct config_mapping *m;
    char what[128];
};

static const struct sheet_tab *find_tab(const struct sheet_tabs *tabs, const char *title)
{
    for (size_t i = 0; i < tabs->n_tabs; i++)
        if (strcmp(tabs->tabs[i].title, title) == 0)
            return &tabs->tabs[i];
    return NULL;
}

/* A tab that was renamed is still known by its id. *IS_KNOWN: the mapping has, or had, one. */
static const struct sheet_tab *find_known_tab(const struct book *b, bool *is_known)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(b->m->name), DB_P_TEXT(b->m->spreadsheet)};
    struct err err = ERR_INIT;

    if (b->db == NULL ||
        db_run(b->db,
               "SELECT sheet_id FROM mapping_state "
               "WHERE mapping = ? AND spreadsheet = ? AND sheet_id IS NOT NULL",
               params, 2, &rows, &err) != 0 ||
        rows.n_rows == 0)
        return NULL; /* before init-db there is nothing to know */
    *is_known = true;
    for (size_t i = 0; i < b->tabs->n_tabs; i++)
        if (b->tabs->tabs[i].sheet_id == db_rows_int(&rows, 0, 0))
            return &b->tabs->tabs[i];
    return NULL;
}

static bool has_header(const struct grid *grid, int64_t columns, const char *header)
{
    for (int64_t c = 0; c < columns; c++) {
        const struct cell *cell = grid_at(grid, 0, c);

        if (cell->type == CELL_TEXT && cell->text_len == strlen(header) &&
            memcmp(cell->text, header, cell->text_len) == 0)
            return true;
    }
    return false;
}

static void report_headers(const struct book *b, size_t n_found, size_t n, struct buf *missing)
{
    if (n_found == n)
        findings_add(b->f, FINDING_OK, "mapping.headers", b->what, NULL,
                     "tab \"%s\" has its %zu headers", b->m->tab, n);
    else if (n_found == 0)
        findings_add(b->f, FINDING_OK, "mapping.headers", b->what, NULL,
                     "tab \"%s\" has no headers yet: the replicator writes them", b->m->tab);
    else
        findings_add(b->f, FINDING_WARN, "mapping.headers", b->what,
                     "Write them into the first row, or let the replicator add columns at the "
                     "right.",
                     "tab \"%s\" lacks the headers %s", b->m->tab, buf_text(missing));
}

static void look_for(const struct grid *grid, int64_t columns, const char *header, size_t *n_found,
                     struct buf *missing)
{
    if (has_header(grid, columns, header))
        (*n_found)++;
    else
        buf_printf(missing, "%s\"%s\"", missing->len == 0 ? "" : ", ", header);
}

static void look_for_all(const struct book *b, const struct grid *grid, int64_t columns)
{
    CLEANUP_BUF struct buf missing = BUF_INIT;
    struct table *table = NULL;
    struct err err = ERR_INIT;
    size_t n_found = 0, n = b->m->n_columns;

    for (size_t i = 0; i < b->m->n_columns; i++)
        look_for(grid, columns, b->m->columns[i].header, &n_found, &missing);
    if (n == 0) {
        if (b->db == NULL || table_load(b->db, b->m->schema, b->m->table, &table, &err) != 0)
            return; /* reported with the mapping */
        for (size_t i = 0; i < table->n_columns; i++) {
            if (table->columns[i].is_invisible)
                continue;
            n++;
            look_for(grid, columns, table->columns[i].name, &n_found, &missing);
        }
        table_free(table);
    }
    report_headers(b, n_found, n, &missing);
}

/* Of a tab that no replicator has written yet there is nothing to say. */
static void check_owner(const struct book *b, int64_t sheet_id)
{
    const char *name = sheets_owner_name(b->sheets, b->m->spreadsheet, sheet_id);

    if (name[0] == '\0' || b->m->direction == CONFIG_TO_MYSQL)
        return;
    if (sheets_ownership(b->sheets, b->m->spreadsheet, sheet_id) == SHEETS_OURS)
        findings_add(b->f, FINDING_OK, "mapping.owner", b->what, NULL,
                     "tab \"%s\" is written by this tabrelay", b->m->tab);
    else
        findings_add(
            b->f, FINDING_FAIL, "mapping.owner", b->what,
            "Map another tab; or stop that tabrelay for good, then: tabrelay claim MAPPING",
            "tab \"%s\" is written by another tabrelay: %s", b->m->tab, name);
}

static void check_tab(const struct book *b)
{
    bool is_known = false;
    const struct sheet_tab *tab = find_known_tab(b, &is_known);
    struct grid *grid = NULL;
    struct err err = ERR_INIT;
    struct grid_range range;

    if (tab == NULL)
        tab = find_tab(b->tabs, b->m->tab);
    if (tab == NULL && b->m->family != NULL && !is_known) {
        findings_add(b->f, FINDING_OK, "mapping.tab", b->what, NULL,
                     "tab \"%s\" is not there yet: the replicator makes it", b->m->tab);
        return;
    }
    if (tab == NULL) {
        findings_add(b->f, FINDING_FAIL, "mapping.tab", b->what,
                     "Add the tab to the spreadsheet, or correct the mapping's tab.",
                     "the spreadsheet has no tab \"%s\"", b->m->tab);
        return;
    }
    if (!tab->is_grid) {
        findings_add(b->f, FINDING_FAIL, "mapping.tab", b->what, "Map a tab with cells.",
                     "tab \"%s\" is a chart or the like", b->m->tab);
        return;
    }
    check_owner(b, tab->sheet_id);
    range = (struct grid_range){
        .sheet_id = tab->sheet_id, .row = 0, .end_row = 1, .column = 0, .end_column = -1};
    if (sheets_read(b->sheets, b->m->spreadsheet, &range, 1, &grid, &err) != 0) {
        findings_add_err(b->f, "mapping.tab", b->what, &err);
        return;
    }
    look_for_all(b, grid, tab->columns);
    grids_free(grid, 1);
}

/* Families, too: they may have no tab yet. */
static size_t n_any(const struct config *config)
{
    return config->n_mappings + config->n_families;
}

static const struct config_mapping *any_mapping(const struct config *config, size_t i)
{
    return i < config->n_mappings ? &config->mappings[i]
                                  : &config->families[i - config->n_mappings];
}

static void check_spreadsheet(struct findings *f, const struct config *config, size_t first,
                              struct sheets *sheets, struct db *db)
{
    const char *spreadsheet = any_mapping(config, first)->spreadsheet;
    struct sheet_tabs tabs = {0};
    struct err err = ERR_INIT;

    if (sheets_tabs(sheets, spreadsheet, &tabs, &err) != 0) {
        findings_add(f, FINDING_FAIL, "google.spreadsheet", "google", err.hint,
                     "spreadsheet %s: %s", spreadsheet, err.msg);
        return;
    }
    findings_add(f, FINDING_OK, "google.spreadsheet", "google", NULL,
                 "spreadsheet %s can be reached, %zu tab%s", spreadsheet, tabs.n_tabs,
                 tabs.n_tabs == 1 ? "" : "s");
    for (size_t i = 0; i < config->n_mappings; i++) {
        struct book b = {
            .f = f, .sheets = sheets, .db = db, .tabs = &tabs, .m = &config->mappings[i]};

        if (strcmp(b.m->spreadsheet, spreadsheet) != 0)
            continue;
        snprintf(b.what, sizeof(b.what), "mapping %s", b.m->name);
        check_tab(&b);
    }
    sheet_tabs_close(&tabs);
    check_drive(f, config, sheets, spreadsheet);
}

static bool is_first(const struct config *config, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(any_mapping(config, j)->spreadsheet, any_mapping(config, i)->spreadsheet) == 0)
            return false;
    return true;
}

/* Where only some accounts reach a spreadsheet these do all the work. */
static void check_account(struct findings *f, const struct config *config, char **credentials,
                          struct stop *stop)
{
    struct config_google one = config->google;
    struct sheets *sheets = NULL;
    struct err err = ERR_INIT;

    one.credentials = credentials;
    one.n_credentials = 1;
    if (sheets_new(&one, stop, &sheets, &err) != 0) {
        findings_add_err(f, "google.credentials", "google", &err);
        return;
    }
    for (size_t i = 0; i < n_any(config); i++) {
        const char *spreadsheet = any_mapping(config, i)->spreadsheet;
        struct sheet_tabs tabs = {0};

        if (!is_first(config, i))
            continue;
        if (sheets_tabs(sheets, spreadsheet, &tabs, &err) != 0)
            findings_add(f, FINDING_WARN, "google.account", "google", err.hint,
                         "account %s does not reach spreadsheet %s, whose load the others carry: "
                         "%s",
                         sheets_account(sheets, 0), spreadsheet, err.msg);
        sheet_tabs_close(&tabs);
    }
    sheets_free(sheets);
}

static void report_accounts(struct findings *f, const struct sheets *sheets)
{
    CLEANUP_BUF struct buf names = BUF_INIT;

    for (size_t i = 0; i < sheets_n_accounts(sheets); i++)
        buf_printf(&names, "%s%s", i == 0 ? "" : ", ", sheets_account(sheets, i));
    findings_add(f, FINDING_OK, "google.credentials", "google", NULL,
                 "the credentials are those of %s", buf_text(&names));
}

/* Who never ran owns nothing, which is a number that nobody has. */
static int set_owner(struct sheets *sheets, const struct config *config, struct db *db,
                     struct err *err)
{
    struct running running = {0};
    struct err ignored = ERR_INIT; /* the state database may not be there yet */

    if (db != NULL)
        (void)running_look(db, config, &running, &ignored);
    return sheets_owner(sheets, running.holder.owner == 0 ? UINT64_MAX : running.holder.owner,
                        config->instance, err);
}

void check_google(struct findings *f, const struct config *config, struct db *db)
{
    struct stop *stop = stop_new(); /* never asked: an interrupt ends this program */
    struct sheets *sheets = NULL;
    struct err err = ERR_INIT;

    if (stop == NULL)
        err_nomem(&err, "google");
    if (stop == NULL || sheets_new(&config->google, stop, &sheets, &err) != 0 ||
        set_owner(sheets, config, db, &err) != 0) {
        findings_add_err(f, "google.credentials", "google", &err);
        sheets_free(sheets);
        stop_free(stop);
        return;
    }
    report_accounts(f, sheets);
    for (size_t i = 0; config->google.n_credentials > 1 && i < config->google.n_credentials; i++)
        check_account(f, config, &config->google.credentials[i], stop);
    for (size_t i = 0; i < n_any(config); i++)
        if (is_first(config, i))
            check_spreadsheet(f, config, i, sheets, db);
    sheets_free(sheets);
    stop_free(stop);
}
