/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/rest_route.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/mem.h"

/* PATTERN: "{id}" is a segment, "{rest}" all that follows up to the verb after the last colon. */
static const struct {
    const char *method, *pattern;
    struct rest_route route;
} routes[] = {
    {"POST", "/v4/spreadsheets", {"spreadsheets.create", rest_create, true, false}},
    {"GET", "/v4/spreadsheets/{id}", {"spreadsheets.get", rest_get, false, false}},
    {"POST",
     "/v4/spreadsheets/{id}:getByDataFilter",
     {"spreadsheets.getByDataFilter", rest_get_by_filter, false, false}},
    {"POST",
     "/v4/spreadsheets/{id}:batchUpdate",
     {"spreadsheets.batchUpdate", rest_batch_update, true, false}},
    {"GET",
     "/v4/spreadsheets/{id}/values:batchGet",
     {"spreadsheets.values.batchGet", rest_values_batch_get, false, false}},
    {"POST",
     "/v4/spreadsheets/{id}/values:batchGetByDataFilter",
     {"spreadsheets.values.batchGetByDataFilter", rest_values_batch_get_by_filter, false, false}},
    {"POST",
     "/v4/spreadsheets/{id}/values:batchUpdate",
     {"spreadsheets.values.batchUpdate", rest_values_batch_update, true, false}},
    {"POST",
     "/v4/spreadsheets/{id}/values:batchClear",
     {"spreadsheets.values.batchClear", rest_values_batch_clear, true, false}},
    {"POST",
     "/v4/spreadsheets/{id}/values/{rest}:append",
     {"spreadsheets.values.append", rest_values_append, true, false}},
    {"POST",
     "/v4/spreadsheets/{id}/values/{rest}:clear",
     {"spreadsheets.values.clear", rest_values_clear, true, false}},
    {"PUT",
     "/v4/spreadsheets/{id}/values/{rest}",
     {"spreadsheets.values.update", rest_values_update, true, false}},
    {"GET",
     "/v4/spreadsheets/{id}/values/{rest}",
     {"spreadsheets.values.get", rest_values_get, false, false}},
    {"POST",
     "/v4/spreadsheets/{id}/developerMetadata:search",
     {"spreadsheets.developerMetadata.search", rest_metadata_search, false, false}},
    {"GET",
     "/v4/spreadsheets/{id}/developerMetadata/{rest}",
     {"spreadsheets.developerMetadata.get", rest_metadata_get, false, false}},
    {"POST", "/drive/v3/files", {"files.create", rest_drive_create, true, true}},
    {"GET", "/drive/v3/files/{id}", {"files.get", rest_drive_get, false, true}},
    {"POST", "/drive/v3/files/{id}/watch", {"files.watch", rest_drive_watch, false, true}},
    {"POST", "/drive/v3/channels/stop", {"channels.stop", rest_drive_stop, false, true}},
    {"DELETE", "/drive/v3/files/{id}", {"files.delete", rest_drive_delete, true, true}},
};

struct parts {
    const char *id, *rest;
    size_t id_len, rest_len;
};

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* {rest} takes all but what the pattern has after it. */
static bool take_rest(const char *pattern, const char *path, struct parts *out)
{
    size_t len = strlen(path), tail = strlen(pattern);

    if (len <= tail || strcmp(path + len - tail, pattern) != 0)
        return false;
    out->rest = path;
    out->rest_len = len - tail;
    return true;
}

static bool matches(const char *pattern, const char *path, struct parts *out)
{
    while (*pattern != '\0') {
        if (has_prefix(pattern, "{id}")) {
            out->id = path;
            out->id_len = strcspn(path, "/:");
            path += out->id_len;
            pattern += 4;
            /* Some clients write /ID/:batchUpdate and /ID/. */
            if (*path == '/' && (path[1] == ':' || path[1] == '\0'))
                path++;
            if (out->id_len == 0)
                return false;
        } else if (has_prefix(pattern, "{rest}")) {
            return take_rest(pattern + 6, path, out);
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

/* Colons may come encoded. */
static char *plain_path(const char *path)
{
    char *text = mem_text(path), *to = text;

    for (const char *p = path; *p != '\0'; p++) {
        if (has_prefix(p, "%3A") || has_prefix(p, "%3a")) {
            *to++ = ':';
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return text;
}

const struct rest_route *rest_route_find(struct call *call)
{
    CLEANUP_FREE char *path = plain_path(call->request->path);

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        struct parts parts = {0};

        if (strcmp(routes[i].method, call->request->method) != 0 ||
            !matches(routes[i].pattern, path, &parts))
            continue;
        if (parts.id != NULL)
            call->id = http_decode(parts.id, parts.id_len, false);
        if (parts.rest != NULL)
            call->rest = http_decode(parts.rest, parts.rest_len, false);
        if ((parts.id != NULL && call->id == NULL) || (parts.rest != NULL && call->rest == NULL))
            return NULL;
        return &routes[i].route;
    }
    return NULL;
}
