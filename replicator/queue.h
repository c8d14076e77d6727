/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue: what the stream thread hands to the worker, in binlog order; bounded in bytes.
 *
 * Full means the stream waits: the binlog is the queue. One producer, one consumer.
 */
#ifndef REPLICATOR_QUEUE_H
#define REPLICATOR_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/hash.h"
#include "common/stop.h"
#include "replicator/binlog/log_end.h"
#include "replicator/binlog/reader.h"
#include "replicator/sync/change_set.h"

enum item_type {
    ITEM_CHANGE,  /* a row of a mapped table */
    ITEM_EDIT,    /* an edit's final edit_log row */
    ITEM_SIGNAL,  /* a row of signals */
    ITEM_MARK,    /* our own watermark */
    ITEM_DDL,     /* a mapped table was changed, truncated, dropped, ... */
    ITEM_CASCADE, /* a foreign key's parent was changed: rows of the mapping may have changed */
    ITEM_FAMILY,  /* a value of a family may have no tab: of the family that MAPPING counts */
    ITEM_COMMIT,  /* the end of a transaction: the position after it */
    ITEM_RESET,   /* the stream broke inside a transaction: it will come again from its start */
    ITEM_BROKEN,  /* the stream has ended for good: err says why */
};

/* An edit that the webhook has completed (edit_log in schemas/state.sql). */
struct edit_note {
    char *id, *kind, *outcome, *operation, *row_key,
        *columns; /* owned; columns: a JSON array of column names */
    char *notes;  /* owned; {header: text, or null: none} as JSON; NULL: it has none */
    char *cells;  /* owned; {header: cell}, what the row showed: of notes without a key, and of what
                     was rejected; NULL */
    struct hash128 key;
    bool has_key;
    int64_t number;      /* edit_log.id */
    bool is_found;       /* by a comparison of ours, not told by a script */
    int64_t sheet_row;   /* 1-based; 0: unknown */
    int64_t received_ms; /* by the webhook, since 1970 UTC, by MySQL's clock */
    int64_t edited_ms;   /* since 1970 UTC, by the sheet's clock; of a found edit by ours */
};

struct item {
    enum item_type type;
    uint32_t mapping;        /* CHANGE, EDIT, SIGNAL, DDL, CASCADE */
    struct row_image *image; /* owned; CHANGE */
    bool is_delete;          /* CHANGE */
    bool has_old_key;        /* CHANGE: the row had another key before */
    struct hash128 old_key;
    bool is_partial;        /* CHANGE: a mapped column is absent; read the row again */
    struct edit_note *edit; /* owned */
    enum ddl_kind ddl;      /* DDL; CASCADE: STATEMENT_DML for rows, else a changed parent */
    char *text;             /* owned; COMMIT: the position; SIGNAL: its kind; DDL: the statement;
                               CASCADE: the parent's name */
    char *reason;           /* owned; SIGNAL */
    char *row_keys;         /* owned; SIGNAL: of a repair, a JSON array */
    uint64_t serial;        /* MARK; SIGNAL: its number */
    int64_t time_us;        /* COMMIT, CHANGE: when it was committed, as exactly as the log knows */
    struct change_times times; /* COMMIT, CHANGE: by our clock (stream_clock.h) */
    struct log_place place;    /* COMMIT: just after it */
    int64_t queued_us;         /* wall */
    bool is_rollback;          /* COMMIT */
    struct err *err;           /* owned; BROKEN; NULL: there was no memory for it */
    struct item *next;
};

struct queue;

struct queue *queue_new(size_t limit_bytes, struct stop *stop); /* NULL: out of memory */
void queue_free(struct queue *q);
void item_close(struct item *item); /* what it owns */
void item_free(struct item *item);  /* itself, too; NULL: nothing */

/* Append ITEM (taken over); waits while the queue is full. -1 and ERR_STOPPED when asked to stop or
 * closed. */
int queue_push(struct queue *q, struct item *item, struct err *err);
/* Take everything there is as a list, waiting up to WAIT_MS for the first item; NULL if none came.
 * At most LIMIT_BYTES of it, but at least one item. */
struct item *queue_pop(struct queue *q, int64_t wait_ms, size_t limit_bytes);
/* Is nothing waiting to be taken? */
bool queue_is_empty(struct queue *q);
/* The consumer wants no more: pushes fail from now on. */
void queue_close(struct queue *q);
#endif
