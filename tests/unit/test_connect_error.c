/* SPDX-License-Identifier: Apache-2.0 */
/* What a number of MySQL's means for us, and what a person can do. Numbers and texts as the servers
 * and their libraries sent them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/mysql/connect.h"

static void expect_hint(unsigned number, const char *text, bool is_transient, const char *hint)
{
    struct err err = ERR_INIT;

    assert_int_equal(connect_error(&err, number, text, NULL), -1);
    assert_int_equal(err.detail, number);
    assert_int_equal(err.transient, is_transient);
    if (hint[0] == '\0')
        assert_string_equal(err.hint, "");
    else
        assert_non_null(strstr(err.hint, hint));
}

/* Another server may take writes by now: the connection is made anew. */
static void test_a_server_that_is_read_only_has_a_remedy(void **unused)
{
    (void)unused;
    expect_hint(1290,
                "The MySQL server is running with the --super-read-only option so it cannot "
                "execute this statement",
                true, "SET GLOBAL read_only = OFF");
    expect_hint(1290,
                "The MariaDB server is running with the --read-only option so it cannot execute "
                "this statement",
                true, "SET GLOBAL read_only = OFF");
    expect_hint(1290,
                "The MySQL server is running with the --secure-file-priv option so it cannot "
                "execute this statement",
                false, "");
}

static void test_too_many_connections_are_known_before_tls_too(void **unused)
{
    (void)unused;
    expect_hint(1040, "Too many connections", true, "max_connections");
    expect_hint(2002,
                "Received error packet before completion of TLS handshake. The authenticity of "
                "the following error cannot be verified: 1040 - Too many connections",
                true, "max_connections");
    expect_hint(2002, "Can't connect to server on '127.0.0.1' (115)", true, "mysql.host");
}

static void test_a_full_disk_has_a_remedy(void **unused)
{
    (void)unused;
    expect_hint(1114, "The table 'edit_log' is full", false, "Free space");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_server_that_is_read_only_has_a_remedy),
        cmocka_unit_test(test_too_many_connections_are_known_before_tls_too),
        cmocka_unit_test(test_a_full_disk_has_a_remedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
