/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/post.h"

#include <inttypes.h>
#include <string.h>

#include "cli/who.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/http/signed.h"
#include "common/json.h"

enum { TIMEOUT_MS = 60000, UNKNOWN_MAPPING = 404 };

void post_begin(struct buf *edits, const char *kind)
{
    char id[37];

    crypto_uuid(id);
    buf_printf(edits, "%s{\"id\":\"%s\",\"kind\":\"%s\",\"time\":%" PRId64,
               edits->len > 0 ? "," : "", id, kind, clock_wall_ms());
}

/* "root@db1": who this is, for the edit log. */
static void put_user(struct buf *out)
{
    CLEANUP_BUF struct buf who = BUF_INIT;

    who_append(&who);
    buf_json(out, buf_text(&who), who.len);
}

static int hint(struct err *err)
{
    if (err->detail == UNKNOWN_MAPPING)
        return err_hint(err, "The webhook runs with another configuration: restart it.");
    if (err->detail == 0)
        return err_hint(err, "Start tabrelay-webhook, or correct webhook.url.");
    return -1;
}

static int send(struct http_client *client, const struct config_webhook *cfg,
                const struct buf *body, cJSON **results, struct err *err)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    int rc = signed_post(client, cfg, body, TIMEOUT_MS, &answer, err);

    if (rc != 0)
        hint(err);
    else
        rc = json_parse(buf_text(&answer.body), answer.body.len, results, err);
    http_answer_close(&answer);
    return rc == 0 ? 0 : err_wrap(err, "webhook %s", cfg->url);
}

const cJSON *post_result(const cJSON *results)
{
    return cJSON_GetArrayItem(json_get(results, "results"), 0);
}

int post_send(const struct config *config, const char *mapping, const struct buf *edits,
              const char *somebody, cJSON **results, struct err *err)
{
    CLEANUP_BUF struct buf body = BUF_INIT;
    struct http_client *client = NULL;
    int rc;

    *results = NULL;
    buf_puts(&body, "{\"version\":1,\"source\":\"cli\",\"mapping\":");
    buf_json(&body, mapping, strlen(mapping));
    buf_puts(&body, ",\"editor\":");
    if (somebody == NULL)
        put_user(&body);
    else
        buf_json(&body, somebody, strlen(somebody));
    buf_puts(&body, ",\"edits\":[");
    buf_append(&body, buf_text(edits), edits->len);
    buf_puts(&body, "]}");
    if (edits->is_failed)
        return err_nomem(err, "post");
    if (http_client_new(NULL, &client, err) != 0)
        return -1;
    rc = send(client, &config->webhook, &body, results, err);
    http_client_free(client);
    return rc;
}
