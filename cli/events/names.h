/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: column names and types from information_schema, for logs that do not carry them.
 *
 * The log goes before the schema. What a table is called today is used only where the log's columns
 * fit it: as many, of the same types, in the same order, with the same signs and names where the
 * log tells them. Otherwise the table is read as the log describes it, its columns are @1, @2, ...,
 * and that is said once a table. What fits may still have been renamed since: the log cannot tell.
 * One thread at a time.
 */
#ifndef CLI_EVENTS_NAMES_H
#define CLI_EVENTS_NAMES_H

#include "cli/events/roster.h"
#include "common/mysql/db.h"
#include "replicator/binlog/reader.h"
#include "replicator/binlog/row_layout.h"
#include "replicator/binlog/table_map.h"

struct names {
    struct db *db;            /* owned; NULL: no schema is asked */
    struct table_map map;     /* owned */
    struct row_layout layout; /* owned; to try whether a table fits */
    struct table **retired;   /* owned, with what is in it: the reader may still use them */
    size_t n_retired;
    bool is_hinted; /* it was said that the log names no columns */
};

#define NAMES_INIT ((struct names){0})

void names_close(struct names *n);

/* A TABLE_MAP comes, of a table that is wanted: find out whether T->known fits it. May ask the
 * server; that blocks. Errors as table_load's but for ERR_GONE; transient ones leave T as it was.
 */
int names_see(struct names *n, struct roster_table *t, const struct arrival *arrival,
              struct err *err);

/* A statement has changed tables of SCHEMA.TABLE ("": any). */
void names_doubt(struct roster *r, const char *schema, const char *table);

/* The reader has let go of all tables (on_commit). */
void names_release(struct names *n);
#endif
