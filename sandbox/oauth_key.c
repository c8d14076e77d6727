/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/oauth_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/crypto.h"
#include "common/json.h"
#include "sandbox/mem.h"

enum { KEY_BITS = 2048, MAX_FILE = 16384 };

/* The key as PEM text, and its id. */
static int fill_text(struct oauth_key *k, struct err *err)
{
    unsigned char hash[32];
    struct buf id = BUF_INIT;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, k->key, NULL, NULL, 0, NULL, NULL) != 1) {
        BIO_free(bio);
        return err_set(err, ERR_FORMAT, "oauth: the key cannot be written as text");
    }
    len = BIO_get_mem_data(bio, &text);
    k->pem = mem_text_n(text, (size_t)len);
    BIO_free(bio);
    crypto_hmac_sha256("id", 2, k->pem, strlen(k->pem), hash);
    buf_hex(&id, hash, 20);
    snprintf(k->id, sizeof(k->id), "%s", buf_text(&id));
    buf_close(&id);
    return 0;
}

static int read_key(struct oauth_key *k, const char *path, struct err *err)
{
    CLEANUP_FILE FILE *f = fopen(path, "re");

    if (f == NULL)
        return errno == ENOENT ? 0 : err_errno(err, "oauth: open %s", path);
    k->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    if (k->key == NULL)
        return err_set(err, ERR_FORMAT, "oauth: %s is no private key", path);
    return 0;
}

static int write_key(const struct oauth_key *k, const char *path, struct err *err)
{
    CLEANUP_FREE char *tmp = mem_printf("%s.new", path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t len = strlen(k->pem);
    bool is_fine;

    if (fd < 0)
        return err_errno(err, "oauth: open %s", tmp);
    is_fine = write(fd, k->pem, len) == (ssize_t)len;
    is_fine = close(fd) == 0 && is_fine;
    if (!is_fine || rename(tmp, path) < 0)
        return err_errno(err, "oauth: write %s", path);
    return 0;
}

int oauth_key_open(struct oauth_key *k, const char *data_dir, struct err *err)
{
    CLEANUP_FREE char *path = NULL;

    *k = (struct oauth_key){0};
    if (data_dir != NULL) {
        path = mem_printf("%s/service-account.pem", data_dir);
        if (read_key(k, path, err) < 0)
            return -1;
        if (k->key != NULL)
            return fill_text(k, err);
    }
    k->key = EVP_RSA_gen(KEY_BITS);
    if (k->key == NULL)
        return err_set(err, ERR_FORMAT, "oauth: OpenSSL made no key");
    if (fill_text(k, err) < 0)
        return -1;
    return path == NULL ? 0 : write_key(k, path, err);
}

static int read_file(const char *path, struct buf *out, struct err *err)
{
    CLEANUP_FILE FILE *f = fopen(path, "re");
    char *to = buf_reserve(out, MAX_FILE);

    if (f == NULL)
        return err_errno(err, "oauth: open %s", path);
    if (to == NULL)
        return err_nomem(err, "oauth");
    out->len = fread(to, 1, MAX_FILE, f);
    return 0;
}

int oauth_key_load(struct oauth_key *k, const char *path, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    const char *pem;
    BIO *bio;

    *k = (struct oauth_key){0};
    if (read_file(path, &text, err) < 0)
        return -1;
    if (json_parse(text.ptr, text.len, &json, err) < 0)
        return err_wrap(err, "oauth: %s", path);
    pem = json_text(json, "private_key", "");
    bio = BIO_new_mem_buf(pem, (int)strlen(pem));
    k->key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (k->key == NULL)
        return err_set(err, ERR_FORMAT, "oauth: %s has no private_key", path);
    return fill_text(k, err);
}

void oauth_key_close(struct oauth_key *k)
{
    EVP_PKEY_free(k->key);
    free(k->pem);
    *k = (struct oauth_key){0};
}

bool oauth_key_verify(const struct oauth_key *k, const char *text, size_t len,
                      const char *signature)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct err err = ERR_INIT;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool is_valid;

    is_valid = ctx != NULL &&
               crypto_base64url_decode(&bytes, signature, strlen(signature), &err) == 0 &&
               EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, k->key) == 1 &&
               EVP_DigestVerify(ctx, (const unsigned char *)buf_text(&bytes), bytes.len,
                                (const unsigned char *)text, len) == 1;
    EVP_MD_CTX_free(ctx);
    return is_valid;
}
