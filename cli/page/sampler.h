/* SPDX-License-Identifier: Apache-2.0 */
/* sampler: a thread that asks both daemons for their metrics and fills the history. */
#ifndef CLI_PAGE_SAMPLER_H
#define CLI_PAGE_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/page/history.h"
#include "common/config/config.h"
#include "common/err.h"
#include "common/stop.h"

struct sampler;

enum sampler_daemon { SAMPLER_REPLICATOR, SAMPLER_WEBHOOK, SAMPLER_DAEMONS };

/* Until STOP is asked. The configuration, STOP and HISTORY are kept by pointer. */
int sampler_start(const struct config_page *cfg, struct stop *stop, struct history *history,
                  struct sampler **out, struct err *err);
/* After STOP was asked. NULL is fine. */
void sampler_join(struct sampler *s);

struct sampler_health {
    bool is_asked;    /* its address is known */
    bool is_up;       /* it answered the last time */
    int64_t since_ms; /* since 1970: up or not since then; 0: it was not asked yet */
};
/* Any thread. */
void sampler_health(struct sampler *s, enum sampler_daemon daemon, struct sampler_health *out);
#endif
