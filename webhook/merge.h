/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the three-way comparison of one cell: what the sheet says, what MySQL has, what both last
 * agreed on.
 *
 * Pure, no I/O; any thread. Values are canonical (common/mysql/value.h), so that equal values have
 * equal text.
 */
#ifndef WEBHOOK_MERGE_H
#define WEBHOOK_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/mysql/value.h"

struct merge_cell {
    struct value sheet; /* what the person left in the cell; VALUE_ABSENT: not sent */
    struct value mysql; /* what MySQL has */
    struct value old;   /* what the person saw before; VALUE_ABSENT: not known */
    bool has_base;
    uint64_t base; /* hash_value() of what was last agreed on */
};

enum merge_verdict {
    MERGE_SAME,       /* MySQL has that value already */
    MERGE_APPLY,      /* only the sheet changed */
    MERGE_KEEP,       /* only MySQL changed: the cell was put back to what was agreed on */
    MERGE_SHEET_WINS, /* both changed; written all the same */
    MERGE_MYSQL_WINS, /* both changed; MySQL's value stays */
};

/* Decide about a cell that a person edited. */
enum merge_verdict merge_edited(const struct merge_cell *cell, enum config_conflict policy);

static inline bool merge_writes(enum merge_verdict verdict)
{
    return verdict == MERGE_APPLY || verdict == MERGE_SHEET_WINS;
}

/* Must a cell that nobody edited now show MySQL's value? Not when it has been changed in the sheet
 * and that edit is still on its way. */
bool merge_must_show(const struct merge_cell *cell);
#endif
