/* SPDX-License-Identifier: Apache-2.0 */
/* The webhook: does it answer where the replicator looks for it, and under the name that Google is
 * given? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/check.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/http/client.h"

enum { TIMEOUT_MS = 10000, ANSWER_BYTES_MAX = 4096, CLOCK_OFF_MS = 5000 };

/* The webhook refuses signatures that are too old or too new. Its answer's time has whole seconds.
 */
static void check_date(struct findings *f, const char *url, int64_t date_ms)
{
    int64_t off_ms = llabs(clock_wall_ms() - date_ms);

    if (date_ms != 0 && off_ms > CLOCK_OFF_MS)
        findings_add(f, FINDING_WARN, "clock.webhook", "clock",
                     "Let both machines take their time from NTP (chrony, systemd-timesyncd).",
                     "the clock behind %s and this machine's are %" PRId64 " s apart", url,
                     off_ms / 1000);
}

static void add_silent(struct findings *f, const char *id, const char *url, const struct err *err)
{
    findings_add(f, FINDING_FAIL, id, "webhook",
                 "Start tabrelay-webhook, or correct webhook.url, webhook.public_url and "
                 "webhook.listen.",
                 "%s: %s", url, err->msg);
}

/* True if the webhook answers where the replicator looks for it. */
static bool look(struct findings *f, struct http_client *client, const char *base)
{
    CLEANUP_BUF struct buf address = BUF_INIT;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_call call = {
        .method = "GET", .timeout_ms = TIMEOUT_MS, .max_body_bytes = ANSWER_BYTES_MAX};
    struct err err = ERR_INIT;
    bool is_there = false;

    buf_printf(&address, "%shealthz", base);
    call.url = buf_text(&address);
    if (http_client_do(client, &call, &answer, &err) != 0)
        add_silent(f, "webhook.url", call.url, &err);
    else if (answer.status != 200)
        findings_add(f, FINDING_FAIL, "webhook.url", "webhook",
                     "Correct the address: something else answers there, or the webhook is ill.",
                     "%s answers %d", call.url, answer.status);
    else
        is_there = true;
    if (is_there)
        findings_add(f, FINDING_OK, "webhook.url", "webhook", NULL, "%s answers", call.url);
    check_date(f, call.url, answer.date_ms);
    http_answer_close(&answer);
    return is_there;
}

/* Ask the webhook at BASE for a spreadsheet's mappings as its script does: the answer tells what it
 * runs with. */
static int ask_signed(struct http_client *client, const struct config *config, const char *base,
                      struct http_answer *answer, struct err *err)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    char timestamp[24], mac[65], time_header[80], mac_header[120];
    const char *headers[] = {time_header, mac_header, NULL};
    struct http_call call = {.method = "GET", .headers = headers, .timeout_ms = TIMEOUT_MS};

    buf_printf(&url, "%sv1/mappings?spreadsheet=%s", base, config_written(config, 0)->spreadsheet);
    call.url = buf_text(&url);
    snprintf(timestamp, sizeof(timestamp), "%" PRId64, clock_wall_ms() / 1000);
    crypto_sign_request(config->webhook.secret, timestamp, "", 0, mac);
    snprintf(time_header, sizeof(time_header), "X-Tabrelay-Timestamp: %s", timestamp);
    snprintf(mac_header, sizeof(mac_header), "X-Tabrelay-Signature: v1=%s", mac);
    return http_client_do(client, &call, answer, err);
}

static void check_secret(struct findings *f, struct http_client *client,
                         const struct config *config)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    if (ask_signed(client, config, config->webhook.url, &answer, &err) != 0)
        findings_add_err(f, "webhook.secret", "webhook", &err);
    else if (answer.status == 401)
        findings_add(f, FINDING_FAIL, "webhook.secret", "webhook",
                     "Let it read this configuration: tabrelay reload, or restart it; then Install "
                     "again in the spreadsheets, with its secret.",
                     "the running webhook refuses what is signed with webhook.secret");
    else if (answer.status == 404)
        findings_add(f, FINDING_FAIL, "webhook.secret", "webhook",
                     "Let it read this configuration: tabrelay reload, or restart it.",
                     "the running webhook knows no mapping of spreadsheet %s",
                     config_written(config, 0)->spreadsheet);
    else if (answer.status != 200)
        findings_add(f, FINDING_SKIP, "webhook.secret", "webhook", NULL,
                     "the webhook answers %d to a signed request", answer.status);
    else
        findings_add(f, FINDING_OK, "webhook.secret", "webhook", NULL,
                     "the webhook takes what is signed with webhook.secret");
    http_answer_close(&answer);
    if (config->webhook.previous_secret != NULL)
        findings_add(f, FINDING_WARN, "webhook.previous_secret", "webhook",
                     "Take it out, and reload, when tabrelay_webhook_previous_secret_total stands "
                     "still: all scripts have the new one then.",
                     "what is signed with webhook.previous_secret is taken as well");
}

/* As Google's scripts come: the proxy need not pass anything else on. */
static void check_public(struct findings *f, struct http_client *client,
                         const struct config *config)
{
    const char *url = config->webhook.public_url;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;

    if (url == NULL)
        findings_add(f, FINDING_SKIP, "webhook.public_url", "webhook",
                     "Give webhook.public_url, and it is tried as well.",
                     "the address that Google uses is not in the configuration");
    else if (ask_signed(client, config, url, &answer, &err) != 0)
        add_silent(f, "webhook.public_url", url, &err);
    else if (answer.status != 200)
        findings_add(f, FINDING_FAIL, "webhook.public_url", "webhook",
                     "Correct the address, or let the proxy pass /v1/ on to webhook.listen.",
                     "%s answers a signed request with %d", url, answer.status);
    else
        findings_add(f, FINDING_OK, "webhook.public_url", "webhook", NULL,
                     "%s answers a signed request", url);
    http_answer_close(&answer);
}

void check_webhook(struct findings *f, const struct config *config)
{
    struct http_client *client = NULL;
    struct err err = ERR_INIT;

    if (http_client_new(NULL, &client, &err) != 0) {
        findings_add_err(f, "webhook", "webhook", &err);
        return;
    }
    if (look(f, client, config->webhook.url))
        check_secret(f, client, config);
    else
        findings_add(f, FINDING_SKIP, "webhook.secret", "webhook", NULL,
                     "whether it has this secret is not known before it answers");
    check_public(f, client, config);
    http_client_free(client);
}
