/* SPDX-License-Identifier: Apache-2.0 */
/* The whole client against a scripted server that answers as Google was recorded to answer. */
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

#define ACCOUNT "robot@project.iam.gserviceaccount.com"

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
    struct scripted api[8], token[8];
    size_t n_api, n_token, api_calls, token_calls;
    struct buf asked; /* "METHOD path?query body\n" of each API call */
    struct buf assertion;
    char agent[64], authorization[64];
} script = {.lock = PTHREAD_MUTEX_INITIALIZER};

static EVP_PKEY *key;
static struct http_server *server;
static struct stop *stop;
static struct sheets *sheets;
static struct config_google cfg;
static char base_url[64], key_path[64];

static void answer(struct http_response *r, const struct scripted *s)
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

static void handle(void *ctx, const struct http_request *r, struct http_response *response)
{
    static const struct scripted token = {
        .status = 200, .body = "{\"access_token\":\"t0ken\",\"expires_in\":3599}"};
    static const struct scripted none = {.status = 599, .body = "unexpected"};
    struct scripted chosen;

    (void)ctx;
    pthread_mutex_lock(&script.lock);
    if (strcmp(r->path, "/token") == 0) {
        chosen = script.token_calls < script.n_token ? script.token[script.token_calls] : token;
        script.token_calls++;
        buf_clear(&script.assertion);
        buf_append(&script.assertion, r->body, r->body_len);
    } else {
        const char *agent = http_request_header(r, "User-Agent");
        const char *authorization = http_request_header(r, "Authorization");

        chosen = script.api_calls < script.n_api ? script.api[script.api_calls] : none;
        script.api_calls++;
        buf_printf(&script.asked, "%s %s?%s %s\n", r->method, r->path, r->query, r->body);
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
static size_t api_calls(void)
{
    LOCK_SCOPE(&script.lock);
    return script.api_calls;
}

static void expect_api(int status, const char *body)
{
    script.api[script.n_api++] = (struct scripted){.status = status, .body = body};
}

static void expect_token(int status, const char *body)
{
    script.token[script.n_token++] = (struct scripted){.status = status, .body = body};
}

static void write_key_file(void)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    BIO *bio = BIO_new(BIO_s_mem());
    FILE *f;
    char *pem;
    long len;

    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    len = BIO_get_mem_data(bio, &pem);
    buf_puts(&text, "{\"type\":\"service_account\",\"client_email\":\"" ACCOUNT
                    "\",\"private_key_id\":\"k1\",\"private_key\":");
    buf_json(&text, pem, (size_t)len);
    buf_printf(&text, ",\"token_uri\":\"%stoken\"}", base_url);
    BIO_free(bio);
    f = fopen(key_path, "w");
    assert_non_null(f);
    fputs(text.ptr, f);
    fclose(f);
}

static int start_server(void **state)
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
    if (key == NULL || http_client_global_init(&err) != 0 ||
        http_server_start(&options, &server, &err) != 0)
        return -1;
    snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%u/", http_server_port(server));
    write_key_file();
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    http_server_stop(server);
    unlink(key_path);
    EVP_PKEY_free(key);
    return 0;
}

static int open_sheets(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    cfg = (struct config_google){.base_url = base_url,
                                 .drive_url = base_url,
                                 .credentials = key_path,
                                 .reads_per_minute = 6000,
                                 .writes_per_minute = 6000,
                                 .timeout_ms = 2000};
    stop = stop_new();
    return sheets_new(&cfg, stop, &sheets, &err);
}

static int close_sheets(void **state)
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

static void learn_tabs(void)
{
    struct sheet_tabs tabs;
    struct err err = ERR_INIT;

    expect_api(200, two_tabs);
    assert_int_equal(sheets_tabs(sheets, "ID", &tabs, &err), 0);
    sheet_tabs_close(&tabs);
    buf_clear(&script.asked);
}

static void tabs_are_listed(void **state)
{
    struct sheet_tabs tabs;
    struct err err = ERR_INIT;
    int64_t reads = metrics_get(METRIC_READS);

    (void)state;
    expect_api(200, two_tabs);
    assert_int_equal(sheets_tabs(sheets, "1a/b c", &tabs, &err), 0);
    assert_int_equal(tabs.n_tabs, 2);
    assert_string_equal(tabs.time_zone, "Europe/Berlin");
    assert_string_equal(tabs.tabs[0].title, "Jon's");
    assert_int_equal(tabs.tabs[0].rows, 1000);
    assert_int_equal(tabs.tabs[0].columns, 26);
    assert_int_equal(tabs.tabs[0].frozen_rows, 1);
    assert_true(tabs.tabs[0].is_grid);
    assert_int_equal(tabs.tabs[1].sheet_id, 77);
    assert_false(tabs.tabs[1].is_grid);
    sheet_tabs_close(&tabs);
    assert_string_equal(script.asked.ptr,
                        "GET /v4/spreadsheets/1a%2Fb%20c?fields=properties(timeZone),"
                        "developerMetadata(metadataKey,metadataValue),"
                        "sheets(properties(sheetId,title,sheetType,gridProperties))"
                        "&prettyPrint=false \n");
    assert_string_equal(script.authorization, "Bearer t0ken");
    assert_string_equal(script.agent, "tabrelay/" TABRELAY_VERSION " (gzip)");
    assert_int_equal(metrics_get(METRIC_READS), reads + 1);
    assert_string_equal(sheets_account(sheets), ACCOUNT);
}

static int read_one(struct grid **out, struct err *err)
{
    const struct grid_range range = {.row = 1, .end_row = -1, .end_column = 2};

    *out = NULL;
    return sheets_read(sheets, "ID", &range, 1, out, err);
}

static const char one_cell[] =
    "{\"sheets\":[{\"properties\":{\"sheetId\":0,\"title\":\"T\"},\"data\":[{\"startRow\":1,"
    "\"rowData\":[{\"values\":[{\"effectiveValue\":{\"numberValue\":5}}]}]}]}]}";

static void ranges_are_read_by_their_numbers(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    assert_true(grid_at(g, 1, 0)->number == 5);
    grids_free(g, 1);
    assert_string_equal(
        script.asked.ptr,
        "POST /v4/spreadsheets/ID:getByDataFilter?fields=sheets(properties(sheetId,title,sheetType,"
        "gridProperties),data(startRow,startColumn,rowData(values(effectiveValue))))"
        "&prettyPrint=false {\"dataFilters\":[{\"gridRange\":{\"sheetId\":0,\"startRowIndex\":1,"
        "\"startColumnIndex\":0,\"endColumnIndex\":2}}],\"includeGridData\":true}\n");
}

static int send_one(size_t n_proof, struct grid **proof, struct err *err)
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

static void a_batch_carries_its_proof(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;
    int64_t cells = metrics_get(METRIC_CELLS_WRITTEN), batches = metrics_get(METRIC_BATCHES);

    (void)state;
    learn_tabs();
    expect_api(200, "{\"updatedSpreadsheet\":{\"sheets\":[{\"properties\":{\"sheetId\":0,\"title\":"
                    "\"Jon's\"},\"data\":[{\"rowData\":[{\"values\":[{\"effectiveValue\":{"
                    "\"stringValue\":\"Id\"}}]}]},{\"rowData\":[{},{\"values\":[{"
                    "\"effectiveValue\":{\"numberValue\":1}}]}]}]}]}}");
    assert_int_equal(send_one(2, &proof, &err), 0);
    assert_string_equal(grid_at(&proof[0], 0, 0)->text, "Id");
    assert_true(grid_at(&proof[1], 1, 0)->number == 1);
    grids_free(proof, 2);
    assert_string_equal(
        script.asked.ptr,
        "POST /v4/spreadsheets/ID:batchUpdate?fields=updatedSpreadsheet.sheets(properties(sheetId,"
        "title,sheetType,gridProperties),data(startRow,startColumn,rowData(values(effectiveValue)))"
        ")&prettyPrint=false {\"requests\":[{\"updateCells\":{\"start\":{\"sheetId\":0,\"rowIndex\""
        ":1,\"columnIndex\":0},\"fields\":\"userEnteredValue\",\"rows\":[{\"values\":[{"
        "\"userEnteredValue\":{\"numberValue\":1}}]}]}}],\"includeSpreadsheetInResponse\":true,"
        "\"responseIncludeGridData\":true,\"responseRanges\":[\"'Jon''s'!A1:B1\","
        "\"'Jon''s'!A:A\"]}\n");
    assert_int_equal(metrics_get(METRIC_CELLS_WRITTEN), cells + 1);
    assert_int_equal(metrics_get(METRIC_BATCHES), batches + 1);
}

static void a_proof_that_lacks_a_range_is_no_proof(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;

    (void)state;
    learn_tabs();
    expect_api(200, "{\"updatedSpreadsheet\":{\"sheets\":[]}}");
    assert_int_equal(send_one(1, &proof, &err), -1);
    assert_int_equal(err.code, ERR_LOST);
    assert_true(err.transient);
    assert_string_equal(err.msg, "sheets: the answer lacks range 1 of 1");
}

static void a_refused_batch_says_googles_sentence(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;

    (void)state;
    expect_api(400, "{\"error\":{\"code\":400,\"message\":\"Invalid requests[0].updateCells: Your "
                    "input contains more than the maximum of 50000 characters in a single cell.\","
                    "\"status\":\"INVALID_ARGUMENT\"}}");
    assert_int_equal(send_one(0, &proof, &err), -1);
    assert_int_equal(err.code, ERR_HTTP);
    assert_int_equal(err.detail, 400);
    assert_false(err.transient);
    assert_string_equal(err.msg,
                        "sheets: spreadsheet ID: HTTP 400: Invalid requests[0].updateCells: Your "
                        "input contains more than the maximum of 50000 characters in a single "
                        "cell.");
}

static void an_ambiguous_write_is_lost_and_never_repeated(void **state)
{
    static const struct scripted answers[] = {
        {.status = 503,
         .body = "{\"error\":{\"code\":503,\"message\":\"The service is currently unavailable.\","
                 "\"status\":\"UNAVAILABLE\"}}"},
        {.status = 408, .body = "<html>timeout</html>", .type = "text/html"},
        {.status = 200, .body = "{\"updated"},
        {.status = 200, .body = "{}", .nap_ms = 3000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct err err = ERR_INIT;
        struct grid *proof = NULL;

        script.api[0] = answers[i];
        script.n_api = 1;
        script.api_calls = 0;
        assert_int_equal(send_one(0, &proof, &err), -1);
        assert_int_equal(err.code, ERR_LOST);
        assert_true(err.transient);
        assert_int_equal(api_calls(), 1);
        if (i == 0)
            assert_string_equal(err.msg, "sheets: spreadsheet ID: HTTP 503: The service is "
                                         "currently unavailable.");
        if (i == 1)
            assert_string_equal(
                err.msg, "sheets: spreadsheet ID: HTTP 408: an HTML page came instead of JSON");
    }
}

static void a_read_is_tried_again(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    expect_api(500, "{\"error\":{\"code\":500,\"message\":\"Internal error encountered.\"}}");
    expect_api(200, "{\"sheets\":[{\"prop");
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
    assert_int_equal(api_calls(), 3);
}

static void a_read_that_fails_for_good_gives_up(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    for (int i = 0; i < 6; i++)
        expect_api(503, "");
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_HTTP);
    assert_int_equal(err.detail, 503);
    assert_true(err.transient);
    assert_int_equal(api_calls(), 4);
}

static void a_429_waits_as_told_and_goes_on(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;
    int64_t throttled = metrics_get(METRIC_THROTTLED), start_ms = clock_mono_ms();

    (void)state;
    expect_api(429, "{\"error\":{\"code\":429,\"message\":\"Quota exceeded\"}}");
    script.api[0].retry_after = "1";
    expect_api(200, "{}");
    assert_int_equal(send_one(0, &proof, &err), 0);
    assert_true(clock_mono_ms() - start_ms >= 1000);
    assert_int_equal(metrics_get(METRIC_THROTTLED), throttled + 1);
}

static void the_quota_that_is_used_up_is_named(void **state)
{
    static const char body[] =
        "{\"error\":{\"code\":429,\"message\":\"Quota exceeded for quota metric 'Write requests'.\""
        ",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":\"type.googleapis.com/google."
        "rpc.ErrorInfo\",\"reason\":\"RATE_LIMIT_EXCEEDED\",\"metadata\":{\"quota_limit\":"
        "\"WriteRequestsPerMinutePerUser\"}}]}}";
    struct err err = ERR_INIT;
    struct grid *proof = NULL;

    (void)state;
    for (int i = 0; i < 2; i++) {
        expect_api(429, body);
        script.api[i].retry_after = "1";
    }
    assert_int_equal(send_one(0, &proof, &err), -1);
    assert_int_equal(err.code, ERR_QUOTA);
    assert_true(err.transient);
    assert_true(err.wait_ms > 900 && err.wait_ms <= 1000);
    assert_string_equal(err.hint, "Quota WriteRequestsPerMinutePerUser is used up: fewer mappings, "
                                  "or ask Google for a higher one.");
    assert_true(sheets_write_wait_ms(sheets) > 0);
}

static void a_token_that_is_refused_is_fetched_anew_once(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    expect_api(401, "{\"error\":{\"code\":401,\"message\":\"Invalid Credentials\"}}");
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
    assert_int_equal(script.token_calls, 2);
    for (int i = 0; i < 3; i++)
        expect_api(401, "{\"error\":{\"code\":401,\"message\":\"Invalid Credentials\"}}");
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(err.detail, 401);
    assert_int_equal(api_calls(), 4);
}

static void access_errors_say_what_to_do(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    expect_api(403, "{\"error\":{\"code\":403,\"message\":\"The caller does not have permission\","
                    "\"status\":\"PERMISSION_DENIED\"}}");
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_string_equal(err.msg, "sheets: spreadsheet ID: HTTP 403: The caller does not have "
                                 "permission");
    assert_string_equal(err.hint, "Share the spreadsheet with " ACCOUNT " as editor.");
    expect_api(403, "{\"error\":{\"code\":403,\"message\":\"Google Sheets API has not been used\","
                    "\"details\":[{\"reason\":\"SERVICE_DISABLED\",\"metadata\":{\"activationUrl\":"
                    "\"https://console.example/enable\"}}]}}");
    assert_int_equal(read_one(&g, &err), -1);
    assert_string_equal(err.hint, "The Sheets API is switched off for this project; switch it on "
                                  "at https://console.example/enable");
    expect_api(404, "{\"error\":{\"code\":404,\"message\":\"Requested entity was not found.\"}}");
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_GONE);
    assert_string_equal(err.hint,
                        "Is the spreadsheet's id right, and is it shared with " ACCOUNT "?");
}

static void a_renamed_tab_is_learned_before_the_next_plan(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;

    (void)state;
    learn_tabs();
    expect_api(400, "{\"error\":{\"code\":400,\"message\":\"Unable to parse range: 'Jon''s'!A1:B1\""
                    ",\"status\":\"INVALID_ARGUMENT\"}}");
    expect_api(200, "{\"sheets\":[{\"properties\":{\"sheetId\":0,\"title\":\"New\"}}]}");
    assert_int_equal(send_one(1, &proof, &err), -1);
    assert_int_equal(err.code, ERR_GONE);
    assert_true(err.transient);
    buf_clear(&script.asked);
    expect_api(200, "{}");
    assert_int_equal(send_one(1, &proof, &err), -1);
    assert_non_null(strstr(script.asked.ptr, "\"responseRanges\":[\"'New'!A1:B1\"]"));
}

static void an_unknown_title_sends_nothing(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;

    (void)state;
    assert_int_equal(send_one(1, &proof, &err), -1);
    assert_string_equal(err.msg, "sheets: the title of tab 0 is not known yet");
    assert_int_equal(api_calls(), 0);
}

static void a_dead_peer_got_nothing(void **state)
{
    char nowhere[] = "http://127.0.0.1:1/";
    struct err err = ERR_INIT;
    struct grid *proof = NULL;

    (void)state;
    cfg.base_url = nowhere;
    assert_int_equal(send_one(0, &proof, &err), -1);
    assert_int_equal(err.code, ERR_HTTP);
    assert_true(err.transient);
}

static void an_account_that_is_refused_is_said(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;
    char wanted[160];

    (void)state;
    expect_token(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Account deleted\"}");
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    snprintf(wanted, sizeof(wanted),
             "token: %stoken refused the service account: HTTP 400 invalid_grant: Account deleted",
             base_url);
    assert_string_equal(err.msg, wanted);
    assert_string_equal(err.hint, "Is the key in google.credentials still valid, and is this "
                                  "machine's clock right?");
    assert_int_equal(script.token_calls, 1);
    assert_int_equal(api_calls(), 0);
}

/* The claims of the last assertion, and the signature that was checked. */
static cJSON *read_claims(void)
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

static void clock_skew_is_taken_from_the_answer(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    expect_token(400,
                 "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT: Token must "
                 "be a short-lived token (60 minutes) and in a reasonable timeframe.\"}");
    script.token[0].date = "Thu, 01 Jan 2032 00:00:00 GMT";
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
    assert_int_equal(script.token_calls, 2);

    CLEANUP_JSON cJSON *claims = read_claims();

    assert_true(llabs(json_int(claims, "iat", 0) - 1956528000) < 60);
}

static void a_token_server_that_stumbles_is_asked_again(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    expect_token(503, "<html>");
    expect_token(200, "{\"access_token\":\"abc\",\"expires_in\":\"3599\"}");
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
    assert_string_equal(script.authorization, "Bearer abc");
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
    assert_int_equal(script.token_calls, 2);
}

static void the_assertion_is_signed_with_the_key(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;
    char uri[80];

    (void)state;
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);

    CLEANUP_JSON cJSON *claims = read_claims();

    snprintf(uri, sizeof(uri), "%stoken", base_url);
    assert_string_equal(json_text(claims, "iss", ""), ACCOUNT);
    assert_string_equal(json_text(claims, "aud", ""), uri);
    assert_string_equal(json_text(claims, "scope", ""),
                        "https://www.googleapis.com/auth/spreadsheets");
    assert_int_equal(json_int(claims, "exp", 0) - json_int(claims, "iat", 0), 3600);
}

static void a_token_for_drive_may_look_at_files(void **state)
{
    struct drive_look look;
    struct err err = ERR_INIT;

    (void)state;
    sheets_free(sheets);
    cfg.uses_drive = true;
    assert_int_equal(sheets_new(&cfg, stop, &sheets, &err), 0);
    expect_api(200, "{\"version\":\"7\"}");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), 0);

    CLEANUP_JSON cJSON *claims = read_claims();

    assert_string_equal(json_text(claims, "scope", ""),
                        "https://www.googleapis.com/auth/spreadsheets "
                        "https://www.googleapis.com/auth/drive.metadata.readonly");
}

static void a_look_tells_version_and_whether_it_was_us(void **state)
{
    struct drive_look look;
    struct err err = ERR_INIT;

    (void)state;
    expect_api(200, "{\"version\":\"4711\",\"lastModifyingUser\":{\"me\":true}}");
    assert_int_equal(drive_look(sheets, "1a/b", &look, &err), 0);
    assert_string_equal(look.version, "4711");
    assert_true(look.is_own);
    assert_string_equal(script.asked.ptr,
                        "GET /drive/v3/files/1a%2Fb?fields=version,lastModifyingUser(me)"
                        "&supportsAllDrives=true \n");
    expect_api(200, "{\"version\":\"4712\"}"); /* by somebody who is not signed in */
    assert_int_equal(drive_look(sheets, "ID", &look, &err), 0);
    assert_false(look.is_own);
    expect_api(200, "{\"version\":\"1234567890123456789012345\"}");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, "drive: the answer about ID lacks what was asked for");
}

static void drive_is_neither_waited_for_nor_asked_twice(void **state)
{
    struct drive_look look;
    struct err err = ERR_INIT;

    (void)state;
    expect_api(503, "");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), -1);
    assert_true(err.code == ERR_HTTP && err.transient);
    assert_int_equal(api_calls(), 1);
    expect_api(403, "{\"error\":{\"code\":403,\"message\":\"Rate Limit Exceeded\",\"errors\":["
                    "{\"reason\":\"userRateLimitExceeded\"}]}}");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), -1);
    assert_int_equal(err.code, ERR_QUOTA);
    assert_int_equal(drive_look(sheets, "ID", &look, &err), -1);
    assert_string_equal(err.msg, "drive: asked too often");
    assert_int_equal(api_calls(), 2);
    expect_api(200, one_cell); /* Sheets has a quota of its own */
    struct grid *g;

    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
}

static void drive_that_is_switched_off_is_said(void **state)
{
    struct drive_look look;
    struct err err = ERR_INIT;

    (void)state;
    expect_api(403,
               "{\"error\":{\"code\":403,\"message\":\"Request had insufficient authentication "
               "scopes.\"}}");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_string_equal(err.msg, "drive: ID: HTTP 403: Request had insufficient authentication "
                                 "scopes.");
    assert_string_equal(err.hint,
                        "Switch the Google Drive API on for the service account's project.");
}

static void a_channel_is_opened_and_stopped(void **state)
{
    struct drive_channel channel = {.id = "c-1"};
    struct err err = ERR_INIT;

    (void)state;
    expect_api(200, "{\"resourceId\":\"r-1\",\"expiration\":\"1700000000000\"}");
    assert_int_equal(
        drive_watch(sheets, "ID", "https://hook/\"x", "token", 1700000099000, &channel, &err), 0);
    assert_string_equal(channel.resource_id, "r-1");
    assert_int_equal(channel.expires_ms, 1700000000000);
    expect_api(204, "");
    assert_int_equal(drive_stop(sheets, &channel, &err), 0);
    assert_string_equal(
        script.asked.ptr,
        "POST /drive/v3/files/ID/watch?supportsAllDrives=true "
        "{\"id\":\"c-1\",\"type\":\"web_hook\","
        "\"address\":\"https://hook/\\\"x\",\"token\":\"token\",\"expiration\":\"1700000099000\"}\n"
        "POST /drive/v3/channels/stop? {\"id\":\"c-1\",\"resourceId\":\"r-1\"}\n");
    expect_api(404, "{\"error\":{\"code\":404,\"message\":\"Channel not found\"}}");
    assert_int_equal(drive_stop(sheets, &channel, &err), -1);
    assert_int_equal(err.code, ERR_GONE);
    expect_api(200, "{}");
    assert_int_equal(drive_watch(sheets, "ID", "https://hook/", "token", 1, &channel, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
}

static void what_is_to_be_said_at_the_end_is_said_though_the_stop_was_asked(void **state)
{
    struct drive_channel channel = {.id = "c-1", .resource_id = "r-1"};
    struct err err = ERR_INIT;

    (void)state;
    stop_ask(stop);
    expect_api(204, "");
    assert_int_equal(sheets_leave(sheets, &err), 0);
    assert_int_equal(drive_stop(sheets, &channel, &err), 0);
}

static void a_bad_key_file_is_named(void **state)
{
    char path[80];
    struct token *t = NULL;
    struct err err = ERR_INIT;
    char wanted[160];
    FILE *f;

    (void)state;
    assert_int_equal(token_open("/nonexistent/key.json", "", &t, &err), -1);
    assert_int_equal(err.code, ERR_CONFIG);
    assert_string_equal(err.msg, "google.credentials: cannot open /nonexistent/key.json: "
                                 "No such file or directory");
    snprintf(path, sizeof(path), "%s-bad", key_path);
    f = fopen(path, "w");
    fputs("{\"client_email\":\"a\",\"private_key_id\":\"b\",\"token_uri\":\"c\",\"private_key\":"
          "\"-----BEGIN SECRET\"}",
          f);
    fclose(f);
    assert_int_equal(token_open(path, "", &t, &err), -1);
    snprintf(wanted, sizeof(wanted), "google.credentials: %s has no usable \"private_key\"", path);
    assert_string_equal(err.msg, wanted);
    unlink(path);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, open_sheets, close_sheets)
    const struct CMUnitTest tests[] = {
        CASE(tabs_are_listed),
        CASE(ranges_are_read_by_their_numbers),
        CASE(a_batch_carries_its_proof),
        CASE(a_proof_that_lacks_a_range_is_no_proof),
        CASE(a_refused_batch_says_googles_sentence),
        CASE(an_ambiguous_write_is_lost_and_never_repeated),
        CASE(a_read_is_tried_again),
        CASE(a_read_that_fails_for_good_gives_up),
        CASE(a_429_waits_as_told_and_goes_on),
        CASE(the_quota_that_is_used_up_is_named),
        CASE(a_token_that_is_refused_is_fetched_anew_once),
        CASE(access_errors_say_what_to_do),
        CASE(a_renamed_tab_is_learned_before_the_next_plan),
        CASE(an_unknown_title_sends_nothing),
        CASE(a_dead_peer_got_nothing),
        CASE(an_account_that_is_refused_is_said),
        CASE(clock_skew_is_taken_from_the_answer),
        CASE(a_token_server_that_stumbles_is_asked_again),
        CASE(the_assertion_is_signed_with_the_key),
        CASE(a_token_for_drive_may_look_at_files),
        CASE(a_look_tells_version_and_whether_it_was_us),
        CASE(drive_is_neither_waited_for_nor_asked_twice),
        CASE(drive_that_is_switched_off_is_said),
        CASE(a_channel_is_opened_and_stopped),
        CASE(what_is_to_be_said_at_the_end_is_said_though_the_stop_was_asked),
        cmocka_unit_test(a_bad_key_file_is_named),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
