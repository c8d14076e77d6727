/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/page/pass.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"

enum { MAC_SIZE = 32 };

void pass_make(const char *token, int64_t end_ms, char out[PASS_SIZE])
{
    uint8_t mac[MAC_SIZE];
    char text[64];
    int n = snprintf(text, sizeof(text), "page-pass.%" PRId64, end_ms);

    crypto_hmac_sha256(token, strlen(token), text, (size_t)n, mac);
    n = snprintf(out, PASS_SIZE, "%" PRId64 ".", end_ms);
    for (size_t i = 0; i < MAC_SIZE; i++)
        n += snprintf(out + n, PASS_SIZE - (size_t)n, "%02x", mac[i]);
}

/* LEN bytes of TEXT: is that a pass? */
static bool is_pass(const char *token, const char *text, size_t len, int64_t now_ms)
{
    char expected[PASS_SIZE];
    char *after;
    int64_t end_ms;

    if (len == 0 || len >= PASS_SIZE || text[0] < '1' || text[0] > '9')
        return false;
    errno = 0;
    end_ms = strtoll(text, &after, 10);
    if (errno != 0 || *after != '.' || end_ms <= now_ms)
        return false;
    pass_make(token, end_ms, expected);
    return strlen(expected) == len && crypto_equal(expected, text, len);
}

bool pass_is_good(const char *token, const char *cookies, int64_t now_ms)
{
    const size_t name_len = sizeof(PASS_COOKIE) - 1;

    while (cookies != NULL && *cookies != '\0') {
        size_t len;

        cookies += strspn(cookies, " ;");
        len = strcspn(cookies, ";");
        if (len > name_len && strncmp(cookies, PASS_COOKIE "=", name_len + 1) == 0 &&
            is_pass(token, cookies + name_len + 1, len - name_len - 1, now_ms))
            return true;
        cookies += len;
    }
    return false;
}

bool pass_is_token(const char *token, const char *given)
{
    uint8_t key[MAC_SIZE], a[MAC_SIZE], b[MAC_SIZE];

    crypto_random(key, sizeof(key));
    crypto_hmac_sha256(key, sizeof(key), token, strlen(token), a);
    crypto_hmac_sha256(key, sizeof(key), given, strlen(given), b);
    return crypto_equal(a, b, sizeof(a));
}
