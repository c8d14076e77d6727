/* SPDX-License-Identifier: Apache-2.0 */
/* log: what is written to standard error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"

/* What log_info writes of TEXT, after the time and the level. */
static const char *logged(const char *text)
{
    static char line[256];
    const char *at;
    int ends[2], before = dup(STDERR_FILENO);
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_info("%s", text);
    dup2(before, STDERR_FILENO);
    close(before);
    close(ends[1]);
    n = read(ends[0], line, sizeof(line) - 1);
    close(ends[0]);
    assert_true(n > 0);
    line[n] = '\0';
    at = strstr(line, " info ");
    assert_non_null(at);
    return at + strlen(" info ");
}

static void a_control_character_becomes_a_blank(void **state)
{
    (void)state;
    assert_string_equal(logged("a\nb\tc\x1b[2Jd\x7f"), "a b c [2Jd \n");
    /* U+009B, which some terminals take for ESC [: both of its bytes, so that the line stays UTF-8.
     */
    assert_string_equal(logged("a\xc2\x9b"
                               "b"),
                        "a  b\n");
    /* Letters whose second byte looks like it stay. */
    assert_string_equal(logged("\xc3\x9b \xe2\x82\xac"), "\xc3\x9b \xe2\x82\xac\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_control_character_becomes_a_blank),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
