/* SPDX-License-Identifier: Apache-2.0 */
/*
 * position_kind: what is inside a struct position; for the binlog folder only.
 */
#ifndef REPLICATOR_BINLOG_POSITION_KIND_H
#define REPLICATOR_BINLOG_POSITION_KIND_H

#include "replicator/binlog/gtid_list.h"
#include "replicator/binlog/gtid_set.h"
#include "replicator/binlog/position.h"

enum position_kind { POSITION_MYSQL, POSITION_MARIADB, POSITION_FILE };

enum { POSITION_FILE_MAX = 512 };

struct position {
    enum position_kind kind;
    struct gtid_set set;              /* POSITION_MYSQL */
    struct gtid_list list;            /* POSITION_MARIADB */
    char file[POSITION_FILE_MAX + 1]; /* POSITION_FILE: as in SHOW BINARY LOGS, no folder */
    uint64_t offset;
};

/* Move OFFSET past an event of LENGTH bytes. LOG_POS is the server's word on its end, modulo 2^32,
 * or 0: files grow beyond 4 GiB, so it only corrects our own count. */
uint64_t position_advance(uint64_t offset, uint32_t length, uint32_t log_pos);
#endif
