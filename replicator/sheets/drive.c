/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sheets/drive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "replicator/sheets/private.h"

/* Files of shared drives are found only by those who say that they know of them. */
#define ALL_DRIVES "supportsAllDrives=true"

static int run(struct sheets *s, const char *method, const struct buf *path, const struct buf *body,
               const char *what, cJSON **out, struct err *err)
{
    struct request request = {
        .kind = REQUEST_DRIVE, .method = method, .path = path->ptr, .body = body, .what = what};

    if (path->is_failed || (body != NULL && body->is_failed))
        return err_nomem(err, "drive");
    return request_run(s, &request, out, err);
}

static int bad_answer(const char *what, struct err *err)
{
    err_set(err, ERR_FORMAT, "drive: the answer about %s lacks what was asked for", what);
    return err_transient(err);
}

static void put_file(struct buf *path, const char *spreadsheet, const char *suffix)
{
    buf_puts(path, "drive/v3/files/");
    sheets_put_id(path, spreadsheet);
    buf_puts(path, suffix);
}

static bool is_account(const struct sheets *s, const char *address)
{
    for (size_t i = 0; i < s->n_accounts; i++)
        if (strcasecmp(address, sheets_account(s, i)) == 0)
            return true;
    return false;
}

int drive_take_look(const struct sheets *s, const cJSON *answer, const char *spreadsheet,
                    struct drive_look *out, struct err *err)
{
    const char *version = json_text(answer, "version", "");
    const cJSON *user = json_get(answer, "lastModifyingUser");

    if (version[0] == '\0' || strlen(version) >= sizeof(out->version))
        return bad_answer(spreadsheet, err);
    memcpy(out->version, version, strlen(version) + 1);
    out->is_own =
        cJSON_IsTrue(json_get(user, "me")) || is_account(s, json_text(user, "emailAddress", ""));
    return 0;
}

int drive_look(struct sheets *s, const char *spreadsheet, struct drive_look *out, struct err *err)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;

    put_file(&path, spreadsheet, "?fields=version,lastModifyingUser(me,emailAddress)&" ALL_DRIVES);
    if (run(s, "GET", &path, NULL, spreadsheet, &json, err) != 0)
        return -1;
    return drive_take_look(s, json, spreadsheet, out, err);
}

static void put_member(struct buf *body, const char *name, const char *text)
{
    buf_printf(body, "%s\"%s\":", body->len > 1 ? "," : "", name);
    buf_json(body, text, strlen(text));
}

int drive_take_channel(const cJSON *answer, const char *spreadsheet, struct drive_channel *out,
                       struct err *err)
{
    const char *resource = json_text(answer, "resourceId", "");
    int64_t expires_ms = strtoll(json_text(answer, "expiration", "0"), NULL, 10);

    if (resource[0] == '\0' || strlen(resource) >= sizeof(out->resource_id))
        return bad_answer(spreadsheet, err);
    memcpy(out->resource_id, resource, strlen(resource) + 1);
    out->expires_ms = expires_ms < 0 ? 0 : expires_ms;
    return 0;
}

int drive_watch(struct sheets *s, const char *spreadsheet, const char *address, const char *token,
                int64_t expires_ms, struct drive_channel *out, struct err *err)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    CLEANUP_BUF struct buf body = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;

    put_file(&path, spreadsheet, "/watch?" ALL_DRIVES);
    buf_putc(&body, '{');
    put_member(&body, "id", out->id);
    put_member(&body, "type", "web_hook");
    put_member(&body, "address", address);
    put_member(&body, "token", token);
    buf_printf(&body, ",\"expiration\":\"%" PRId64 "\"}", expires_ms);
    if (run(s, "POST", &path, &body, spreadsheet, &json, err) != 0)
        return -1;
    return drive_take_channel(json, spreadsheet, out, err);
}

int drive_stop(struct sheets *s, const struct drive_channel *channel, struct err *err)
{
    CLEANUP_BUF struct buf path = BUF_INIT;
    CLEANUP_BUF struct buf body = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;

    buf_puts(&path, "drive/v3/channels/stop");
    buf_putc(&body, '{');
    put_member(&body, "id", channel->id);
    put_member(&body, "resourceId", channel->resource_id);
    buf_putc(&body, '}');
    return run(s, "POST", &path, &body, channel->id, &json, err);
}
