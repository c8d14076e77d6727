/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping with tabs_by: has its column few enough values, of a type that can be told apart? */
#include <stdio.h>

#include "cli/check.h"
#include "replicator/sync/family.h"

static void report(struct findings *f, const char *what, const struct family *family, size_t n_new)
{
    const struct config_mapping *cfg = family->cfg;
    size_t n = family_count(family);

    if (n + n_new > cfg->tabs_limit && n_new > 0)
        findings_add(
            f, FINDING_FAIL, "mapping.tabs", what,
            "Raise tabs_limit (Google allows 200 tabs in a spreadsheet), leave values out "
            "with where, or name another column.",
            "column \"%s\" has %s%zu values without a tab, and %zu tabs: tabs_limit is %u, "
            "so none of these values gets one",
            cfg->tabs_by, n_new > cfg->tabs_limit ? "more than " : "",
            n_new > cfg->tabs_limit ? (size_t)cfg->tabs_limit : n_new, n, cfg->tabs_limit);
    else if (n_new > 0)
        findings_add(f, FINDING_OK, "mapping.tabs", what, NULL,
                     "%zu tab%s by \"%s\"; for %zu more value%s the replicator makes one each", n,
                     n == 1 ? "" : "s", cfg->tabs_by, n_new, n_new == 1 ? "" : "s");
    else
        findings_add(f, FINDING_OK, "mapping.tabs", what, NULL,
                     "%zu tab%s by \"%s\", of at most %u", n, n == 1 ? "" : "s", cfg->tabs_by,
                     cfg->tabs_limit);
}

void check_family(struct findings *f, struct db *db, const struct config *config, size_t i)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct family family;
    struct err err = ERR_INIT;
    char what[128];

    snprintf(what, sizeof(what), "mapping %s", config->families[i].name);
    if (family_open(db, config, i, &family, &err) != 0) {
        if (err.code != ERR_GONE) /* that was said of its table */
            findings_add_err(f, "mapping.tabs", what, &err);
        return;
    }
    if (family_look(db, &family, &rows, &err) != 0)
        findings_add_err(f, "mapping.tabs", what, &err);
    else
        report(f, what, &family, rows.n_rows);
    family_close(&family);
}
