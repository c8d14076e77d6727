/* SPDX-License-Identifier: Apache-2.0 */
/* db_private: what the files of db share; nobody else includes it. */
#ifndef COMMON_MYSQL_DB_PRIVATE_H
#define COMMON_MYSQL_DB_PRIVATE_H

#include "common/buf.h"
#include "common/mysql/connect.h"
#include "common/mysql/db.h"

#define DB_STATEMENTS 64 /* prepared at once; the one that was used longest ago makes room */

struct db_statement {
    char *sql; /* owned */
    uint64_t hash;
    uint64_t used; /* the run that used it last */
    MYSQL_STMT *stmt;
};

struct db {
    const struct config_mysql *cfg;
    unsigned read_timeout_s;
    MYSQL *mysql; /* NULL between a failed reconnect and the next */
    bool is_lost;
    enum db_flavour flavour;
    unsigned version;
    char server_version[128];
    uint64_t affected_rows;
    uint64_t insert_id;
    uint64_t runs;
    struct db_statement statements[DB_STATEMENTS];
    size_t n_statements;
};

/* Fill ERR and note whether the connection is gone. */
int db_fail(struct db *db, unsigned number, const char *text, struct err *err);
/* Close all prepared statements. */
void db_forget_statements(struct db *db);

/* Rows as they come in: values point into DATA by offset until db_rows_finish. */
struct db_fill {
    struct buf data;
    struct buf values; /* of struct value; ptr holds an offset */
    size_t n_columns;
};
#define DB_FILL_INIT ((struct db_fill){0})
#define CLEANUP_FILL __attribute__((cleanup(db_fill_close)))
void db_fill_close(struct db_fill *fill);
/* Append a value and return where its LEN bytes go (a NUL is put after them); NULL when out of
 * memory. */
char *db_fill_add(struct db_fill *fill, size_t len);
void db_fill_add_null(struct db_fill *fill);
/* Hand all over to ROWS. */
int db_fill_finish(struct db_fill *fill, struct db_rows *rows, struct err *err);
#endif
