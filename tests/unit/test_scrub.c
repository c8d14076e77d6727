/* SPDX-License-Identifier: Apache-2.0 */
/* doctor/scrub: what is taken out of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/doctor/scrub.h"

static void check(void (*scrub)(struct buf *, const char *, size_t), const char *text,
                  const char *expected)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    scrub(&out, text, strlen(text));
    assert_string_equal(buf_text(&out), expected);
}

static void addresses_and_tokens_are_taken_out(void **state)
{
    (void)state;
    check(scrub_words, "by ann.b+c@example.com, now", "by <e-mail>, now");
    check(scrub_words, "spreadsheet 1n8RS5MVbUr_Kuhk5aLdGL8TCB5wxcVjZH3Z: gone",
          "spreadsheet <id>: gone");
    check(scrub_words, "a/b.json replicator.memory_limit 12.5",
          "a/b.json replicator.memory_limit 12.5");
    check(scrub_words, "\xc3\xa4@example.com\n\x1b[0m", "<e-mail>  [0m");
    check(scrub_words, "", "");
    check(scrub_words, "GET https://hooks.example.com:8443/x?y=1: no (http)",
          "GET <address> no (http)");
    check(scrub_words, "http://", "http://");
}

static void a_message_loses_all_between_its_quotation_marks(void **state)
{
    (void)state;
    check(scrub_message, "Incorrect integer value: 'it's \"x\" 12' for column `qty` at row 1",
          "Incorrect integer value: <...> at row #");
    check(scrub_message, "Duplicate entry 'a", "Duplicate entry <...>");
    check(scrub_message, "row 17 of 20", "row ## of ##");
}

static void a_secret_becomes_stars(void **state)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    (void)state;
    buf_puts(&text, "x secret-1 secret-1y abc");
    scrub_secret(&text, "secret-1");
    scrub_secret(&text, "abc"); /* too short to tell from other words */
    scrub_secret(&text, NULL);
    scrub_secret(&text, "");
    assert_string_equal(buf_text(&text), "x ******** ********y abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_tokens_are_taken_out),
        cmocka_unit_test(a_message_loses_all_between_its_quotation_marks),
        cmocka_unit_test(a_secret_becomes_stars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
