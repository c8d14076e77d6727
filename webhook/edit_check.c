/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/edit_check.h"

#include <math.h>
#include <string.h>

#define MAX_MEMBERS 64 /* of a request or an edit: several times what is known */

int edit_find_name(const char *const *names, size_t n, const char *text)
{
    for (size_t i = 0; text != NULL && i < n; i++)
        if (strcmp(names[i], text) == 0)
            return (int)i;
    return -1;
}

bool edit_is_identifier(const char *text, size_t max_len)
{
    size_t len = text == NULL ? 0 : strlen(text);

    return len > 0 && len <= max_len &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

bool edit_is_date(const cJSON *item, double *serial)
{
    const char *iso = json_text(item, "date", NULL);

    return iso != NULL && cJSON_GetArraySize(item) == 1 &&
           cell_parse_iso(iso, strlen(iso), serial) == 0;
}

bool edit_is_error(const cJSON *item)
{
    const char *text = json_text(item, "error", NULL);

    return text != NULL && cJSON_GetArraySize(item) == 1 && strlen(text) <= 64;
}

int edit_check_cell(const cJSON *item, const char *where, struct err *err)
{
    double serial;

    if (cJSON_IsString(item) && strlen(item->valuestring) > EDIT_MAX_TEXT_BYTES)
        return err_set(err, ERR_VALUE, "%s.%s: the text is longer than a cell can be", where,
                       item->string);
    if (cJSON_IsNull(item) || cJSON_IsBool(item) || cJSON_IsString(item) ||
        (cJSON_IsNumber(item) && isfinite(item->valuedouble)) || edit_is_date(item, &serial) ||
        edit_is_error(item))
        return 0;
    return err_set(err, ERR_VALUE,
                   "%s.%s: expected text, a number, true, false, null, {\"date\": ISO} or "
                   "{\"error\": TEXT}",
                   where, item->string);
}

int edit_check_hash(const cJSON *item, const char *where, struct err *err)
{
    if (cJSON_IsString(item) && strlen(item->valuestring) == 16 &&
        strspn(item->valuestring, "0123456789abcdef") == 16)
        return 0;
    return err_set(err, ERR_VALUE, "%s.%s: expected 16 lower-case hex digits", where, item->string);
}

int edit_check_text(const cJSON *item, const char *where, struct err *err)
{
    if (cJSON_IsString(item) && strlen(item->valuestring) <= EDIT_MAX_TEXT_BYTES)
        return 0;
    return err_set(err, ERR_VALUE, "%s.%s: expected text", where, item->string);
}

int edit_check_members(const cJSON *object, const char *where, edit_check check, struct err *err)
{
    const cJSON *item, *other;

    if (!cJSON_IsObject(object))
        return err_set(err, ERR_VALUE, "%s: expected an object", where);
    if (cJSON_GetArraySize(object) > EDIT_MAX_HEADERS)
        return err_set(err, ERR_VALUE, "%s: more than %d columns", where, EDIT_MAX_HEADERS);
    cJSON_ArrayForEach(item, object)
    {
        for (other = object->child; other != item; other = other->next)
            if (strcmp(other->string, item->string) == 0)
                return err_set(err, ERR_VALUE, "%s: the header \"%.100s\" comes twice", where,
                               item->string);
        if (check(item, where, err) != 0)
            return -1;
    }
    return 0;
}

int edit_check_once(const cJSON *object, const char *where, struct err *err)
{
    const cJSON *item, *other;

    if (cJSON_GetArraySize(object) > MAX_MEMBERS)
        return err_set(err, ERR_VALUE, "%s: more than %d members", where, MAX_MEMBERS);
    cJSON_ArrayForEach(item, object)
    {
        for (other = object->child; other != item; other = other->next)
            if (strcmp(other->string, item->string) == 0)
                return err_set(err, ERR_VALUE, "%s: \"%.100s\" comes twice", where, item->string);
    }
    return 0;
}

const cJSON *edit_optional(const cJSON *object, const char *name)
{
    const cJSON *item = json_get(object, name);

    return cJSON_IsNull(item) ? NULL : item;
}

int edit_check_texts(const cJSON *array, const char *where, int max, struct err *err)
{
    const cJSON *item;

    if (array == NULL)
        return 0;
    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) > max)
        return err_set(err, ERR_VALUE, "%s: expected an array of at most %d texts", where, max);
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsString(item))
            return err_set(err, ERR_VALUE, "%s: expected an array of texts", where);
    }
    return 0;
}
