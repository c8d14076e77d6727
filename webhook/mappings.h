/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mappings: which mapping a tab belongs to, and the list of mappings that the script is told.
 */
#ifndef WEBHOOK_MAPPINGS_H
#define WEBHOOK_MAPPINGS_H

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "webhook/schema.h"

#define MAPPINGS_VERSION_SIZE 17

/* Index of the mapping of a tab, or -1. KNOWN (state_known) goes by the tab's id; a mapping
 * whose tab the replicator has not met yet goes by its title. SHEET_ID -1: not told. Pure. */
int mappings_find(const struct config *cfg, const struct db_rows *known, const char *spreadsheet,
                  int64_t sheet_id, const char *tab);
int mappings_find_name(const struct config *cfg, const char *name);

/* Append the JSON array of the spreadsheet's mappings and set VERSION, which changes with it. A
 * mapping whose table is missing is left out. Blocks where a table must be loaded. */
int mappings_write(const struct config *cfg, struct schema *schema, struct db *db,
                   const struct db_rows *known, const char *spreadsheet, struct buf *out,
                   char version[MAPPINGS_VERSION_SIZE], struct err *err);
#endif
