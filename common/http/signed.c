/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/signed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"

static int check_status(const struct http_answer *answer, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    struct err parse;

    if (answer->status == 200)
        return 0;
    if (json_parse(buf_text(&answer->body), answer->body.len, &json, &parse) == 0)
        err_set(err, ERR_HTTP, "HTTP %d: %s", answer->status,
                json_text(json_get(json, "error"), "message", "no reason given"));
    else
        err_set(err, ERR_HTTP, "HTTP %d", answer->status);
    err->detail = answer->status;
    return err_transient(err);
}

int signed_post(struct http_client *client, const struct config_webhook *cfg,
                const struct buf *body, int64_t timeout_ms, struct http_answer *answer,
                struct err *err)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    char timestamp[24], mac[65], time_header[80], mac_header[120];
    const char *headers[] = {"Content-Type: application/json", time_header, mac_header, NULL};
    struct http_call call = {.method = "POST", .headers = headers, .timeout_ms = timeout_ms};
    size_t len = strlen(cfg->url);

    buf_printf(&url, "%s%sv1/edits", cfg->url, len > 0 && cfg->url[len - 1] == '/' ? "" : "/");
    if (body->is_failed || url.is_failed)
        return err_nomem(err, "webhook");
    snprintf(timestamp, sizeof(timestamp), "%" PRId64, clock_wall_ms() / 1000);
    crypto_sign_request(cfg->secret, timestamp, body->ptr, body->len, mac);
    snprintf(time_header, sizeof(time_header), "X-Tabrelay-Timestamp: %s", timestamp);
    snprintf(mac_header, sizeof(mac_header), "X-Tabrelay-Signature: v1=%s", mac);
    call.url = url.ptr;
    call.body = body->ptr;
    call.body_len = body->len;
    if (http_client_do(client, &call, answer, err) != 0)
        return -1;
    return check_status(answer, err);
}
