/* SPDX-License-Identifier: Apache-2.0 */
/* What the running programs say of themselves, and what check finds. */
#include <string.h>

#include "cli/check.h"
#include "cli/doctor/doctor.h"
#include "cli/doctor/scrub.h"
#include "common/http/client.h"

enum { TIMEOUT_MS = 3000, METRICS_BYTES_MAX = 1024 * 1024 };

static void put_lines(struct buf *out, const char *text,
                      void (*put)(struct buf *, const char *, size_t), bool with_comments)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        if (len > 0 && (with_comments || text[0] != '#')) {
            put(out, text, len);
            buf_putc(out, '\n');
        }
        text += len + (text[len] == '\n');
    }
}

/* In labels only: names of metrics, and numbers, stay. */
static void put_metric(struct buf *out, const char *line, size_t len)
{
    const char *open = memchr(line, '{', len);
    size_t name = open == NULL ? len : (size_t)(open - line);

    buf_append(out, line, name);
    if (open != NULL)
        scrub_words(out, open, len - name);
}

static void put_program(struct buf *out, struct http_client *client, const char *title,
                        const char *url)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_call call = {
        .method = "GET", .url = url, .timeout_ms = TIMEOUT_MS, .max_body_bytes = METRICS_BYTES_MAX};
    struct err err = ERR_INIT;

    buf_printf(out, "\n## Metrics of %s\n\n", title);
    if (http_client_do(client, &call, &answer, &err) != 0)
        buf_puts(out, "It cannot be reached.\n");
    else if (answer.status != 200)
        buf_printf(out, "It answers %d.\n", answer.status);
    else {
        buf_puts(out, "```\n");
        put_lines(out, buf_text(&answer.body), put_metric, false);
        buf_puts(out, "```\n");
    }
    http_answer_close(&answer);
}

void doctor_metrics(struct buf *out, const struct config *config)
{
    CLEANUP_BUF struct buf url = BUF_INIT;
    struct http_client *client = NULL;
    struct err err = ERR_INIT;

    if (http_client_global_init(&err) != 0 || http_client_new(NULL, &client, &err) != 0)
        return;
    if (config->replicator.metrics_host != NULL) {
        buf_printf(&url, "http://%s:%u/metrics", config->replicator.metrics_host,
                   config->replicator.metrics_port);
        put_program(out, client, "the replicator", buf_text(&url));
    }
    buf_clear(&url);
    buf_printf(&url, "%smetrics", config->webhook.url);
    put_program(out, client, "the webhook", buf_text(&url));
    http_client_free(client);
}

void doctor_checks(struct buf *out, const struct config *config)
{
    struct findings f = {.is_quiet = true};

    check_all(&f, config);
    buf_puts(out, "\n## What check finds\n\n```\n");
    put_lines(out, buf_text(&f.text), scrub_message, true);
    buf_puts(out, "```\n");
    findings_close(&f);
}
