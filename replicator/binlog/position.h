/* SPDX-License-Identifier: Apache-2.0 */
/*
 * position: where in the binlog. Everything before it has been handed out, nothing after it.
 *
 * As text (checkpoint, logs, command line):
 *   "mysql:" GTID set         mysql:3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77,...:tag:1-3
 *   "mariadb:" GTID position  mariadb:0-1-100,1-7-5
 *   "file:" name ":" offset   file:binlog.000004:1234 (64 bits; where the server writes no GTIDs)
 * Pure but for position_now; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_POSITION_H
#define REPLICATOR_BINLOG_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

struct db;
struct position;

/* ERR_FORMAT says what is wrong with the text. Free with position_free (NULL is fine). */
int position_parse(const char *text, struct position **out, struct err *err);
void position_free(struct position *p);
void position_print(const struct position *p, struct buf *out);

/* Has a stream at P handed out everything before OTHER, too? False when they are of different
 * kinds. */
bool position_covers(const struct position *p, const struct position *other);

/* How many transactions of OTHER, a server's end of the binlog, a stream at P has not handed out.
 * MariaDB numbers them within a domain; numbers that were left out count, too. -1: the position's
 * kind does not say. */
int64_t position_missing(const struct position *p, const struct position *other);

/* The server's end of the binlog, as the kind of position that this server can resume from. Not a
 * watermark for reads on MariaDB (facts/binlog.md, 8.3). Blocks for a query. */
int position_now(struct db *db, struct position **out, struct err *err);
#endif
