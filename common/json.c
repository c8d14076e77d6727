/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

void cleanup_json(struct cJSON **json)
{
    cJSON_Delete(*json);
}

int json_parse(const char *text, size_t len, cJSON **out, struct err *err)
{
    const char *end = NULL;
    cJSON *json;

    if (memchr(text, '\0', len) != NULL)
        return err_set(err, ERR_FORMAT, "json: a NUL byte is not allowed");
    errno = 0;
    json = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    if (json == NULL && errno == ENOMEM) /* cJSON does not tell, but malloc does */
        return err_nomem(err, "json");
    if (json == NULL)
        return err_set(err, ERR_FORMAT, "json: malformed at byte %zu",
                       end == NULL || end < text ? 0 : (size_t)(end - text));
    while (end < text + len && (*end == ' ' || *end == '\t' || *end == '\r' || *end == '\n'))
        end++;
    if (end != text + len) {
        cJSON_Delete(json);
        return err_set(err, ERR_FORMAT, "json: something follows the end at byte %zu",
                       (size_t)(end - text));
    }
    *out = json;
    return 0;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const char *json_text(const cJSON *object, const char *name, const char *fallback)
{
    const cJSON *item = json_get(object, name);

    return cJSON_IsString(item) ? item->valuestring : fallback;
}

double json_number(const cJSON *object, const char *name, double fallback)
{
    const cJSON *item = json_get(object, name);

    return cJSON_IsNumber(item) ? item->valuedouble : fallback;
}

long long json_int(const cJSON *object, const char *name, long long fallback)
{
    const cJSON *item = json_get(object, name);

    if (!cJSON_IsNumber(item) || fabs(item->valuedouble) > 9007199254740992.0 ||
        item->valuedouble != trunc(item->valuedouble))
        return fallback;
    return (long long)item->valuedouble;
}
