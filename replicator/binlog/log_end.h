/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_end: how much of its binlog a server has that a stream has not brought yet, and how long it
 * keeps it. Needs the privilege to monitor the binlog. Each call blocks for a query or two.
 */
#ifndef REPLICATOR_BINLOG_LOG_END_H
#define REPLICATOR_BINLOG_LOG_END_H

#include <stdint.h>

#include "common/err.h"
#include "common/mysql/db.h"

/* A place in the binlog: the number that its file's name ends in, and bytes from its start. */
struct log_place {
    uint64_t number; /* 0: not known */
    uint64_t offset;
};

/* The number of NAME, "binlog.000012"; 0: it has none. */
uint64_t log_number(const char *name);
/* Bytes from PLACE to the end; -1: the server does not say. */
int log_end_behind(struct db *db, const struct log_place *place, int64_t *bytes, struct err *err);
/* 0: for ever. */
int log_end_retention(struct db *db, int64_t *seconds, struct err *err);
#endif
