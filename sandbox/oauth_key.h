/* SPDX-License-Identifier: Apache-2.0 */
/* oauth_key: the service account's RSA key of 2048 bits. Any thread after opening. */
#ifndef SANDBOX_OAUTH_KEY_H
#define SANDBOX_OAUTH_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>

#include "common/err.h"

struct oauth_key {
    EVP_PKEY *key; /* owned */
    char *pem;     /* owned; PKCS#8 */
    char id[41];   /* private_key_id: 40 hex digits of its hash */
};

/* Read DATA_DIR/service-account.pem (the folder is there), or make a key and write it there (0600).
 */
int oauth_key_open(struct oauth_key *k, const char *data_dir, struct err *err);
/* Read the private_key of a service account's JSON file. ERR_IO, ERR_FORMAT. */
int oauth_key_load(struct oauth_key *k, const char *path, struct err *err);
void oauth_key_close(struct oauth_key *k);
/* Is SIGNATURE (base64url) RS256 over TEXT by this key? */
bool oauth_key_verify(const struct oauth_key *k, const char *text, size_t len,
                      const char *signature);
#endif
