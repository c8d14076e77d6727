/* SPDX-License-Identifier: Apache-2.0 */
/* sheets_fixture: a scripted server that answers as Google was recorded to answer, and a client of
 * it. */
#ifndef TESTS_UNIT_SHEETS_FIXTURE_H
#define TESTS_UNIT_SHEETS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/http/server.h"
#include "common/metrics.h"
#include "common/version.h"
#include "replicator/sheets/drive.h"
#include "replicator/sheets/private.h"
#include "sandbox/inflate.h"

#define ACCOUNT "robot@project.iam.gserviceaccount.com"
#define SECOND "second@project.iam.gserviceaccount.com"

struct scripted {
    int status;
    const char *body;
    const char *type;        /* NULL: JSON */
    const char *retry_after; /* NULL: none */
    const char *date;        /* NULL: the server's */
    int nap_ms;
};

/* What the server will answer, in order, and what it was asked. */
static struct {
    pthread_mutex_t lock;
    struct scripted api[12], token[8];
    size_t n_api, n_token, api_calls, token_calls;
    struct buf asked; /* "METHOD path?query body\n" of each API call */
    struct buf assertion;
    char agent[64], authorization[64], encoding[16];
    size_t body_len; /* of the last body, as it came */
} script = {.lock = PTHREAD_MUTEX_INITIALIZER};

static EVP_PKEY *key;
static struct http_server *server;
static struct stop *stop;
static struct sheets *sheets;
static struct config_google cfg;
static char base_url[64], key_path[64], second_path[64];
static char *keys[] = {key_path, second_path};

static inline void answer(struct http_response *r, const struct scripted *s)
{
    r->status = s->status;
    if (s->type != NULL)
        r->content_type = s->type;
    if (s->retry_after != NULL)
        http_response_header(r, "Retry-After", s->retry_after);
    if (s->date != NULL)
        http_response_header(r, "Date", s->date);
    buf_puts(&r->body, s->body);
}

/* Whose assertion is it? */
static inline bool is_of_second(const char *form)
{
    CLEANUP_BUF struct buf claims = BUF_INIT;
    const char *dot = strchr(form, '.');
    struct err err;

    return dot != NULL &&
           crypto_base64url_decode(&claims, dot + 1, strcspn(dot + 1, "."), &err) == 0 &&
           strstr(buf_text(&claims), SECOND) != NULL;
}

static inline void handle(void *ctx, const struct http_request *r, struct http_response *response)
{
    static const struct scripted token = {
        .status = 200, .body = "{\"access_token\":\"t0ken\",\"expires_in\":3599}"};
    static const struct scripted second = {
        .status = 200, .body = "{\"access_token\":\"sec0nd\",\"expires_in\":3599}"};
    static const struct scripted none = {.status = 599, .body = "unexpected"};
    struct scripted chosen;

    (void)ctx;
    pthread_mutex_lock(&script.lock);
    if (strcmp(r->path, "/token") == 0) {
        chosen = script.token_calls < script.n_token ? script.token[script.token_calls]
                 : is_of_second(r->body)             ? second
                                                     : token;
        script.token_calls++;
        buf_clear(&script.assertion);
        buf_append(&script.assertion, r->body, r->body_len);
    } else {
        const char *agent = http_request_header(r, "User-Agent");
        const char *authorization = http_request_header(r, "Authorization");
        const char *encoding = http_request_header(r, "Content-Encoding");
        CLEANUP_BUF struct buf body = BUF_INIT;
        struct err err;

        if (encoding == NULL)
            buf_append(&body, r->body, r->body_len);
        else if (inflate_gzip(r->body, r->body_len, 1 << 20, &body, &err) != 0)
            buf_puts(&body, err.msg);
        script.body_len = r->body_len;
        snprintf(script.encoding, sizeof(script.encoding), "%s", encoding == NULL ? "" : encoding);
        chosen = script.api_calls < script.n_api ? script.api[script.api_calls] : none;
        script.api_calls++;
        buf_printf(&script.asked, "%s %s?%s %s\n", r->method, r->path, r->query, buf_text(&body));
        snprintf(script.agent, sizeof(script.agent), "%s", agent == NULL ? "" : agent);
        snprintf(script.authorization, sizeof(script.authorization), "%s",
                 authorization == NULL ? "" : authorization);
    }
    pthread_mutex_unlock(&script.lock);
    if (chosen.nap_ms > 0)
        usleep((useconds_t)chosen.nap_ms * 1000);
    answer(response, &chosen);
}

/* A call whose answer was lost may still be under way. */
static inline size_t api_calls(void)
{
    LOCK_SCOPE(&script.lock);
    return script.api_calls;
}

static inline void expect_api(int status, const char *body)
{
    script.api[script.n_api++] = (struct scripted){.status = status, .body = body};
}

/* Google's 429, as it was recorded. */
static inline void expect_429(const char *limit, unsigned per_minute, const char *retry_after)
{
    static char bodies[8][512];
    char *body = bodies[script.n_api];

    snprintf(body, sizeof(bodies[0]),
             "{\"error\":{\"code\":429,\"message\":\"Quota exceeded for quota metric 'Write "
             "requests'.\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":"
             "\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"RATE_LIMIT_EXCEEDED\","
             "\"metadata\":{\"quota_limit\":\"%s\",\"quota_limit_value\":\"%u\",\"quota_unit\":"
             "\"1/min/{project}/{user}\"}}]}}",
             limit, per_minute);
    expect_api(429, body);
    script.api[script.n_api - 1].retry_after = retry_after;
}

static inline void expect_token(int status, const char *body)
{
    script.token[script.n_token++] = (struct scripted){.status = status, .body = body};
}

static inline void write_key_file_as(const char *path, const char *account, const char *key_id)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    BIO *bio = BIO_new(BIO_s_mem());
    FILE *f;
    char *pem;
    long len;

    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    len = BIO_get_mem_data(bio, &pem);
    buf_printf(&text,
               "{\"type\":\"service_account\",\"client_email\":\"%s\",\"private_key_id\":\"%s\","
               "\"private_key\":",
               account, key_id);
    buf_json(&text, pem, (size_t)len);
    buf_printf(&text, ",\"token_uri\":\"%stoken\"}", base_url);
    BIO_free(bio);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text.ptr, f);
    fclose(f);
}

static inline void write_key_file(const char *path, const char *account)
{
    write_key_file_as(path, account, "k1");
}

static inline int start_server(void **state)
{
    const struct http_server_options options = {.host = "127.0.0.1",
                                                .threads = 2,
                                                .max_connections = 8,
                                                .max_body_bytes = 1000000,
                                                .idle_timeout_s = 5,
                                                .handle = handle};
    struct err err = ERR_INIT;

    (void)state;
    key = EVP_RSA_gen(2048);
    snprintf(key_path, sizeof(key_path), "/tmp/tabrelay-test-key-%d", (int)getpid());
    snprintf(second_path, sizeof(second_path), "/tmp/tabrelay-test-second-%d", (int)getpid());
    if (key == NULL || http_client_global_init(&err) != 0 ||
        http_server_start(&options, &server, &err) != 0)
        return -1;
    snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%u/", http_server_port(server));
    write_key_file(key_path, ACCOUNT);
    write_key_file(second_path, SECOND);
    return 0;
}

static inline int stop_server(void **state)
{
    (void)state;
    http_server_stop(server);
    unlink(key_path);
    unlink(second_path);
    EVP_PKEY_free(key);
    return 0;
}

static inline int open_sheets(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    cfg = (struct config_google){.base_url = base_url,
                                 .drive_url = base_url,
                                 .credentials = keys,
                                 .n_credentials = 1,
                                 .reads_per_minute = 6000,
                                 .writes_per_minute = 6000,
                                 .project_reads_per_minute = 6000,
                                 .project_writes_per_minute = 6000,
                                 .spreadsheet_writes_per_minute = 6000,
                                 .timeout_ms = 2000};
    stop = stop_new();
    return sheets_new(&cfg, stop, &sheets, &err);
}

static inline int close_sheets(void **state)
{
    (void)state;
    sheets_free(sheets);
    stop_free(stop);
    LOCK_SCOPE(&script.lock);
    buf_close(&script.asked);
    buf_close(&script.assertion);
    script.n_api = script.n_token = script.api_calls = script.token_calls = 0;
    memset(script.api, 0, sizeof(script.api));
    memset(script.token, 0, sizeof(script.token));
    return 0;
}

static const char two_tabs[] =
    "{\"properties\":{\"timeZone\":\"Europe/Berlin\"},\"sheets\":[{\"properties\":{\"sheetId\":0,"
    "\"title\":\"Jon's\",\"sheetType\":\"GRID\",\"gridProperties\":{\"rowCount\":1000,"
    "\"columnCount\":26,\"frozenRowCount\":1}}},{\"properties\":{\"sheetId\":77,\"title\":"
    "\"Chart\",\"sheetType\":\"OBJECT\"}}]}";

static inline void learn_tabs(void)
{
    struct sheet_tabs tabs;
    struct err err = ERR_INIT;

    expect_api(200, two_tabs);
    assert_int_equal(sheets_tabs(sheets, "ID", &tabs, &err), 0);
    sheet_tabs_close(&tabs);
    buf_clear(&script.asked);
}

static inline int read_one(struct grid **out, struct err *err)
{
    const struct grid_range range = {.row = 1, .end_row = -1, .end_column = 2};

    *out = NULL;
    return sheets_read(sheets, "ID", &range, 1, out, err);
}

static const char one_cell[] =
    "{\"sheets\":[{\"properties\":{\"sheetId\":0,\"title\":\"T\"},\"data\":[{\"startRow\":1,"
    "\"rowData\":[{\"values\":[{\"effectiveValue\":{\"numberValue\":5}}]}]}]}]}";

static inline int send_one(size_t n_proof, struct grid **proof, struct err *err)
{
    const struct cell cell = {.type = CELL_NUMBER, .number = 1};
    const struct grid_range ranges[] = {{.end_row = 1, .end_column = 2},
                                        {.end_row = -1, .end_column = 1}};
    struct batch *b = batch_new();
    int rc;

    batch_write(b, 0, 1, 0, &cell, 1, 1);
    rc = sheets_send(sheets, "ID", b, ranges, n_proof, proof, err);
    batch_free(b);
    return rc;
}

/* The claims of the last assertion, and the signature that was checked. */
static inline cJSON *read_claims(void)
{
    CLEANUP_BUF struct buf signature = BUF_INIT;
    CLEANUP_BUF struct buf claims = BUF_INIT;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const char *jwt = strstr(script.assertion.ptr, "&assertion=") + strlen("&assertion=");
    const char *dot = strchr(jwt, '.'), *last = strrchr(jwt, '.');
    struct err err = ERR_INIT;
    cJSON *json = NULL;

    assert_int_equal(crypto_base64url_decode(&claims, dot + 1, (size_t)(last - dot - 1), &err), 0);
    assert_int_equal(crypto_base64url_decode(&signature, last + 1, strlen(last + 1), &err), 0);
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestVerify(ctx, (const unsigned char *)signature.ptr, signature.len,
                                      (const unsigned char *)jwt, (size_t)(last - jwt)),
                     1);
    EVP_MD_CTX_free(ctx);
    assert_int_equal(json_parse(claims.ptr, claims.len, &json, &err), 0);
    return json;
}

#endif
