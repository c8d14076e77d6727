/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "replicator/sync/row_index.h"

static struct hash128 key_of(uint64_t n)
{
    char text[24];
    struct value v;
    int len = snprintf(text, sizeof(text), "%llu", (unsigned long long)n);

    v = value_text(text, (size_t)len);
    return hash_key(&v, 1);
}

static void a_row_that_was_added_is_found(void **state)
{
    struct row_index index = {0};

    (void)state;
    assert_int_equal(row_index_find(&index, key_of(1)), -1);
    for (uint64_t i = 0; i < 100000; i++)
        assert_int_equal(row_index_add(&index, key_of(i), (int64_t)i + 1), 0);
    for (uint64_t i = 0; i < 100000; i++)
        assert_int_equal(row_index_find(&index, key_of(i)), (int64_t)i + 1);
    assert_int_equal(row_index_find(&index, key_of(100000)), -1);
    assert_int_equal(index.n_rows, 100000);
    row_index_close(&index);
}

static void the_first_row_of_a_key_that_stands_twice_counts(void **state)
{
    struct row_index index = {0};

    (void)state;
    assert_int_equal(row_index_add(&index, key_of(7), 3), 0);
    assert_int_equal(row_index_add(&index, key_of(7), 9), 1);
    assert_int_equal(row_index_find(&index, key_of(7)), 3);
    row_index_close(&index);
}

static void a_cleared_index_knows_nothing_and_can_be_filled_again(void **state)
{
    struct row_index index = {0};

    (void)state;
    row_index_add(&index, key_of(7), 3);
    row_index_clear(&index);
    assert_int_equal(row_index_find(&index, key_of(7)), -1);
    assert_int_equal(row_index_add(&index, key_of(7), 5), 0);
    assert_int_equal(row_index_find(&index, key_of(7)), 5);
    row_index_close(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_was_added_is_found),
        cmocka_unit_test(the_first_row_of_a_key_that_stands_twice_counts),
        cmocka_unit_test(a_cleared_index_knows_nothing_and_can_be_filled_again),
    };

    return cmocka_run_group_tests_name("row_index", tests, NULL, NULL);
}
