/* SPDX-License-Identifier: Apache-2.0 */
/* drive: the part of Drive v3 that makes, removes, looks at and watches spreadsheets. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sandbox/refuse.h"
#include "sandbox/rest.h"

#define MIME "application/vnd.google-apps.spreadsheet"

static void put_time(cJSON *to, const char *name, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    char text[40], all[64];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(all, sizeof(all), "%s.%03dZ", text, (int)(ms % 1000));
    cJSON_AddStringToObject(to, name, all);
}

static void put_last_user(cJSON *to, const struct call *call, const struct book *b)
{
    cJSON *user;

    if (b->modified_by[0] == '\0')
        return;
    user = cJSON_AddObjectToObject(to, "lastModifyingUser");
    cJSON_AddStringToObject(user, "kind", "drive#user");
    cJSON_AddStringToObject(user, "displayName", b->modified_by);
    cJSON_AddBoolToObject(user, "me", strcmp(b->modified_by, call->user) == 0);
    cJSON_AddStringToObject(user, "emailAddress", b->modified_by);
}

/* Without a mask Drive gives kind, id, name and mimeType only. */
static cJSON *file_of(const struct call *call, const struct book *b)
{
    cJSON *json = cJSON_CreateObject();
    char version[24];

    cJSON_AddStringToObject(json, "kind", "drive#file");
    cJSON_AddStringToObject(json, "id", b->id);
    cJSON_AddStringToObject(json, "name", b->title);
    cJSON_AddStringToObject(json, "mimeType", MIME);
    if (call->has_mask) {
        snprintf(version, sizeof(version), "%lld", (long long)b->revision);
        cJSON_AddStringToObject(json, "version", version);
        put_time(json, "createdTime", b->created_ms);
        put_time(json, "modifiedTime", b->modified_ms);
        cJSON_AddBoolToObject(json, "trashed", false);
        put_last_user(json, call, b);
    }
    return json;
}

int rest_drive_create(struct call *call, struct err *err)
{
    const char *mime = json_text(call->body, "mimeType", "");
    struct author author = {"api", call->user};
    CLEANUP(book_cleanup) struct book *b = NULL;

    if (strcmp(mime, MIME) != 0)
        return refuse(err, 400, "The sandbox makes files of type " MIME " only.");
    b = book_new(NULL, json_text(call->body, "name", "Untitled"));
    if (library_add(call->sandbox->library, book_ref(b), author, err) < 0)
        return -1;
    call->answer = file_of(call, b);
    return 0;
}

static int not_found(const struct call *call, struct err *err)
{
    return refuse(err, 404, "File not found: %.100s.", call->id);
}

int rest_drive_get(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = library_get(call->sandbox->library, call->id);

    if (b == NULL)
        return not_found(call, err);
    call->answer = file_of(call, b);
    return 0;
}

int rest_drive_delete(struct call *call, struct err *err)
{
    if (library_remove(call->sandbox->library, call->id, err) < 0)
        return err->code == ERR_GONE ? not_found(call, err) : -1;
    return 0;
}

static void put_expiration(cJSON *to, int64_t ms)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)ms);
    cJSON_AddStringToObject(to, "expiration", text);
}

int rest_drive_watch(struct call *call, struct err *err)
{
    CLEANUP(book_cleanup) struct book *b = library_get(call->sandbox->library, call->id);
    const char *type = json_text(call->body, "type", "");
    struct channel_wish wish = {
        .id = json_text(call->body, "id", ""),
        .file = call->id,
        .address = json_text(call->body, "address", ""),
        .token = json_text(call->body, "token", ""),
        .expires_ms = json_int(call->body, "expiration", 0),
    };
    int64_t expires_ms = 0;
    char resource[28];

    if (b == NULL)
        return not_found(call, err);
    if (strcmp(type, "web_hook") != 0)
        return refuse(err, 400, "Unknown channel type \"%.40s\".", type);
    if (channels_open(call->sandbox->channels, &wish, &expires_ms, err) < 0)
        return -1;
    channels_resource_id(call->id, resource);
    call->answer = cJSON_CreateObject();
    cJSON_AddStringToObject(call->answer, "kind", "api#channel");
    cJSON_AddStringToObject(call->answer, "id", wish.id);
    cJSON_AddStringToObject(call->answer, "resourceId", resource);
    if (*wish.token != '\0')
        cJSON_AddStringToObject(call->answer, "token", wish.token);
    put_expiration(call->answer, expires_ms);
    return 0;
}

int rest_drive_stop(struct call *call, struct err *err)
{
    return channels_close(call->sandbox->channels, json_text(call->body, "id", ""),
                          json_text(call->body, "resourceId", ""), err);
}
