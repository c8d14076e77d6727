/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/format.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"

struct format {
    atomic_int refs;
    cJSON *json;
    enum number_type type;
    const char *pattern; /* inside json, or static */
    bool is_bold;
};

static const struct {
    const char *name;
    const char *pattern; /* en_US, as Google documents them */
} types[] = {
    [NUMBER_AUTO] = {"NUMBER_FORMAT_TYPE_UNSPECIFIED", ""},
    [NUMBER_TEXT] = {"TEXT", "@"},
    [NUMBER_NUMBER] = {"NUMBER", "#,##0.00"},
    [NUMBER_PERCENT] = {"PERCENT", "0.00%"},
    [NUMBER_CURRENCY] = {"CURRENCY", "$#,##0.00"},
    [NUMBER_DATE] = {"DATE", "m/d/yyyy"},
    [NUMBER_TIME] = {"TIME", "h:mm:ss am/pm"},
    [NUMBER_DATE_TIME] = {"DATE_TIME", "m/d/yyyy h:mm:ss"},
    [NUMBER_SCIENTIFIC] = {"SCIENTIFIC", "0.00E+00"},
};

static void read_number(struct format *f)
{
    const cJSON *number = json_get(f->json, "numberFormat");
    const char *name = json_text(number, "type", "");
    const char *pattern = json_text(number, "pattern", "");

    for (size_t i = 1; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            f->type = (enum number_type)i;
    f->pattern = *pattern != '\0' ? pattern : types[f->type].pattern;
}

struct format *format_new(cJSON *json)
{
    struct format *f;

    if (json == NULL || json->child == NULL) {
        cJSON_Delete(json);
        return NULL;
    }
    f = mem_new(1, sizeof(*f));
    atomic_init(&f->refs, 1);
    f->json = json;
    f->is_bold = cJSON_IsTrue(json_get(json_get(json, "textFormat"), "bold"));
    read_number(f);
    return f;
}

struct format *format_ref(struct format *f)
{
    if (f != NULL)
        atomic_fetch_add(&f->refs, 1);
    return f;
}

void format_unref(struct format *f)
{
    if (f == NULL || atomic_fetch_sub(&f->refs, 1) != 1)
        return;
    cJSON_Delete(f->json);
    free(f);
}

const cJSON *format_json(const struct format *f)
{
    return f == NULL ? NULL : f->json;
}

enum number_type format_number_type(const struct format *f)
{
    return f == NULL ? NUMBER_AUTO : f->type;
}

const char *format_pattern(const struct format *f)
{
    return f == NULL ? "" : f->pattern;
}

bool format_is_date(const struct format *f)
{
    enum number_type type = format_number_type(f);

    return type == NUMBER_DATE || type == NUMBER_TIME || type == NUMBER_DATE_TIME;
}

bool format_is_bold(const struct format *f)
{
    return f != NULL && f->is_bold;
}

static cJSON *copy(const struct format *f)
{
    return f == NULL ? cJSON_CreateObject() : cJSON_Duplicate(f->json, true);
}

struct format *format_with_number(const struct format *f, enum number_type type,
                                  const char *pattern)
{
    cJSON *json = copy(f), *number;

    cJSON_DeleteItemFromObjectCaseSensitive(json, "numberFormat");
    if (type != NUMBER_AUTO) {
        number = cJSON_AddObjectToObject(json, "numberFormat");
        cJSON_AddStringToObject(number, "type", types[type].name);
        if (pattern != NULL)
            cJSON_AddStringToObject(number, "pattern", pattern);
    }
    return format_new(json);
}

struct format *format_merge(const struct format *f, const struct fields *mask, const cJSON *from)
{
    cJSON *json = copy(f);

    fields_merge(mask, json, from);
    return format_new(json);
}
