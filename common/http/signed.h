/* SPDX-License-Identifier: Apache-2.0 */
/* http/signed: our own requests to the webhook (docs/ARCHITECTURE.md, the webhook's protocol). */
#ifndef COMMON_HTTP_SIGNED_H
#define COMMON_HTTP_SIGNED_H

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/http/client.h"

/* POST BODY to v1/edits of the webhook, signed. 0: it answered 200. Else ERR_HTTP with its sentence
 * (detail: the status; transient) or what http_client_do says. */
int signed_post(struct http_client *client, const struct config_webhook *cfg,
                const struct buf *body, int64_t timeout_ms, struct http_answer *answer,
                struct err *err);
#endif
