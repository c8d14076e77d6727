/* SPDX-License-Identifier: Apache-2.0 */
/* drive: the part of Drive v3 that makes and removes spreadsheets. */
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
