/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replicator/sheets/private.h"

static int parse(const char *text, const struct grid_range *ranges, size_t n, struct grid **out,
                 struct err *err)
{
    CLEANUP_JSON cJSON *json = NULL;
    CLEANUP_BUF struct buf body = BUF_INIT;
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_VALUES};

    buf_puts(&body, text);
    if (grid_rows_take(&body, &rows, err) != 0)
        return -1;
    if (json_parse(buf_text(&body), body.len, &json, err) != 0)
        fail_msg("%s", err->msg);
    return grids_find(json, &rows, ranges, n, GRID_VALUES, out, err);
}

static void values_come_with_their_types(void **state)
{
    static const char text[] =
        "[{\"properties\":{\"sheetId\":0},\"data\":[{\"rowData\":[{\"values\":["
        "{\"effectiveValue\":{\"numberValue\":44197.5}},{\"effectiveValue\":{\"stringValue\":\"\xC3"
        "\xA4\"}},{},{\"effectiveValue\":{\"boolValue\":true}},"
        "{\"effectiveValue\":{\"errorValue\":{\"type\":\"N_A\",\"message\":\"x\"}}},"
        "{\"effectiveValue\":{\"errorValue\":{\"type\":\"DIVIDE_BY_ZERO\"}}},"
        "{\"effectiveValue\":{\"errorValue\":{\"type\":\"NEW_KIND\"}}}]},{},"
        "{\"values\":[{\"effectiveValue\":{\"stringValue\":\"end\"}}]},{}]}]}]";
    const struct grid_range range = {.end_row = -1, .end_column = 7};
    struct err err = ERR_INIT;
    struct grid *g = NULL;

    (void)state;
    assert_int_equal(parse(text, &range, 1, &g, &err), 0);
    assert_int_equal(grid_at(g, 0, 0)->type, CELL_NUMBER);
    assert_true(grid_at(g, 0, 0)->number == 44197.5);
    assert_int_equal(grid_at(g, 0, 1)->type, CELL_TEXT);
    assert_string_equal(grid_at(g, 0, 1)->text, "\xC3\xA4");
    assert_int_equal(grid_at(g, 0, 1)->text_len, 2);
    assert_int_equal(grid_at(g, 0, 2)->type, CELL_BLANK);
    assert_true(grid_at(g, 0, 3)->type == CELL_BOOL && grid_at(g, 0, 3)->boolean);
    assert_int_equal(grid_at(g, 0, 4)->type, CELL_ERROR);
    assert_string_equal(grid_at(g, 0, 4)->text, "#N/A");
    assert_string_equal(grid_at(g, 0, 5)->text, "#DIV/0!");
    assert_string_equal(grid_at(g, 0, 6)->text, "#ERROR!");
    assert_int_equal(grid_at(g, 1, 0)->type, CELL_BLANK);
    assert_string_equal(grid_at(g, 2, 0)->text, "end");
    assert_int_equal(grid_at(g, 99, 0)->type, CELL_BLANK);
    assert_int_equal(grid_at(g, 0, 99)->type, CELL_BLANK);
    assert_int_equal(grid_end_row(g), 3);
    grids_free(g, 1);
}

static void grids_are_matched_to_the_ranges_asked(void **state)
{
    /* Tab 5 was asked last and comes first; a start of 0 is left out. */
    static const char text[] =
        "[{\"properties\":{\"sheetId\":5},\"data\":[{\"startRow\":2,\"startColumn\":3,"
        "\"rowData\":[{\"values\":[{\"effectiveValue\":{\"numberValue\":5}}]}]}]},"
        "{\"properties\":{\"title\":\"first\"},\"data\":[{\"startColumn\":1,\"rowData\":[{"
        "\"values\":[{\"effectiveValue\":{\"numberValue\":2}}]}]},{\"rowData\":[{\"values\":[{"
        "\"effectiveValue\":{\"numberValue\":1}}]}]}]}]";
    const struct grid_range ranges[] = {
        {.end_row = 1, .end_column = 1},
        {.end_row = 1, .column = 1, .end_column = 2},
        {.sheet_id = 5, .row = 2, .end_row = 9, .column = 3, .end_column = 4},
    };
    struct err err = ERR_INIT;
    struct grid *g = NULL;

    (void)state;
    assert_int_equal(parse(text, ranges, 3, &g, &err), 0);
    assert_true(grid_at(&g[0], 0, 0)->number == 1);
    assert_true(grid_at(&g[1], 0, 1)->number == 2);
    assert_true(grid_at(&g[2], 2, 3)->number == 5);
    assert_int_equal(grid_at(&g[2], 0, 0)->type, CELL_BLANK);
    assert_int_equal(grid_end_row(&g[2]), 3);
    grids_free(g, 3);
}

static void ranges_that_start_alike_keep_their_order(void **state)
{
    static const char text[] =
        "[{\"data\":[{\"rowData\":[{\"values\":[{\"effectiveValue\":{\"numberValue\":1}}]}]},"
        "{\"rowData\":[{\"values\":[{\"effectiveValue\":{\"numberValue\":1}},{\"effectiveValue\":{"
        "\"numberValue\":2}}]}]}]}]";
    const struct grid_range ranges[] = {{.end_row = -1, .end_column = 1},
                                        {.end_row = 1, .end_column = 2},
                                        {.end_row = 1, .end_column = 2}};
    struct err err = ERR_INIT;
    struct grid *g = NULL;

    (void)state;
    assert_int_equal(parse(text, ranges, 3, &g, &err), 0);
    assert_int_equal(grid_at(&g[0], 0, 1)->type, CELL_BLANK);
    assert_true(grid_at(&g[1], 0, 1)->number == 2);
    assert_true(grid_at(&g[2], 0, 1)->number == 2);
    grids_free(g, 3);
}

static void a_range_that_did_not_come_is_not_empty(void **state)
{
    static const char *const texts[] = {
        "[]",
        "{}",
        "null",
        "[{\"properties\":{\"sheetId\":1},\"data\":[{}]}]",
        "[{\"properties\":{\"sheetId\":0}}]",
        "[{\"properties\":{\"sheetId\":0},\"data\":[{\"startRow\":1}]}]"};
    const struct grid_range range = {.end_row = 1, .end_column = 1};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct err err = ERR_INIT;
        struct grid *g = NULL;

        assert_int_equal(parse(texts[i], &range, 1, &g, &err), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_string_equal(err.msg, "sheets: the answer lacks range 1 of 1");
        assert_null(g);
    }
}

static void an_empty_range_came_and_is_empty(void **state)
{
    const struct grid_range range = {.end_row = 1, .end_column = 1};
    struct err err = ERR_INIT;
    struct grid *g = NULL;

    (void)state;
    assert_int_equal(parse("[{\"properties\":{\"sheetId\":0},\"data\":[{}]}]", &range, 1, &g, &err),
                     0);
    assert_int_equal(grid_end_row(g), 0);
    grids_free(g, 1);
}

static void only_the_key_of_an_array_names_rows(void **state)
{
    static const char text[] =
        "[{\"properties\":{\"title\":\"rowData\"},\"note\":\"\\\"rowData\\\":[1]\","
        "\"data\":[{\"rowData\" : [ {\"values\":[{\"effectiveValue\":{\"stringValue\":"
        "\"a\\\"]}\\\\\"}}]} , { } ] }]}]";
    const struct grid_range range = {.end_row = 2, .end_column = 1};
    struct err err = ERR_INIT;
    struct grid *g = NULL;

    (void)state;
    assert_int_equal(parse(text, &range, 1, &g, &err), 0);
    assert_string_equal(grid_at(g, 0, 0)->text, "a\"]}\\");
    assert_int_equal(g->n_rows, 2);
    grids_free(g, 1);
}

static void rows_that_are_none_are_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {{"[{\"data\":[{\"rowData\":[1]}]}]", "json: malformed at byte 22"},
                 {"[{\"data\":[{\"rowData\":[{}", "json: malformed at byte 24"},
                 {"[{\"data\":[{\"rowData\":[{} {}]}]}]", "json: malformed at byte 26"},
                 {"[{\"data\":[{\"rowData\":[{},]}]}]", "json: malformed at byte 25"},
                 {"[{\"data\":[{\"rowData\":[{\"values\":[}]}]}]", "json: malformed at byte 34"},
                 {"[{\"data\":[{\"rowData\":[{\"values", "json: malformed at byte 30"}};
    const struct grid_range range = {.end_row = 1, .end_column = 1};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err err = ERR_INIT;
        struct grid *g = NULL;

        assert_int_equal(parse(cases[i].text, &range, 1, &g, &err), -1);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_string_equal(err.msg, cases[i].message);
        assert_null(g);
    }
}

static void a_row_ends_with_its_last_note(void **state)
{
    static const char text[] =
        "[{\"data\":[{\"rowData\":[{\"values\":[{\"effectiveValue\":{\"numberValue\":1}},"
        "{\"note\":\"look\"},{\"effectiveValue\":{\"numberValue\":3}}]}]}]}]";
    const struct grid_range range = {.end_row = 1, .end_column = 3};
    CLEANUP_ROWS_OF_GRIDS struct grid_rows rows = {.parts = 1U << GRID_VALUES | 1U << GRID_NOTES};
    CLEANUP_BUF struct buf body = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    struct grid *values = NULL, *notes = NULL;
    struct err err = ERR_INIT;

    (void)state;
    buf_puts(&body, text);
    assert_int_equal(grid_rows_take(&body, &rows, &err), 0);
    assert_int_equal(json_parse(body.ptr, body.len, &json, &err), 0);
    assert_int_equal(grids_find(json, &rows, &range, 1, GRID_VALUES, &values, &err), 0);
    assert_int_equal(grids_find(json, &rows, &range, 1, GRID_NOTES, &notes, &err), 0);
    assert_int_equal(values->rows[0].n_cells, 3);
    assert_int_equal(notes->rows[0].n_cells, 2);
    assert_string_equal(grid_at(notes, 0, 1)->text, "look");
    assert_int_equal(grid_at(notes, 0, 0)->type, CELL_BLANK);
    grids_free(values, 1);
    grids_free(notes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_with_their_types),
        cmocka_unit_test(grids_are_matched_to_the_ranges_asked),
        cmocka_unit_test(ranges_that_start_alike_keep_their_order),
        cmocka_unit_test(a_range_that_did_not_come_is_not_empty),
        cmocka_unit_test(an_empty_range_came_and_is_empty),
        cmocka_unit_test(only_the_key_of_an_array_names_rows),
        cmocka_unit_test(rows_that_are_none_are_refused),
        cmocka_unit_test(a_row_ends_with_its_last_note),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
