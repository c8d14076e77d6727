/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gtid_event: the events that begin a transaction and name it, of both servers.
 *
 * Pure; any thread.
 */
#ifndef REPLICATOR_BINLOG_GTID_EVENT_H
#define REPLICATOR_BINLOG_GTID_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "replicator/binlog/event.h"
#include "replicator/binlog/gtid_list.h"
#include "replicator/binlog/gtid_set.h"

/* MySQL: GTID_LOG_EVENT (33), ANONYMOUS (34), GTID_TAGGED_LOG_EVENT (42) */
struct gtid_event {
    uint8_t uuid[GTID_UUID_BYTES];
    char tag[GTID_TAG_MAX + 1];
    int64_t number;         /* 0: anonymous */
    int64_t commit_time_us; /* on the server that sends; 0 before MySQL 8.0 */
};
int gtid_event_read(const struct event *e, struct gtid_event *out, struct err *err);

/* MariaDB: GTID_EVENT (162) */
enum {
    GTID_FLAG_STANDALONE = 0x01, /* one event follows, and no commit */
    GTID_FLAG_COMMIT_ID = 0x02,
    GTID_FLAG_PREPARED_XA = 0x40,
    GTID_FLAG_COMPLETED_XA = 0x80,
};
/* With binlog_alter_two_phase (MariaDB 10.8) an ALTER TABLE is logged when it begins and when it
 * ends; both have its text. */
enum gtid_alter { GTID_ALTER_WHOLE, GTID_ALTER_START, GTID_ALTER_COMMIT, GTID_ALTER_ROLLBACK };
struct gtid_event_mariadb {
    struct gtid_triple gtid;
    uint8_t flags;
    enum gtid_alter alter;
};
int gtid_event_read_mariadb(const struct event *e, struct gtid_event_mariadb *out, struct err *err);

/* MariaDB: GTID_LIST_EVENT (163). Adds the domains that LIST lacks: without them the server would
 * not resume. */
int gtid_event_read_list(const struct event *e, struct gtid_list *list, struct err *err);
#endif
