/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: between UTF-8 and Duktape's strings, which hold a character beyond U+FFFF as JavaScript
 * sees it: two surrogates, each in three bytes (CESU-8).
 */
#ifndef SANDBOX_SCRIPT_TEXT_H
#define SANDBOX_SCRIPT_TEXT_H

#include <duktape.h>

#include "common/buf.h"
#include "common/err.h"

/* Append TEXT; a surrogate without its other half becomes U+FFFD. */
void text_to_utf8(const char *text, size_t len, struct buf *out);
void text_from_utf8(const char *text, size_t len, struct buf *out);

/* Push UTF-8. May throw. */
void text_push(duk_context *ctx, const char *text);
/* Append the string at INDEX as UTF-8; nothing if it is none. Does not throw. */
void text_get(duk_context *ctx, duk_idx_t index, struct buf *out);
/* The string at INDEX as an ERR_VALUE. Does not throw. */
void text_error(duk_context *ctx, duk_idx_t index, struct err *err);
#endif
