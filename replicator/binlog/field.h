/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field: how one column of a row image is read: what the log says (table_map) joined with what the
 * schema says (struct column).
 *
 * The log goes before the schema wherever it speaks: it describes the table as it was when the row
 * was written. Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_FIELD_H
#define REPLICATOR_BINLOG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
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
    FIELD_COMPRESSED, /* MariaDB's: text or bytes, packed one by one */
    FIELD_ENUM,
    FIELD_SET,
    FIELD_JSON,
    FIELD_UUID,
    FIELD_INET4,
    FIELD_INET6,
    FIELD_GEOMETRY,
    FIELD_VECTOR,
    FIELD_UNKNOWN, /* its length is known, its meaning is not */
    FIELD_SKIPPED, /* nobody wants it */
};

struct field {
    enum field_kind kind;
    uint8_t fixed_bytes; /* of the value; 0: a length of prefix_bytes stands before it */
    uint8_t prefix_bytes;
    uint8_t precision, scale; /* DECIMAL; scale: fractional digits of temporal types */
    uint8_t text_max;         /* value_put makes it into a text of at most so much; 0: not it */
    bool is_rounded;          /* DOUBLE(m,d): it is shown with SCALE digits */
    bool is_unsigned;
    bool is_costly;                /* comparing its bytes is cheaper than reading it */
    uint16_t json_at;              /* JSON: which one of the JSON columns of the TABLE_MAP */
    size_t column;                 /* index in the struct table; n_columns when skipped */
    uint32_t pad_bytes;            /* BINARY(n), UUID, INET6: trailing zeros are not stored */
    const struct charset *charset; /* TEXT, COMPRESSED; NULL: the bytes are UTF-8 */
    const struct value *labels;    /* ENUM, SET: in UTF-8, not owned; NULL: nobody told them */
    size_t n_labels;
};

/* Does the schema's column have the type that the log has? */
bool field_fits(const struct map_column *col, const struct column *column);

/* How COL of MAP is read. COLUMN of the schema, with the index AT; NULL: it is skipped. Labels go
 * into ARENA. ERR_FORMAT: a type or character set that we do not know; ERR_NOMEM. */
int field_make(const struct table_map *map, const struct map_column *col,
               const struct column *column, size_t at, struct arena *arena, struct field *out,
               struct err *err);
#endif
