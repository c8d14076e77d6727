/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/merge.h"

#include "common/hash.h"

static bool is_base(const struct merge_cell *cell, struct value v)
{
    return cell->has_base && hash_value(v) == cell->base;
}

static enum merge_verdict by_policy(enum config_conflict policy)
{
    static const enum merge_verdict verdicts[] = {
        [CONFIG_SHEET_WINS] = MERGE_SHEET_WINS,
        [CONFIG_MYSQL_WINS] = MERGE_MYSQL_WINS,
        [CONFIG_LAST_WRITE_WINS] = MERGE_LAST_WRITE,
        [CONFIG_MANUAL] = MERGE_HOLD,
        [CONFIG_RULE] = MERGE_RULE,
    };

    return verdicts[policy];
}

/* Only MySQL's value is agreed on now; what the sheet said when the row was read is that, or new.
 */
static enum merge_verdict against_shown(const struct merge_cell *cell, enum config_conflict policy)
{
    bool has_old = cell->old.state != VALUE_ABSENT;

    if (!cell->was_shown_over || (!has_old && !cell->has_previous && !cell->was_disagreed))
        return MERGE_APPLY;
    /* A row that was read before it was shown: a sort or a paste sends all its cells. */
    if (!has_old && cell->has_previous && hash_value(cell->sheet) == cell->previous)
        return MERGE_KEEP;
    /* It was shown over what the person had typed, who never saw it. */
    return by_policy(policy);
}

enum merge_verdict merge_edited(const struct merge_cell *cell, enum config_conflict policy)
{
    if (value_equal(cell->sheet, cell->mysql))
        return MERGE_SAME;
    /* The person saw MySQL's newest value (it was shown, and base is written a moment later). */
    if (cell->old.state != VALUE_ABSENT && value_equal(cell->old, cell->mysql))
        return MERGE_APPLY;
    if (is_base(cell, cell->mysql))
        return against_shown(cell, policy);
    if (is_base(cell, cell->sheet))
        return MERGE_KEEP;
    return by_policy(policy);
}

enum merge_verdict merge_last_write(int64_t edited_ms, int64_t changed_us)
{
    return changed_us != 0 && edited_ms > changed_us / 1000 ? MERGE_SHEET_WINS : MERGE_MYSQL_WINS;
}

static enum config_delete_conflict gone_policy(const struct config_mapping *m)
{
    if (m->delete_conflict != CONFIG_DELETE_AS_CONFLICT)
        return m->delete_conflict;
    switch (m->conflict) {
    case CONFIG_SHEET_WINS:
        return CONFIG_DELETE_SHEET_WINS;
    case CONFIG_MYSQL_WINS:
        return CONFIG_DELETE_MYSQL_WINS;
    case CONFIG_MANUAL:
        return CONFIG_DELETE_MANUAL;
    default:
        return CONFIG_DELETE_UPDATE_WINS;
    }
}

enum merge_verdict merge_gone(const struct config_mapping *m, bool is_deleted_in_sheet)
{
    switch (gone_policy(m)) {
    case CONFIG_DELETE_SHEET_WINS:
        return MERGE_SHEET_WINS;
    case CONFIG_DELETE_MYSQL_WINS:
        return MERGE_MYSQL_WINS;
    case CONFIG_DELETE_DELETE_WINS:
        return is_deleted_in_sheet ? MERGE_SHEET_WINS : MERGE_MYSQL_WINS;
    case CONFIG_DELETE_MANUAL:
        return MERGE_HOLD;
    default:
        return is_deleted_in_sheet ? MERGE_MYSQL_WINS : MERGE_SHEET_WINS;
    }
}

const char *merge_gone_policy(const struct config_mapping *m)
{
    static const char *const names[] = {
        [CONFIG_DELETE_SHEET_WINS] = "sheet_wins",   [CONFIG_DELETE_MYSQL_WINS] = "mysql_wins",
        [CONFIG_DELETE_UPDATE_WINS] = "update_wins", [CONFIG_DELETE_DELETE_WINS] = "delete_wins",
        [CONFIG_DELETE_MANUAL] = "manual",
    };

    return names[gone_policy(m)];
}

const char *merge_policy(enum config_conflict policy)
{
    static const char *const names[] = {
        [CONFIG_SHEET_WINS] = "sheet_wins",
        [CONFIG_MYSQL_WINS] = "mysql_wins",
        [CONFIG_LAST_WRITE_WINS] = "last_write_wins",
        [CONFIG_MANUAL] = "manual",
        [CONFIG_RULE] = "rule",
    };

    return names[policy];
}

bool merge_must_show(const struct merge_cell *cell)
{
    if (cell->sheet.state == VALUE_ABSENT)
        return !is_base(cell, cell->mysql);
    return !value_equal(cell->sheet, cell->mysql) && is_base(cell, cell->sheet);
}
