/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice: is a notification of Drive one of a channel of ours, and what of? Pure; any thread.
 *
 * The channel's token tells, which only we can have made: it hangs on the webhook's secret, the
 * channel's id and the spreadsheet. Anybody can send anything here.
 * https://developers.google.com/workspace/drive/api/guides/push#receive-notifications
 */
#ifndef WEBHOOK_NOTICE_H
#define WEBHOOK_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config/config.h"

/* What came, texts of the request; a header that did not come is NULL. */
struct notice_request {
    const char *path;  /* after /v1/drive/: the spreadsheet, percent-encoded */
    const char *id;    /* X-Goog-Channel-ID */
    const char *token; /* X-Goog-Channel-Token */
    const char *state; /* X-Goog-Resource-State */
};

struct notice {
    char *spreadsheet; /* owned: free it, also when the notice is refused */
    size_t mapping;    /* the first one of it that is watched */
    bool is_previous;  /* it was made with the secret of before */
    bool has_changed;  /* false: it only says that the channel is open */
};

/* False: refuse it; there may also have been no memory. */
bool notice_take(const struct config *cfg, const struct notice_request *request,
                 struct notice *out);
/* Is M's spreadsheet this one, and does it want to be told? */
bool notice_is_for(const struct config_mapping *m, const char *spreadsheet);
#endif
