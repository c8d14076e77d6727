/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel_message: one notification of Drive, as Google sends it: a POST without a body, all in its
 * headers.
 *
 * https://developers.google.com/workspace/drive/api/guides/push#receive-notifications
 */
#ifndef SANDBOX_CHANNEL_MESSAGE_H
#define SANDBOX_CHANNEL_MESSAGE_H

#include <stdint.h>

#include "common/http/client.h"

/* Copies of what the channel has, so that nothing is locked while it is sent. */
struct channel_message {
    char *id, *file, *address, *token; /* owned; token may be NULL */
    int64_t expires_ms;                /* wall */
    int64_t number;                    /* 1: "sync" */
};
void channel_message_close(struct channel_message *m);
/* The answer's status; 0: there was none. Blocks. */
int channel_message_post(const struct channel_message *m, struct http_client *http);
#endif
