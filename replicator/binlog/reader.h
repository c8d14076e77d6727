/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: the stream of row changes of one server, from a position on.
 *
 *   stream (bytes) -> event (framing, CRC32) -> table map -> rows -> values -> handler
 *
 * The handler is called on the thread that runs reader_run, in binlog order. Tables that want_table
 * refuses are skipped at their TABLE_MAP. What it gets is valid until it returns. No allocation per
 * value.
 */
#ifndef REPLICATOR_BINLOG_READER_H
#define REPLICATOR_BINLOG_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"
#include "common/mysql/table.h"
#include "common/stop.h"
#include "replicator/binlog/position.h"

struct reader;
struct event;        /* event.h */
struct event_format; /* event.h */

enum change_type { CHANGE_INSERT, CHANGE_UPDATE, CHANGE_DELETE };

/* Where in the log, and in which transaction. */
struct origin {
    const char *file; /* as in SHOW BINARY LOGS; "" before the first rotate event */
    uint64_t offset;  /* of the event's first byte; inside a compressed transaction: of that one */
    uint32_t server_id;
    uint32_t time_s;        /* since 1970 UTC: when the statement began */
    const char *gtid;       /* "" if the transaction has none */
    int64_t commit_time_us; /* since 1970 UTC, from the GTID event; 0 if it has none */
};

/* Values are table->n_columns canonical texts (value.h), absent where the log carries none
 * (binlog_row_image MINIMAL and NOBLOB). AFTER of an update is complete as far as the log goes: a
 * column that only BEFORE carries has not changed and stands in both. Absent in both: it has not
 * changed either, or it is a JSON column of which the log tells only what was changed in it; who
 * needs it reads the row. Absent in an insert: the column's default. */
struct change {
    enum change_type type;
    const struct table *table;
    const struct value *before; /* NULL for an insert */
    const struct value *after;  /* NULL for a delete */
    uint64_t shape; /* the same number: the same TABLE, described by the same TABLE_MAP */
    const struct origin *origin;
};

struct commit {
    const struct position *position; /* after this transaction; position_print makes it text */
    const struct origin *origin;     /* of the event that ends it */
    int64_t commit_time_us; /* since 1970 UTC: from the GTID event, else the end event's second; 0
                               if unknown */
    bool is_exact_time;     /* microseconds, not whole seconds */
    uint64_t end;           /* just after it, in origin's file */
    bool is_rollback;       /* the changes since the last commit did not happen */
};

enum ddl_kind {
    DDL_OTHER, /* not understood: any table may have changed in any way */
    DDL_ALTER,
    DDL_RENAME, /* once for each name, old and new, from left to right */
    DDL_TRUNCATE,
    DDL_DROP,
    DDL_CREATE,
    DDL_STATEMENT_DML /* rows have changed without a row event for each: read the table again */
};

/* One table that a statement names; statements that change no table (GRANT, CREATE VIEW, ...) are
 * not told. It may come within a transaction; the commit follows. */
struct ddl {
    enum ddl_kind kind;
    const char *schema; /* resolved with the session's database; "": any table may be meant */
    const char *table;  /* "": every table of the schema */
    const char *sql;    /* for the log, at most 200 bytes of it */
};

/* What a handler wants of a table; all zeros: nothing, its rows are skipped unread. */
struct table_wish {
    const struct table *table; /* its rows, read as this table; the handler's until on_commit */
    bool is_as_logged;         /* its rows, as the log alone describes the table (log_table.h) */
    void *notice;              /* not NULL: on_notice is told of each rows event, with this */
};

struct notice {
    void *notice; /* the wish's */
    enum change_type type;
    /* The server executes foreign keys in its SQL layer: cascades are logged (MySQL 9.6). */
    bool has_logged_cascades;
};

/* An event as it comes, before anything is made of it. */
struct arrival {
    const struct event *event;
    const struct event_format *format; /* of the events around it */
    const struct origin *origin;
    bool is_inner; /* out of a transaction payload: unpacked, its bytes stand nowhere in the file */
};

struct reader_handler {
    void *ctx;
    /* Told of every event first; may be NULL. */
    int (*on_event)(void *ctx, const struct arrival *arrival, struct err *err);
    /* What is wanted of this table? Asked at each TABLE_MAP; *OUT comes cleared. */
    int (*want_table)(void *ctx, const char *schema, const char *table, struct table_wish *out,
                      struct err *err);
    /* May be NULL when no wish has a notice. */
    int (*on_notice)(void *ctx, const struct notice *notice, struct err *err);
    int (*on_change)(void *ctx, const struct change *change, struct err *err);
    int (*on_commit)(void *ctx, const struct commit *commit, struct err *err);
    int (*on_ddl)(void *ctx, const struct ddl *ddl, struct err *err);
    /* A heartbeat or another sign of life with nothing to do. */
    int (*on_idle)(void *ctx, struct err *err);
};

struct reader_options {
    const struct config_mysql *mysql;
    const char *instance;  /* names the replica: its UUID is derived from it */
    unsigned heartbeat_ms; /* 5000; silence of three is a dead peer */
    struct stop *stop;
};

int reader_new(const struct reader_options *options, const struct reader_handler *handler,
               struct reader **out, struct err *err);
void reader_free(struct reader *r);

/* Connect at POSITION and hand out until the stop is asked (ERR_STOPPED), the handler returns -1
 * (its error) or the stream breaks. transient: connect again (not before wait_ms), at the position
 * of the last commit handed out; changes after it come again. ERR_GONE: the server has purged what
 * comes next, or does not know the position: the hint says what to do. ERR_FORMAT and transient: a
 * table in the log does not look like want_table's: load it again first; when that does not help, a
 * snapshot does. */
int reader_run(struct reader *r, const char *position, struct err *err);

/* Wake reader_run from another thread: it returns ERR_STOPPED soon. */
void reader_interrupt(struct reader *r);
#endif
