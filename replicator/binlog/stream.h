/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: a connection on which the server sends its binlog, one event at a time.
 *
 * Two implementations of this header, one of them is linked: stream_mariadb.c (Connector/C, for
 * both servers) and stream_mysql.c (Oracle's libmysqlclient). One thread at a time, but for
 * stream_interrupt.
 */
#ifndef REPLICATOR_BINLOG_STREAM_H
#define REPLICATOR_BINLOG_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"

struct stream;

/* Connect and log in. A peer that is dead for SILENCE_MS breaks the stream (TCP keepalive); one
 * that lives and is silent has a minute: MariaDB sends nothing, not even heartbeats, while it looks
 * for a GTID in its files. Blocks up to ten seconds. */
int stream_open(const struct config_mysql *cfg, unsigned silence_ms, struct stream **out,
                struct err *err);
void stream_close(struct stream *s); /* NULL is fine */

bool stream_is_mariadb(const struct stream *s);

/* Before the dump: run one statement; OUT (may be NULL) gets the first row's first column. */
int stream_query(struct stream *s, const char *sql, struct buf *out, struct err *err);

/* A flag of MySQL's dump commands: heartbeats of the second version, whose positions do not end at
 * 4 GiB. MariaDB has another meaning for that bit (facts: rpl_constants.h, sql_repl.cc). */
enum { STREAM_HEARTBEAT_V2 = 0x2 };

/* Where the server shall begin. */
struct stream_start {
    uint32_t server_id;
    const char *file; /* "" with GTIDs */
    uint64_t offset;
    const void *gtid_set; /* MySQL's binary form; NULL: by file and offset, or by what the session's
                             @slave_connect_state says */
    size_t gtid_set_len;
};
/* Ask for the binlog; after this only stream_next and stream_close. */
int stream_dump(struct stream *s, const struct stream_start *start, struct err *err);

/* Wait for the next event: 1 and its bytes, valid until the next call; 0 when the server says that
 * there are no more. Errors are what stream_error makes of them. */
int stream_next(struct stream *s, const uint8_t **bytes, size_t *len, struct err *err);

/* Break a wait of another thread: its call fails soon. */
void stream_interrupt(struct stream *s);
#endif
