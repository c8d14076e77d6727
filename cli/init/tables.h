/* SPDX-License-Identifier: Apache-2.0 */
/* init/tables: which tables there are to map, and what matters for that. */
#ifndef CLI_INIT_TABLES_H
#define CLI_INIT_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"

enum { INIT_CELLS_MAX = 10000000 }; /* of a spreadsheet, as Google counts */

struct init_table {
    struct table *table; /* owned */
    int64_t rows;        /* MySQL's estimate */
    size_t n_shown;      /* columns that a cell can show */
    bool is_chosen;
};

struct init_tables {
    struct init_table *items; /* owned */
    size_t n;
    bool is_cut; /* there are more than are listed */
};

/* The tables that the user may see, without the server's own and those of STATE_DATABASE: 200 at
 * most, those that WANTED names ("a.b,c"; "": none) first. Blocks for some queries a table. Free
 * with init_tables_close, also after a failure. */
int init_tables_load(struct db *db, const char *state_database, const char *wanted,
                     struct init_tables *out, struct err *err);
void init_tables_close(struct init_tables *tables);

/* Can it be mapped at all? It has a key whose columns a cell can show. */
bool init_table_is_mappable(const struct init_table *t);
bool init_column_is_shown(const struct column *c);
/* Its cells, with the header. */
int64_t init_table_cells(const struct init_table *t);

/* Mark what LIST names: numbers from 1, "2-4", "schema.table", "table" where that is one only,
 * "all"; separated by commas or blanks. ERR_CONFIG: what is wrong with it. */
int init_tables_choose(struct init_tables *tables, const char *list, struct err *err);
/* Append the names of a column's kinds that people cannot edit, and other notes, as one line. */
void init_table_notes(const struct init_table *t, struct buf *out);
/* The list for a person: number, name, rows, columns, cells, key, notes. */
void init_tables_print(const struct init_tables *tables);
#endif
