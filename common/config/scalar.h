/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scalar: one text of the configuration -> one member of its struct.
 *
 * Each parser stores at TO (and at the key's second offset) and returns true, or appends to WHY
 * what was expected and returns false. Pure; any thread.
 */
#ifndef COMMON_CONFIG_SCALAR_H
#define COMMON_CONFIG_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct key; /* walk.h */

struct scalar {
    const char *text;
    const char *folder; /* of the file: relative paths start here */
};

typedef bool scalar_parse(const struct key *k, const struct scalar *in, void *owner,
                          struct buf *why);

scalar_parse scalar_text;     /* char *; min..max characters */
scalar_parse scalar_name;     /* char *; [a-z0-9_-] */
scalar_parse scalar_path;     /* char *; relative to the folder */
scalar_parse scalar_secret;   /* char *; min..max bytes, of any kind */
scalar_parse scalar_url;      /* char *; http(s), ends in a slash */
scalar_parse scalar_id;       /* char *; a spreadsheet's id */
scalar_parse scalar_table;    /* char * twice: schema, table */
scalar_parse scalar_listen;   /* char *, uint16_t: host, port */
scalar_parse scalar_number;   /* any unsigned integer */
scalar_parse scalar_duration; /* int64_t, milliseconds */
scalar_parse scalar_age;      /* int64_t, milliseconds; "forever": 0 */
scalar_parse scalar_size;     /* size_t, bytes */
scalar_parse scalar_label;    /* an enum: the label's index */
#endif
