/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any texts as a request's two headers, any bytes as its body (each after a NUL): only one that was
 * made with the secret, for that body and that time, is taken. A first byte of 1 signs it right.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/crypto.h"
#include "tests/fuzz/targets.h"
#include "webhook/verify.h"

#define SECRET "a-secret-for-fuzzing-0123456789"
enum { MAX_AGE_MS = 300000 };

static bool is_right(const char *timestamp, const char *signature, const uint8_t *body, size_t len)
{
    char expected[65];

    crypto_sign_request(SECRET, timestamp, body, len, expected);
    return strncmp(signature, "v1=", 3) == 0 && strcmp(signature + 3, expected) == 0;
}

static void check(const char *timestamp, const char *signature, const uint8_t *body, size_t len)
{
    int64_t now_ms = 1700000000000;
    enum verify_result result =
        verify_request(SECRET, timestamp, signature, body, len, now_ms, MAX_AGE_MS);

    if ((result == VERIFY_OK || result == VERIFY_STALE) &&
        !is_right(timestamp, signature, body, len))
        abort();
    if (result == VERIFY_OK && llabs(strtoll(timestamp, NULL, 10) * 1000 - now_ms) > MAX_AGE_MS)
        abort();
    if ((result == VERIFY_OK) != (verify_code(result)[0] == '\0') ||
        (result == VERIFY_OK) != (verify_message(result)[0] == '\0'))
        abort();
}

void fuzz_signature(const uint8_t *data, size_t size)
{
    const char *timestamp = (const char *)data + 1, *signature;
    const uint8_t *end = data + size, *body;
    char right[68] = "v1=";

    if (size < 3 || memchr(timestamp, '\0', size - 1) == NULL)
        return;
    signature = timestamp + strlen(timestamp) + 1;
    body = memchr(signature, '\0', (size_t)(end - (const uint8_t *)signature));
    if (body == NULL)
        return;
    body++;
    if (data[0] == 1) {
        crypto_sign_request(SECRET, timestamp, body, (size_t)(end - body), right + 3);
        signature = right;
    }
    check(timestamp, signature, body, (size_t)(end - body));
}
