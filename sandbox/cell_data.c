/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cell_data.h"

#include <string.h>

#include "sandbox/refuse.h"

struct cell_update cell_update_from(const struct fields *mask)
{
    return (struct cell_update){
        .has_value = fields_get(mask, "userEnteredValue") != NULL,
        .has_note = fields_get(mask, "note") != NULL,
        .has_validation = fields_get(mask, "dataValidation") != NULL,
        .format = fields_get(mask, "userEnteredFormat"),
    };
}

void cell_update_close(struct cell_update *u)
{
    format_unref(u->before);
    format_unref(u->after);
}

/* What "character" means beyond the basic plane is nowhere documented; code points are the mildest
 * reading. */
int cell_data_check_text(const char *text, struct err *err)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += (*text & 0xC0) != 0x80;
    if (n > MAX_CELL_CHARACTERS)
        return refuse(err, 400,
                      "Your input contains more than the maximum of %d characters in a single "
                      "cell.",
                      MAX_CELL_CHARACTERS);
    return 0;
}

static int set_value(struct cell *c, const cJSON *value, struct err *err)
{
    const cJSON *item = value == NULL ? NULL : value->child;
    const char *text = cJSON_IsString(item) ? item->valuestring : "";

    if (item == NULL) {
        cell_clear_value(c);
        return 0;
    }
    if (item->next != NULL)
        return refuse(err, 400, "Only one of the values of an ExtendedValue can be set.");
    if (cell_data_check_text(text, err) < 0)
        return -1;
    if (cJSON_IsNumber(item))
        cell_set(c, (struct scalar){.kind = KIND_NUMBER, .number = item->valuedouble});
    else if (cJSON_IsBool(item))
        cell_set(c, (struct scalar){.kind = KIND_BOOL, .boolean = cJSON_IsTrue(item)});
    else if (strcmp(item->string, "stringValue") == 0)
        cell_set(c, (struct scalar){.kind = KIND_TEXT, .text = text});
    else if (strcmp(item->string, "formulaValue") != 0)
        return refuse(err, 400, "The errorValue of a cell is read-only.");
    else if (*text != '=')
        return refuse(err, 400, "A formula must begin with '='.");
    else
        cell_set_formula(c, text);
    return 0;
}

static void set_format(struct cell *c, const cJSON *from, struct cell_update *u)
{
    if (u->from != from || u->before != c->format || from == NULL) {
        format_unref(u->before);
        format_unref(u->after);
        u->before = format_ref(c->format);
        u->after = format_merge(c->format, u->format, from);
        u->from = from;
    }
    cell_set_format(c, format_ref(u->after));
}

int cell_data_apply(struct cell *c, const cJSON *data, struct cell_update *u, struct err *err)
{
    if (u->has_value && set_value(c, json_get(data, "userEnteredValue"), err) < 0)
        return -1;
    if (u->has_note)
        cell_set_note(c, json_text(data, "note", NULL));
    if (u->has_validation)
        cell_set_validation(c, format_new(cJSON_Duplicate(json_get(data, "dataValidation"), true)));
    if (u->format != NULL)
        set_format(c, json_get(data, "userEnteredFormat"), u);
    return 0;
}
