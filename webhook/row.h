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
/* Row R of what row_find_many has found. */
int row_values(const struct schema_mapping *m, const struct db_rows *rows, size_t r,
               struct arena *arena, struct value *values, struct err *err);

/* For these the mapping's key must be the table's primary key; N is 1 to MANY (many.h). */
bool row_is_by_primary_key(const struct schema_mapping *m);
/* Read and lock the rows with these keys, in any order; those that are not there are left out. */
int row_find_many(struct db *db, const struct schema_mapping *m, const struct value *const *keys,
                  size_t n, struct db_rows *rows, struct err *err);
/* The same for one row, with columns of another table beside it (NULL where that has none): SQL's
 * text, COLUMNS all with that table's name and JOIN, which takes PARAMS. */
struct row_beside {
    const char *columns, *join;
    const struct db_param *params;
    size_t n_params;
};
int row_find_beside(struct db *db, const struct schema_mapping *m, const struct value *key,
                    const struct row_beside *beside, struct db_rows *rows, struct err *err);
/* Write the same columns of different rows, which are there. What MySQL made of the values is to be
 * looked at: those of one column have one type here, whatever the column's is. */
int row_update_many(struct db *db, const struct schema_mapping *m, const struct value *const *keys,
                    const struct value *const *values, size_t n, struct err *err);
int row_delete(struct db *db, const struct schema_mapping *m, const struct value *key,
               struct err *err);
#endif
