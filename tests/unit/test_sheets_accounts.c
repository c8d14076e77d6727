/* SPDX-License-Identifier: Apache-2.0 */
/* Several service accounts, their tokens and quotas, and packed bodies, against a scripted server.
 */
#include "tests/unit/sheets_fixture.h"

static int open_two(void **state)
{
    struct err err = ERR_INIT;

    if (open_sheets(state) != 0)
        return -1;
    sheets_free(sheets);
    cfg.n_credentials = 2;
    return sheets_new(&cfg, stop, &sheets, &err);
}

/* What was asked is not forgotten while the test runs, however slow it is. */
static int open_two_of_six(void **state)
{
    struct err err = ERR_INIT;

    if (open_two(state) != 0)
        return -1;
    sheets_free(sheets);
    cfg.reads_per_minute = 6;
    return sheets_new(&cfg, stop, &sheets, &err);
}

static const char forbidden[] =
    "{\"error\":{\"code\":403,\"message\":\"The caller does not have permission\",\"status\":"
    "\"PERMISSION_DENIED\"}}";

static void read_well(void)
{
    struct err err = ERR_INIT;
    struct grid *g;

    expect_api(200, one_cell);
    assert_int_equal(read_one(&g, &err), 0);
    grids_free(g, 1);
}

static bool is_by(const char *token)
{
    return strcmp(script.authorization + strlen("Bearer "), token) == 0;
}

static void accounts_take_turns(void **state)
{
    (void)state;
    assert_int_equal(sheets_n_accounts(sheets), 2);
    assert_string_equal(sheets_account(sheets, 1), SECOND);
    read_well();
    assert_true(is_by("t0ken"));
    read_well();
    assert_true(is_by("sec0nd"));
    read_well();
    assert_true(is_by("t0ken"));
}

static void another_account_does_what_one_may_not(void **state)
{
    (void)state;
    expect_api(403, forbidden);
    read_well();
    assert_true(is_by("sec0nd"));
    for (int i = 0; i < 3; i++) {
        read_well();
        assert_true(is_by("sec0nd"));
    }
    assert_int_equal(api_calls(), 5);
}

static void who_may_read_need_not_be_one_who_may_write(void **state)
{
    struct grid *proof = NULL;
    struct err err = ERR_INIT;

    (void)state;
    expect_api(403, forbidden);
    expect_api(200, "{}");
    assert_int_equal(send_one(0, &proof, &err), 0);
    assert_true(is_by("sec0nd"));
    read_well();
    assert_true(is_by("t0ken"));
}

static void where_no_account_may_the_error_says_so_and_all_are_tried_again(void **state)
{
    struct grid *g;
    struct err err = ERR_INIT;

    (void)state;
    expect_api(403, forbidden);
    expect_api(403, forbidden);
    assert_int_equal(read_one(&g, &err), -1);
    assert_int_equal(err.code, ERR_AUTH);
    assert_string_equal(err.hint, "Share the spreadsheet with " SECOND " as editor.");
    assert_int_equal(api_calls(), 2);
    read_well(); /* it has been shared meanwhile */
    assert_int_equal(api_calls(), 3);
}

static void a_refused_key_leaves_its_account_out(void **state)
{
    (void)state;
    expect_token(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Account deleted\"}");
    read_well();
    assert_true(is_by("sec0nd"));
    read_well();
    assert_true(is_by("sec0nd"));
    assert_int_equal(script.token_calls, 2);
}

static void a_token_that_is_refused_twice_leaves_its_account_out(void **state)
{
    static const char invalid[] = "{\"error\":{\"code\":401,\"message\":\"Invalid Credentials\"}}";

    (void)state;
    expect_api(401, invalid);
    expect_api(401, invalid);
    read_well();
    assert_true(is_by("sec0nd"));
    assert_int_equal(script.token_calls, 3);
}

static void a_429_of_an_account_is_not_waited_for_while_there_is_another(void **state)
{
    struct grid *proof = NULL;
    struct err err = ERR_INIT;
    int64_t start_ms = clock_mono_ms();

    (void)state;
    expect_429("WriteRequestsPerMinutePerUser", 60, "30");
    expect_api(200, "{}");
    assert_int_equal(send_one(0, &proof, &err), 0);
    assert_true(is_by("sec0nd"));
    assert_true(clock_mono_ms() - start_ms < 20000);
    assert_int_equal(sheets_write_wait_ms(sheets, NULL, false), 0);
}

static void a_429_of_the_project_stops_all_its_accounts(void **state)
{
    struct grid *proof = NULL;
    struct err err = ERR_INIT;

    (void)state;
    for (int i = 0; i < 2; i++)
        expect_429("WriteRequestsPerMinutePerProject", 300, "1");
    assert_int_equal(send_one(0, &proof, &err), -1);
    assert_int_equal(err.code, ERR_QUOTA);
    assert_true(err.wait_ms > 900 && err.wait_ms <= 1000);
    assert_int_equal(sheets_read_wait_ms(sheets), 0);
}

static void one_account_is_not_given_twice(void **state)
{
    char *twice[] = {key_path, key_path};
    struct sheets *more = NULL;
    struct err err = ERR_INIT;

    (void)state;
    cfg.credentials = twice;
    assert_int_equal(sheets_new(&cfg, stop, &more, &err), -1);
    assert_int_equal(err.code, ERR_CONFIG);
    assert_string_equal(err.msg, "google.credentials: two keys are of the same account, " ACCOUNT);
}

static void a_change_of_another_account_of_ours_is_our_own(void **state)
{
    struct drive_look look;
    struct err err = ERR_INIT;

    (void)state;
    expect_api(200, "{\"version\":\"1\",\"lastModifyingUser\":{\"me\":false,\"emailAddress\":"
                    "\"" SECOND "\"}}");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), 0);
    assert_true(look.is_own);
    assert_true(is_by("t0ken"));
    expect_api(200, "{\"version\":\"2\",\"lastModifyingUser\":{\"me\":false,\"emailAddress\":"
                    "\"ann@example.com\"}}");
    assert_int_equal(drive_look(sheets, "ID", &look, &err), 0);
    assert_false(look.is_own);
    assert_true(is_by("t0ken")); /* who opens channels stops them, too */
}

static void the_metrics_name_every_bucket(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    (void)state;
    expect_429("ReadRequestsPerMinutePerUser", 50, "1");
    read_well();
    sheets_metrics(sheets, &text);
    assert_non_null(strstr(buf_text(&text),
                           "tabrelay_quota_limit_per_minute{scope=\"account\",name=\"" ACCOUNT
                           "\",kind=\"read\"} 50\n"));
    assert_non_null(strstr(buf_text(&text),
                           "tabrelay_quota_refusals_total{scope=\"account\",name=\"" ACCOUNT
                           "\",kind=\"read\"} 1\n"));
    assert_non_null(strstr(buf_text(&text),
                           "tabrelay_quota_limit_per_minute{scope=\"project\",name=\"project\","
                           "kind=\"write\"} 6000\n"));
    assert_non_null(strstr(buf_text(&text), "tabrelay_quota_tokens{scope=\"account\",name=\"" SECOND
                                            "\",kind=\"read\"} 1")); /* 1499, and what came since */
    assert_non_null(strstr(buf_text(&text), "tabrelay_quota_wait_seconds_total{kind=\"read\"} "));
}

/* --- tokens --- */

static void the_last_token_is_used_while_another_cannot_be_had(void **state)
{
    (void)state;
    expect_token(200, "{\"access_token\":\"first\",\"expires_in\":6}");
    for (int i = 0; i < 3; i++)
        expect_token(503, "");
    while (script.token_calls < 2) { /* after three quarters of its life the next one is fetched */
        script.n_api = script.api_calls = 0;
        read_well();
        usleep(20000);
    }
    assert_true(is_by("first"));
    assert_int_equal(script.token_calls, 4);
    script.n_api = script.api_calls = 0;
    read_well(); /* and it is not asked for again at once */
    assert_true(is_by("first"));
    assert_int_equal(script.token_calls, 4);
}

static void a_clock_that_is_off_is_noticed_before_it_is_refused(void **state)
{
    (void)state;
    expect_token(200, "{\"access_token\":\"first\",\"expires_in\":3599}");
    script.token[0].date = "Thu, 01 Jan 2032 00:00:00 GMT";
    read_well();
    token_drop(sheets->tokens[0]);
    read_well();

    CLEANUP_JSON cJSON *claims = read_claims();

    assert_true(llabs(json_int(claims, "iat", 0) - 1956528000) < 60);
}

/* --- packed bodies --- */

static int send_large(struct err *err)
{
    const struct cell cell = {.type = CELL_NUMBER, .number = 1};
    struct batch *b = batch_new();
    struct grid *proof;
    int rc;

    for (int i = 0; i < 100; i++)
        batch_write(b, 0, 2 * i, 0, &cell, 1, 1);
    rc = sheets_send(sheets, "ID", b, NULL, 0, &proof, err);
    batch_free(b);
    return rc;
}

static void a_large_body_is_packed_a_small_one_is_not(void **state)
{
    struct err err = ERR_INIT;
    struct grid *proof;

    (void)state;
    expect_api(200, "{}");
    assert_int_equal(send_large(&err), 0);
    assert_string_equal(script.encoding, "gzip");
    assert_true(script.body_len < script.asked.len / 5);
    assert_non_null(strstr(script.asked.ptr, "{\"requests\":[{\"updateCells\""));
    expect_api(200, "{}");
    assert_int_equal(send_one(0, &proof, &err), 0);
    assert_string_equal(script.encoding, "");
}

static void a_server_that_does_not_take_packed_bodies_gets_plain_ones(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    expect_api(400, "{\"error\":{\"code\":400,\"message\":\"Invalid JSON payload received.\"}}");
    for (int i = 0; i < 2; i++)
        expect_api(200, "{}");
    assert_int_equal(send_large(&err), 0);
    assert_string_equal(script.encoding, "");
    assert_int_equal(send_large(&err), 0);
    assert_string_equal(script.encoding, "");
    assert_int_equal(api_calls(), 3);
}

static void a_bad_request_is_not_the_packings_fault_twice(void **state)
{
    static const char bad[] = "{\"error\":{\"code\":400,\"message\":\"Invalid requests[0]\"}}";
    struct err err = ERR_INIT;

    (void)state;
    expect_api(400, bad);
    expect_api(400, bad);
    assert_int_equal(send_large(&err), -1);
    assert_int_equal(err.detail, 400);
    expect_api(200, "{}");
    assert_int_equal(send_large(&err), 0);
    assert_string_equal(script.encoding, "gzip");
    expect_api(400, bad); /* it has taken one: this is about the request */
    assert_int_equal(send_large(&err), -1);
    assert_int_equal(api_calls(), 4);
}

int main(void)
{
#define ONE(f) cmocka_unit_test_setup_teardown(f, open_sheets, close_sheets)
#define TWO(f) cmocka_unit_test_setup_teardown(f, open_two, close_sheets)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accounts_take_turns, open_two_of_six, close_sheets),
        TWO(another_account_does_what_one_may_not),
        TWO(who_may_read_need_not_be_one_who_may_write),
        TWO(where_no_account_may_the_error_says_so_and_all_are_tried_again),
        TWO(a_refused_key_leaves_its_account_out),
        TWO(a_token_that_is_refused_twice_leaves_its_account_out),
        TWO(a_429_of_an_account_is_not_waited_for_while_there_is_another),
        TWO(a_429_of_the_project_stops_all_its_accounts),
        TWO(one_account_is_not_given_twice),
        TWO(a_change_of_another_account_of_ours_is_our_own),
        TWO(the_metrics_name_every_bucket),
        ONE(the_last_token_is_used_while_another_cannot_be_had),
        ONE(a_clock_that_is_off_is_noticed_before_it_is_refused),
        ONE(a_large_body_is_packed_a_small_one_is_not),
        ONE(a_server_that_does_not_take_packed_bodies_gets_plain_ones),
        ONE(a_bad_request_is_not_the_packings_fault_twice),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
