/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: the mappings as the tables are now: header <-> column, key, what people may edit.
 *
 * A resolved mapping is immutable and counted: take it with schema_get, give it back with
 * schema_put. It is resolved anew when it is older than SCHEMA_MAX_AGE_MS or was distrusted (a
 * statement said that a column is unknown). A table that is missing is an error of its mapping
 * only. Any thread.
 */
#ifndef WEBHOOK_SCHEMA_H
#define WEBHOOK_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/table.h"

struct db;
struct schema;

#define SCHEMA_MAX_AGE_MS 30000
#define SCHEMA_RETRY_MS 2000

struct schema_column {
    char *header;  /* owned */
    size_t column; /* index into table->columns */
    bool is_key;
    bool can_edit; /* edits of it go to MySQL: the configuration allows it, and it is not generated
                    */
};

struct schema_mapping {
    const struct config_mapping *cfg; /* not owned */
    struct table *table;              /* owned */
    struct schema_column *columns;    /* owned; in the order of the configuration */
    size_t n_columns;
    size_t *key; /* owned; indexes into columns, in key order */
    size_t n_key;
    char
        *source; /* owned; SQL: the mapping's rows, to stand after FROM; NULL: all of the table's */
    /* A row that is typed here has the filter's value in this column (index into table->columns):
     * the tab is that value's. -1: none. */
    int member_column;
    int64_t loaded_ms; /* clock_mono_ms() */
    unsigned references;
};

/* CFG is kept by pointer. */
int schema_new(const struct config *cfg, struct schema **out, struct err *err);
void schema_free(struct schema *schema);

/* Mapping I of the configuration. Blocks for two queries when it must be loaded. ERR_GONE: there is
 * no such table; ERR_CONFIG: the table does not fit the configuration; the message names the
 * mapping. */
int schema_get(struct schema *schema, struct db *db, size_t i, struct schema_mapping **out,
               struct err *err);
void schema_put(struct schema *schema, struct schema_mapping *mapping);
/* Load mapping I again before it is used next. */
void schema_distrust(struct schema *schema, size_t i);

const struct column *schema_column_of(const struct schema_mapping *mapping, size_t i);
/* Is column I, left blank in a new row, filled with the tab's value? */
bool schema_is_given(const struct schema_mapping *mapping, size_t i);
/* Why people may not edit column I, which is not can_edit. Static text. */
const char *schema_why_locked(const struct schema_mapping *mapping, size_t i);
/* Index of the mapped column under HEADER, or of the table's column NAME; -1: there is none. */
int schema_find_header(const struct schema_mapping *mapping, const char *header);
int schema_find_name(const struct schema_mapping *mapping, const char *name);
#endif
