/* SPDX-License-Identifier: Apache-2.0 */
/*
 * family: a mapping with tabs_by and its table: which values have a tab, and which want one.
 *
 * Made at the start of a session; it does not change during it, so the reading thread may use it.
 */
#ifndef REPLICATOR_SYNC_FAMILY_H
#define REPLICATOR_SYNC_FAMILY_H

#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"

struct family {
    const struct config_mapping *cfg; /* not owned */
    struct table *table;              /* owned; NULL: it cannot be had */
    size_t column;                    /* of the table: tabs_by */
    const struct config *config;      /* not owned: the members are among its mappings */
};

/* Load the table of family I of CONFIG. Blocks for some queries. -1: OUT has no table; ERR_GONE:
 * there is none, ERR_CONFIG: it has no such column, or one of a type whose values cannot be told
 * apart. */
int family_open(struct db *db, const struct config *config, size_t i, struct family *out,
                struct err *err);
void family_close(struct family *f);

/* How many tabs it has. */
size_t family_count(const struct family *f);
/* The values of its rows that have no tab, canonical text or NULL, as *ROWS of one column: up to
 * one more than it may have tabs. MySQL compares, as the column's collation does. Blocks for a
 * query. ERR_CONFIG: it cannot evaluate that. */
int family_look(struct db *db, const struct family *f, struct db_rows *rows, struct err *err);

/* Which of the configuration's mappings has the tab of V. FAMILY_ANY: it is not known, for the text
 * is another one than the tab's (MySQL may call it the same), or V is absent. */
#define FAMILY_ANY SIZE_MAX
size_t family_find(const struct family *f, struct value v);
#endif
