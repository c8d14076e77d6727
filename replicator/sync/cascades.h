/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cascades: tables whose changes change rows of mapped tables through foreign keys.
 *
 * ON DELETE and ON UPDATE with CASCADE, SET NULL or SET DEFAULT write rows of the child that
 * MariaDB, and MySQL's storage engine, do not log (facts: bugs.mysql.com 32506). A parent may be
 * the child of another: each table up the chain is listed for the mapping at its end. Immutable
 * after cascades_load.
 */
#ifndef REPLICATOR_SYNC_CASCADES_H
#define REPLICATOR_SYNC_CASCADES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/mysql/db.h"
#include "replicator/sync/mapping.h"

struct cascade {
    char *schema, *table; /* owned; of the parent */
    uint32_t mapping;     /* whose rows it changes */
    bool on_delete;       /* a delete of the parent's rows does */
    bool on_update;       /* an update does */
};

struct cascades {
    struct cascade *list; /* owned */
    size_t n, size;
};

/* Read information_schema for the mappings that have a table. Blocks for a query each and one for
 * each parent. */
int cascades_load(struct cascades *c, struct db *db, const struct mapping *const *mappings,
                  size_t n, struct err *err);
void cascades_close(struct cascades *c);
/* The first entry of that parent; NULL: none. */
struct cascade *cascades_find(const struct cascades *c, const char *schema, const char *table);
bool cascade_is_of(const struct cascade *c, const char *schema, const char *table);
#endif
