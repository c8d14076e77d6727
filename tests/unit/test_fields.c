/* SPDX-License-Identifier: Apache-2.0 */
/* fields: masks, read, applied to answers, used to merge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sandbox/fields.h"

static void expect_applied(const char *mask, const char *json, const char *left)
{
    CLEANUP(fields_cleanup) struct fields *f = NULL;
    CLEANUP_JSON cJSON *value = cJSON_Parse(json);
    CLEANUP_FREE char *text = NULL;
    struct err err = ERR_INIT;

    assert_int_equal(fields_parse(mask, &f, &err), 0);
    fields_apply(f, value);
    text = cJSON_PrintUnformatted(value);
    assert_string_equal(text, left);
}

static void a_mask_keeps_what_it_names(void **state)
{
    static const char json[] =
        "{\"id\":1,\"sheets\":[{\"a\":{\"x\":1,\"y\":2},\"b\":3},{\"a\":{\"x\":4},\"b\":5}]}";

    (void)state;
    expect_applied("id", json, "{\"id\":1}");
    expect_applied("sheets.a.x", json, "{\"sheets\":[{\"a\":{\"x\":1}},{\"a\":{\"x\":4}}]}");
    expect_applied("sheets/b, id", json, "{\"id\":1,\"sheets\":[{\"b\":3},{\"b\":5}]}");
    expect_applied("sheets(b,a(y))", json,
                   "{\"sheets\":[{\"a\":{\"y\":2},\"b\":3},{\"a\":{},\"b\":5}]}");
    expect_applied("*", json, json);
    expect_applied("sheets/*/x", json,
                   "{\"sheets\":[{\"a\":{\"x\":1},\"b\":3},{\"a\":{\"x\":4},\"b\":5}]}");
    expect_applied("sheets.b,sheets", json,
                   "{\"sheets\":[{\"a\":{\"x\":1,\"y\":2},\"b\":3},{\"a\":{\"x\":4},\"b\":5}]}");
    expect_applied("nothing", json, "{}");
}

static void malformed_masks_are_refused(void **state)
{
    static const char *const masks[] = {"", "a,", ",a", "a(b", "a)b", "a..b", "a(", "a b", "a.()"};
    struct err err = ERR_INIT;
    struct fields *f = NULL;
    char deep[200] = "";

    (void)state;
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
        assert_int_equal(fields_parse(masks[i], &f, &err), -1);
    assert_string_equal(err.msg, "Invalid field selection a.()");
    for (size_t i = 0; i < 80; i += 2)
        memcpy(deep + i, "a.", 3);
    assert_int_equal(fields_parse(deep, &f, &err), -1);
}

static void names_in_snake_case_are_the_same_names(void **state)
{
    CLEANUP(fields_cleanup) struct fields *f = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(fields_parse("user_entered_format.text_format.bold", &f, &err), 0);
    assert_true(fields_wants(f, "userEnteredFormat.textFormat.bold"));
    assert_false(fields_wants(f, "userEnteredFormat.numberFormat"));
    assert_false(fields_is_all(f));
    assert_true(fields_wants(fields_all(), "what.ever"));
}

static void merging_sets_and_removes_what_is_named(void **state)
{
    CLEANUP(fields_cleanup) struct fields *f = NULL;
    CLEANUP_JSON cJSON *to = cJSON_Parse("{\"a\":{\"x\":1,\"y\":2},\"b\":3,\"c\":4}");
    CLEANUP_JSON cJSON *from = cJSON_Parse("{\"a\":{\"x\":9,\"y\":9},\"d\":{\"e\":5}}");
    CLEANUP_FREE char *text = NULL;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(fields_parse("a.x,b,d.e", &f, &err), 0);
    fields_merge(f, to, from);
    text = cJSON_PrintUnformatted(to);
    assert_string_equal(text, "{\"a\":{\"y\":2,\"x\":9},\"c\":4,\"d\":{\"e\":5}}");
    fields_merge(fields_all(), to, NULL);
    assert_null(to->child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_keeps_what_it_names),
        cmocka_unit_test(malformed_masks_are_refused),
        cmocka_unit_test(names_in_snake_case_are_the_same_names),
        cmocka_unit_test(merging_sets_and_removes_what_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
