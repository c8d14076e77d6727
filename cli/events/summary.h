/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary: what a log holds, counted: events and bytes by type, rows by table, transactions.
 *
 * One thread at a time.
 */
#ifndef CLI_EVENTS_SUMMARY_H
#define CLI_EVENTS_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/events/roster.h"
#include "common/buf.h"
#include "common/err.h"
#include "replicator/binlog/reader.h"

enum { SUMMARY_TYPES = 256 };

struct summary_count {
    uint64_t events;
    uint64_t bytes; /* header, body and checksum */
};

/* One transaction; the text is owned. */
struct summary_transaction {
    uint64_t rows;
    uint64_t bytes;      /* of its events, from the one that names it to the one that ends it */
    struct buf gtid;     /* "" if it has none */
    struct buf position; /* of its first event */
    struct buf time;
};

struct summary {
    struct summary_count by_type[SUMMARY_TYPES];
    struct summary_count inner_by_type[SUMMARY_TYPES]; /* out of payloads, unpacked */
    uint64_t bytes;                                    /* as they stand in the log */
    char **files;                                      /* owned, with their names */
    size_t n_files;

    uint64_t n_transactions;
    int64_t first_us, last_us; /* times of the first and of the last one, in the order of the log */
    bool is_first_exact, is_last_exact;
    struct summary_transaction most_rows, most_bytes;

    /* The transaction under way. */
    bool is_open;
    uint64_t open_offset;
    uint64_t open_rows, open_bytes;
};

#define SUMMARY_INIT ((struct summary){0})

void summary_close(struct summary *s);

/* An event has come. ERR_NOMEM. */
int summary_event(struct summary *s, const struct arrival *arrival, struct err *err);
/* The transaction under way has ended; IS_WITHIN: it counts. ERR_NOMEM. */
int summary_commit(struct summary *s, const struct commit *commit, bool is_within, struct err *err);

/* Everything, for people or as one JSON object; the rows are the roster's. ERR_NOMEM. */
int summary_print(const struct summary *s, const struct roster *r, struct err *err);
int summary_print_json(const struct summary *s, const struct roster *r, struct err *err);
#endif
