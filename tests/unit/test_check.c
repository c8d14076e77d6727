/* SPDX-License-Identifier: Apache-2.0 */
/* check: requests against the description of the API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sandbox/check.h"

/* BODY checked as SCHEMA: the message, and what it became. */
static void expect(const char *schema, const char *body, const char *message, const char *became)
{
    CLEANUP_JSON cJSON *json = cJSON_Parse(body);
    CLEANUP_FREE char *text = NULL;
    struct check_report report = {0};
    int n = check_body(check_schema(schema), json, &report);

    assert_string_equal(buf_text(&report.message), message);
    assert_int_equal(n > 0, *message != '\0');
    if (became != NULL) {
        text = cJSON_PrintUnformatted(json);
        assert_string_equal(text, became);
    }
    check_report_close(&report);
}

static void unknown_names_are_refused_with_their_place(void **state)
{
    (void)state;
    expect("BatchUpdateSpreadsheetRequest", "{\"nope\":1}",
           "Invalid JSON payload received. Unknown name \"nope\": Cannot find field.", NULL);
    expect("BatchUpdateSpreadsheetRequest",
           "{\"requests\":[{},{\"updateCells\":{\"rows\":[{\"values\":[{\"x\":1}]}]}}]}",
           "Invalid JSON payload received. Unknown name \"x\" at "
           "'requests[1].update_cells.rows[0].values[0]': Cannot find field.",
           NULL);
}

static void values_of_a_wrong_type_are_refused(void **state)
{
    (void)state;
    expect("GridRange", "{\"startRowIndex\":1.5}",
           "Invalid value at 'start_row_index' (TYPE_INT32), 1.5", NULL);
    expect("GridRange", "{\"startRowIndex\":4294967296}",
           "Invalid value at 'start_row_index' (TYPE_INT32), 4294967296", NULL);
    expect("GridRange", "{\"startRowIndex\":[1]}",
           "Invalid value at 'start_row_index' (TYPE_INT32), [1]", NULL);
    expect("ExtendedValue", "{\"stringValue\":5}",
           "Invalid value at 'string_value' (TYPE_STRING), 5", NULL);
    expect("DimensionRange", "{\"dimension\":\"DEPTH\"}",
           "Invalid value at 'dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), "
           "\"DEPTH\"",
           NULL);
    expect("ValueRange", "{\"values\":[[1,\"a\",null],\"b\"]}",
           "Invalid value at 'values[1]' (type.googleapis.com/google.protobuf.ListValue), \"b\"",
           NULL);
    expect("UpdateCellsRequest", "{\"range\":3}",
           "Invalid value at 'range' (type.googleapis.com/google.apps.sheets.v4.GridRange), 3",
           NULL);
}

static void what_proto_allows_is_made_canonical(void **state)
{
    (void)state;
    expect("GridRange", "{\"sheet_id\":\"7\",\"startRowIndex\":null,\"end_row_index\":2}", "",
           "{\"sheetId\":7,\"endRowIndex\":2}");
    expect("BatchUpdateSpreadsheetRequest",
           "{\"requests\":{\"sort_range\":{\"sort_specs\":{\"dimension_index\":\"1\"}}},"
           "\"response_ranges\":\"A1\"}",
           "",
           "{\"requests\":[{\"sortRange\":{\"sortSpecs\":[{\"dimensionIndex\":1}]}}],"
           "\"responseRanges\":[\"A1\"]}");
    expect("ValueRange", "{\"values\":[[null,\"\"]]}", "", "{\"values\":[[null,\"\"]]}");
}

static void many_faults_are_all_told_up_to_a_limit(void **state)
{
    CLEANUP_JSON cJSON *json = cJSON_CreateObject();
    struct check_report report = {0};
    char name[16];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        cJSON_AddNumberToObject(json, name, i);
    }
    assert_int_equal(check_body(check_schema("GridRange"), json, &report), 30);
    assert_int_equal(cJSON_GetArraySize(report.violations), 20);
    check_report_close(&report);
}

static void query_parameters_are_checked(void **state)
{
    const struct discovery_method *m = check_method("spreadsheets.values.get");
    struct check_report report = {0};

    (void)state;
    assert_int_equal(check_parameter(m, "valueRenderOption", "FORMULA", &report), 0);
    assert_int_equal(check_parameter(m, "fields", "x", &report), 0);
    assert_int_equal(check_parameter(m, "valueRenderOption", "PRETTY", &report), 1);
    assert_int_equal(check_parameter(m, "colour", "red", &report), 1);
    assert_string_equal(
        buf_text(&report.message),
        "Invalid value at 'value_render_option' "
        "(type.googleapis.com/google.apps.sheets.v4.ValueRenderOption), \"PRETTY\"\n"
        "Invalid JSON payload received. Unknown name \"colour\": Cannot bind query parameter. "
        "Field "
        "'colour' could not be found in request message.");
    m = check_method("spreadsheets.get");
    assert_int_equal(check_parameter(m, "includeGridData", "True", &report), 0);
    assert_null(check_method("spreadsheets.nothing"));
    check_report_close(&report);
}

static void masks_are_checked_against_what_is_answered(void **state)
{
    struct err err = ERR_INIT;
    struct fields *f = NULL;

    (void)state;
    assert_int_equal(
        fields_parse("sheets(data.rowData.values(effectiveValue),properties)", &f, &err), 0);
    assert_int_equal(check_mask(check_schema("Spreadsheet"), f, &err), 0);
    fields_free(f);
    assert_int_equal(fields_parse("sheets.data.rowData.value", &f, &err), 0);
    assert_int_equal(check_mask(check_schema("Spreadsheet"), f, &err), -1);
    assert_string_equal(err.msg,
                        "Error expanding 'fields' parameter. Cannot find matching fields for "
                        "path 'sheets.data.rowData.value'.");
    fields_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_are_refused_with_their_place),
        cmocka_unit_test(values_of_a_wrong_type_are_refused),
        cmocka_unit_test(what_proto_allows_is_made_canonical),
        cmocka_unit_test(many_faults_are_all_told_up_to_a_limit),
        cmocka_unit_test(query_parameters_are_checked),
        cmocka_unit_test(masks_are_checked_against_what_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
