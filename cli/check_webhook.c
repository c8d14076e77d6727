/* SPDX-License-Identifier: Apache-2.0 */
/* The webhook: does it answer where the replicator looks for it, and under the name that Google is
 * given? */
#include "cli/check.h"
#include "common/http/client.h"

enum { TIMEOUT_MS = 10000, ANSWER_BYTES_MAX = 4096 };

static void look(struct findings *f, struct http_client *client, const char *base)
{
    CLEANUP_BUF struct buf address = BUF_INIT;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_call call = {
        .method = "GET", .timeout_ms = TIMEOUT_MS, .max_body_bytes = ANSWER_BYTES_MAX};
    struct err err = ERR_INIT;

    buf_printf(&address, "%shealthz", base);
    call.url = buf_text(&address);
    if (http_client_do(client, &call, &answer, &err) != 0)
        findings_add(f, FINDING_FAIL, "webhook",
                     "Start tabrelay-webhook, or correct webhook.url, webhook.public_url and "
                     "webhook.listen.",
                     "%s: %s", call.url, err.msg);
    else if (answer.status != 200)
        findings_add(f, FINDING_FAIL, "webhook",
                     "Correct the address: something else answers there, or the webhook is ill.",
                     "%s answers %d", call.url, answer.status);
    else
        findings_add(f, FINDING_OK, "webhook", NULL, "%s answers", call.url);
    http_answer_close(&answer);
}

void check_webhook(struct findings *f, const struct config *config)
{
    struct http_client *client = NULL;
    struct err err = ERR_INIT;

    if (http_client_new(NULL, &client, &err) != 0) {
        findings_add_err(f, "webhook", &err);
        return;
    }
    look(f, client, config->webhook.url);
    if (config->webhook.public_url != NULL)
        look(f, client, config->webhook.public_url);
    http_client_free(client);
}
