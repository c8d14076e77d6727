/* SPDX-License-Identifier: Apache-2.0 */
/* check: the parts of `tabrelay check`; each adds its findings and goes on. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/findings.h"
#include "common/config/config.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"
#include "replicator/sheets/sheets.h"

/* Everything, in the order in which one would mend it. */
void check_all(struct findings *f, const struct config *config);
void check_server(struct findings *f, const struct config *config, struct db *db);
/* Our tables: true if they are there in this program's version. Their database is the current one
 * then. */
bool check_state(struct findings *f, const struct config *config, struct db *db);
/* Who may read the key files and write the configuration. */
void check_files(struct findings *f, const struct config *config);
/* MySQL's clock and this machine's. */
void check_clock(struct findings *f, struct db *db);
/* What only our tables tell: does a replicator run, has a script been seen? */
void check_running(struct findings *f, const struct config *config, struct db *db);
/* Privileges of the current user. */
void check_privileges(struct findings *f, const struct config *config, struct db *db);
void check_mapping(struct findings *f, struct db *db, const struct config_mapping *m);
/* Family I: does each value of its column get a tab? */
void check_family(struct findings *f, struct db *db, const struct config *config, size_t i);
/* Its rules and last_write_column: MySQL evaluates each rule once. */
void check_policies(struct findings *f, struct db *db, const struct config_mapping *m,
                    const struct table *table);
/* Spreadsheets, tabs and headers. DB may be NULL: then only what needs no table is looked at. */
void check_google(struct findings *f, const struct config *config, struct db *db);
/* Does Drive answer for this spreadsheet? */
void check_drive(struct findings *f, const struct config *config, struct sheets *sheets,
                 const char *spreadsheet);
void check_webhook(struct findings *f, const struct config *config);
#endif
