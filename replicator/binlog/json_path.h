/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_path: a path to one place in a JSON document, as MySQL writes it: $.key."quoted
 * key"[3][last]
 *
 * No wildcards: a partial update names single places (mysql-server, sql-common/json_path.cc,
 * Json_path_leg::to_string). Pure; any thread.
 */
#ifndef REPLICATOR_BINLOG_JSON_PATH_H
#define REPLICATOR_BINLOG_JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

struct json_leg {
    const uint8_t *key; /* UTF-8; NULL: an element of an array */
    size_t key_len;
    bool is_from_end; /* [last-INDEX] */
    uint32_t index;
};

struct json_path {
    const char *at; /* what is not read yet */
    const char *end;
};

/* TEXT is kept by pointer. -1: it does not begin with '$'. */
int json_path_open(const char *text, size_t len, struct json_path *out);
/* The next leg: 1, or 0 at the end, -1: malformed or (a key with escapes goes to ARENA) out of
 * memory. */
int json_path_next(struct json_path *p, struct arena *arena, struct json_leg *out);
#endif
