/* SPDX-License-Identifier: Apache-2.0 */
#include "common/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/log.h"

void crypto_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                        uint8_t out[32])
{
    unsigned n = 32;

    if (HMAC(EVP_sha256(), key, (int)key_len, data, len, out, &n) == NULL || n != 32)
        log_die("crypto: no memory, or no SHA-256"); /* nothing may be trusted then */
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void crypto_random(void *out, size_t len)
{
    uint8_t *p = out;

    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);

        if (n <= 0)
            log_die("crypto: no random bytes");
        p += n;
        len -= (size_t)n;
    }
}

void crypto_uuid(char out[37])
{
    uint8_t b[16];

    crypto_random(b, sizeof(b));
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void crypto_base64url(struct buf *out, const void *data, size_t len)
{
    const uint8_t *p = data;

    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t v = (uint32_t)p[i] << 16;

        if (n > 1)
            v |= (uint32_t)p[i + 1] << 8;
        if (n > 2)
            v |= p[i + 2];
        for (size_t k = 0; k <= n; k++)
            buf_putc(out, alphabet[(v >> (18 - 6 * k)) & 63]);
    }
}

int crypto_base64url_decode(struct buf *out, const char *text, size_t len, struct err *err)
{
    uint32_t v = 0;
    unsigned bits = 0;

    while (len > 0 && text[len - 1] == '=')
        len--;
    if (len % 4 == 1)
        return err_set(err, ERR_FORMAT, "base64: wrong length");
    for (size_t i = 0; i < len; i++) {
        const char *at = text[i] == '\0' ? NULL : strchr(alphabet, text[i]);

        if (at == NULL)
            return err_set(err, ERR_FORMAT, "base64: wrong character");
        v = v << 6 | (uint32_t)(at - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_putc(out, (char)(v >> bits & 0xFF));
        }
    }
    return 0;
}

void crypto_sign_request(const char *secret, const char *timestamp, const void *body,
                         size_t body_len, char out[65])
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf hex = BUF_INIT;
    uint8_t mac[32];

    buf_puts(&text, timestamp);
    buf_putc(&text, '.');
    buf_append(&text, body, body_len);
    buf_reserve(&hex, 64);
    if (text.is_failed || hex.is_failed)
        log_die("crypto: out of memory");
    crypto_hmac_sha256(secret, strlen(secret), text.ptr, text.len, mac);
    buf_hex(&hex, mac, sizeof(mac));
    memcpy(out, hex.ptr, 65);
}

void crypto_channel_token(const char *secret, const char *channel, const char *spreadsheet,
                          char out[65])
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    buf_printf(&text, "%s.%s", channel, spreadsheet);
    if (text.is_failed)
        log_die("crypto: out of memory");
    /* A request's timestamp is digits: neither signature can stand for the other. */
    crypto_sign_request(secret, "drive-channel", text.ptr, text.len, out);
}
