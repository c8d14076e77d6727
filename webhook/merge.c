/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/merge.h"

#include "common/hash.h"

static bool is_base(const struct merge_cell *cell, struct value v)
{
    return cell->has_base && hash_value(v) == cell->base;
}

enum merge_verdict merge_edited(const struct merge_cell *cell, enum config_conflict policy)
{
    if (value_equal(cell->sheet, cell->mysql))
        return MERGE_SAME;
    if (is_base(cell, cell->mysql))
        return MERGE_APPLY;
    /* The person saw MySQL's newest value (it was shown, and base is written a moment later). */
    if (cell->old.state != VALUE_ABSENT && value_equal(cell->old, cell->mysql))
        return MERGE_APPLY;
    if (is_base(cell, cell->sheet))
        return MERGE_KEEP;
    return policy == CONFIG_SHEET_WINS ? MERGE_SHEET_WINS : MERGE_MYSQL_WINS;
}

bool merge_must_show(const struct merge_cell *cell)
{
    if (cell->sheet.state == VALUE_ABSENT)
        return !is_base(cell, cell->mysql);
    return !value_equal(cell->sheet, cell->mysql) && is_base(cell, cell->sheet);
}
