/* SPDX-License-Identifier: Apache-2.0 */
/* The real Code.gs in the sandbox's engine: what it sends, what it shows, what it keeps. */
#include "tests/unit/script_fixture.h"

static void an_edited_cell_is_sent_with_its_row(void **state)
{
    (void)state;
    type(1, 1, "Deutschland");
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_int_equal(webhook.n_bad_signatures, 0);
    assert_string_equal(json_text(webhook.posts[0], "spreadsheet", ""), "S1");
    assert_int_equal(json_int(webhook.posts[0], "sheet_id", 0), 7);
    assert_string_equal(json_text(webhook.posts[0], "tab", ""), "Countries");
    assert_string_equal(json_text(webhook.posts[0], "editor", ""), "ann@example.com");
    assert_string_equal(json_text(webhook.posts[0], "source", ""), "script");
    assert_json(json_get(webhook.posts[0], "changes"), "[]");
    assert_int_equal(json_int(post_edit(0, 0), "row", 0), 2);
    assert_json(json_get(post_edit(0, 0), "edited"), "[\"Name\"]");
    assert_json(json_get(post_edit(0, 0), "cells"),
                "{\"Id\":1,\"Name\":\"Deutschland\",\"Area\":357.5,\"Updated\":null}");
    assert_json(json_get(post_edit(0, 0), "old"), "{\"Name\":\"Germany\"}");
}

static void a_paste_is_one_request_with_a_row_each(void **state)
{
    (void)state;
    grid_row(3, (const char *const[]){"3", "Spain", "505.9", "", ""});
    grid_row(4, (const char *const[]){"4", "Italy", "301.3", "", ""});
    fire_range(3, 0, 2, 3);
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[0], "edits")), 2);
    assert_json(json_get(post_edit(0, 1), "edited"), "[\"Id\",\"Name\",\"Area\"]");
    assert_json(json_get(post_edit(0, 1), "cells"),
                "{\"Id\":4,\"Name\":\"Italy\",\"Area\":301.3,\"Updated\":null}");
    assert_null(json_get(post_edit(0, 1), "old"));
}

static void an_assigned_key_is_written_into_the_row(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"applied\",\"operation\":\"insert\",\"key\":{\"Id\":17},"
                      "\"cells\":{\"Id\":17,\"Area\":0}";
    type(3, 1, "Spain");
    settle();
    assert_json(json_get(post_edit(0, 0), "cells"),
                "{\"Id\":null,\"Name\":\"Spain\",\"Area\":null,\"Updated\":null}");
    assert_string_equal(shown(3, 0), "17");
    assert_string_equal(shown(3, 2), "0");
    assert_int_equal(grid.writes, 2);
}

static void a_refusal_is_a_note_and_goes_with_the_next_success(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"rejected\",\"cells\":{\"Name\":\"Germany\"},"
                      "\"notes\":{\"Name\":\"too long: Deutschland\"}";
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(note_at(1, 1), "tabrelay: too long: Deutschland");
    assert_string_equal(shown(1, 1), "Germany");
    webhook.members = NULL;
    type(1, 1, "German");
    settle();
    assert_string_equal(note_at(1, 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_edited_cell_is_sent_with_its_row, setup, teardown),
        cmocka_unit_test_setup_teardown(a_paste_is_one_request_with_a_row_each, setup, teardown),
        cmocka_unit_test_setup_teardown(an_assigned_key_is_written_into_the_row, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_is_a_note_and_goes_with_the_next_success, setup,
                                        teardown),
    };
    struct err err = ERR_INIT;
    int rc;

    if (http_client_global_init(&err) != 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_server_stop(webhook.server);
    return rc;
}
