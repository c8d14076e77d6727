/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "webhook/order.h"

/* A mapping whose key is under the header "id". */
static void order_of(const char *const *cells, size_t n, size_t *out)
{
    static char header[] = "id";
    struct schema_column column = {.header = header};
    size_t key = 0;
    struct schema_mapping m = {.columns = &column, .n_columns = 1, .key = &key, .n_key = 1};
    struct edit edits[8] = {0};
    struct edit_request request = {.edits = edits, .n_edits = n};
    size_t *order;

    for (size_t i = 0; i < n; i++)
        edits[i].cells = cJSON_Parse(cells[i]);
    order = order_by_key(&request, &m);
    assert_non_null(order);
    memcpy(out, order, n * sizeof(*out));
    free(order);
    for (size_t i = 0; i < n; i++)
        cJSON_Delete((cJSON *)(uintptr_t)edits[i].cells);
}

static void numbers_are_ordered_as_numbers_and_rows_without_a_key_come_last(void **state)
{
    const char *const cells[] = {"{\"id\":null}", "{\"id\":10}", "{\"id\":9}", "{}",
                                 "{\"id\":\"9a\"}"};
    const size_t wanted[] = {2, 1, 4, 0, 3};
    size_t order[5];

    (void)state;
    order_of(cells, 5, order);
    assert_memory_equal(order, wanted, sizeof(wanted));
}

static void edits_of_one_row_stay_in_the_order_sent(void **state)
{
    const char *const cells[] = {"{\"id\":\"b\"}", "{\"id\":\"a\"}", "{\"id\":\"b\"}",
                                 "{\"id\":\"a\"}"};
    const size_t wanted[] = {1, 3, 0, 2};
    size_t order[4];

    (void)state;
    order_of(cells, 4, order);
    assert_memory_equal(order, wanted, sizeof(wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_ordered_as_numbers_and_rows_without_a_key_come_last),
        cmocka_unit_test(edits_of_one_row_stay_in_the_order_sent),
    };

    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
