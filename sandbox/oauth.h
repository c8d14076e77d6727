/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oauth: Google's token endpoint for service accounts, whose key the sandbox hands out.
 *
 * Any NAME@PROJECT.iam.gserviceaccount.com is an account; one key is theirs. It is made once (and
 * kept, with --data). Access tokens are signed, not stored: they outlive a restart. Any thread
 * after oauth_new().
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
#ifndef SANDBOX_OAUTH_H
#define SANDBOX_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/http/server.h"

/* What scopes allow: cells; to make and remove files; to look at files. */
enum { OAUTH_READ = 1, OAUTH_WRITE = 2, OAUTH_DRIVE = 4, OAUTH_LOOK = 8 };

struct oauth;

/* ACCOUNT NULL: read the key of DATA_DIR or make one (DATA_DIR NULL: one for this run). Else that
 * of a service account's JSON file. ERR_IO, ERR_FORMAT. */
int oauth_new(const char *data_dir, const char *account, struct oauth **out, struct err *err);
void oauth_free(struct oauth *o);
/* Append the key file of account NAME of PROJECT (NULL: the sandbox's own). False: not of a-z, 0-9
 * and -, or longer than 30 characters. */
bool oauth_put_credentials(const struct oauth *o, const char *url, const char *name,
                           const char *project, struct buf *out);
/* POST /token. */
void oauth_token(const struct oauth *o, const char *url, const struct http_request *request,
                 struct http_response *response);
/* GET /tokeninfo. */
void oauth_tokeninfo(const struct oauth *o, const struct http_request *request,
                     struct http_response *response);
struct oauth_user {
    char email[100];
    int allows; /* OAUTH_... */
};
/* Is this the value of an Authorization header with a token in force? Whose? */
bool oauth_check(const struct oauth *o, const char *authorization, struct oauth_user *out);
#endif
