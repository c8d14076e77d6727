/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto: the little that is needed, over OpenSSL. Any thread.
 */
#ifndef COMMON_CRYPTO_H
#define COMMON_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

void crypto_hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                        uint8_t out[32]);
/* Compare in constant time. */
bool crypto_equal(const void *a, const void *b, size_t len);
/* Fill with random bytes; aborts if the kernel has none. */
void crypto_random(void *out, size_t len);
/* A random UUID (version 4), 36 characters and a NUL. */
void crypto_uuid(char out[37]);
/* Base64 without padding in the URL alphabet (RFC 4648, section 5). */
void crypto_base64url(struct buf *out, const void *data, size_t len);
/* Decode it (padding allowed); ERR_FORMAT. Appends to OUT. */
int crypto_base64url_decode(struct buf *out, const char *text, size_t len, struct err *err);

/* The signature of tabrelay's own requests: hex HMAC-SHA256 over "TIMESTAMP.BODY"
 * (docs/ARCHITECTURE.md). 64 digits, NUL. */
void crypto_sign_request(const char *secret, const char *timestamp, const void *body,
                         size_t body_len, char out[65]);
/* The token of a notification channel of Drive: hex HMAC-SHA256 over
 * "drive-channel.ID.SPREADSHEET". Who knows the secret knows every channel's: none needs to be
 * kept. 64 digits, NUL. */
void crypto_channel_token(const char *secret, const char *channel, const char *spreadsheet,
                          char out[65]);
#endif
