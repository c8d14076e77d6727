/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/http/server.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char *http_decode(const char *text, size_t len, bool plus_is_blank)
{
    CLEANUP_FREE char *out = malloc(len + 1);
    size_t n = 0;

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '%') {
            int high = len - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = len - i > 2 ? hex_digit(text[i + 2]) : -1;

            if (high < 0 || low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c == '\0') /* it would end the text early */
            return NULL;
        out[n++] = c;
    }
    out[n] = '\0';
    return take_ptr(out);
}

char *http_request_query(const struct http_request *r, const char *name)
{
    const char *at = r->query;

    while (*at != '\0') {
        size_t len = strcspn(at, "&");
        const char *equals = memchr(at, '=', len);
        size_t name_len = equals == NULL ? len : (size_t)(equals - at);
        CLEANUP_FREE char *found = http_decode(at, name_len, true);

        if (found != NULL && strcmp(found, name) == 0)
            return equals == NULL ? strdup("") : http_decode(equals + 1, len - name_len - 1, true);
        at += len + (at[len] == '&');
    }
    return NULL;
}
