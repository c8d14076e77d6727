/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_table: a struct table made of a TABLE_MAP alone, for who has no information_schema to ask.
 *
 * With binlog_row_metadata=FULL it says what the schema says, as of that event. With less, columns
 * are named @1, @2, ... and integers without a sign bit in the log are taken for signed. Pure.
 */
#ifndef REPLICATOR_BINLOG_LOG_TABLE_H
#define REPLICATOR_BINLOG_LOG_TABLE_H

#include "common/err.h"
#include "common/mysql/table.h"
#include "replicator/binlog/table_map.h"

/* Free with table_free. ERR_NOMEM. */
int log_table_new(const struct table_map *map, struct table **out, struct err *err);
#endif
