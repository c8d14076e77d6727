/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset: text of a column in UTF-8, whatever the column is stored in.
 *
 * A byte sequence that its charset does not know becomes '?', as it does in a SELECT. Single-byte
 * charsets are a table look-up; others go through iconv(3). Any thread: the tables are made once,
 * and each thread has its own iconv descriptors.
 */
#ifndef REPLICATOR_BINLOG_CHARSET_H
#define REPLICATOR_BINLOG_CHARSET_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/mysql/value.h"

struct charset;

enum { COLLATION_BINARY = 63 };

/* The charset of a collation id; NULL if we do not know it. */
const struct charset *charset_of_collation(uint32_t collation);
/* By the server's name ("latin1"); NULL if we do not know it. */
const struct charset *charset_of_name(const char *name);
const char *charset_name(const struct charset *cs);
/* Is its text UTF-8 (or bytes) already? Then nothing needs converting. */
bool charset_is_utf8(const struct charset *cs);
/* IN as UTF-8, in ARENA (or IN itself); state VALUE_ABSENT when out of memory. */
struct value charset_convert(const struct charset *cs, struct value in, struct arena *arena);
#endif
