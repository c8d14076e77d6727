/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes: one function an endpoint (docs/ARCHITECTURE.md, "The webhook's protocol"). On any HTTP
 * thread.
 */
#ifndef WEBHOOK_ROUTES_H
#define WEBHOOK_ROUTES_H

#include <stdbool.h>

#include "common/http/server.h"
#include "webhook/server.h"

/* CTX is the struct server. */
void route_edits(void *ctx, const struct http_request *request, struct http_response *response);
void route_mappings(void *ctx, const struct http_request *request, struct http_response *response);
void route_drive(void *ctx, const struct http_request *request, struct http_response *response);

/* Is the request signed and fresh? If not, RESPONSE says why. */
bool routes_verify(const struct server *server, const struct http_request *request,
                   struct http_response *response);
/* 503: MySQL, or a mapping's table, is not there; log it. */
void routes_unavailable(const struct http_request *request, struct http_response *response,
                        const struct err *err);
/* 503: more is asked than can be done now. */
void routes_overloaded(struct http_response *response);
#endif
