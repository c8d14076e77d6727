/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db: one MySQL or MariaDB connection: prepared statements in, text rows out.
 *
 * <mysql.h> is seen only in common/mysql/ and replicator/binlog/stream_*.c. A session is always
 * utf8mb4, strict (STRICT_ALL_TABLES, zero dates allowed), time_zone '+00:00', autocommit. One
 * thread at a time per struct db.
 *
 * Errors are ERR_MYSQL with detail mysql_errno(); transient is set for lost connections (2002,
 * 2003, 2006, 2013, 1053, 1040, 1927, ...), deadlock (1213) and lock timeout (1205). ERR_AUTH for
 * 1045, 1044, 1142, 1143, 1227. After a lost connection db_is_lost() is true: call db_reconnect.
 */
#ifndef COMMON_MYSQL_DB_H
#define COMMON_MYSQL_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/value.h"

struct db;

enum db_flavour { DB_MYSQL, DB_MARIADB };
enum { DB_DUPLICATE_ENTRY = 1062 }; /* detail of ERR_MYSQL: a row with this key is there already */

/* Connect with the settings in CFG (kept by pointer: CFG must outlive the connection). Blocks:
 * connect time-out 10 s. */
int db_open(const struct config_mysql *cfg, struct db **out, struct err *err);
/* The same; a statement that is not answered for READ_TIMEOUT_S fails, and the connection with it
 * (db_open: 300 s). */
int db_open_within(const struct config_mysql *cfg, unsigned read_timeout_s, struct db **out,
                   struct err *err);
void db_close(struct db *db); /* NULL is fine */
int db_reconnect(struct db *db, struct err *err);
bool db_is_lost(const struct db *db);
enum db_flavour db_flavour(const struct db *db);
const char *db_server_version(const struct db *db); /* "9.7.4", "10.11.19-MariaDB-..." */
unsigned db_version(const struct db *db);           /* 90704, 101119 */
uint64_t db_connection_id(const struct db *db);

/* A parameter: how it is sent. Text is utf8mb4; bytes are binary. */
enum db_param_kind { DB_NULL, DB_TEXT, DB_BYTES, DB_INT };
struct db_param {
    enum db_param_kind kind;
    const void *ptr; /* not owned */
    size_t len;
    int64_t number; /* DB_INT */
};
#define DB_P_NULL ((struct db_param){.kind = DB_NULL})
#define DB_P_TEXT(s) ((struct db_param){.kind = DB_TEXT, .ptr = (s), .len = strlen(s)})
#define DB_P_BYTES(p, n) ((struct db_param){.kind = DB_BYTES, .ptr = (p), .len = (n)})
#define DB_P_INT(i) ((struct db_param){.kind = DB_INT, .number = (i)})

/* Rows of a result, all in memory, freed with db_rows_close. */
struct db_rows {
    size_t n_rows;
    size_t n_columns;
    struct value *values; /* owned; n_rows * n_columns, row by row; NUL follows each text */
    char *data;           /* owned; the bytes */
};
#define DB_ROWS_INIT ((struct db_rows){0})
#define CLEANUP_ROWS __attribute__((cleanup(db_rows_close)))
void db_rows_close(struct db_rows *rows);
/* The value at row R, column C; absent when out of range. */
struct value db_rows_at(const struct db_rows *rows, size_t r, size_t c);
/* The same as a C string ("" for NULL) and as a number (0 for NULL). */
const char *db_rows_text(const struct db_rows *rows, size_t r, size_t c);
int64_t db_rows_int(const struct db_rows *rows, size_t r, size_t c);

/* Run one prepared statement (kept in the connection's cache by its text). ROWS may be NULL when
 * none are wanted; otherwise it must be DB_ROWS_INIT and the caller closes it. */
int db_run(struct db *db, const char *sql, const struct db_param *params, size_t n_params,
           struct db_rows *rows, struct err *err);
/* Of the last db_run. */
uint64_t
db_affected_rows(const struct db *db); /* rows found, not only changed (CLIENT_FOUND_ROWS) */
uint64_t db_insert_id(const struct db *db);

/* Run one statement of fixed text without parameters over the text protocol (SET, BEGIN, COMMIT,
 * DDL, SHOW). */
int db_exec(struct db *db, const char *sql, struct db_rows *rows, struct err *err);
/* Run a script of several statements that end in ';' at a line's end (schemas/ files). */
int db_script(struct db *db, const char *sql, struct err *err);
#endif
