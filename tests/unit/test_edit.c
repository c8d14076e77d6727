/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "webhook/edit.h"

#define HEAD "{\"version\":1,\"spreadsheet\":\"S1\",\"sheet_id\":0,\"tab\":\"Countries\""

/* The message of a body that must be refused. */
static const char *refusal(const char *body)
{
    static struct err err;
    struct edit_request request;

    err = ERR_INIT;
    assert_int_equal(edit_parse(body, strlen(body), &request, &err), -1);
    edit_request_close(&request);
    return err.msg;
}

/* The same for one edit with these members. */
static const char *edit_refusal(const char *members)
{
    static char body[2048];

    snprintf(body, sizeof(body), HEAD ",\"edits\":[{%s}]}", members);
    return refusal(body);
}

#define EDIT "\"id\":\"a-1\",\"kind\":\"upsert\",\"time\":1700000000123"

static void a_request_of_the_documented_form_is_taken_apart(void **state)
{
    const char *body =
        HEAD ",\"editor\":\"ann@example.com\",\"source\":\"script\",\"edits\":[{" EDIT
             ",\"row\":17,\"edited\":[\"Name\"],\"cells\":{\"Code\":\"DE\","
             "\"Name\":null},\"old\":{\"Name\":\"x\"}}],\"changes\":[\"EDIT\"]}";
    struct edit_request r;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(edit_parse(body, strlen(body), &r, &err), 0);
    assert_string_equal(r.spreadsheet, "S1");
    assert_int_equal(r.sheet_id, 0);
    assert_string_equal(r.tab, "Countries");
    assert_string_equal(r.editor, "ann@example.com");
    assert_int_equal(r.source, EDIT_SCRIPT);
    assert_null(r.change);
    assert_int_equal(r.n_edits, 1);
    assert_string_equal(r.edits[0].id, "a-1");
    assert_int_equal(r.edits[0].kind, EDIT_UPSERT);
    assert_int_equal(r.edits[0].time_ms, 1700000000123);
    assert_int_equal(r.edits[0].row, 17);
    assert_true(edit_touches(&r.edits[0], "Name"));
    assert_false(edit_touches(&r.edits[0], "Code"));
    assert_null(r.edits[0].base);
    edit_request_close(&r);
}

static void what_may_be_missing_may_be_null_too(void **state)
{
    const char *body = "{\"version\":1,\"spreadsheet\":\"S1\",\"sheet_id\":null,\"tab\":\"T\","
                       "\"edits\":[{" EDIT
                       ",\"row\":null,\"edited\":null,\"old\":null,\"base\":null,\"cells\":{}}],"
                       "\"changes\":[\"FORMAT\",\"REMOVE_ROW\"]}";
    struct edit_request r;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(edit_parse(body, strlen(body), &r, &err), 0);
    assert_int_equal(r.sheet_id, -1);
    assert_int_equal(r.edits[0].row, 0);
    assert_string_equal(r.change, "REMOVE_ROW");
    edit_request_close(&r);
}

static void what_is_no_json_is_told_apart_from_json_of_another_shape(void **state)
{
    struct edit_request r;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(edit_parse("{", 1, &r, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
    edit_request_close(&r);
    assert_int_equal(edit_parse("[]", 2, &r, &err), -1);
    assert_int_equal(err.code, ERR_VALUE);
    assert_string_equal(err.msg, "expected an object");
    edit_request_close(&r);
    assert_string_equal(refusal(""), "json: malformed at byte 0");
    assert_string_equal(refusal("{\"a\":\"\xff\"}"), "json: not in UTF-8");
    assert_string_equal(refusal("{\"a\":\"b\\u0000c\"}"), "json: a NUL character is not allowed");
}

static void a_backslash_before_u0000_as_text_is_no_nul(void **state)
{
    const char *body = HEAD ",\"edits\":[{" EDIT ",\"cells\":{\"a\":\"\\\\u0000\"}}]}";
    struct edit_request r;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(edit_parse(body, strlen(body), &r, &err), 0);
    assert_string_equal(edit_cell(json_get(r.edits[0].cells, "a")).text, "\\u0000");
    edit_request_close(&r);
}

static void the_heads_members_are_checked_by_name(void **state)
{
    (void)state;
    assert_string_equal(refusal("{}"), "version: expected 1");
    assert_string_equal(refusal("{\"version\":2}"), "version: expected 1");
    assert_string_equal(refusal("{\"version\":1,\"spreadsheet\":\"a/b\"}"),
                        "spreadsheet: expected a spreadsheet's id");
    assert_string_equal(refusal("{\"version\":1,\"spreadsheet\":\"a\"}"),
                        "tab: expected the tab's title");
    assert_string_equal(refusal("{\"version\":1,\"spreadsheet\":\"a\",\"sheet_id\":-1}"),
                        "sheet_id: expected a number from 0");
    assert_string_equal(refusal("{\"version\":1,\"spreadsheet\":\"a\",\"sheet_id\":1.5}"),
                        "sheet_id: expected a number from 0");
    assert_string_equal(refusal(HEAD ",\"source\":\"x\"}"),
                        "source: expected \"script\", \"found\" or \"cli\"");
    assert_string_equal(refusal(HEAD ",\"edits\":{}}"), "edits: expected an array");
    assert_string_equal(refusal(HEAD ",\"edits\":[1]}"), "edits[0]: expected an object");
    assert_string_equal(refusal(HEAD ",\"changes\":[1]}"), "changes: expected an array of texts");
    assert_string_equal(refusal(HEAD ",\"changes\":\"OTHER\"}"),
                        "changes: expected an array of at most 64 texts");
}

static void an_edits_members_are_checked_by_name(void **state)
{
    (void)state;
    assert_string_equal(edit_refusal("\"id\":\"\""),
                        "edits[0].id: expected 1 to 64 of A-Z a-z 0-9 _ -");
    assert_string_equal(edit_refusal("\"id\":\"a b\""),
                        "edits[0].id: expected 1 to 64 of A-Z a-z 0-9 _ -");
    assert_string_equal(edit_refusal("\"id\":\"12345678901234567890123456789012345678901234567890"
                                     "123456789012345\""),
                        "edits[0].id: expected 1 to 64 of A-Z a-z 0-9 _ -");
    assert_string_equal(
        edit_refusal("\"id\":\"a\",\"kind\":\"x\""),
        "edits[0].kind: expected \"upsert\", \"delete\", \"resolve\", \"decide\" or \"undo\"");
    assert_string_equal(edit_refusal("\"id\":\"a\",\"kind\":\"delete\",\"time\":1"),
                        "edits[0]: a request of source \"script\" may not ask for this");
    assert_string_equal(edit_refusal("\"id\":\"a\",\"kind\":\"upsert\",\"time\":-5"),
                        "edits[0].time: expected milliseconds since 1970");
    assert_string_equal(edit_refusal(EDIT ",\"row\":0"),
                        "edits[0].row: expected a row number from 1");
    assert_string_equal(edit_refusal(EDIT), "edits[0].cells: expected an object");
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{},\"edited\":[1]"),
                        "edits[0].edited: expected an array of texts");
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{},\"old\":[]"),
                        "edits[0].old: expected an object");
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{},\"base\":{\"a\":\"00112233445566FF\"}"),
                        "edits[0].base.a: expected 16 lower-case hex digits");
}

#define CLI "{\"version\":1,\"mapping\":\"m\",\"source\":\"cli\",\"edits\":[{"
#define FOUND "{\"version\":1,\"mapping\":\"m\",\"source\":\"found\",\"edits\":[{"
#define KIND(kind) "\"id\":\"a\",\"time\":1,\"kind\":\"" kind "\""

static void the_other_kinds_say_what_they_need(void **state)
{
    const char *resolve =
        CLI KIND("resolve") ",\"conflict\":17,\"set\":{\"date\":\"2024-02-29\"}}]}";
    const char *decide = FOUND KIND("decide") ",\"conflict\":17,\"changed\":null}]}";
    const char *undo = CLI KIND("undo") ",\"edit\":\"e-1\",\"force\":true}]}";
    struct edit_request r;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(edit_parse(resolve, strlen(resolve), &r, &err), 0);
    assert_string_equal(r.mapping, "m");
    assert_int_equal(r.edits[0].conflict, 17);
    assert_int_equal(r.edits[0].take, EDIT_TAKE_VALUE);
    edit_request_close(&r);
    assert_int_equal(edit_parse(decide, strlen(decide), &r, &err), 0);
    assert_int_equal(r.edits[0].changed_ms, 0);
    edit_request_close(&r);
    assert_int_equal(edit_parse(undo, strlen(undo), &r, &err), 0);
    assert_string_equal(r.edits[0].undone, "e-1");
    assert_true(r.edits[0].is_forced);
    edit_request_close(&r);
    assert_string_equal(refusal(CLI KIND("resolve") ",\"take\":\"sheet\"}]}"),
                        "edits[0].conflict: expected a conflict's number");
    assert_string_equal(refusal(CLI KIND("resolve") ",\"conflict\":1,\"take\":\"mine\"}]}"),
                        "edits[0]: expected either take (\"mysql\", \"sheet\" or \"base\") or set");
    assert_string_equal(
        refusal(CLI KIND("resolve") ",\"conflict\":1,\"take\":\"sheet\",\"set\":1}]}"),
        "edits[0]: expected either take (\"mysql\", \"sheet\" or \"base\") or set");
    assert_string_equal(refusal(FOUND KIND("decide") ",\"conflict\":1,\"changed\":\"now\"}]}"),
                        "edits[0].changed: expected milliseconds since 1970 or null");
    assert_string_equal(refusal(CLI KIND("undo") "}]}"), "edits[0].edit: expected an edit's id");
    assert_string_equal(refusal(CLI KIND("undo") ",\"edit\":\"e\",\"force\":1}]}"),
                        "edits[0].force: expected true or false");
}

static void each_source_may_ask_for_its_own_only(void **state)
{
    (void)state;
    assert_string_equal(refusal(CLI KIND("decide") ",\"conflict\":1}]}"),
                        "edits[0]: a request of source \"cli\" may not ask for this");
    assert_string_equal(refusal(FOUND KIND("undo") ",\"edit\":\"e\"}]}"),
                        "edits[0]: a request of source \"found\" may not ask for this");
    assert_string_equal(refusal(FOUND KIND("upsert") ",\"cells\":{},\"force\":true}]}"),
                        "edits[0]: a request of source \"found\" may not ask for this");
    assert_string_equal(refusal(CLI KIND("upsert") ",\"cells\":{},\"initial\":true}]}"),
                        "edits[0]: a request of source \"cli\" may not ask for this");
    assert_string_equal(refusal("{\"version\":1,\"mapping\":\"m\"}"),
                        "mapping: a script names its spreadsheet and tab");
}

static void cells_are_scalars_dates_and_errors(void **state)
{
    const char *expected = "edits[0].cells.a: expected text, a number, true, false, null, "
                           "{\"date\": ISO} or {\"error\": TEXT}";

    (void)state;
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{\"a\":[]}"), expected);
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{\"a\":{}}"), expected);
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{\"a\":1e999}"), expected);
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{\"a\":{\"date\":\"tomorrow\"}}"), expected);
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{\"a\":{\"date\":\"2024-01-01\",\"x\":1}}"),
                        expected);
    assert_string_equal(edit_refusal(EDIT ",\"cells\":{\"a\":1,\"b\":2,\"a\":3}"),
                        "edits[0].cells: the header \"a\" comes twice");
}

static void a_json_value_becomes_the_cell_it_stands_for(void **state)
{
    const char *body = HEAD ",\"edits\":[{" EDIT
                            ",\"cells\":{\"n\":1.5,\"s\":\"x\",\"e\":\"\",\"z\":null,\"b\":true,"
                            "\"d\":{\"date\":\"1990-10-03T12:00:00.000\"},"
                            "\"r\":{\"error\":\"#N/A\"}}}]}";
    struct edit_request r;
    struct err err = ERR_INIT;
    const cJSON *cells;
    struct cell c;

    (void)state;
    assert_int_equal(edit_parse(body, strlen(body), &r, &err), 0);
    cells = r.edits[0].cells;
    c = edit_cell(json_get(cells, "n"));
    assert_true(c.type == CELL_NUMBER && c.number == 1.5);
    c = edit_cell(json_get(cells, "s"));
    assert_true(c.type == CELL_TEXT && c.text_len == 1);
    assert_int_equal(edit_cell(json_get(cells, "e")).type, CELL_BLANK);
    assert_int_equal(edit_cell(json_get(cells, "z")).type, CELL_BLANK);
    c = edit_cell(json_get(cells, "b"));
    assert_true(c.type == CELL_BOOL && c.boolean);
    c = edit_cell(json_get(cells, "d"));
    assert_true(c.type == CELL_NUMBER && c.number == 33149.5);
    c = edit_cell(json_get(cells, "r"));
    assert_int_equal(c.type, CELL_ERROR);
    assert_string_equal(c.text, "#N/A");
    edit_request_close(&r);
}

static void a_found_edit_carries_the_hashes_it_was_computed_against(void **state)
{
    const char *body = HEAD ",\"source\":\"found\",\"edits\":[{\"id\":\"f\",\"kind\":\"delete\","
                            "\"time\":0,\"cells\":{},\"base\":{\"*\":\"00000000000000ff\"}}]}";
    struct edit_request r;
    struct err err = ERR_INIT;
    uint64_t hash = 0;

    (void)state;
    assert_int_equal(edit_parse(body, strlen(body), &r, &err), 0);
    assert_int_equal(r.edits[0].kind, EDIT_DELETE);
    assert_true(edit_base(&r.edits[0], "*", &hash));
    assert_int_equal(hash, 255);
    assert_false(edit_base(&r.edits[0], "Name", &hash));
    edit_request_close(&r);
}

static void too_many_edits_or_columns_are_refused(void **state)
{
    CLEANUP_BUF struct buf body = BUF_INIT;

    (void)state;
    buf_puts(&body, HEAD ",\"edits\":[0");
    for (int i = 0; i < EDIT_MAX_EDITS; i++)
        buf_puts(&body, ",0");
    buf_puts(&body, "]}");
    assert_string_equal(refusal(buf_text(&body)), "edits: 5001 are more than 5000 at once");
    buf_clear(&body);
    buf_puts(&body, HEAD ",\"edits\":[{" EDIT ",\"cells\":{\"h\":1");
    for (int i = 0; i < EDIT_MAX_HEADERS; i++)
        buf_printf(&body, ",\"h%d\":1", i);
    buf_puts(&body, "}}]}");
    assert_string_equal(refusal(buf_text(&body)), "edits[0].cells: more than 512 columns");
}

static int mallocs_left;

static void *scarce_malloc(size_t size)
{
    if (mallocs_left-- > 0)
        return malloc(size);
    errno = ENOMEM;
    return NULL;
}

/* The sender tries again what failed so, and gives up what is malformed. */
static void too_little_memory_is_not_called_malformed(void **state)
{
    static const char body[] = HEAD ",\"edits\":[{" EDIT ",\"cells\":{\"Code\":\"DE\"}}]}";
    cJSON_Hooks hooks = {.malloc_fn = scarce_malloc, .free_fn = free};
    struct edit_request request;
    struct err err = ERR_INIT;
    int n = 0, rc;

    (void)state;
    do {
        mallocs_left = n;
        cJSON_InitHooks(&hooks);
        rc = edit_parse(body, strlen(body), &request, &err);
        cJSON_InitHooks(NULL);
        assert_true(rc == 0 || err.code == ERR_NOMEM);
        edit_request_close(&request);
        n++;
    } while (rc != 0);
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_of_the_documented_form_is_taken_apart),
        cmocka_unit_test(too_little_memory_is_not_called_malformed),
        cmocka_unit_test(what_may_be_missing_may_be_null_too),
        cmocka_unit_test(what_is_no_json_is_told_apart_from_json_of_another_shape),
        cmocka_unit_test(a_backslash_before_u0000_as_text_is_no_nul),
        cmocka_unit_test(the_heads_members_are_checked_by_name),
        cmocka_unit_test(an_edits_members_are_checked_by_name),
        cmocka_unit_test(the_other_kinds_say_what_they_need),
        cmocka_unit_test(each_source_may_ask_for_its_own_only),
        cmocka_unit_test(cells_are_scalars_dates_and_errors),
        cmocka_unit_test(a_json_value_becomes_the_cell_it_stands_for),
        cmocka_unit_test(a_found_edit_carries_the_hashes_it_was_computed_against),
        cmocka_unit_test(too_many_edits_or_columns_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
