/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_diff: a partial update of a JSON document (MySQL's binlog_row_value_options = PARTIAL_JSON).
 *
 * In the log it is a list of: operation (0 replace, 1 insert, 2 remove), path, and, unless it
 * removes, the new value in binary (mysql-server, sql-common/json_diff.cc). Pure; one thread at a
 * time per arena.
 */
#ifndef REPLICATOR_BINLOG_JSON_DIFF_H
#define REPLICATOR_BINLOG_JSON_DIFF_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/mysql/value.h"

/* The text of the document BEFORE (binary, as the before image has it) after DIFF, in ARENA. The
 * value is absent when DIFF does not fit this document or is too large to apply: then only the
 * server knows. ERR_FORMAT: malformed; ERR_NOMEM. */
int json_diff_apply(const uint8_t *before, size_t before_len, const uint8_t *diff, size_t diff_len,
                    struct arena *arena, struct value *out, struct err *err);
#endif
