/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members: the tabs of mappings with tabs_by, as the state database has them (schemas/state-7.sql).
 *
 * The replicator adds to the table, nobody takes away. Each program expands its configuration by it
 * (common/config/family.h); a daemon looks every second whether it has changed.
 */
#ifndef COMMON_MYSQL_MEMBERS_H
#define COMMON_MYSQL_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "common/config/family.h"
#include "common/mysql/db.h"

struct members {
    struct member *list; /* owned; in the order in which they came to be */
    size_t n;
    uint64_t version; /* never 0 */
    struct db_rows rows;
};
#define MEMBERS_INIT ((struct members){0})

/* Those of the state database SCHEMA. Blocks for a query. Close it, also after a failure. */
int members_load(struct db *db, const char *schema, struct members *out, struct err *err);
void members_close(struct members *members);
/* Which they are. */
int members_version(struct db *db, const char *schema, uint64_t *version, struct err *err);

/* family_expand by the table, over a connection of its own; without families nobody is asked. With
 * -1 OUT has no members, or nothing at all; it is to be freed either way. */
int members_expand(const struct config *whole, struct config *out, struct err *err);
/* The same for a configuration that is expanded already, or has no families, over DB: with the
 * members that are there now. */
int members_renew(struct db *db, const struct config *config, struct config *out, struct err *err);
#endif
