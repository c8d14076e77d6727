/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: does a request come from somebody who knows the secret, and is it fresh?
 *
 * A repeated request passes here: it repeats edit ids, and those are answered from the edit log.
 * Pure; any thread.
 */
#ifndef WEBHOOK_VERIFY_H
#define WEBHOOK_VERIFY_H

#include <stddef.h>
#include <stdint.h>

enum verify_result {
    VERIFY_OK,
    VERIFY_MISSING, /* no timestamp or no signature */
    VERIFY_BAD,     /* malformed, or made with another secret or for another body */
    VERIFY_STALE,   /* signed right, but too old or too far in the future */
};

/* TIMESTAMP (Unix seconds, decimal) and SIGNATURE ("v1=" and 64 lower-case hex digits) are the
 * headers' values or NULL. */
enum verify_result verify_request(const char *secret, const char *timestamp, const char *signature,
                                  const void *body, size_t body_len, int64_t now_ms,
                                  int64_t max_age_ms);
/* The protocol's error code and a sentence for the sender; "" for VERIFY_OK. Static text. */
const char *verify_code(enum verify_result result);
const char *verify_message(enum verify_result result);
#endif
