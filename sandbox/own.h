/* SPDX-License-Identifier: Apache-2.0 */
/* own: the sandbox's own API (docs/ARCHITECTURE.md), without authentication, for this machine. */
#ifndef SANDBOX_OWN_H
#define SANDBOX_OWN_H

#include "common/http/server.h"
#include "sandbox/sandbox.h"

/* Everything under /sandbox/v1/. */
void own_handle(struct sandbox *s, const struct http_request *request,
                struct http_response *response);
/* GET .../tabs/SHEETID: own_rows.c. */
void own_rows(const struct book *b, const struct tab *t, const struct http_request *request,
              struct http_response *response);
#endif
