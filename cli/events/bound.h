/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bound: --since and --until: which transactions are within.
 *
 *   a time      since: at or after it; until: before it. Compared with the commit time in the GTID
 *               event, where there is none with the event's own second (when its statement began).
 *   a GTID      since: from this transaction on; until: to this one, both of them included; in the
 *               order of the log.
 *   a GTID set  since: the transactions that are not in it; until: those that are. MariaDB's set is
 *               a position: in each domain it names, what is up to its number. A transaction
 * without a GTID is in no set. Pure; one thread at a time.
 */
#ifndef CLI_EVENTS_BOUND_H
#define CLI_EVENTS_BOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "replicator/binlog/reader.h"

enum bound_kind { BOUND_NONE, BOUND_TIME, BOUND_GTID, BOUND_SET };

struct bound {
    enum bound_kind kind;
    int64_t time_us;      /* BOUND_TIME: since 1970 UTC */
    struct position *set; /* BOUND_SET: owned */
    struct buf gtid;      /* BOUND_GTID: as the log prints it; BOUND_SET: the last one looked at */
    bool is_passed;       /* BOUND_GTID: that transaction has come */
    bool is_in_set;       /* BOUND_SET: was the last one looked at */
};

#define BOUND_INIT ((struct bound){0})

void bound_close(struct bound *b);

/* ISO 8601 (2026-01-31, 2026-01-31T10:11:12.123456Z or +02:00; without a zone: UTC), @SECONDS since
 * 1970, a GTID, a GTID set, or a position with its prefix (mysql:..., mariadb:...), which is always
 * a set. ERR_CONFIG. */
int bound_parse(const char *text, struct bound *b, struct err *err);

/* Is an event at ORIGIN within? Ask in the order of the log, once at least for each transaction.
 * ERR_NOMEM, ERR_FORMAT. */
int bound_since(struct bound *b, const struct origin *origin, bool *is_within, struct err *err);
int bound_until(struct bound *b, const struct origin *origin, bool *is_within, struct err *err);
#endif
