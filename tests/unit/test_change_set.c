/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replicator/sync/change_set.h"

static struct row_image *image(const char *key, const char *text)
{
    struct value values[2] = {value_text(key, strlen(key)), value_text(text, strlen(text))};

    return row_image_new(hash_key(values, 1), values, 2);
}

static void a_newer_image_replaces_the_older_one(void **state)
{
    struct change_set set = {0};
    struct pending_row *row;

    (void)state;
    assert_non_null(change_set_put(&set, 0, image("1", "a"), false));
    row = change_set_put(&set, 0, image("1", "b"), false);
    assert_non_null(row);
    assert_int_equal(set.n_rows, 1);
    assert_memory_equal(row->image->values[1].ptr, "b", 1);
    change_set_close(&set);
}

static void the_same_key_in_two_mappings_is_two_rows(void **state)
{
    struct change_set set = {0};

    (void)state;
    change_set_put(&set, 0, image("1", "a"), false);
    change_set_put(&set, 1, image("1", "a"), false);
    assert_int_equal(set.n_rows, 2);
    change_set_close(&set);
    assert_int_equal(set.n_rows, 0);
    assert_int_equal(set.bytes, 0);
}

static void what_was_forced_stays_forced_and_held_stays_held(void **state)
{
    struct change_set set = {0};
    struct pending_row *row = change_set_put(&set, 0, image("1", "a"), false);

    (void)state;
    assert_non_null(row);
    row->is_held = true;
    assert_int_equal(pending_row_force(row, 1, 2), 0);
    row = change_set_put(&set, 0, image("1", "b"), true);
    assert_non_null(row);
    assert_true(row->is_held);
    assert_true(row->is_delete);
    assert_true(pending_row_is_forced(row, 1));
    assert_false(pending_row_is_forced(row, 0));
    change_set_close(&set);
}

static void bytes_follow_what_is_in_the_set(void **state)
{
    struct change_set set = {0};
    size_t one;

    (void)state;
    change_set_put(&set, 0, image("1", "a"), false);
    one = set.bytes;
    change_set_put(&set, 0, image("1", "aaaaaaaaaaaaaaaaaaaaaaaa"), false);
    assert_true(set.bytes > one);
    change_set_put(&set, 0, image("1", "a"), false);
    assert_int_equal(set.bytes, one);
    change_set_close(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newer_image_replaces_the_older_one),
        cmocka_unit_test(the_same_key_in_two_mappings_is_two_rows),
        cmocka_unit_test(what_was_forced_stays_forced_and_held_stays_held),
        cmocka_unit_test(bytes_follow_what_is_in_the_set),
    };

    return cmocka_run_group_tests_name("change_set", tests, NULL, NULL);
}
