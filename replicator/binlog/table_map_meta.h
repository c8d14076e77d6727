/* SPDX-License-Identifier: Apache-2.0 */
/* table_map_meta: the optional type-length-value fields at a TABLE_MAP's end. Pure. */
#ifndef REPLICATOR_BINLOG_TABLE_MAP_META_H
#define REPLICATOR_BINLOG_TABLE_MAP_META_H

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/table_map.h"

/* Read them to the cursor's end into MAP's columns, in any order; unknown ones are skipped. -1 if a
 * length or an index is wrong or memory ran out. */
int table_map_read_meta(struct table_map *map, struct cursor *c, bool is_mariadb);
#endif
