/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sheets/token.h"

#include <inttypes.h>
#include <math.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/log.h"

enum {
    KEY_FILE_MAX = 64 * 1024,
    LIFETIME_S = 3600,         /* the longest that Google accepts */
    BACKDATE_S = 10,           /* a clock that is a little ahead must not spoil the JWT */
    REFRESH_EARLY_MS = 225000, /* as Google's own libraries do: 3 min 45 s before the end */
    RETRY_MS = 15000,          /* when another could not be had */
    CLOCK_OFF_S = 60,
    TIMEOUT_MS = 30000,
    TRIES = 3
};

struct token {
    char *path;
    char *account, *project, *key_id, *uri;
    const char *scopes;
    EVP_PKEY *key;
    char *bearer;           /* NULL: none */
    int64_t refresh_ms;     /* monotonic: when to fetch the next one */
    int64_t end_ms;         /* monotonic: not good any more */
    int64_t clock_offset_s; /* the server's clock less ours, where they differ too much */
    bool is_clock_said;
    struct log_fault fault;
};

static int read_file(const char *path, struct buf *out, struct err *err)
{
    CLEANUP_FILE FILE *f = fopen(path, "re");
    char chunk[4096];
    size_t n;

    if (f == NULL) {
        err_errno(err, "google.credentials: cannot open %s", path);
        err->code = ERR_CONFIG;
        return err_hint(err, "Put the service account's JSON key there, readable by this user.");
    }
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0 && out->len < KEY_FILE_MAX)
        buf_append(out, chunk, n);
    if (ferror(f) || out->len >= KEY_FILE_MAX || out->is_failed)
        return err_set(err, ERR_CONFIG, "google.credentials: %s is no JSON key", path);
    return 0;
}

static int take_text(const cJSON *json, const char *name, const char *path, char **out,
                     struct err *err)
{
    const char *text = json_text(json, name, "");

    if (text[0] == '\0') {
        err_set(err, ERR_CONFIG, "google.credentials: %s has no \"%s\"", path, name);
        return err_hint(err,
                        "Download the key of a service account (type JSON) from Google Cloud.");
    }
    *out = strdup(text);
    return *out == NULL ? err_nomem(err, "token") : 0;
}

static int take_key(const cJSON *json, const char *path, EVP_PKEY **out, struct err *err)
{
    const char *pem = json_text(json, "private_key", "");
    BIO *bio = BIO_new_mem_buf(pem, -1);

    if (bio == NULL)
        return err_nomem(err, "token");
    *out = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (*out == NULL || EVP_PKEY_base_id(*out) != EVP_PKEY_RSA)
        return err_set(err, ERR_CONFIG, "google.credentials: %s has no usable \"private_key\"",
                       path);
    return 0;
}

/* Older key files do not name it; the address does: NAME@PROJECT.iam.gserviceaccount.com. */
static int take_project(const cJSON *json, const char *account, char **out, struct err *err)
{
    const char *at = strchr(account, '@');
    const char *host = at == NULL ? account : at + 1;
    const char *id = json_text(json, "project_id", "");

    *out = id[0] != '\0' ? strdup(id) : strndup(host, strcspn(host, "."));
    return *out == NULL ? err_nomem(err, "token") : 0;
}

int token_open(const char *path, const char *scopes, struct token **out, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    struct token *t;
    struct err parse;

    if (read_file(path, &text, err) != 0)
        return -1;
    if (json_parse(buf_text(&text), text.len, &json, &parse) != 0)
        return err_set(err, ERR_CONFIG, "google.credentials: %s: %s", path, parse.msg);
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return err_nomem(err, "token");
    t->scopes = scopes;
    t->path = strdup(path);
    if (t->path == NULL)
        err_nomem(err, "token");
    if (t->path == NULL || take_text(json, "client_email", path, &t->account, err) != 0 ||
        take_project(json, t->account, &t->project, err) != 0 ||
        take_text(json, "private_key_id", path, &t->key_id, err) != 0 ||
        take_text(json, "token_uri", path, &t->uri, err) != 0 ||
        take_key(json, path, &t->key, err) != 0) {
        token_free(t);
        return -1;
    }
    *out = t;
    return 0;
}

void token_free(struct token *t)
{
    if (t == NULL)
        return;
    free(t->path);
    free(t->account);
    free(t->project);
    free(t->key_id);
    free(t->uri);
    free(t->bearer);
    EVP_PKEY_free(t->key);
    free(t);
}

const char *token_account(const struct token *t)
{
    return t->account;
}

const char *token_project(const struct token *t)
{
    return t->project;
}

void token_drop(struct token *t)
{
    free(t->bearer);
    t->bearer = NULL;
}

/* --- the assertion */

static int sign(const struct token *t, const struct buf *text, struct buf *out, struct err *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char signature[1024];
    size_t len = sizeof(signature);
    int ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, t->key) == 1 &&
             EVP_DigestSign(ctx, signature, &len, (const unsigned char *)text->ptr, text->len) == 1;

    EVP_MD_CTX_free(ctx);
    if (!ok)
        return err_set(err, ERR_AUTH, "token: signing failed");
    crypto_base64url(out, signature, len);
    return 0;
}

int token_jwt(const struct token *t, int64_t now, struct buf *out, struct err *err)
{
    CLEANUP_BUF struct buf part = BUF_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;

    buf_puts(&part, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":");
    buf_json(&part, t->key_id, strlen(t->key_id));
    buf_putc(&part, '}');
    crypto_base64url(&text, part.ptr, part.len);
    buf_putc(&text, '.');
    buf_clear(&part);
    buf_puts(&part, "{\"iss\":");
    buf_json(&part, t->account, strlen(t->account));
    buf_puts(&part, ",\"aud\":");
    buf_json(&part, t->uri, strlen(t->uri));
    buf_printf(&part, ",\"scope\":\"%s\",\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}", t->scopes,
               now - BACKDATE_S, now - BACKDATE_S + LIFETIME_S);
    crypto_base64url(&text, part.ptr, part.len);
    if (part.is_failed || text.is_failed)
        return err_nomem(err, "token");
    buf_append(out, text.ptr, text.len);
    buf_putc(out, '.');
    return sign(t, &text, out, err);
}

/* --- the exchange */

/* Google refuses what was signed too long ago or is of the future, and its Date says how late it
 * is. Below a minute the clock is left alone, unless IS_REFUSED. */
static void look_at_clock(struct token *t, const struct http_answer *answer, bool is_refused)
{
    int64_t ahead_s = (answer->date_ms - clock_wall_ms()) / 1000;
    bool is_off = answer->date_ms > 0 && (ahead_s > CLOCK_OFF_S || ahead_s < -CLOCK_OFF_S);

    if (answer->date_ms == 0)
        return;
    t->clock_offset_s = is_off || is_refused ? ahead_s : 0;
    if (is_off && !t->is_clock_said)
        log_warn("token: this machine's clock is %" PRId64 " s %s Google's, whose time is taken "
                 "hint=\"Set it right (NTP): edits are ordered by time.\"",
                 ahead_s < 0 ? -ahead_s : ahead_s, ahead_s < 0 ? "ahead of" : "behind");
    t->is_clock_said = is_off;
}

static int refuse(struct token *t, const struct http_answer *answer, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    struct err parse;
    const char *code = "", *text = "no reason given";

    if (json_parse(buf_text(&answer->body), answer->body.len, &json, &parse) == 0) {
        code = json_text(json, "error", "");
        text = json_text(json, "error_description", text);
    }
    err_set(err, ERR_AUTH, "token: %s refused the service account: HTTP %d %s: %.200s", t->uri,
            answer->status, code, text);
    err->detail = answer->status;
    if (answer->status == 408 || answer->status == 429 || answer->status >= 500)
        return err_transient(err);
    look_at_clock(t, answer,
                  strcmp(code, "invalid_grant") == 0 && strstr(text, "timeframe") != NULL);
    err_transient(err);
    return err_hint(
        err, "Is the key in google.credentials still valid, and is this machine's clock right?");
}

static int take_answer(struct token *t, const struct http_answer *answer, struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    const char *text;
    double life;

    if (answer->status != 200)
        return refuse(t, answer, err);
    if (json_parse(buf_text(&answer->body), answer->body.len, &json, err) != 0)
        return err_wrap(err, "token");
    text = json_text(json, "access_token", "");
    if (text[0] == '\0' || strlen(text) > 4096 || strpbrk(text, "\r\n") != NULL)
        return err_set(err, ERR_FORMAT, "token: the answer has no access_token");
    /* Some servers send the number as a text. */
    life = json_number(json, "expires_in", strtod(json_text(json, "expires_in", "3600"), NULL));
    token_drop(t);
    t->bearer = strdup(text);
    if (t->bearer == NULL)
        return err_nomem(err, "token");
    life = life > 0 && life < 86400 ? life * 1000 : 0; /* NaN, too */
    t->refresh_ms = clock_mono_ms() + (int64_t)fmax(life - REFRESH_EARLY_MS, life * 0.75);
    t->end_ms = clock_mono_ms() + (int64_t)(life * 0.9);
    look_at_clock(t, answer, false);
    return 0;
}

static int fetch(struct token *t, struct http_client *http, struct err *err)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct http_call call = {.method = "POST",
                             .url = t->uri,
                             .headers = headers,
                             .timeout_ms = TIMEOUT_MS,
                             .max_body_bytes = KEY_FILE_MAX};
    CLEANUP_BUF struct buf body = BUF_INIT;
    int rc;

    buf_puts(&body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=");
    if (token_jwt(t, clock_wall_ms() / 1000 + t->clock_offset_s, &body, err) != 0)
        return -1;
    if (body.is_failed)
        return err_nomem(err, "token");
    call.body = body.ptr;
    call.body_len = body.len;
    rc = http_client_do(http, &call, &answer, err);
    rc = rc == 0 ? take_answer(t, &answer, err) : err_wrap(err, "token");
    http_answer_close(&answer);
    return rc;
}

/* Has the file another key of the same account by now? Another account is another budget: that is
 * for a reload. */
static bool take_newer_key(struct token *t)
{
    struct token *now = NULL;
    struct err err = ERR_INIT;
    bool is_newer;

    if (token_open(t->path, t->scopes, &now, &err) != 0)
        return false;
    is_newer = strcmp(now->key_id, t->key_id) != 0 && strcmp(now->account, t->account) == 0 &&
               strcmp(now->uri, t->uri) == 0;
    if (is_newer) {
        char *id = t->key_id;
        EVP_PKEY *key = t->key;

        t->key_id = now->key_id;
        t->key = now->key;
        now->key_id = id;
        now->key = key;
        log_info("token: the key was refused, and its file has another one: that is taken "
                 "account=%s",
                 t->account);
    }
    token_free(now);
    return is_newer;
}

/* Asking for a token twice does no harm; but a key that is refused is refused, unless the clock was
 * why, or the file has a newer one. */
static int renew(struct token *t, struct http_client *http, struct err *err)
{
    for (int tries = 1;; tries++) {
        int64_t offset_s = t->clock_offset_s;

        if (fetch(t, http, err) == 0)
            return 0;
        if (tries == TRIES || err->code == ERR_STOPPED)
            return -1;
        if (err->code == ERR_AUTH && err->detail < 500 && llabs(t->clock_offset_s - offset_s) < 2 &&
            !take_newer_key(t))
            return -1;
    }
}

int token_get(struct token *t, struct http_client *http, const char **bearer, struct err *err)
{
    int64_t now = clock_mono_ms();

    if (t->bearer == NULL || now >= t->refresh_ms) {
        if (renew(t, http, err) == 0) {
            log_fault_over(&t->fault, "token");
        } else if (t->bearer != NULL && now < t->end_ms && err->code != ERR_STOPPED) {
            log_fault(&t->fault, "token: the last one is used yet", err);
            t->refresh_ms = now + RETRY_MS;
        } else {
            token_drop(t);
            return -1;
        }
    }
    *bearer = t->bearer;
    return 0;
}
