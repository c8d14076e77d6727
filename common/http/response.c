/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/http/server.h"

void http_response_header(struct http_response *r, const char *name, const char *value)
{
    if (r->n_headers == sizeof(r->headers) / sizeof(r->headers[0]))
        return;
    r->headers[r->n_headers].name = name;
    snprintf(r->headers[r->n_headers].value, sizeof(r->headers[0].value), "%s", value);
    r->n_headers++;
}

void http_response_error(struct http_response *r, int status, const char *code, const char *fmt,
                         ...)
{
    char message[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    r->status = status;
    r->error = code;
    r->content_type = "application/json; charset=utf-8";
    buf_clear(&r->body);
    buf_puts(&r->body, "{\"error\":{\"code\":");
    buf_json(&r->body, code, strlen(code));
    buf_puts(&r->body, ",\"message\":");
    buf_json(&r->body, message, strlen(message));
    buf_puts(&r->body, "}}");
}
