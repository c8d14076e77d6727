/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping: one table <-> one tab, resolved: which column of the table is which column of the tab,
 * and what is the key.
 *
 * Made at the start of a session from the configuration and information_schema; the tab's part is
 * filled in by tab.h. The reading thread uses the table's part only, which does not change during a
 * session.
 */
#ifndef REPLICATOR_SYNC_MAPPING_H
#define REPLICATOR_SYNC_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/mysql/db.h"
#include "common/mysql/definition.h"
#include "common/mysql/table.h"
#include "replicator/sync/row_index.h"

struct mapping_column {
    char *header;         /* owned */
    char *old_header;     /* owned; what it was until the column was renamed; NULL: the same */
    size_t column;        /* index into table->columns */
    int64_t sheet_column; /* 0-based; -1 while unknown */
    bool is_key;
    bool to_sheet;       /* we write it */
    bool to_mysql;       /* people may edit it */
    bool is_retyped;     /* its values show in another form than before */
    bool has_new_labels; /* of an ENUM */
    bool is_own;         /* tabrelay formats it (tab_format.h) */
    bool is_adopted;     /* since the tab was opened: people made it, without formats */
    bool is_missing;     /* its header stood nowhere in the tab when that was opened */
};

struct mapping {
    const struct config_mapping *cfg; /* not owned */
    struct table *table;              /* owned; NULL while the mapping is broken */
    struct mapping_column *columns;   /* owned; in the order of the configuration */
    size_t n_columns;
    size_t *key; /* owned; indexes into columns */
    size_t n_key;
    char *source;   /* owned; SQL: what stands after FROM where its rows are read */
    char **dropped; /* owned; headers of columns that were mapped and that MySQL has no more */
    size_t n_dropped;
    /* Row events that were written before the table was loaded may have another shape: they are not
     * read (route.h). */
    bool is_unsure;

    /* The tab, as last seen (tab.h). Only the worker thread. */
    int64_t sheet_id; /* -1: not known yet */
    int64_t grid_rows, grid_columns;
    int64_t end_row; /* one past the last row that has a key; at least 1 */
    struct row_index index;
    bool is_index_stale;
    bool has_no_looks; /* Google has refused checkboxes, drop-downs or a protected header */

    bool is_ready;      /* table, tab and headers were found */
    struct err problem; /* why not */
};

/* Load the table of CFG and resolve its columns, given what is remembered of it (NULL: nothing).
 * On -1 OUT holds nothing and the error names the mapping. */
int mapping_open(struct db *db, const struct config_mapping *cfg, const struct definition *before,
                 struct mapping *out, struct err *err);
void mapping_close(struct mapping *m);
/* The binlog shows an ALTER before it is over, and information_schema waits for nothing: it may
 * still tell of the old table, or of none. A statement that uses the table waits for the ALTER's
 * lock on it. What it says otherwise is told better by table_load. */
int mapping_wait_for_ddl(struct db *db, const struct config_mapping *cfg, struct err *err);

/* Are rows told apart by other columns than before? */
bool mapping_has_other_key(const struct mapping *m, const struct definition *before);
/* Append the definition to be remembered. ERR_NOMEM. */
int mapping_define(const struct mapping *m, struct buf *out, struct err *err);

/* The table column behind mapped column I. */
const struct column *mapping_column_of(const struct mapping *m, size_t i);

/* Identity of the row with these values (n_columns of them). */
struct hash128 mapping_key_hash(const struct mapping *m, const struct value *values);

/* May people change column I in the sheet? (Keys apart, and what the database computes.) */
bool mapping_takes_edits(const struct mapping *m, size_t i);
/* Are only some of the table's rows mapped? Then only MySQL knows which
 * (common/mysql/row_filter.h). */
bool mapping_is_filtered(const struct mapping *m);
/* Do we write to the sheet at all? */
bool mapping_writes_sheet(const struct mapping *m);
#endif
