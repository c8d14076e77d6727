/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch_private: the state of a dispatch, and its parts; for the dispatch*.c files only.
 *
 *   dispatch.c              events in: which part each one is for
 *   dispatch_transaction.c  where a transaction begins and ends, and the position
 *   dispatch_statement.c    QUERY events and what else is no row
 */
#ifndef REPLICATOR_BINLOG_DISPATCH_PRIVATE_H
#define REPLICATOR_BINLOG_DISPATCH_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "replicator/binlog/ddl.h"
#include "replicator/binlog/dispatch.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/fragments.h"
#include "replicator/binlog/gtid_event.h"
#include "replicator/binlog/payload.h"
#include "replicator/binlog/position_kind.h"
#include "replicator/binlog/tables.h"
#include "replicator/binlog/xa.h"

struct dispatch {
    const struct reader_handler *handler;
    struct position *position; /* not owned; after the last commit handed out */
    struct event_format format;
    struct tables tables;
    struct xa_list prepared;
    struct ddl_statement statement;
    struct buf sql;    /* unpacked */
    struct arena text; /* SQL in UTF-8 */
    struct buf gtid;   /* text of the transaction under way */
    struct buf source; /* its part before the number, of this UUID and tag */
    uint8_t source_uuid[GTID_UUID_BYTES];
    char source_tag[GTID_TAG_MAX + 1];
    struct origin origin;
    struct payload *payload; /* owned; made at first use */
    struct fragments fragments;

    /* Where the stream is, beyond the last commit. */
    char file[POSITION_FILE_MAX + 1];
    uint64_t offset;

    /* The transaction under way. */
    bool in_transaction; /* it goes on until an end event */
    bool has_changes;    /* of tables that the handler wants */
    bool is_mysql_gtid, is_mariadb_gtid;
    struct gtid_event mysql_gtid;
    struct gtid_event_mariadb mariadb_gtid;
};

/* What was under way is forgotten; nothing is told. */
void transaction_begin(struct dispatch *d);
/* The events that name a transaction; to MariaDB this is its BEGIN, too. */
int transaction_gtid(struct dispatch *d, const struct event *e, struct err *err);
int transaction_mariadb_gtid(struct dispatch *d, const struct event *e, struct err *err);
/* E ends the transaction: the position moves, and the handler is told. */
int transaction_end(struct dispatch *d, const struct event *e, bool is_rollback, struct err *err);

/* QUERY and MariaDB's QUERY_COMPRESSED. */
int statement_query(struct dispatch *d, const struct event *e, struct err *err);
/* LOAD DATA that was logged as a statement. */
int statement_load(struct dispatch *d, struct err *err);
int statement_xa_prepare(struct dispatch *d, const struct event *e, struct err *err);
#endif
