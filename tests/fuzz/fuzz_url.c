/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the query of a URL and as a part of its path, as our servers read them: what is
 * decoded is no longer, and encoded again it reads as the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/http/server.h"
#include "tests/fuzz/targets.h"

static void check_again(const char *text)
{
    CLEANUP_BUF struct buf encoded = BUF_INIT;
    char *again;

    for (const char *c = text; *c != '\0'; c++)
        buf_printf(&encoded, "%%%02X", (unsigned char)*c);
    again = http_decode(buf_text(&encoded), encoded.len, false);
    if (again == NULL || strcmp(again, text) != 0)
        abort();
    free(again);
}

void fuzz_url(const uint8_t *data, size_t size)
{
    struct http_request request = {0};
    char *text = malloc(size + 1), *plain, *found;

    if (text == NULL)
        return;
    memcpy(text, data, size);
    text[size] = '\0';
    plain = http_decode(text, size, false);
    if (plain != NULL) {
        if (strlen(plain) > size)
            abort();
        check_again(plain);
    }
    request.query = text;
    found = http_request_query(&request, "a");
    if (found != NULL && strlen(found) > strlen(text))
        abort();
    free(found);
    free(plain);
    free(text);
}
