/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http/health.h"

#include <stdio.h>
#include <string.h>

#include "common/http/client.h"

enum { TIMEOUT_MS = 5000, ANSWER_BYTES_MAX = 4096 };

/* Who listens everywhere listens on loopback, too. */
static void make_url(char *url, size_t size, const char *host, uint16_t port)
{
    if (strcmp(host, "0.0.0.0") == 0)
        host = "127.0.0.1";
    else if (strcmp(host, "::") == 0)
        host = "::1";
    snprintf(url, size,
             strchr(host, ':') != NULL ? "http://[%s]:%u/healthz" : "http://%s:%u/healthz", host,
             port);
}

static int ask(struct http_client *client, const char *url, struct http_answer *answer,
               struct err *err)
{
    const struct http_call call = {
        .method = "GET", .url = url, .timeout_ms = TIMEOUT_MS, .max_body_bytes = ANSWER_BYTES_MAX};

    if (http_client_do(client, &call, answer, err) != 0)
        return err_wrap(err, "%s", url);
    return 0;
}

int health_ask(const char *program, const char *host, uint16_t port)
{
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_client *client = NULL;
    struct err err = ERR_INIT;
    char url[300];
    int status = 1;

    make_url(url, sizeof(url), host, port);
    if (http_client_global_init(&err) != 0 || http_client_new(NULL, &client, &err) != 0 ||
        ask(client, url, &answer, &err) != 0) {
        printf("%s: does not answer: %s\n", program, err.msg);
    } else {
        status = answer.status == 200 ? 0 : 1;
        printf("%s: %s: %.*s\n", program, status == 0 ? "well" : "not well",
               (int)strcspn(buf_text(&answer.body), "\n"), buf_text(&answer.body));
    }
    http_answer_close(&answer);
    http_client_free(client);
    return status;
}
