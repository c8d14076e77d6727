/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: what a stream's connection must be told before the server sends its binlog.
 *
 * Sources: mysql-server sql/rpl_source.cc and sql/rpl_binlog_sender.cc; MariaDB sql/sql_repl.cc.
 */
#ifndef REPLICATOR_BINLOG_SESSION_H
#define REPLICATOR_BINLOG_SESSION_H

#include <stdint.h>

#include "common/err.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/stream.h"

enum { SESSION_UUID_TEXT = 36 };

struct session_options {
    uint32_t server_id;
    char uuid[SESSION_UUID_TEXT + 1];
    unsigned heartbeat_ms;
};

/* The same instance name always gives the same UUID: on a reconnect the server ends the old dump.
 */
void session_uuid(const char *instance, char out[SESSION_UUID_TEXT + 1]);

/* Set the session up and ask for the binlog from P on. ERR_GONE when this kind of position means
 * nothing to this server. */
int session_start(struct stream *s, const struct session_options *o, const struct position *p,
                  struct err *err);
#endif
