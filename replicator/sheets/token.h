/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token: access tokens of a service account: a JWT signed with its key is exchanged for a bearer
 * token.
 *
 * https://developers.google.com/identity/protocols/oauth2/service-account. The private key stays in
 * here: never logged, never in an error. One thread at a time.
 */
#ifndef REPLICATOR_SHEETS_TOKEN_H
#define REPLICATOR_SHEETS_TOKEN_H

#include "common/buf.h"
#include "common/err.h"
#include "common/http/client.h"

struct token;

/* Read the JSON key file at PATH; tokens will be for SCOPES (blanks between; kept by pointer).
 * ERR_CONFIG: missing, unreadable, not a service account's key. */
int token_open(const char *path, const char *scopes, struct token **out, struct err *err);
void token_free(struct token *t);
const char *token_account(const struct token *t); /* its e-mail address */
const char *token_project(const struct token *t); /* the Google Cloud project it belongs to */

/* *BEARER: a token, fetched anew some minutes before the last one ends (blocks); valid until the
 * next call. While another cannot be had the last one does, to its end. A key that is refused is
 * read from its file again first. ERR_AUTH: the account is refused. When this machine's clock is
 * off by more than a minute the server's is taken, and that is logged. */
int token_get(struct token *t, struct http_client *http, const char **bearer, struct err *err);
/* The server did not take it: fetch another at the next token_get. */
void token_drop(struct token *t);

/* The signed JWT for time NOW (seconds since 1970 UTC), appended to OUT. For token_get and its
 * test. */
int token_jwt(const struct token *t, int64_t now, struct buf *out, struct err *err);
#endif
