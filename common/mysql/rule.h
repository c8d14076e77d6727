/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule: an SQL expression that decides a conflict, evaluated by MySQL: mysql.X, sheet.X and base.X
 * are the three sides' values of column X.
 *
 *   GREATEST(mysql.qty, sheet.qty)    CASE WHEN sheet.note IS NULL THEN mysql.note ELSE sheet.note
 * END
 *
 * It is one expression, and it sees nothing but those values: no subquery, variable, comment or
 * placeholder. Values go as parameters, in the columns' own types.
 */
#ifndef COMMON_MYSQL_RULE_H
#define COMMON_MYSQL_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/db.h"
#include "common/mysql/table.h"

enum rule_side { RULE_MYSQL, RULE_SHEET, RULE_BASE, RULE_SIDES };

/* What a rule may name. */
struct rule_columns {
    const struct column *const *list; /* not owned */
    size_t n;
};

/* Look EXPRESSION over. USES gets n * RULE_SIDES flags, side by side for each column: is it named?
 * ERR_CONFIG: what is wrong, and at which character. Pure. */
int rule_parse(const char *expression, const struct rule_columns *columns, bool *uses,
               struct err *err);
/* Evaluate a rule that rule_parse has looked over. VALUES stand as the flags do; where a flag is
 * false the value is not looked at. *OUT is a canonical value of TARGET, its text in SCRATCH.
 * Blocks for one query. ERR_MYSQL, ERR_CONFIG: MySQL refuses the expression; ERR_VALUE: its result
 * is no value of TARGET (completes "The result ..."). */
int rule_run(struct db *db, const char *expression, const struct rule_columns *columns,
             const bool *uses, const struct value *values, const struct column *target,
             struct buf *scratch, struct value *out, struct err *err);
#endif
