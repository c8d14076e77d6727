/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat: how far a server is that has nothing to send.
 *
 * Source: mysql-server libs/mysql/binlog/event/control_events.h (Heartbeat_event, _v2). Pure.
 */
#ifndef CLI_EVENTS_HEARTBEAT_H
#define CLI_EVENTS_HEARTBEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "replicator/binlog/event.h"

struct heartbeat {
    const char *file; /* in the event, not NUL-terminated */
    size_t file_len;
    uint64_t offset; /* modulo 2^32 in the first version */
};

/* False if E is no heartbeat, or a malformed one. */
bool heartbeat_read(const struct event *e, struct heartbeat *out);
#endif
