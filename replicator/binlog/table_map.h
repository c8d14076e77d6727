/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table_map: a TABLE_MAP event: what the log itself says of a table's columns.
 *
 * Types and lengths are always there; signedness, charsets, names and labels only as
 * binlog_row_metadata allows (facts: MySQL sends the first two by default, MariaDB nothing).
 * Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_TABLE_MAP_H
#define REPLICATOR_BINLOG_TABLE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/mysql/value.h"
#include "replicator/binlog/event.h"

/* Type bytes of the binlog (MySQL's enum_field_types and MariaDB's). */
enum map_type {
    MAP_DECIMAL_OLD = 0,
    MAP_TINY = 1,
    MAP_SHORT = 2,
    MAP_LONG = 3,
    MAP_FLOAT = 4,
    MAP_DOUBLE = 5,
    MAP_NULL = 6,
    MAP_TIMESTAMP = 7,
    MAP_LONGLONG = 8,
    MAP_INT24 = 9,
    MAP_DATE = 10,
    MAP_TIME = 11,
    MAP_DATETIME = 12,
    MAP_YEAR = 13,
    MAP_NEWDATE = 14,
    MAP_VARCHAR = 15,
    MAP_BIT = 16,
    MAP_TIMESTAMP2 = 17,
    MAP_DATETIME2 = 18,
    MAP_TIME2 = 19,
    MAP_TYPED_ARRAY = 20,
    MAP_BLOB_COMPRESSED = 140,
    MAP_VARCHAR_COMPRESSED = 141,
    MAP_VECTOR = 242,
    MAP_JSON = 245,
    MAP_NEWDECIMAL = 246,
    MAP_ENUM = 247,
    MAP_SET = 248,
    MAP_BLOB = 252,
    MAP_VAR_STRING = 253,
    MAP_STRING = 254,
    MAP_GEOMETRY = 255,
};

struct map_column {
    uint8_t type;  /* CHAR, ENUM and SET told apart */
    bool has_sign; /* is_unsigned is known */
    bool is_unsigned;
    bool has_collation; /* collation is known */
    bool is_invisible;
    uint32_t collation;
    uint32_t length;      /* strings: bytes at most; BIT: bits; BLOB family: bytes of the length */
    uint8_t precision;    /* DECIMAL */
    uint8_t scale;        /* DECIMAL; temporal types: fractional digits */
    uint8_t pack_bytes;   /* ENUM, SET, FLOAT, DOUBLE */
    struct value name;    /* VALUE_ABSENT when not told */
    struct value *labels; /* ENUM, SET, in the column's charset; NULL when not told */
    size_t n_labels;
};

struct table_map {
    uint64_t id;
    const char *schema; /* NUL-terminated */
    const char *name;
    struct map_column *columns;
    size_t n_columns;
    bool has_names;
    size_t *key; /* column indexes of the primary key; NULL and 0 when not told or none */
    size_t n_key;
    struct arena arena; /* owned; everything above points into it */
};

#define TABLE_MAP_INIT ((struct table_map){0})

void table_map_close(struct table_map *map);

/* Only which table: cheap, nothing is copied. Schema and name are NUL-terminated in the event. */
int table_map_peek(const struct event_format *format, const struct event *e, uint64_t *id,
                   const char **schema, const char **name, struct err *err);

/* Everything; MAP's former content goes. The event may be forgotten afterwards. */
int table_map_read(const struct event_format *format, const struct event *e, struct table_map *map,
                   struct err *err);

/* Is this one of the types that TLV 1 has a signedness bit for? */
bool map_type_is_numeric(uint8_t type);
#endif
