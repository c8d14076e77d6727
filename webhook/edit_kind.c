/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of edits: who may send them, and what they say beside cells. */
#include "webhook/edit_check.h"

#define MAX_TIME_MS 253402300799999LL /* the last millisecond of the year 9999 */

static int parse_flag(const cJSON *json, const char *name, const char *where, bool *out,
                      struct err *err)
{
    const cJSON *item = edit_optional(json, name);

    *out = cJSON_IsTrue(item);
    return item == NULL || cJSON_IsBool(item)
               ? 0
               : err_set(err, ERR_VALUE, "%s.%s: expected true or false", where, name);
}

static int parse_conflict(const cJSON *json, const char *where, struct edit *edit, struct err *err)
{
    edit->conflict = json_int(json, "conflict", 0);
    return edit->conflict > 0
               ? 0
               : err_set(err, ERR_VALUE, "%s.conflict: expected a conflict's number", where);
}

static int parse_resolve(const cJSON *json, const char *where, struct edit *edit, struct err *err)
{
    static const char *const names[] = {"mysql", "sheet", "base"};
    const cJSON *take = json_get(json, "take");
    int which = edit_find_name(names, 3, json_text(json, "take", NULL));

    if (parse_conflict(json, where, edit, err) != 0)
        return -1;
    edit->set = json_get(json, "set");
    if ((edit->set == NULL) == (take == NULL) || (take != NULL && which < 0))
        return err_set(err, ERR_VALUE,
                       "%s: expected either take (\"mysql\", \"sheet\" or \"base\") or set", where);
    edit->take = take == NULL ? EDIT_TAKE_VALUE : (enum edit_take)which;
    return edit->set == NULL ? 0 : edit_check_cell(edit->set, where, err);
}

static int parse_decide(const cJSON *json, const char *where, struct edit *edit, struct err *err)
{
    const cJSON *changed = edit_optional(json, "changed");

    if (parse_conflict(json, where, edit, err) != 0)
        return -1;
    edit->changed_ms = json_int(json, "changed", changed == NULL ? 0 : -1);
    return edit->changed_ms >= 0 && edit->changed_ms <= MAX_TIME_MS
               ? 0
               : err_set(err, ERR_VALUE, "%s.changed: expected milliseconds since 1970 or null",
                         where);
}

static int parse_undo(const cJSON *json, const char *where, struct edit *edit, struct err *err)
{
    edit->undone = json_text(json, "edit", NULL);
    return edit_is_identifier(edit->undone, 64)
               ? 0
               : err_set(err, ERR_VALUE, "%s.edit: expected an edit's id", where);
}

static bool may_send(enum edit_source source, const struct edit *edit)
{
    if ((edit->is_forced && source != EDIT_CLI) || (edit->is_initial && source != EDIT_FOUND))
        return false;
    switch (edit->kind) {
    case EDIT_DELETE:
    case EDIT_RESOLVE:
        return source != EDIT_SCRIPT;
    case EDIT_DECIDE:
        return source == EDIT_FOUND;
    case EDIT_UNDO:
        return source == EDIT_CLI;
    default:
        return true;
    }
}

int edit_parse_kind(const cJSON *json, enum edit_source source, const char *where,
                    struct edit *edit, struct err *err)
{
    if (parse_flag(json, "force", where, &edit->is_forced, err) != 0 ||
        parse_flag(json, "initial", where, &edit->is_initial, err) != 0 ||
        parse_flag(json, "noted", where, &edit->is_noted, err) != 0 ||
        parse_flag(json, "over", where, &edit->is_over, err) != 0 ||
        parse_flag(json, "lost", where, &edit->is_lost, err) != 0)
        return -1;
    if (!may_send(source, edit))
        return err_set(err, ERR_VALUE, "%s: a request of source \"%s\" may not ask for this", where,
                       edit_source_name(source));
    switch (edit->kind) {
    case EDIT_RESOLVE:
        return parse_resolve(json, where, edit, err);
    case EDIT_DECIDE:
        return parse_decide(json, where, edit, err);
    case EDIT_UNDO:
        return parse_undo(json, where, edit, err);
    default:
        return 0;
    }
}
