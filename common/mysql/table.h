/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: what information_schema says of a table, and the SQL expressions that read and write its
 * columns exactly.
 *
 * A struct table is immutable after table_load; share it by pointer between threads.
 */
#ifndef COMMON_MYSQL_TABLE_H
#define COMMON_MYSQL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/value.h"

struct db;

enum column_type {
    COLUMN_INT, /* TINYINT .. BIGINT; bytes says which */
    COLUMN_DECIMAL,
    COLUMN_FLOAT,
    COLUMN_DOUBLE,
    COLUMN_BIT,
    COLUMN_YEAR,
    COLUMN_DATE,
    COLUMN_TIME,
    COLUMN_DATETIME,
    COLUMN_TIMESTAMP,
    COLUMN_TEXT,   /* CHAR, VARCHAR, *TEXT */
    COLUMN_BINARY, /* BINARY, VARBINARY, *BLOB */
    COLUMN_ENUM,
    COLUMN_SET,
    COLUMN_JSON,  /* MySQL's; MariaDB's JSON is COLUMN_TEXT */
    COLUMN_UUID,  /* MariaDB */
    COLUMN_INET4, /* MariaDB */
    COLUMN_INET6, /* MariaDB */
    COLUMN_GEOMETRY,
    COLUMN_VECTOR,
    COLUMN_OTHER,
};

/* How a column's cells look where its mapping says so (common/cell/look.h). Zero: as cell.h says.
 */
struct column_look {
    bool is_checkbox;     /* 0 and 1 are FALSE and TRUE */
    const char *null_as;  /* not owned; says NULL; NULL or "": a blank cell does */
    const char *empty_as; /* not owned; says the empty text where a blank cell could say NULL, too;
                             NULL: two quotation marks */
};

struct column {
    char *name;      /* owned */
    char *sql_type;  /* owned; COLUMN_TYPE, "decimal(10,2) unsigned" */
    char *charset;   /* owned; "utf8mb4"; NULL when the column has none */
    char *collation; /* owned; NULL when none */
    char *fallback;  /* owned; COLUMN_DEFAULT text; NULL when there is none */
    enum column_type type;
    unsigned bytes;     /* COLUMN_INT: 1, 2, 3, 4, 8 */
    unsigned precision; /* DECIMAL: digits in all */
    unsigned scale;     /* DECIMAL: digits after the point */
    unsigned fsp;       /* TIME, DATETIME, TIMESTAMP: fractional digits 0..6 */
    uint64_t length;    /* characters (text), bytes (binary), bits (BIT); 0 if none */
    bool is_unsigned;
    bool is_bool; /* TINYINT(1) */
    bool is_nullable;
    bool is_auto_increment;
    bool is_generated;
    bool is_invisible;
    bool has_default;     /* an INSERT may leave it out (a default, NULLable, auto-increment or
                             generated) */
    bool is_fixed_length; /* CHAR, BINARY */
    char **labels;        /* owned; ENUM, SET: in order */
    size_t n_labels;
    struct column_look look;
};

struct table {
    uint64_t id;  /* no other table that was ever loaded has it */
    char *schema; /* owned */
    char *name;   /* owned */
    char *engine; /* owned; "InnoDB" */
    struct column
        *columns; /* owned; in ordinal order, invisible ones included, as the binlog counts them */
    size_t n_columns;
    size_t
        *key; /* owned; column indexes of the primary key, else of the first NOT NULL unique key */
    size_t n_key; /* 0: no usable key */
    /* MariaDB's system versioning keeps old rows in the table: a row whose ROW END column is not
     * its greatest value is history. Both columns are in COLUMNS also where they are implicit. */
    bool is_versioned;
    size_t row_end; /* index into columns */
};

/* Load SCHEMA.NAME. Blocks for two queries. ERR_GONE: no such table (or no privilege to see it).
 * The caller frees *OUT with table_free. */
int table_load(struct db *db, const char *schema, const char *name, struct table **out,
               struct err *err);
void table_free(struct table *t);

/* Parse a COLUMN_TYPE text ("enum('a','b''c')", "datetime(3)", "bigint unsigned") into C's type
 * fields; -1 and ERR_FORMAT if it is malformed, COLUMN_OTHER if it is a type we do not know. Pure.
 */
int column_parse_type(struct column *c, const char *sql_type, struct err *err);

/* Index of the column with that name (case-insensitive, as MySQL compares column names); -1 if
 * there is none. */
int table_find_column(const struct table *t, const char *name);

/* Append `name` with backquotes doubled. */
void table_quote(struct buf *sql, const char *name);
/* Append `schema`.`name`. */
void table_quote_full(struct buf *sql, const struct table *t);

/* Append the expression that SELECTs column C as canonical text (value.h), for example CAST(`f` +
 * 0e0 AS CHAR). */
void column_read_sql(struct buf *sql, const struct column *c);
/* Append the placeholder expression that writes it: "?", or a CAST of it for numbers. */
void column_write_sql(struct buf *sql, const struct column *c);
/* Append the placeholder expression of a value in the column's own type, to compute and to compare
 * with: MySQL would compare a number with a text as two doubles, which are too coarse for a BIGINT
 * or a long DECIMAL, and could not use an index. Texts and bytes are "?". */
void column_operand_sql(struct buf *sql, const struct column *c);
/* Bring text that came from column_read_sql into canonical form where SQL alone cannot (FLOAT,
 * DOUBLE). Returns V itself or text in SCRATCH, which it clears first. */
struct value column_canonical(const struct column *c, struct value v, struct buf *scratch);
#endif
