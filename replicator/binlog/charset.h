/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset: text of a column in UTF-8, whatever the column is stored in.
 *
 * A code that its charset does not know becomes '?', as it does in a SELECT. The characters come
 * from iconv(3), asked once for each code, and from what the servers were found to do otherwise
 * (charset_table.c); UTF-16 and its like are computed. Any thread.
 */
#ifndef REPLICATOR_BINLOG_CHARSET_H
#define REPLICATOR_BINLOG_CHARSET_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/mysql/value.h"

struct charset;

enum { COLLATION_BINARY = 63 };

/* The charset of a collation id; NULL if we (or this machine's iconv) do not know it. The first
 * call for a charset may take some milliseconds: its table is made. */
const struct charset *charset_of_collation(uint32_t collation);
/* The same by the server's name ("latin1"). */
const struct charset *charset_of_name(const char *name);
const char *charset_name(const struct charset *cs);
/* Is its text UTF-8 (or bytes) already? Then nothing needs converting. */
bool charset_is_utf8(const struct charset *cs);
/* IN as UTF-8, in ARENA, or IN itself when all of it is ASCII already; state VALUE_ABSENT when out
 * of memory. */
struct value charset_convert(const struct charset *cs, struct value in, struct arena *arena);
#endif
