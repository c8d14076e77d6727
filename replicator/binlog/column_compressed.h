/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column_compressed: a value of a column with MariaDB's attribute COMPRESSED, as it is in a row.
 *
 *   nothing                                  the empty value
 *   00, bytes                                not compressed
 *   80 + flags, length, zlib or raw deflate  flags: 1 to 7 bytes of length (big-endian), 8: raw
 *
 * (MariaDB, sql/field.cc and sql/field_comp.cc.) Pure; one thread at a time per arena.
 */
#ifndef REPLICATOR_BINLOG_COLUMN_COMPRESSED_H
#define REPLICATOR_BINLOG_COLUMN_COMPRESSED_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/mysql/value.h"

/* The value of the LEN bytes at P: in ARENA, or where they are. Takes no more memory than what LEN
 * bytes can be unpacked to, whatever they claim, and at most 1 GiB. ERR_FORMAT, ERR_NOMEM. */
int column_uncompress(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                      struct err *err);
#endif
