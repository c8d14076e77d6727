/* SPDX-License-Identifier: Apache-2.0 */
/* The whole client against a scripted server that answers as Google was recorded to answer. */
#include "tests/unit/sheets_fixture.h"

static void tabs_are_listed(void **state)
{
    struct sheet_tabs tabs;
    struct err err = ERR_INIT;
    int64_t reads = metrics_get(METRIC_REQUESTS, METRICS_READ, METRICS_ANSWER_OK);

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
                        "sheets(properties(sheetId,title,sheetType,gridProperties),"
                        "developerMetadata(metadataId,metadataKey,metadataValue))"
                        "&prettyPrint=false \n");
    assert_string_equal(script.authorization, "Bearer t0ken");
    assert_string_equal(script.agent, "tabrelay/" TABRELAY_VERSION " (gzip)");
    assert_int_equal(metrics_get(METRIC_REQUESTS, METRICS_READ, METRICS_ANSWER_OK), reads + 1);
    assert_string_equal(sheets_account(sheets, 0), ACCOUNT);
}

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
        "gridProperties),"
        "developerMetadata(metadataId,metadataKey,metadataValue),data(startRow,startColumn,rowData("
        "values(effectiveValue))))"
        "&prettyPrint=false {\"dataFilters\":[{\"gridRange\":{\"sheetId\":0,\"startRowIndex\":1,"
        "\"startColumnIndex\":0,\"endColumnIndex\":2}}],\"includeGridData\":true}\n");
}

static void a_batch_carries_its_proof(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof = NULL;
    int64_t batches = metrics_get(METRIC_REQUESTS, METRICS_WRITE, METRICS_ANSWER_OK);

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
        "title,sheetType,gridProperties),"
        "developerMetadata(metadataId,metadataKey,metadataValue),data(startRow,startColumn,rowData("
        "values(effectiveValue)))"
        ")&prettyPrint=false {\"requests\":[{\"updateCells\":{\"start\":{\"sheetId\":0,\"rowIndex\""
        ":1,\"columnIndex\":0},\"fields\":\"userEnteredValue\",\"rows\":[{\"values\":[{"
        "\"userEnteredValue\":{\"numberValue\":1}}]}]}}],\"includeSpreadsheetInResponse\":true,"
        "\"responseIncludeGridData\":true,\"responseRanges\":[\"'Jon''s'!A1:B1\","
        "\"'Jon''s'!A:A\"]}\n");
    assert_int_equal(metrics_get(METRIC_REQUESTS, METRICS_WRITE, METRICS_ANSWER_OK), batches + 1);
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
    int64_t throttled = metrics_get(METRIC_REQUESTS, METRICS_WRITE, METRICS_ANSWER_THROTTLED),
            start_ms = clock_mono_ms();

    (void)state;
    expect_api(429, "{\"error\":{\"code\":429,\"message\":\"Quota exceeded\"}}");
    script.api[0].retry_after = "1";
    expect_api(200, "{}");
    assert_int_equal(send_one(0, &proof, &err), 0);
    assert_true(clock_mono_ms() - start_ms >= 1000);
    assert_int_equal(metrics_get(METRIC_REQUESTS, METRICS_WRITE, METRICS_ANSWER_THROTTLED),
                     throttled + 1);
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
    assert_true(sheets_write_wait_ms(sheets, NULL, false) > 0);
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

static void a_key_that_is_refused_is_read_again(void **state)
{
    static const char refusal[] =
        "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}";
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    write_key_file_as(key_path, ACCOUNT, "k2");
    expect_token(400, refusal);
    expect_token(200, "{\"access_token\":\"abc\",\"expires_in\":3599}");
    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
    assert_int_equal(script.token_calls, 2);
    write_key_file(key_path, ACCOUNT);
}

static void another_accounts_key_is_left_to_a_reload(void **state)
{
    struct err err = ERR_INIT;
    struct grid *g;

    (void)state;
    write_key_file_as(key_path, SECOND, "k2");
    expect_token(400, "{\"error\":\"invalid_grant\"}");
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_int_equal(script.token_calls, 1);
    write_key_file(key_path, ACCOUNT);
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
                        "GET /drive/v3/files/1a%2Fb?fields=version,lastModifyingUser(me,"
                        "emailAddress)"
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
        CASE(a_key_that_is_refused_is_read_again),
        CASE(another_accounts_key_is_left_to_a_reload),
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
