/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field: how one column of a row image is read: what the log says (table_map) joined with what the
 * schema says (struct table).
 *
 * The log goes before the schema wherever it speaks: it describes the table as it was when the row
 * was written. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_FIELD_H
#define REPLICATOR_BINLOG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/mysql/table.h"
#include "replicator/binlog/charset.h"
#include "replicator/binlog/table_map.h"

enum field_kind {
    FIELD_INT,
    FIELD_FLOAT,
    FIELD_DOUBLE,
    FIELD_DECIMAL,
    FIELD_BIT,
    FIELD_YEAR,
    FIELD_DATE,
    FIELD_TIME,
    FIELD_DATETIME,
    FIELD_TIMESTAMP,
    FIELD_TIME_OLD, /* before MySQL 5.6 */
    FIELD_DATETIME_OLD,
    FIELD_TIMESTAMP_OLD,
    FIELD_TEXT,
    FIELD_BYTES,
    FIELD_ENUM,
    FIELD_SET,
    FIELD_JSON,
    FIELD_UUID,
    FIELD_INET4,
    FIELD_INET6,
    FIELD_GEOMETRY,
    FIELD_VECTOR,
    FIELD_UNKNOWN, /* its length is known, its meaning is not */
};

enum { FIELD_SKIP = -1 };

struct field {
    enum field_kind kind;
    int column;          /* index in the struct table; FIELD_SKIP: nobody wants it */
    uint8_t fixed_bytes; /* of the value; 0: a length of prefix_bytes stands before it */
    uint8_t prefix_bytes;
    uint8_t precision, scale; /* DECIMAL; scale: fractional digits of temporal types */
    bool is_rounded;          /* DOUBLE(m,d): it is shown with SCALE digits */
    bool is_unsigned;
    uint32_t pad_bytes;            /* BINARY(n), UUID, INET6: trailing zeros are not stored */
    const struct charset *charset; /* TEXT and the log's labels; NULL: bytes as they are (UTF-8) */
    const struct value *labels;    /* ENUM, SET: from the log; NULL: */
    char *const *table_labels;     /* from the schema, always UTF-8 */
    size_t n_labels;
};

/* Fill FIELDS (map->n_columns of them). By name when the log has names, else by ordinal, and then
 * count and types must be the same. ERR_FORMAT, transient: the schema has moved on (or we are
 * behind); the message names the table. */
int field_join(const struct table_map *map, const struct table *table, struct field *fields,
               struct err *err);
#endif
