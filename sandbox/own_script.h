/* SPDX-License-Identifier: Apache-2.0 */
/* own_script: the Apps Script engine from outside: run, configure, look, disturb. */
#ifndef SANDBOX_OWN_SCRIPT_H
#define SANDBOX_OWN_SCRIPT_H

#include "common/http/server.h"
#include "sandbox/sandbox.h"

void own_script_run(struct sandbox *s, const char *id, const struct http_request *request,
                    struct http_response *response);
void own_script_properties(struct sandbox *s, const char *id, const struct http_request *request,
                           struct http_response *response);
/* Routes; CTX is the sandbox. */
void own_script_status(void *ctx, const struct http_request *request,
                       struct http_response *response);
void own_script_faults(void *ctx, const struct http_request *request,
                       struct http_response *response);
#endif
