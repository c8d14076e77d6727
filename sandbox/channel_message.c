/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/channel_message.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "sandbox/channels.h"
#include "sandbox/mem.h"

enum { SEND_TIMEOUT_MS = 10000 };

void channel_message_close(struct channel_message *m)
{
    free(m->id);
    free(m->file);
    free(m->address);
    free(m->token);
}

static char *date_of(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    char text[64];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return mem_text(text);
}

int channel_message_post(const struct channel_message *m, struct http_client *http)
{
    bool is_sync = m->number == 1;
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct err err = ERR_INIT;
    char resource[28];

    channels_resource_id(m->file, resource);
    CLEANUP_FREE char *date = date_of(m->expires_ms);
    CLEANUP_FREE char *channel = mem_printf("X-Goog-Channel-ID: %s", m->id);
    CLEANUP_FREE char *token =
        m->token == NULL ? NULL : mem_printf("X-Goog-Channel-Token: %s", m->token);
    CLEANUP_FREE char *expires = mem_printf("X-Goog-Channel-Expiration: %s", date);
    CLEANUP_FREE char *id = mem_printf("X-Goog-Resource-ID: %s", resource);
    CLEANUP_FREE char *uri = mem_printf(
        "X-Goog-Resource-URI: https://www.googleapis.com/drive/v3/files/%s?alt=json", m->file);
    CLEANUP_FREE char *number = mem_printf("X-Goog-Message-Number: %lld", (long long)m->number);
    const char *headers[] = {channel,
                             expires,
                             id,
                             uri,
                             number,
                             is_sync ? "X-Goog-Resource-State: sync"
                                     : "X-Goog-Resource-State: update",
                             is_sync ? "User-Agent: APIs-Google" : "X-Goog-Changed: content",
                             token, /* may end the list */
                             NULL};
    struct http_call call = {.method = "POST",
                             .url = m->address,
                             .headers = headers,
                             .timeout_ms = SEND_TIMEOUT_MS,
                             .max_body_bytes = 65536};
    int status = http_client_do(http, &call, &answer, &err) == 0 ? answer.status : 0;

    http_answer_close(&answer);
    return status;
}
