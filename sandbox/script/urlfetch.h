/* SPDX-License-Identifier: Apache-2.0 */
/*
 * urlfetch: UrlFetchApp.fetch, to this machine and the webhook that was named at the start only: a
 * script in the sandbox must not reach what the person who tries it did not mean.
 */
#ifndef SANDBOX_SCRIPT_URLFETCH_H
#define SANDBOX_SCRIPT_URLFETCH_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"
#include "sandbox/script/run.h"

/* http(s), and the host is localhost, 127.x.x.x or [::1]? */
bool urlfetch_is_local(const char *url);
/* The same scheme (http or https), host and port? */
bool urlfetch_is_same_server(const char *url, const char *other);
/* ARGS: {"url", "method", "headers": [[name, value], ...], "payload": text or null}. Appends
 * {"status", "headers": {}, "body"}. ERR_HTTP, ERR_LOST: no answer, in Google's words. Blocks. */
int urlfetch(struct run *r, const cJSON *args, struct buf *out, struct err *err);
#endif
