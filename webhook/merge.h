/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the three-way comparison of one cell (what the sheet says, what MySQL has, what both last
 * agreed on), and who wins where one side changed a row that the other deleted.
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
    bool has_previous;
    uint64_t previous;   /* of what was agreed on before MySQL's value was shown */
    bool was_disagreed;  /* nothing was: the cell showed what nobody had agreed on */
    bool was_shown_over; /* the sheet shows MySQL's value since a moment after the edit */
};

enum merge_verdict {
    MERGE_SAME,  /* MySQL has that value already */
    MERGE_APPLY, /* only the sheet changed */
    MERGE_KEEP,  /* only MySQL changed: the cell was put back to what was agreed on */
    /* Both changed, and the policy says: */
    MERGE_SHEET_WINS, /* it is written all the same */
    MERGE_MYSQL_WINS, /* MySQL's value stays */
    MERGE_LAST_WRITE, /* the times decide (merge_last_write) */
    MERGE_RULE,       /* an SQL expression decides */
    MERGE_HOLD,       /* a person decides; both sides stay as they are */
};

/* Decide about a cell that a person edited. */
enum merge_verdict merge_edited(const struct merge_cell *cell, enum config_conflict policy);
/* Which of the two comes later? Equal: MySQL. CHANGED_US: when MySQL was changed, since 1970; 0:
 * not known, MySQL wins. */
enum merge_verdict merge_last_write(int64_t edited_ms, int64_t changed_us);
/* One side deleted a row that the other changed: SHEET_WINS, MYSQL_WINS or HOLD. */
enum merge_verdict merge_gone(const struct config_mapping *m, bool is_deleted_in_sheet);
/* The policy that merge_gone goes by, as the table conflicts names it. */
const char *merge_gone_policy(const struct config_mapping *m);
/* The name of a cell's policy. */
const char *merge_policy(enum config_conflict policy);

static inline bool merge_writes(enum merge_verdict verdict)
{
    return verdict == MERGE_APPLY || verdict == MERGE_SHEET_WINS;
}

static inline bool merge_is_conflict(enum merge_verdict verdict)
{
    return verdict >= MERGE_SHEET_WINS;
}

/* Must a cell that nobody edited now show MySQL's value? Not when it has been changed in the sheet
 * and that edit is still on its way. */
bool merge_must_show(const struct merge_cell *cell);
#endif
