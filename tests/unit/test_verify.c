/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/crypto.h"
#include "webhook/verify.h"

#define SECRET "a secret of some length"
#define NOW_MS 1700000000500
#define BODY "{\"version\":1}"

static enum verify_result check(const char *timestamp, const char *signature, const char *body)
{
    return verify_request(SECRET, timestamp, signature, body, strlen(body), NOW_MS, 300000);
}

static const char *sign(const char *timestamp, const char *body)
{
    static char header[3 + 65];
    char hex[65];

    crypto_sign_request(SECRET, timestamp, body, strlen(body), hex);
    snprintf(header, sizeof(header), "v1=%s", hex);
    return header;
}

static void a_fresh_signature_over_timestamp_and_body_passes(void **state)
{
    (void)state;
    assert_int_equal(check("1700000000", sign("1700000000", BODY), BODY), VERIFY_OK);
    assert_int_equal(check("1700000000", sign("1700000000", ""), ""), VERIFY_OK);
}

static void the_signature_is_hmac_sha256_in_lower_case_hex(void **state)
{
    char hex[65];

    (void)state;
    /* printf '1700000000.{"version":1}' | openssl dgst -sha256 -hmac 'a secret of some length' */
    crypto_sign_request(SECRET, "1700000000", BODY, strlen(BODY), hex);
    assert_string_equal(hex, "9209601461f3bbc126e4c12ccf4130ebc80ba7c3e8f858c76c318bc0d5ae3345");
}

static void a_missing_header_is_told_apart_from_a_wrong_one(void **state)
{
    (void)state;
    assert_int_equal(check(NULL, sign("1700000000", BODY), BODY), VERIFY_MISSING);
    assert_int_equal(check("1700000000", NULL, BODY), VERIFY_MISSING);
    assert_string_equal(verify_code(VERIFY_MISSING), "missing_signature");
    assert_string_equal(verify_code(VERIFY_BAD), "bad_signature");
    assert_string_equal(verify_code(VERIFY_STALE), "stale_timestamp");
}

static void another_body_timestamp_or_form_is_refused(void **state)
{
    char wrong[80];

    (void)state;
    assert_int_equal(check("1700000000", sign("1700000000", BODY), BODY " "), VERIFY_BAD);
    assert_int_equal(check("1700000001", sign("1700000000", BODY), BODY), VERIFY_BAD);
    assert_int_equal(check("1700000000", sign("1700000000", BODY) + 3, BODY), VERIFY_BAD);
    snprintf(wrong, sizeof(wrong), "v2=%s", sign("1700000000", BODY) + 3);
    assert_int_equal(check("1700000000", wrong, BODY), VERIFY_BAD);
    snprintf(wrong, sizeof(wrong), "%s0", sign("1700000000", BODY));
    assert_int_equal(check("1700000000", wrong, BODY), VERIFY_BAD);
    assert_int_equal(check("1700000000", "", BODY), VERIFY_BAD);
}

static void a_timestamp_that_is_no_plain_number_is_refused(void **state)
{
    const char *const bad[] = {"",      "-1",   "+1700000000", " 1700000000", "1700000000 ",
                               "1.7e9", "0x10", "170000000000"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(check(bad[i], sign(bad[i], BODY), BODY), VERIFY_BAD);
}

static void a_signature_is_good_for_five_minutes_either_way(void **state)
{
    (void)state;
    assert_int_equal(check("1699999701", sign("1699999701", BODY), BODY), VERIFY_OK);
    assert_int_equal(check("1699999700", sign("1699999700", BODY), BODY), VERIFY_STALE);
    assert_int_equal(check("1700000300", sign("1700000300", BODY), BODY), VERIFY_OK);
    assert_int_equal(check("1700000301", sign("1700000301", BODY), BODY), VERIFY_STALE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_signature_over_timestamp_and_body_passes),
        cmocka_unit_test(the_signature_is_hmac_sha256_in_lower_case_hex),
        cmocka_unit_test(a_missing_header_is_told_apart_from_a_wrong_one),
        cmocka_unit_test(another_body_timestamp_or_form_is_refused),
        cmocka_unit_test(a_timestamp_that_is_no_plain_number_is_refused),
        cmocka_unit_test(a_signature_is_good_for_five_minutes_either_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
