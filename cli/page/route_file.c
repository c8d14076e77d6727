/* SPDX-License-Identifier: Apache-2.0 */
/* route_file: the page's own files, which the program holds. */
#include <stdio.h>
#include <string.h>

#include "cli/page/page.h"
#include "common/embed.h"

#define FOLDER "cli/page/web/"

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

void page_file(void *ctx, const struct http_request *request, struct http_response *response)
{
    const struct embed_file *file;
    char path[128];

    (void)ctx;
    snprintf(path, sizeof(path), FOLDER "%s",
             strcmp(request->path, "/") == 0 ? "index.html" : request->path + 1);
    file = embed_find(path);
    if (file == NULL) {
        http_response_error(response, 404, "unknown_path", "There is nothing at %.200s.",
                            request->path);
        return;
    }
    response->content_type = type_of(path);
    buf_append(&response->body, file->data, file->len);
}
