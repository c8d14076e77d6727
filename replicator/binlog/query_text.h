/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_text: the SQL of a QUERY event in UTF-8.
 *
 * The log has it in the character set of the client that sent it; names in it are compared with
 * those of mappings, which are UTF-8. Pure; one thread at a time per arena.
 */
#ifndef REPLICATOR_BINLOG_QUERY_TEXT_H
#define REPLICATOR_BINLOG_QUERY_TEXT_H

#include "common/arena.h"
#include "common/mysql/value.h"
#include "replicator/binlog/event.h"

/* Where it is when it is UTF-8 already (or nobody knows what), else in ARENA. State VALUE_ABSENT
 * when out of memory. */
struct value query_text(const struct event_query *q, struct arena *arena);
#endif
