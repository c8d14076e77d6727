/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ddl: what kind of statement a QUERY event holds and which tables it names.
 *
 * Statements are classified, not parsed: the verb and the names that follow it; the schema is read
 * again afterwards. What is not understood is said so (DDL_OTHER without a name), never guessed.
 * Pure; any thread.
 */
#ifndef REPLICATOR_BINLOG_DDL_H
#define REPLICATOR_BINLOG_DDL_H

#include <stddef.h>

#include "replicator/binlog/reader.h"

enum statement_kind {
    STATEMENT_BEGIN,       /* BEGIN, START TRANSACTION */
    STATEMENT_XA_START,    /* begins a prepared transaction */
    STATEMENT_XA_COMMIT,   /* of what was prepared before */
    STATEMENT_XA_ROLLBACK, /* of what was prepared before */
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_ROLLBACK_TO, /* a savepoint */
    STATEMENT_HARMLESS,    /* SAVEPOINT, GRANT, CREATE VIEW, ...: no table changes */
    STATEMENT_TABLES,      /* see targets */
};

enum { DDL_NAME_MAX = 256, DDL_TARGETS_MAX = 64 };

struct ddl_target {
    enum ddl_kind kind;
    char schema[DDL_NAME_MAX];
    char table[DDL_NAME_MAX]; /* "" with a schema: all its tables; both "": not understood */
};

struct ddl_statement {
    enum statement_kind kind;
    const char *sql; /* after leading comments */
    size_t sql_len;
    bool starts_transaction; /* CREATE TABLE ... START TRANSACTION: rows follow, then a commit */
    struct ddl_target targets[DDL_TARGETS_MAX];
    size_t n_targets;
};

/* SCHEMA is the session's current database. */
void ddl_classify(const char *sql, size_t len, const char *schema, struct ddl_statement *out);
#endif
