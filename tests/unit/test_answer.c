/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "webhook/answer.h"

static struct schema_column mapped[] = {{.header = (char[]){"Code"}, .is_key = true},
                                        {.header = (char[]){"A \"quoted\" one"}},
                                        {.header = (char[]){"Area"}}};
static size_t key[] = {0};
static const struct schema_mapping mapping = {
    .columns = mapped, .n_columns = 3, .key = key, .n_key = 1};

static struct cell text(const char *s)
{
    return (struct cell){.type = CELL_TEXT, .text = s, .text_len = strlen(s)};
}

static void an_empty_answer_has_every_member(void **state)
{
    const struct edit edit = {.id = "e1"};
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct arena arena = {0};
    struct answer answer;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(answer_open(&answer, &arena, 3, &err), 0);
    answer_write(&answer, &mapping, &edit, &out);
    assert_string_equal(out.ptr, "{\"id\":\"e1\",\"row\":null,\"outcome\":\"unchanged\","
                                 "\"operation\":\"none\",\"key\":{},\"cells\":{},\"notes\":{},"
                                 "\"message\":\"\"}");
    answer_close(&answer);
    arena_close(&arena);
}

static void cells_are_typed_and_named_by_header(void **state)
{
    const struct edit edit = {.id = "e1", .row = 17};
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct arena arena = {0};
    struct answer answer;
    struct err err = ERR_INIT;
    struct cell de = text("DE"), blank = {.type = CELL_BLANK};
    struct cell number = {.type = CELL_NUMBER, .number = 45000.5};

    (void)state;
    assert_int_equal(answer_open(&answer, &arena, 3, &err), 0);
    answer.outcome = ANSWER_APPLIED;
    answer.operation = ANSWER_UPDATE;
    answer_set_key(&answer, 0, &de, &err);
    answer_show(&answer, 1, &blank, &err);
    answer_show(&answer, 2, &number, &err);
    answer_note(&answer, 2, "why\n", &err);
    answer_say(&answer, "one %d", 1);
    answer_say(&answer, "two");
    answer_write(&answer, &mapping, &edit, &out);
    assert_string_equal(
        out.ptr, "{\"id\":\"e1\",\"row\":17,\"outcome\":\"applied\",\"operation\":\"update\","
                 "\"key\":{\"Code\":\"DE\"},\"cells\":{\"A \\\"quoted\\\" one\":null,"
                 "\"Area\":45000.5},\"notes\":{\"Area\":\"why\\u000a\"},"
                 "\"message\":\"one 1; two\"}");
    answer_reset(&answer, 3);
    assert_int_equal(answer.message.len, 0);
    assert_null(answer.columns[2].cell);
    answer_close(&answer);
    arena_close(&arena);
}

static void a_number_is_written_with_as_many_digits_as_it_needs(void **state)
{
    const struct {
        double number;
        const char *json;
    } cases[] = {{0.1, "0.1"}, {-12, "-12"}, {9007199254740991.0, "9.007199254740991e15"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP_BUF struct buf out = BUF_INIT;
        struct cell cell = {.type = CELL_NUMBER, .number = cases[i].number};

        answer_write_cell(&out, &cell);
        assert_string_equal(out.ptr, cases[i].json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_answer_has_every_member),
        cmocka_unit_test(cells_are_typed_and_named_by_header),
        cmocka_unit_test(a_number_is_written_with_as_many_digits_as_it_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
