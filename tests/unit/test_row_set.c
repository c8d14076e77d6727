/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/compare/row_set.h"

enum { ROWS = 100000, ROOM = 64 * 1024 * 1024 };

static struct hash128 key_of(uint64_t n)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
    struct value v = value_text(text, (size_t)len);

    return hash_key(&v, 1);
}

static void a_row_that_was_added_is_found_with_its_content(void **state)
{
    struct row_set set = {0};

    (void)state;
    assert_null(row_set_find(&set, key_of(1)));
    for (uint64_t i = 0; i < ROWS; i++)
        assert_int_equal(row_set_add(&set, key_of(i), i << 2, ROOM), 0);
    assert_int_equal(set.n_rows, ROWS);
    for (uint64_t i = 0; i < ROWS; i++) {
        const struct row_entry *e = row_set_find(&set, key_of(i));

        assert_non_null(e);
        assert_true(row_entry_has(e, i << 2));
        assert_false(row_entry_has(e, (i + 1) << 2));
    }
    assert_null(row_set_find(&set, key_of(ROWS)));
    row_set_close(&set);
}

static void a_row_whose_content_is_zero_is_a_row(void **state)
{
    struct row_set set = {0};

    (void)state;
    assert_int_equal(row_set_add(&set, key_of(7), 0, ROOM), 0);
    assert_non_null(row_set_find(&set, key_of(7)));
    assert_true(row_entry_has(row_set_find(&set, key_of(7)), 0));
    row_set_close(&set);
}

static void that_a_row_was_seen_outlives_growth_and_is_no_content(void **state)
{
    struct row_set set = {0};

    (void)state;
    assert_int_equal(row_set_add(&set, key_of(0), UINT64_MAX, ROOM), 0);
    assert_false(row_entry_is_seen(row_set_find(&set, key_of(0))));
    row_entry_see(row_set_find(&set, key_of(0)));
    for (uint64_t i = 1; i < ROWS; i++)
        assert_int_equal(row_set_add(&set, key_of(i), i, ROOM), 0);
    assert_true(row_entry_is_seen(row_set_find(&set, key_of(0))));
    assert_true(row_entry_has(row_set_find(&set, key_of(0)), UINT64_MAX));
    assert_false(row_entry_is_seen(row_set_find(&set, key_of(1))));
    row_set_close(&set);
}

static void a_set_does_not_grow_beyond_its_limit(void **state)
{
    struct row_set set = {0};
    uint64_t n = 0;

    (void)state;
    while (row_set_add(&set, key_of(n), n, 100000) == 0)
        n++;
    assert_in_range(n, 1000, 100000 / sizeof(struct row_entry));
    assert_true(set.n_entries * sizeof(struct row_entry) <= 100000);
    assert_non_null(row_set_find(&set, key_of(n - 1)));
    row_set_close(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_was_added_is_found_with_its_content),
        cmocka_unit_test(a_row_whose_content_is_zero_is_a_row),
        cmocka_unit_test(that_a_row_was_seen_outlives_growth_and_is_no_content),
        cmocka_unit_test(a_set_does_not_grow_beyond_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
