/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parts of the status page: names of hosts, passes, wrong tokens, metrics, the history. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/page/history.h"
#include "cli/page/origin.h"
#include "cli/page/pass.h"
#include "cli/page/scrape.h"
#include "cli/page/tries.h"

static void only_this_machines_names_are_loopback(void **state)
{
    static const char *const good[] = {"localhost",      "LOCALHOST:1", "127.0.0.1",
                                       "127.1.2.3:8090", "[::1]",       "[::1]:8090"};
    static const char *const bad[] = {"",
                                      "localhost.example",
                                      "localhosts",
                                      "127.0.0.1.example",
                                      "127.example",
                                      "[::1].example",
                                      "[::1",
                                      "::1",
                                      "localhost:80x",
                                      "localhost:80:80",
                                      "example:127",
                                      "1127.0.0.1",
                                      "0.0.0.0"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(origin_is_loopback(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(origin_is_loopback(bad[i]));
}

static void an_origin_is_the_pages_own_or_foreign(void **state)
{
    const char *url = "https://status.example.com/";

    (void)state;
    assert_true(origin_is_own("http://localhost:8090", "localhost:8090", NULL));
    assert_true(origin_is_own("https://status.example.com", "10.0.0.1:8090", url));
    assert_true(
        origin_is_own("https://status.example.com", "x", "https://status.example.com/tabrelay/"));
    assert_false(origin_is_own("http://localhost:8091", "localhost:8090", NULL));
    assert_false(origin_is_own("http://localhost:8090.example.com", "localhost:8090", url));
    assert_false(origin_is_own("http://status.example.com", "10.0.0.1:8090", url));
    assert_false(origin_is_own("https://status.example.com.evil", "10.0.0.1:8090", url));
    assert_false(origin_is_own("null", "null", url));
    assert_false(origin_is_own("", "", NULL));
}

static void a_pass_is_good_until_it_ends_and_for_its_token(void **state)
{
    char pass[PASS_SIZE], cookies[PASS_SIZE + 64];

    (void)state;
    pass_make("the token of the page", 2000, pass);
    snprintf(cookies, sizeof(cookies), "a=b; " PASS_COOKIE "=%s; c", pass);
    assert_true(pass_is_good("the token of the page", cookies, 1999));
    assert_false(pass_is_good("the token of the page", cookies, 2000));
    assert_false(pass_is_good("the token of the Page", cookies, 1999));
    assert_false(pass_is_good("the token of the page", NULL, 1999));
    assert_false(pass_is_good("the token of the page", pass, 1999));
    snprintf(cookies, sizeof(cookies), "x" PASS_COOKIE "=%s", pass);
    assert_false(pass_is_good("the token of the page", cookies, 1999));
    assert_true(pass_is_token("0123456789abcdef", "0123456789abcdef"));
    assert_false(pass_is_token("0123456789abcdef", "0123456789abcde"));
    assert_false(pass_is_token("0123456789abcdef", ""));
}

static void ten_wrong_tokens_and_one_more_every_six_seconds(void **state)
{
    struct tries tries = {0};
    int64_t now = 1000;

    (void)state;
    for (int i = 0; i < TRIES_MAX; i++) {
        assert_true(tries_left(&tries, now));
        tries_spend(&tries, now);
    }
    assert_false(tries_left(&tries, now));
    assert_false(tries_left(&tries, now + TRIES_EVERY_MS - 1));
    assert_true(tries_left(&tries, now + TRIES_EVERY_MS));
    tries_spend(&tries, now + TRIES_EVERY_MS);
    assert_false(tries_left(&tries, now + TRIES_EVERY_MS));
    now += 1000 * TRIES_EVERY_MS;
    for (int i = 0; i < TRIES_MAX; i++, tries_spend(&tries, now))
        assert_true(tries_left(&tries, now));
    assert_false(tries_left(&tries, now));
}

static void samples_are_found_whatever_their_labels(void **state)
{
    static const char text[] = "# HELP a_total 5\n# TYPE a_total counter\na_total{x=\"1}\\\" 9\"} "
                               "2.5\na_total{x=\"2\"}\t4 1700000000\n"
                               "a_total_more 100\nb NaN\nc -3\nd{x=\"1\" 7\ne\nf x\na_totals 9";
    double value;

    (void)state;
    assert_true(scrape_value(text, "a_total", NULL, false, &value));
    assert_true(value == 6.5);
    assert_true(scrape_value(text, "a_total", NULL, true, &value));
    assert_true(value == 4);
    assert_true(scrape_value(text, "a_total", "x=\"2\"", false, &value));
    assert_true(value == 4);
    assert_false(scrape_value(text, "a_total", "x=\"3\"", false, &value));
    assert_false(scrape_value(text, "c", "x=\"2\"", false, &value));
    assert_true(scrape_value(text, "c", NULL, false, &value));
    assert_true(value == -3);
    for (const char *name = "bdefx"; *name != '\0'; name++)
        assert_false(scrape_value(text, (const char[]){*name, '\0'}, NULL, false, &value));
    assert_false(scrape_value("", "a", NULL, false, &value));
}

static void the_history_keeps_the_last_hour(void **state)
{
    struct history *h = history_new();
    double numbers[HISTORY_NUMBERS] = {NAN, 0, 1.25, 0, 0};
    CLEANUP_BUF struct buf out = BUF_INIT;

    (void)state;
    for (int64_t i = 1; i <= HISTORY_MAX + 5; i++) {
        numbers[1] = (double)i;
        history_add(h, i * 1000, numbers);
    }
    history_put_json(h, (HISTORY_MAX + 3) * 1000, &out);
    assert_non_null(strstr(buf_text(&out), "\"samples\": [[1804000,null,1804,1.25,0,0],"
                                           "[1805000,null,1805,1.25,0,0]]}"));
    buf_clear(&out);
    history_put_json(h, 0, &out);
    assert_non_null(strstr(buf_text(&out), "\"samples\": [[6000,"));
    buf_clear(&out);
    history_put_json(h, INT64_MAX, &out);
    assert_non_null(strstr(buf_text(&out), "\"samples\": []}"));
    history_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_this_machines_names_are_loopback),
        cmocka_unit_test(an_origin_is_the_pages_own_or_foreign),
        cmocka_unit_test(a_pass_is_good_until_it_ends_and_for_its_token),
        cmocka_unit_test(ten_wrong_tokens_and_one_more_every_six_seconds),
        cmocka_unit_test(samples_are_found_whatever_their_labels),
        cmocka_unit_test(the_history_keeps_the_last_hour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
