/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "replicator/sheets/private.h"

static struct batch *batch;

static int start(void **state)
{
    (void)state;
    batch = batch_new();
    return batch == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    batch_free(batch);
    return 0;
}

static struct cell text(const char *s)
{
    return (struct cell){.type = CELL_TEXT, .text = s, .text_len = strlen(s)};
}

static void cells_are_written_with_their_types(void **state)
{
    const struct cell cells[] = {
        {.type = CELL_NUMBER, .number = 0.1},       text("=1+1"),
        {.type = CELL_BOOL, .boolean = true},       {.type = CELL_BLANK},
        {.type = CELL_NUMBER, .number = -12345678}, text("a\"\\\n\xC3\xA4"),
    };

    (void)state;
    batch_write(batch, 7, 4, 1, cells, 2, 3);
    assert_string_equal(
        batch->requests.ptr,
        "{\"updateCells\":{\"start\":{\"sheetId\":7,\"rowIndex\":4,\"columnIndex\":1},"
        "\"fields\":\"userEnteredValue\",\"rows\":["
        "{\"values\":[{\"userEnteredValue\":{\"numberValue\":0.1}},"
        "{\"userEnteredValue\":{\"stringValue\":\"=1+1\"}},"
        "{\"userEnteredValue\":{\"boolValue\":true}}]},"
        "{\"values\":[{},{\"userEnteredValue\":{\"numberValue\":-12345678}},"
        "{\"userEnteredValue\":{\"stringValue\":\"a\\\"\\\\\\u000a\xC3\xA4\"}}]}]}}");
    assert_int_equal(batch_cells(batch), 6);
    assert_int_equal(batch_requests(batch), 1);
    assert_int_equal(batch_bytes(batch), strlen(batch->requests.ptr));
}

static void numbers_read_back_the_same(void **state)
{
    static const double numbers[] = {0.1,
                                     1e300,
                                     -1.5e-16,
                                     123456789012345678.0,
                                     5e-324,
                                     1e21,
                                     1.0 / 3,
                                     0,
                                     4503599627370497.5,
                                     44197.75,
                                     -1e-10,
                                     9007199254740991.0};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const struct cell cell = {.type = CELL_NUMBER, .number = numbers[i]};
        CLEANUP_JSON cJSON *json = NULL;
        struct err err = ERR_INIT;
        const cJSON *at;

        batch_clear(batch);
        batch_write(batch, 0, 0, 0, &cell, 1, 1);
        assert_int_equal(json_parse(batch->requests.ptr, batch->requests.len, &json, &err), 0);
        at = cJSON_GetArrayItem(json_get(json_get(json, "updateCells"), "rows"), 0);
        at = json_get(cJSON_GetArrayItem(json_get(at, "values"), 0), "userEnteredValue");
        assert_true(json_number(at, "numberValue", -1) == numbers[i]);
    }
}

static void what_json_cannot_say_clears(void **state)
{
    const struct cell cells[] = {{.type = CELL_NUMBER, .number = INFINITY},
                                 {.type = CELL_NUMBER, .number = NAN}};

    (void)state;
    batch_write(batch, 0, 0, 0, cells, 1, 2);
    assert_non_null(strstr(batch->requests.ptr, "\"values\":[{},{}]"));
}

static void rows_are_inserted_deleted_and_added(void **state)
{
    (void)state;
    batch_insert_rows(batch, 0, 1, 2);
    batch_insert_rows(batch, 0, 9, 1);
    batch_delete_rows(batch, 5, 3, 4);
    batch_append_rows(batch, 5, 100);
    batch_append_columns(batch, 5, 2);
    assert_string_equal(
        batch->requests.ptr,
        "{\"insertDimension\":{\"range\":{\"sheetId\":0,\"dimension\":\"ROWS\",\"startIndex\":1,"
        "\"endIndex\":3},\"inheritFromBefore\":false}},"
        "{\"insertDimension\":{\"range\":{\"sheetId\":0,\"dimension\":\"ROWS\",\"startIndex\":9,"
        "\"endIndex\":10},\"inheritFromBefore\":true}},"
        "{\"deleteDimension\":{\"range\":{\"sheetId\":5,\"dimension\":\"ROWS\",\"startIndex\":3,"
        "\"endIndex\":7}}},"
        "{\"appendDimension\":{\"sheetId\":5,\"dimension\":\"ROWS\",\"length\":100}},"
        "{\"appendDimension\":{\"sheetId\":5,\"dimension\":\"COLUMNS\",\"length\":2}}");
    assert_int_equal(batch_requests(batch), 5);
    batch_clear(batch);
    assert_int_equal(batch_requests(batch), 0);
    assert_int_equal(batch_bytes(batch), 0);
}

static void formats_touch_only_what_they_name(void **state)
{
    (void)state;
    batch_format_column(batch, 0, 3, "DATE", "yyyy-mm-dd");
    batch_format_column(batch, 0, 4, "TEXT", NULL);
    batch_header_style(batch, 0, 0, 5);
    assert_string_equal(
        batch->requests.ptr,
        "{\"repeatCell\":{\"range\":{\"sheetId\":0,\"startRowIndex\":1,\"startColumnIndex\":3,"
        "\"endColumnIndex\":4},\"cell\":{\"userEnteredFormat\":{\"numberFormat\":{\"type\":"
        "\"DATE\",\"pattern\":\"yyyy-mm-dd\"}}},\"fields\":\"userEnteredFormat.numberFormat\"}},"
        "{\"repeatCell\":{\"range\":{\"sheetId\":0,\"startRowIndex\":1,\"startColumnIndex\":4,"
        "\"endColumnIndex\":5},\"cell\":{\"userEnteredFormat\":{\"numberFormat\":{\"type\":"
        "\"TEXT\"}}},\"fields\":\"userEnteredFormat.numberFormat\"}},"
        "{\"updateSheetProperties\":{\"properties\":{\"sheetId\":0,\"gridProperties\":{"
        "\"frozenRowCount\":1}},\"fields\":\"gridProperties.frozenRowCount\"}},"
        "{\"repeatCell\":{\"range\":{\"sheetId\":0,\"startRowIndex\":0,\"endRowIndex\":1,"
        "\"startColumnIndex\":0,\"endColumnIndex\":5},\"cell\":{\"userEnteredFormat\":{"
        "\"textFormat\":{\"bold\":true}}},\"fields\":\"userEnteredFormat.textFormat.bold\"}}");
}

static void a_header_is_protected_by_a_warning_alone(void **state)
{
    (void)state;
    batch_protect_header(batch, 7, 2, 3);
    assert_string_equal(batch->requests.ptr,
                        "{\"addProtectedRange\":{\"protectedRange\":{\"range\":{\"sheetId\":7,"
                        "\"startRowIndex\":0,\"endRowIndex\":1,\"startColumnIndex\":2,"
                        "\"endColumnIndex\":5},\"description\":\"tabrelay knows its columns by "
                        "these headers\",\"warningOnly\":true}}}");
}

static void choices_are_texts_and_nothing_is_refused(void **state)
{
    static const char *const choices[] = {"new", "=1+1 \"x\""};

    (void)state;
    batch_set_checkbox(batch, 0, 5, 2, 3);
    batch_set_dropdown(batch, 0, 5, 2, 4, choices, 2);
    batch_unset_validation(batch, 0, 1, 4, 3);
    assert_string_equal(
        batch->requests.ptr,
        "{\"setDataValidation\":{\"range\":{\"sheetId\":0,\"startRowIndex\":5,\"endRowIndex\":7,"
        "\"startColumnIndex\":3,\"endColumnIndex\":4},\"rule\":{\"condition\":{\"type\":"
        "\"BOOLEAN\"},\"showCustomUi\":true}}},"
        "{\"setDataValidation\":{\"range\":{\"sheetId\":0,\"startRowIndex\":5,\"endRowIndex\":7,"
        "\"startColumnIndex\":4,\"endColumnIndex\":5},\"rule\":{\"condition\":{\"type\":"
        "\"ONE_OF_LIST\",\"values\":[{\"userEnteredValue\":\"new\"},{\"userEnteredValue\":"
        "\"=1+1 \\\"x\\\"\"}]},\"showCustomUi\":true}}},"
        "{\"setDataValidation\":{\"range\":{\"sheetId\":0,\"startRowIndex\":1,\"endRowIndex\":5,"
        "\"startColumnIndex\":3,\"endColumnIndex\":4}}}");
}

static const char *a1(struct buf *out, const char *title, struct grid_range range)
{
    buf_clear(out);
    a1_range(out, title, &range);
    return out->ptr;
}

static void ranges_are_named_with_quoted_titles(void **state)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    (void)state;
    assert_string_equal(a1(&out, "Jon's", (struct grid_range){.end_row = 2, .end_column = 2}),
                        "'Jon''s'!A1:B2");
    assert_string_equal(
        a1(&out, "A1", (struct grid_range){.row = 4, .end_row = 5, .column = 25, .end_column = 28}),
        "'A1'!Z5:AB5");
    assert_string_equal(
        a1(&out, "T", (struct grid_range){.end_row = -1, .column = 2, .end_column = 3}), "'T'!C:C");
    assert_string_equal(
        a1(&out, "T",
           (struct grid_range){.row = 1, .end_row = -1, .column = 701, .end_column = 703}),
        "'T'!ZZ2:AAA");
    assert_string_equal(a1(&out, "T", (struct grid_range){.end_row = 1, .end_column = -1}),
                        "'T'!1:1");
    assert_string_equal(a1(&out, "T", (struct grid_range){.end_row = -1, .end_column = -1}),
                        "'T'!A:ZZZ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cells_are_written_with_their_types, start, end),
        cmocka_unit_test_setup_teardown(numbers_read_back_the_same, start, end),
        cmocka_unit_test_setup_teardown(what_json_cannot_say_clears, start, end),
        cmocka_unit_test_setup_teardown(rows_are_inserted_deleted_and_added, start, end),
        cmocka_unit_test_setup_teardown(formats_touch_only_what_they_name, start, end),
        cmocka_unit_test_setup_teardown(a_header_is_protected_by_a_warning_alone, start, end),
        cmocka_unit_test_setup_teardown(choices_are_texts_and_nothing_is_refused, start, end),
        cmocka_unit_test(ranges_are_named_with_quoted_titles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
