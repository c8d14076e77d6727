/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/http/server.h"

static bool path_matches(const struct http_route *route, const char *path)
{
    size_t len = strlen(route->path);

    if (len > 0 && route->path[len - 1] == '*')
        return strncmp(route->path, path, len - 1) == 0;
    return strcmp(route->path, path) == 0;
}

static bool method_matches(const struct http_route *route, const char *method)
{
    return strcmp(route->method, strcmp(method, "HEAD") == 0 ? "GET" : method) == 0;
}

void http_route_dispatch(const struct http_route *routes, void *ctx,
                         const struct http_request *request, struct http_response *response)
{
    char allow[128] = "";

    for (const struct http_route *r = routes; r->method != NULL; r++) {
        size_t len = strlen(allow);

        if (!path_matches(r, request->path))
            continue;
        if (method_matches(r, request->method)) {
            r->handle(ctx, request, response);
            return;
        }
        if (len + strlen(r->method) + 3 < sizeof(allow)) {
            memcpy(allow + len, len > 0 ? ", " : "", len > 0 ? 3 : 1);
            len += len > 0 ? 2 : 0;
            memcpy(allow + len, r->method, strlen(r->method) + 1);
        }
    }
    if (allow[0] == '\0') {
        http_response_error(response, 404, "unknown_path", "There is nothing at %.200s.",
                            request->path);
        return;
    }
    http_response_error(response, 405, "method_not_allowed", "%.200s takes %s.", request->path,
                        allow);
    http_response_header(response, "Allow", allow);
}
