/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/hash.h"
#include "common/rowkey.h"

static void a_column_that_was_set_is_found_with_its_hash(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    uint64_t hash = 0;

    (void)state;
    assert_false(base_find(NULL, 0, "name", &hash));
    base_set(&blob, "name", 0x0102030405060708u);
    base_set(&blob, "area", UINT64_MAX);
    assert_int_equal(blob.len, 2 * BASE_COLUMN_BYTES);
    assert_true(base_find(blob.ptr, blob.len, "name", &hash));
    assert_int_equal(hash, 0x0102030405060708u);
    assert_true(base_find(blob.ptr, blob.len, "area", &hash));
    assert_true(hash == UINT64_MAX);
    assert_false(base_find(blob.ptr, blob.len, "Name", &hash));
}

static void setting_a_column_again_replaces_its_hash(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    uint64_t hash = 0;
    bool is_shown;

    (void)state;
    base_set(&blob, "a", 1);
    base_set(&blob, "b", 2);
    assert_false(base_find_previous(blob.ptr, blob.len, "a", &hash, &is_shown));
    base_set(&blob, "a", 3);
    base_set(&blob, "a", 3);
    assert_int_equal(blob.len, 3 * BASE_COLUMN_BYTES);
    assert_true(base_find(blob.ptr, blob.len, "a", &hash));
    assert_int_equal(hash, 3);
    assert_true(base_find_previous(blob.ptr, blob.len, "a", &hash, &is_shown));
    assert_int_equal(hash, 1);
    assert_false(is_shown);
    base_show(&blob, "a", 4, 1700000000123);
    assert_true(base_find_previous(blob.ptr, blob.len, "a", &hash, &is_shown));
    assert_int_equal(hash, 3);
    assert_true(is_shown);
    assert_int_equal(base_shown_ms(blob.ptr, blob.len, "a"), 1700000000123);
    assert_true(base_rename(&blob, "a", "c"));
    assert_true(base_find_previous(blob.ptr, blob.len, "c", &hash, &is_shown));
    assert_int_equal(base_shown_ms(blob.ptr, blob.len, "c"), 1700000000123);
    assert_int_equal(base_shown_ms(blob.ptr, blob.len, "a"), 0);
    base_set(&blob, "c", 5);
    assert_int_equal(base_shown_ms(blob.ptr, blob.len, "c"), 0);
    assert_true(base_rename(&blob, "c", NULL));
    assert_int_equal(blob.len, BASE_COLUMN_BYTES);
    base_show(&blob, "new", 6, 0);
    assert_int_equal(base_shown_ms(blob.ptr, blob.len, "new"), 0);
    base_show(&blob, "disagreed", 7, 1700000000123);
    assert_int_equal(base_shown_ms(blob.ptr, blob.len, "disagreed"), 1700000000123);
    assert_false(base_find_previous(blob.ptr, blob.len, "disagreed", &hash, &is_shown));
}

static void the_layout_is_little_endian_name_hash_then_value_hash(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    uint32_t id = (uint32_t)hash64("name", 4);
    const uint8_t *p;

    (void)state;
    base_set(&blob, "name", 0x1122334455667788u);
    assert_false(blob.is_failed);
    p = (const uint8_t *)blob.ptr;
    assert_int_equal(
        (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24, id);
    assert_int_equal(p[4], 0x88);
    assert_int_equal(p[11], 0x11);
}

static void a_column_is_renamed_or_forgotten_in_place(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    uint64_t hash = 0;

    (void)state;
    assert_false(base_rename(&blob, "a", NULL));
    base_set(&blob, "a", 1);
    base_set(&blob, "b", 2);
    base_set(&blob, "c", 3);
    assert_true(base_rename(&blob, "b", "d"));
    assert_false(base_rename(&blob, "b", "e"));
    assert_true(base_find(blob.ptr, blob.len, "d", &hash));
    assert_int_equal(hash, 2);
    assert_true(base_rename(&blob, "a", NULL));
    assert_int_equal(blob.len, 2 * BASE_COLUMN_BYTES);
    assert_false(base_find(blob.ptr, blob.len, "a", &hash));
    assert_true(base_find(blob.ptr, blob.len, "c", &hash));
    assert_int_equal(hash, 3);
}

static void a_blob_of_a_wrong_length_holds_nothing_and_is_begun_anew(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    uint64_t hash = 0;

    (void)state;
    base_set(&blob, "a", 1);
    buf_putc(&blob, 'x');
    assert_false(base_find(blob.ptr, blob.len, "a", &hash));
    base_set(&blob, "b", 2);
    assert_int_equal(blob.len, BASE_COLUMN_BYTES);
    assert_true(base_find(blob.ptr, blob.len, "b", &hash));
}

static void a_row_key_comes_back_as_it_was_written(void **state)
{
    const struct value key[] = {value_text("D\"E\n", 4), VALUE_INIT_NULL, value_text("", 0),
                                value_text("\x00\xff", 2), value_text("Köln", 5)};
    CLEANUP_BUF struct buf text = BUF_INIT;
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value back[5];
    struct err err = ERR_INIT;

    (void)state;
    rowkey_write(&text, key, 5);
    assert_string_equal(text.ptr, "[\"D\\\"E\\u000a\",null,\"\",{\"hex\":\"00ff\"},\"Köln\"]");
    assert_int_equal(rowkey_read(text.ptr, text.len, &bytes, back, 5, &err), 0);
    for (size_t i = 0; i < 5; i++)
        assert_true(value_equal(key[i], back[i]));
}

static void a_row_key_of_another_shape_is_refused(void **state)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT;
    struct value key[2];
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(rowkey_read("[\"a\"]", 5, &bytes, key, 2, &err), -1);
    assert_string_equal(err.msg, "row key: expected an array of 2 values");
    assert_int_equal(rowkey_read("[\"a\",1]", 7, &bytes, key, 2, &err), -1);
    assert_string_equal(err.msg, "row key: value 1 is no text, null or hex");
    assert_int_equal(rowkey_read("[{\"hex\":\"0\"}]", 13, &bytes, key, 1, &err), -1);
    assert_string_equal(err.msg, "row key: value 0 is no text, null or hex");
    assert_int_equal(rowkey_read("[", 1, &bytes, key, 1, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
}

static void a_held_column_keeps_its_hash_and_is_released(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    uint64_t hash = 0;

    (void)state;
    assert_false(base_is_held(NULL, 0, "a"));
    base_set(&blob, "a", 1);
    base_set(&blob, "b", 2);
    base_hold(&blob, "a");
    base_hold(&blob, "a");
    assert_int_equal(blob.len, 3 * BASE_COLUMN_BYTES);
    assert_true(base_is_held(blob.ptr, blob.len, "a"));
    assert_false(base_is_held(blob.ptr, blob.len, "b"));
    assert_false(base_is_held(blob.ptr, blob.len, BASE_ROW));
    assert_true(base_find(blob.ptr, blob.len, "a", &hash));
    assert_int_equal(hash, 1);
    base_release(&blob, "a");
    base_release(&blob, "a");
    assert_false(base_is_held(blob.ptr, blob.len, "a"));
    assert_int_equal(blob.len, 2 * BASE_COLUMN_BYTES);
    assert_true(base_find(blob.ptr, blob.len, "b", &hash));
    base_hold(&blob, BASE_ROW);
    assert_true(base_is_held(blob.ptr, blob.len, BASE_ROW));
}

static void values_are_set_replaced_and_taken_out(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;
    struct value v;

    (void)state;
    assert_int_equal(base_value_find(NULL, 0, "a").state, VALUE_ABSENT);
    base_value_set(&blob, "a", value_text("one", 3));
    base_value_set(&blob, "b", VALUE_INIT_NULL);
    base_value_set(&blob, "c", value_text("", 0));
    base_value_set(&blob, "a", value_text("longer", 6));
    v = base_value_find(blob.ptr, blob.len, "a");
    assert_int_equal(v.len, 6);
    assert_memory_equal(v.ptr, "longer", 6);
    assert_int_equal(base_value_find(blob.ptr, blob.len, "b").state, VALUE_NULL);
    assert_int_equal(base_value_find(blob.ptr, blob.len, "c").state, VALUE_TEXT);
    base_value_set(&blob, "a", (struct value){.state = VALUE_ABSENT});
    assert_int_equal(base_value_find(blob.ptr, blob.len, "a").state, VALUE_ABSENT);
    assert_int_equal(base_value_find(blob.ptr, blob.len, "c").state, VALUE_TEXT);
}

static void broken_values_hold_nothing(void **state)
{
    CLEANUP_BUF struct buf blob = BUF_INIT;

    (void)state;
    base_value_set(&blob, "a", value_text("one", 3));
    base_value_set(&blob, "b", value_text("two", 3));
    assert_false(blob.is_failed);
    for (size_t len = 0; len < blob.len; len++)
        assert_int_equal(base_value_find(blob.ptr, len, "b").state, VALUE_ABSENT);
    memset(blob.ptr + 4, 0xfe, 4); /* a length beyond the end */
    assert_int_equal(base_value_find(blob.ptr, blob.len, "a").state, VALUE_ABSENT);
    base_value_set(&blob, "a", value_text("x", 1));
    assert_int_equal(base_value_find(blob.ptr, blob.len, "a").len, 1);
    assert_int_equal(blob.len, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_that_was_set_is_found_with_its_hash),
        cmocka_unit_test(setting_a_column_again_replaces_its_hash),
        cmocka_unit_test(the_layout_is_little_endian_name_hash_then_value_hash),
        cmocka_unit_test(a_column_is_renamed_or_forgotten_in_place),
        cmocka_unit_test(a_blob_of_a_wrong_length_holds_nothing_and_is_begun_anew),
        cmocka_unit_test(a_held_column_keeps_its_hash_and_is_released),
        cmocka_unit_test(values_are_set_replaced_and_taken_out),
        cmocka_unit_test(broken_values_hold_nothing),
        cmocka_unit_test(a_row_key_comes_back_as_it_was_written),
        cmocka_unit_test(a_row_key_of_another_shape_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
