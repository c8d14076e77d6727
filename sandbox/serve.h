/* SPDX-License-Identifier: Apache-2.0 */
/* serve: which part of the sandbox a request is for; and the page's files. */
#ifndef SANDBOX_SERVE_H
#define SANDBOX_SERVE_H

#include "common/http/server.h"

/* http_server_options.handle; CTX is the sandbox. */
void serve_request(void *ctx, const struct http_request *request, struct http_response *response);
#endif
