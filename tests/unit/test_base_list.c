/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base.h"
#include "replicator/sync/base_list.h"

static struct hash128 key_of(unsigned n)
{
    return (struct hash128){{(uint8_t)(n >> 8), (uint8_t)n}};
}

static void add(struct base_rows *page, struct base_row *row, unsigned n, struct buf *hashes)
{
    *row = (struct base_row){.key = key_of(n), .hashes = hashes->ptr, .hashes_len = hashes->len};
    HASH_ADD(hh, page->rows, key, sizeof(row->key), row);
}

static void every_row_is_found_by_its_key_and_no_other(void **state)
{
    enum { N = 3000 };
    static struct base_row rows[N];
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    struct base_list list = {0};

    (void)state;
    base_set(&hashes, "name", 7);
    for (unsigned first = 0; first < N; first += 1000) {
        struct base_rows page = {0};

        for (unsigned n = first; n < first + 1000; n++)
            add(&page, &rows[n], 2 * n, &hashes);
        assert_int_equal(base_list_add(&list, &page), 0);
        base_rows_close(&page);
    }
    assert_int_equal(list.n, N);
    assert_true(base_list_bytes(&list) >= N * sizeof(struct base_entry));
    for (unsigned n = 0; n < N; n++) {
        assert_non_null(base_list_find(&list, key_of(2 * n)));
        assert_true(hash128_equal(base_list_find(&list, key_of(2 * n))->key, key_of(2 * n)));
        assert_null(base_list_find(&list, key_of(2 * n + 1)));
    }
    base_list_close(&list);
    assert_null(base_list_find(&list, key_of(2)));
}

static void a_base_that_moved_on_is_not_the_same(void **state)
{
    struct base_rows page = {0};
    struct base_row row, now;
    CLEANUP_BUF struct buf before = BUF_INIT;
    CLEANUP_BUF struct buf after = BUF_INIT;
    struct base_list list = {0};
    struct base_entry *entry;

    (void)state;
    base_set(&before, "name", 7);
    base_set(&after, "name", 8);
    assert_false(before.is_failed || after.is_failed);
    add(&page, &row, 1, &before);
    assert_int_equal(base_list_add(&list, &page), 0);
    base_rows_close(&page);
    entry = base_list_find(&list, key_of(1));
    now = row;
    assert_true(base_list_is_same(entry, &now));
    now.hashes = after.ptr;
    assert_false(base_list_is_same(entry, &now));
    assert_false(base_list_is_same(entry, NULL));
    assert_false(base_list_is_same(NULL, &now));
    assert_true(base_list_is_same(NULL, NULL));
    assert_false(entry->is_held);
    assert_int_equal(entry->row, -1);
    base_list_close(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_its_key_and_no_other),
        cmocka_unit_test(a_base_that_moved_on_is_not_the_same),
    };

    return cmocka_run_group_tests_name("base_list", tests, NULL, NULL);
}
