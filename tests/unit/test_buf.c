/* SPDX-License-Identifier: Apache-2.0 */
/* buf: a text that grows is one at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <string.h>

#include "common/buf.h"

static void what_is_only_reserved_is_the_empty_text(void **state)
{
    CLEANUP_BUF struct buf b = BUF_INIT;

    (void)state;
    mallopt(M_PERTURB, 0x55); /* memory that is new is not blank */
    assert_non_null(buf_reserve(&b, 4096));
    mallopt(M_PERTURB, 0);
    assert_string_equal(buf_text(&b), "");
}

static void a_reserve_keeps_the_text(void **state)
{
    CLEANUP_BUF struct buf b = BUF_INIT;

    (void)state;
    buf_puts(&b, "text");
    assert_non_null(buf_reserve(&b, 4096));
    assert_string_equal(buf_text(&b), "text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_only_reserved_is_the_empty_text),
        cmocka_unit_test(a_reserve_keeps_the_text),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
