/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/oauth.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"
#include "sandbox/mem.h"
#include "sandbox/oauth_key.h"

enum {
    TOKEN_S = 3599,
    MAX_GRANT_S = 3600,
    SKEW_S = 300,
    MAX_ASSERTION = 16384,
    MAX_NAME = 30,
    MAX_CLAIMS = 100
};
enum { ALL = OAUTH_READ | OAUTH_WRITE | OAUTH_DRIVE | OAUTH_LOOK };

#define NAME "sandbox"
#define PROJECT "tabrelay-sandbox"
#define DOMAIN ".iam.gserviceaccount.com"
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define GRANT_JWT "urn:ietf:params:oauth:grant-type:jwt-bearer"

struct oauth {
    struct oauth_key key;
    unsigned char secret[32]; /* signs tokens; made of the key */
    char refresh_token[80];
};

int oauth_new(const char *data_dir, const char *account, struct oauth **out, struct err *err)
{
    struct oauth *o = mem_new(1, sizeof(*o));
    unsigned char refresh[32];
    struct buf text = BUF_INIT;

    if ((account != NULL ? oauth_key_load(&o->key, account, err)
                         : oauth_key_open(&o->key, data_dir, err)) < 0) {
        oauth_free(o);
        return -1;
    }
    crypto_hmac_sha256(o->key.pem, strlen(o->key.pem), "tokens", 6, o->secret);
    crypto_hmac_sha256(o->secret, sizeof(o->secret), "refresh", 7, refresh);
    buf_puts(&text, "1//");
    crypto_base64url(&text, refresh, sizeof(refresh));
    snprintf(o->refresh_token, sizeof(o->refresh_token), "%s", buf_text(&text));
    buf_close(&text);
    *out = o;
    return 0;
}

void oauth_free(struct oauth *o)
{
    if (o == NULL)
        return;
    oauth_key_close(&o->key);
    free(o);
}

static bool is_name(const char *text, size_t len)
{
    return len > 0 && len <= MAX_NAME && strspn(text, NAME_CHARACTERS) >= len;
}

/* "NAME@PROJECT" of an account's address; 0 characters: it is no account's. */
static size_t account_length(const char *email)
{
    size_t n = strcspn(email, "@"), m = email[n] == '\0' ? 0 : strcspn(email + n + 1, ".");

    return is_name(email, n) && is_name(email + n + 1, m) && strcmp(email + n + 1 + m, DOMAIN) == 0
               ? n + 1 + m
               : 0;
}

bool oauth_put_credentials(const struct oauth *o, const char *url, const char *name,
                           const char *project, struct buf *out)
{
    name = name == NULL ? NAME : name;
    project = project == NULL ? PROJECT : project;
    if (!is_name(name, strlen(name)) || !is_name(project, strlen(project)))
        return false;
    buf_printf(out, "{\n  \"type\": \"service_account\",\n  \"project_id\": \"%s\",\n", project);
    buf_printf(out, "  \"private_key_id\": \"%s\",\n  \"private_key\": ", o->key.id);
    buf_json(out, o->key.pem, strlen(o->key.pem));
    buf_printf(out,
               ",\n  \"client_email\": \"%s@%s" DOMAIN "\",\n"
               "  \"client_id\": \"100000000000000000001\",\n"
               "  \"auth_uri\": \"%s/auth\",\n  \"token_uri\": \"%s/token\"\n}\n",
               name, project, url, url);
    return true;
}

static void token_error(struct http_response *response, int status, const char *error,
                        const char *description)
{
    response->status = status;
    buf_clear(&response->body);
    buf_printf(&response->body, "{\n  \"error\": \"%s\",\n  \"error_description\": ", error);
    buf_json(&response->body, description, strlen(description));
    buf_puts(&response->body, "\n}");
}

/* What the scopes of a grant allow; 0: nothing known is among them. */
static int allowed_by(const char *scopes)
{
    static const struct {
        const char *name;
        int allows;
    } known[] = {
        {"https://www.googleapis.com/auth/spreadsheets", OAUTH_READ | OAUTH_WRITE},
        {"https://www.googleapis.com/auth/spreadsheets.readonly", OAUTH_READ},
        {"https://www.googleapis.com/auth/drive", ALL},
        {"https://www.googleapis.com/auth/drive.file", ALL},
        {"https://www.googleapis.com/auth/drive.readonly", OAUTH_READ | OAUTH_LOOK},
        {"https://www.googleapis.com/auth/drive.metadata", OAUTH_LOOK},
        {"https://www.googleapis.com/auth/drive.metadata.readonly", OAUTH_LOOK},
    };
    int allows = 0;

    while (*scopes != '\0') {
        size_t n = strcspn(scopes, " ");

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            if (strlen(known[i].name) == n && strncmp(known[i].name, scopes, n) == 0)
                allows |= known[i].allows;
        scopes += n;
        scopes += strspn(scopes, " ");
    }
    return allows;
}

static void sign(const struct oauth *o, const char *claims, char out[65])
{
    uint8_t mac[32];

    crypto_hmac_sha256(o->secret, sizeof(o->secret), claims, strlen(claims), mac);
    for (size_t i = 0; i < sizeof(mac); i++)
        snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

/* "ya29.EXPIRY/ALLOWS/NAME@PROJECT.SIGNATURE" */
static void give_token(const struct oauth *o, int allows, const char *email,
                       struct http_response *response)
{
    char claims[MAX_CLAIMS], signature[65];

    snprintf(claims, sizeof(claims), "%lld/%d/%.*s", (long long)(clock_wall_ms() / 1000) + TOKEN_S,
             allows, (int)account_length(email), email);
    sign(o, claims, signature);
    buf_printf(&response->body,
               "{\"access_token\":\"ya29.%s.%s\",\"expires_in\":%d,\"token_type\":\"Bearer\"}",
               claims, signature, TOKEN_S);
}

/* The member of a form, malloc()ed; NULL if it is missing or malformed. */
static char *form_value(const char *body, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = body; *p != '\0'; p += *p == '&') {
        size_t n = strcspn(p, "&");

        if (n > len && strncmp(p, name, len) == 0 && p[len] == '=')
            return http_decode(p + len + 1, n - len - 1, true);
        p += n;
    }
    return NULL;
}

static bool read_part(const char *text, size_t len, cJSON **out)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct err err = ERR_INIT;

    return crypto_base64url_decode(&bytes, text, len, &err) == 0 &&
           json_parse(buf_text(&bytes), bytes.len, out, &err) == 0 && cJSON_IsObject(*out);
}

/* Google's, our own, or the one by which this client has reached us. */
static bool is_audience(const cJSON *claims, const char *url, const char *host)
{
    const char *aud = json_text(claims, "aud", "");
    CLEANUP_FREE char *own = mem_printf("%s/token", url);
    CLEANUP_FREE char *reached = mem_printf("http://%s/token", host == NULL ? "" : host);

    return strcmp(aud, "https://oauth2.googleapis.com/token") == 0 || strcmp(aud, own) == 0 ||
           strcmp(aud, reached) == 0;
}

static void check_claims(const struct oauth *o, const cJSON *claims, const char *url,
                         const char *host, struct http_response *response)
{
    long long iat = json_int(claims, "iat", -1), exp = json_int(claims, "exp", -1);
    long long now = clock_wall_ms() / 1000;
    int allows = allowed_by(json_text(claims, "scope", ""));

    const char *iss = json_text(claims, "iss", "");

    if (account_length(iss) == 0)
        token_error(response, 400, "invalid_grant", "Invalid grant: account not found");
    else if (!is_audience(claims, url, host))
        token_error(response, 400, "invalid_grant",
                    "Invalid JWT: Failed audience check. The right audience is "
                    "https://oauth2.googleapis.com/token");
    else if (iat < 0 || exp <= iat || exp - iat > MAX_GRANT_S || exp + SKEW_S < now ||
             iat - SKEW_S > now)
        token_error(response, 400, "invalid_grant",
                    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
                    "reasonable timeframe. Check your iat and exp values in the JWT claim.");
    else if (allows == 0)
        token_error(response, 400, "invalid_scope",
                    "Invalid OAuth scope or ID token audience provided.");
    else
        give_token(o, allows, iss, response);
}

static void grant_jwt(const struct oauth *o, const char *assertion, const char *url,
                      const char *host, struct http_response *response)
{
    const char *dot = strchr(assertion, '.');
    const char *last = dot == NULL ? NULL : strchr(dot + 1, '.');
    CLEANUP_JSON cJSON *header = NULL;
    CLEANUP_JSON cJSON *claims = NULL;

    if (last == NULL || strlen(assertion) > MAX_ASSERTION ||
        !read_part(assertion, (size_t)(dot - assertion), &header) ||
        !read_part(dot + 1, (size_t)(last - dot - 1), &claims)) {
        token_error(response, 400, "invalid_grant", "Invalid JWT: Failed to parse");
        return;
    }
    if (strcmp(json_text(header, "alg", ""), "RS256") != 0 ||
        !oauth_key_verify(&o->key, assertion, (size_t)(last - assertion), last + 1)) {
        token_error(response, 400, "invalid_grant", "Invalid JWT Signature.");
        return;
    }
    check_claims(o, claims, url, host, response);
}

void oauth_token(const struct oauth *o, const char *url, const struct http_request *request,
                 struct http_response *response)
{
    CLEANUP_FREE char *grant = form_value(request->body, "grant_type");
    CLEANUP_FREE char *assertion = form_value(request->body, "assertion");
    CLEANUP_FREE char *refresh = form_value(request->body, "refresh_token");

    http_response_header(response, "Cache-Control", "no-store");
    if (grant == NULL)
        token_error(response, 400, "invalid_request", "Required parameter is missing: grant_type");
    else if (strcmp(grant, GRANT_JWT) == 0 && assertion != NULL)
        grant_jwt(o, assertion, url, http_request_header(request, "Host"), response);
    else if (strcmp(grant, "refresh_token") == 0 && refresh != NULL &&
             strcmp(refresh, o->refresh_token) == 0)
        give_token(o, ALL, NAME "@" PROJECT DOMAIN, response);
    else if (strcmp(grant, "refresh_token") == 0)
        token_error(response, 400, "invalid_grant", "Token has been expired or revoked.");
    else
        token_error(response, 400, "unsupported_grant_type", "Invalid grant_type: unsupported");
}

/* The claims of a token that we signed and that is in force: seconds left, or -1. */
static long long read_token(const struct oauth *o, const char *token, struct oauth_user *out)
{
    char claims[MAX_CLAIMS], signature[65];
    char *end = NULL;
    long long left;
    size_t n;

    if (strncmp(token, "ya29.", 5) != 0)
        return -1;
    token += 5;
    n = strcspn(token, ".");
    if (n >= sizeof(claims) || token[n] != '.' || strlen(token + n + 1) != 64)
        return -1;
    memcpy(claims, token, n);
    claims[n] = '\0';
    sign(o, claims, signature);
    if (!crypto_equal(signature, token + n + 1, 64))
        return -1;
    left = strtoll(claims, &end, 10) - clock_wall_ms() / 1000;
    if (*end == '/')
        out->allows = (int)strtol(end + 1, &end, 10);
    if (*end != '/') /* of an earlier version */
        return -1;
    snprintf(out->email, sizeof(out->email), "%s" DOMAIN, end + 1);
    return left > 0 ? left : -1;
}

bool oauth_check(const struct oauth *o, const char *authorization, struct oauth_user *out)
{
    return authorization != NULL && strncasecmp(authorization, "Bearer ", 7) == 0 &&
           read_token(o, authorization + 7, out) > 0;
}

void oauth_tokeninfo(const struct oauth *o, const struct http_request *request,
                     struct http_response *response)
{
    CLEANUP_FREE char *token = http_request_query(request, "access_token");
    struct oauth_user user = {0};
    long long left = token == NULL ? -1 : read_token(o, token, &user);

    if (left < 0) {
        token_error(response, 400, "invalid_token", "Invalid Value");
        return;
    }
    buf_printf(&response->body,
               "{\"azp\":\"100000000000000000001\",\"aud\":\"100000000000000000001\","
               "\"scope\":\"https://www.googleapis.com/auth/spreadsheets%s\",\"exp\":\"%lld\","
               "\"expires_in\":\"%lld\",\"email\":\"%s\",\"email_verified\":\"true\","
               "\"access_type\":\"online\"}",
               (user.allows & OAUTH_WRITE) != 0 ? "" : ".readonly",
               (long long)(clock_wall_ms() / 1000) + left, left, user.email);
}
