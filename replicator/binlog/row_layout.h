/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_layout: how the rows of one table are read, made once from its TABLE_MAP and its schema.
 *
 * Pure; one thread at a time.
 */
#ifndef REPLICATOR_BINLOG_ROW_LAYOUT_H
#define REPLICATOR_BINLOG_ROW_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/err.h"
#include "common/mysql/table.h"
#include "replicator/binlog/field.h"
#include "replicator/binlog/table_map.h"

struct row_layout {
    struct field *fields; /* one a column of the TABLE_MAP */
    size_t n_fields;
    size_t n_values; /* the schema's columns */
    size_t n_json;   /* JSON columns of the TABLE_MAP */
    size_t text_max; /* room for what value_put makes of one row image */
    uint64_t serial; /* grows each time that this layout is made */
    struct arena arena;
};

#define ROW_LAYOUT_INIT ((struct row_layout){0})

void row_layout_close(struct row_layout *l);

/* By name when the log has names, else by ordinal, and then count and types must be the same. L's
 * former content goes. ERR_FORMAT, transient: the schema has moved on (or we are behind); the
 * message names the table. */
int row_layout_make(struct row_layout *l, const struct table_map *map, const struct table *table,
                    struct err *err);
#endif
