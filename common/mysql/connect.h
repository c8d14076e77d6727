/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connect: open a session with the configured server through either client library.
 *
 * Oracle's libmysqlclient and MariaDB Connector/C name their TLS options differently; this is the
 * one place that knows. Include it only in common/mysql/ and replicator/binlog/stream_*.c. One
 * thread at a time per connection; any thread may open one.
 */
#ifndef COMMON_MYSQL_CONNECT_H
#define COMMON_MYSQL_CONNECT_H

#include <mysql.h>
#include <stdbool.h>

#include "common/config/config.h"
#include "common/err.h"

enum { CONNECT_READ_ONLY = 1290 };

/* Connect, TLS as CFG says, charset utf8mb4, CLIENT_FOUND_ROWS, LOCAL INFILE refused; of several
 * hosts to the one that takes writes. Blocks: 10 s to connect (3 s a host, where there are
 * several), then READ_TIMEOUT_S for each read; a peer that is gone is noticed within eleven. Errors
 * as in db.h. The caller ends it with mysql_close. */
int connect_open(const struct config_mysql *cfg, unsigned read_timeout_s, MYSQL **out,
                 struct err *err);

/* Fill ERR from what the client library reported for an attempt to WHAT ("connect to ..."). */
int connect_error(struct err *err, unsigned number, const char *text, const char *what);
/* The connection cannot be used any more: after an error of that NUMBER and TEXT. */
bool connect_is_lost(unsigned number, const char *text);
/* End it for both sides, and nothing waits for an answer any more; mysql_close is still to come. */
void connect_cut(MYSQL *mysql);
#endif
