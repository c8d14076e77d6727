/* SPDX-License-Identifier: Apache-2.0 */
/*
 * discovery_table: names and types of the Sheets API, out of Google's own description.
 *
 * The table is made by tools/discovery_table.py. Read-only; any thread.
 */
#ifndef SANDBOX_DISCOVERY_TABLE_H
#define SANDBOX_DISCOVERY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum discovery_type {
    DISCOVERY_STRING = 1,
    DISCOVERY_INT32,
    DISCOVERY_INT64,
    DISCOVERY_FLOAT,
    DISCOVERY_DOUBLE,
    DISCOVERY_BOOL,
    DISCOVERY_ANY,
    DISCOVERY_LIST, /* a list of anything */
    DISCOVERY_ENUM,
    DISCOVERY_MESSAGE,
};

struct discovery_field {
    const char *name; /* NULL ends the list */
    uint8_t type;
    bool is_repeated;
    uint16_t reference; /* MESSAGE: index of the schema; ENUM: of the list of values */
};

struct discovery_schema {
    const char *name;
    const struct discovery_field *fields;
};

struct discovery_method {
    const char *id;                           /* NULL ends the list */
    int request, response;                    /* indices of schemas; -1: none */
    const struct discovery_field *parameters; /* of the query */
};

extern const struct discovery_schema discovery_schemas[];
extern const size_t discovery_n_schemas;
extern const char *const discovery_enums[]; /* "A\0B\0": each value with its NUL, then one more */
extern const struct discovery_method discovery_methods[];
#endif
