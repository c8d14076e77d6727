/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row: one row of a mapped table: find, insert, update, delete.
 *
 * Values are canonical and stand in the order of the mapping's columns; VALUE_ABSENT means "leave
 * this column out". The key is compared by MySQL: 'de' finds 'DE' where the column's collation says
 * so. All inside the caller's transaction.
 */
#ifndef WEBHOOK_ROW_H
#define WEBHOOK_ROW_H

#include <stdbool.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "webhook/schema.h"

/* Read the row with this key (n_key values) into VALUES and lock it; the texts go to ARENA.
 * ERR_VALUE: several rows have it. */
int row_find(struct db *db, const struct schema_mapping *m, const struct value *key,
             struct arena *arena, struct value *values, bool *is_found, struct err *err);
/* Is the row with this key one of those that the mapping shows? */
int row_is_mapped(struct db *db, const struct schema_mapping *m, const struct value *key,
                  bool *is_mapped, struct err *err);
/* When the row was written, as its column NAME (a DATETIME or TIMESTAMP, in UTC) says: microseconds
 * since 1970; 0: it does not say. */
int row_written_at(struct db *db, const struct schema_mapping *m, const struct value *key,
                   const char *name, int64_t *us, struct err *err);
int row_insert(struct db *db, const struct schema_mapping *m, const struct value *values,
               struct err *err);
/* At least one value must not be absent. */
int row_update(struct db *db, const struct schema_mapping *m, const struct value *key,
               const struct value *values, struct err *err);
int row_delete(struct db *db, const struct schema_mapping *m, const struct value *key,
               struct err *err);
#endif
