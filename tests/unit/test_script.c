/* SPDX-License-Identifier: Apache-2.0 */
/* The real Code.gs in the sandbox's engine: what it sends, what it shows, what it keeps. */
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/script_webhook.h"

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
    assert_int_equal(webhook.n_posts, 2);
    assert_json(json_get(webhook.posts[1], "changes"), "[\"OTHER\"]"); /* keys pasted over? */
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[0], "edits")), 2);
    assert_json(json_get(post_edit(0, 1), "edited"), "[\"Id\",\"Name\",\"Area\"]");
    assert_json(json_get(post_edit(0, 1), "cells"),
                "{\"Id\":4,\"Name\":\"Italy\",\"Area\":301.3,\"Updated\":null}");
    assert_null(json_get(post_edit(0, 1), "old"));
}

static void a_typed_formula_is_told_beside_its_value(void **state)
{
    (void)state;
    type(1, 2, "=300+57.5");
    settle();
    assert_json(json_get(post_edit(0, 0), "formulas"), "{\"Area\":\"=300+57.5\"}");
    type(1, 1, "Deutschland");
    settle();
    assert_null(json_get(post_edit(1, 0), "formulas")); /* of the touched cells only */
}

static void a_note_that_is_over_goes_and_a_persons_own_stays(void **state)
{
    (void)state;
    grid.notes[0][1][1] =
        strdup("ask Bob\n\ntabrelay: waiting for a decision: the sheet says \"a\"");
    webhook.members = "\"outcome\":\"conflict\",\"notes\":{\"Name\":null,\"Area\":\"why\"}";
    type(1, 1, "German");
    settle();
    assert_string_equal(note_at(1, 1), "ask Bob");
    assert_string_equal(note_at(1, 2), "tabrelay: why");
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
    /* The key only: what else MySQL made of the row comes from the replicator, which can prove
     * where it writes. */
    assert_string_equal(shown(3, 0), "17");
    assert_string_equal(shown(3, 2), "");
    assert_int_equal(grid.writes, 1);
}

/* The next cell of the row, and the row is not where it was. */
static void type_on_and_move(void)
{
    pthread_mutex_lock(&grid.mutex);
    for (int column = 0; column < COLUMNS; column++) {
        grid.cells[0][4][column] = grid.cells[0][3][column];
        grid.cells[0][3][column] = (struct script_cell){0};
    }
    cell_type(&grid.cells[0][4][2], "12");
    pthread_mutex_unlock(&grid.mutex);
}

static void an_assigned_key_is_written_into_a_row_that_has_grown_and_moved(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"applied\",\"operation\":\"insert\",\"key\":{\"Id\":17}";
    webhook.meanwhile = type_on_and_move;
    type(3, 1, "Spain");
    settle();
    assert_string_equal(shown(4, 0), "17");
    assert_int_equal(grid.writes, 1);
}

static void a_refusal_is_a_note_and_goes_with_the_next_success(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"rejected\",\"cells\":{\"Name\":\"Germany\"},"
                      "\"notes\":{\"Name\":\"too long: Deutschland\"}";
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(note_at(1, 1), "tabrelay: too long: Deutschland");
    assert_string_equal(shown(1, 1), "Deutschland");
    webhook.members = NULL;
    type(1, 1, "German");
    settle();
    assert_string_equal(note_at(1, 1), "");
}

/* ---- What is sent ---- */

static void columns_and_tabs_that_are_not_mapped_send_nothing(void **state)
{
    (void)state;
    type(1, 3, "still mine");
    type_at(8, 0, 0, "scratch");
    settle();
    assert_int_equal(webhook.n_posts, 0);
}

static void a_large_paste_goes_in_requests_of_500_rows(void **state)
{
    char id[16], name[32];

    (void)state;
    for (int i = 0; i < 1200; i++) {
        snprintf(id, sizeof(id), "%d", i + 3);
        snprintf(name, sizeof(name), "Country %d", i + 3);
        grid_row(3 + i, (const char *const[]){id, name, "1.5", "", ""});
    }
    fire_range(3, 0, 1200, 3);
    settle();
    assert_int_equal(webhook.n_posts, 4);
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[0], "edits")), 500);
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[2], "edits")), 200);
    assert_int_equal(json_int(post_edit(2, 199), "row", 0), 1203);
    assert_json(json_get(post_edit(2, 199), "cells"),
                "{\"Id\":1202,\"Name\":\"Country 1202\",\"Area\":1.5,\"Updated\":null}");
}

static void what_was_typed_outlives_a_write_that_came_between(void **state)
{
    (void)state;
    cell_type(&grid.cells[0][1][1], "written by tabrelay");
    script_fire_edit(engine, "S1",
                     &(struct script_edit){.user = "ann@example.com",
                                           .sheet_id = 7,
                                           .row = 1,
                                           .column = 1,
                                           .n_rows = 1,
                                           .n_columns = 1,
                                           .value = "typed by Ann",
                                           .old_value = "Germany"});
    settle();
    assert_json(json_get(post_edit(0, 0), "cells"),
                "{\"Id\":1,\"Name\":\"typed by Ann\",\"Area\":357.5,\"Updated\":null}");
    assert_true(cJSON_IsTrue(json_get(post_edit(0, 0), "over")));
}

static void what_was_typed_in_a_row_that_is_gone_is_told_to_the_log(void **state)
{
    (void)state;
    script_fire_edit(engine, "S1",
                     &(struct script_edit){.user = "ann@example.com",
                                           .sheet_id = 7,
                                           .row = 8,
                                           .column = 1,
                                           .n_rows = 1,
                                           .n_columns = 1,
                                           .value = "typed by Ann"});
    settle();
    assert_true(cJSON_IsTrue(json_get(post_edit(0, 0), "lost")));
    assert_json(json_get(post_edit(0, 0), "cells"), "{\"Name\":\"typed by Ann\"}");
}

static void of_many_edits_of_a_cell_the_last_one_is_sent(void **state)
{
    char text[16];

    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof(text), "edit %d", i);
        type(1, 1, text);
        /* tabrelay is slow and writes back what it was told before */
        if (i == 12)
            cell_type(&grid.cells[0][1][1], "edit 3");
    }
    cell_type(&grid.cells[0][1][1], "edit 5");
    settle();
    assert_in_range(webhook.n_posts, 1, 20);
    assert_string_equal(json_text(json_get(post_edit(webhook.n_posts - 1, 0), "cells"), "Name", ""),
                        "edit 19");
}

static void a_typed_value_that_is_in_another_row_now_is_sent_from_there(void **state)
{
    (void)state;
    cell_type(&grid.cells[0][2][1], "typed by Ann");
    script_fire_edit(engine, "S1",
                     &(struct script_edit){.user = "",
                                           .sheet_id = 7,
                                           .row = 1,
                                           .column = 1,
                                           .n_rows = 1,
                                           .n_columns = 1,
                                           .value = "typed by Ann",
                                           .old_value = "France"});
    settle();
    assert_int_equal(webhook.n_posts, 2);
    assert_int_equal(json_int(post_edit(0, 0), "row", 0), 3);
    assert_json(json_get(post_edit(0, 0), "edited"), "[\"Name\"]");
    assert_null(json_get(post_edit(0, 0), "old"));
    assert_string_equal(json_text(json_get(post_edit(0, 0), "cells"), "Name", ""), "typed by Ann");
    assert_json(json_get(webhook.posts[1], "changes"), "[\"OTHER\"]");
}

static void rows_that_were_sorted_are_left_to_a_comparison(void **state)
{
    (void)state;
    fire_range(1, 0, 2, 3);
    script_fire_change(engine, "S1", "OTHER", "ann@example.com");
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_json(json_get(webhook.posts[0], "edits"), "[]");
    assert_json(json_get(webhook.posts[0], "changes"), "[\"OTHER\"]");
}

static void a_paste_while_others_move_rows_is_sent(void **state)
{
    (void)state;
    script_fire_change(engine, "S1", "OTHER", "bob@example.com");
    settle();
    fire_range(1, 0, 2, 3);
    script_fire_change(engine, "S1", "EDIT", "ann@example.com");
    settle();
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[1], "edits")), 2);
}

static void what_was_written_over_while_rows_moved_is_told_to_the_log(void **state)
{
    const cJSON *lost = NULL;

    (void)state;
    script_fire_change(engine, "S1", "INSERT_ROW", "ann@example.com");
    settle();
    cell_type(&grid.cells[0][1][1], "written by tabrelay");
    script_fire_edit(engine, "S1",
                     &(struct script_edit){.user = "ann@example.com",
                                           .sheet_id = 7,
                                           .row = 1,
                                           .column = 1,
                                           .n_rows = 1,
                                           .n_columns = 1,
                                           .value = "typed by Ann",
                                           .old_value = "Germany"});
    settle();
    lost = post_edit(1, 0);
    assert_true(cJSON_IsTrue(json_get(lost, "lost")));
    assert_json(json_get(lost, "cells"), "{\"Name\":\"typed by Ann\"}");
    assert_json(json_get(webhook.posts[2], "changes"), "[\"OTHER\"]");
}

/* While another edit has the lock: somebody types, tabrelay writes over it, somebody sorts. */
static void type_and_sort(void)
{
    type(1, 1, "typed by Ann");
    usleep(500 * 1000);
    pthread_mutex_lock(&grid.mutex);
    cell_type(&grid.cells[0][1][1], "written by tabrelay");
    pthread_mutex_unlock(&grid.mutex);
    fire_range(1, 0, 2, 5);
    script_fire_change(engine, "S1", "OTHER", "bob@example.com");
    usleep(500 * 1000);
}

static void a_sort_does_not_stand_for_what_was_typed_before_it(void **state)
{
    bool is_told = false;

    (void)state;
    webhook.meanwhile = type_and_sort;
    type(2, 1, "has the lock");
    settle();
    for (size_t i = 0; i < webhook.n_posts; i++) {
        const cJSON *edit;

        cJSON_ArrayForEach(edit, json_get(webhook.posts[i], "edits"))
        {
            is_told = is_told ||
                      strcmp(json_text(json_get(edit, "cells"), "Name", ""), "typed by Ann") == 0;
        }
    }
    assert_true(is_told);
}

/* While another edit has the lock: Ann types, tabrelay writes over it, and Bob types over that. */
static void type_and_type_again(void)
{
    type(1, 1, "typed by Ann");
    usleep(500 * 1000);
    pthread_mutex_lock(&grid.mutex);
    cell_type(&grid.cells[0][1][1], "written by tabrelay");
    pthread_mutex_unlock(&grid.mutex);
    type(1, 1, "typed by Bob");
    usleep(500 * 1000);
}

static void what_nobody_saw_before_typing_there_is_told_to_the_log(void **state)
{
    bool is_told = false, is_sent = false;

    (void)state;
    webhook.meanwhile = type_and_type_again;
    type(2, 1, "has the lock");
    settle();
    for (size_t i = 0; i < webhook.n_posts; i++) {
        const cJSON *edit;

        cJSON_ArrayForEach(edit, json_get(webhook.posts[i], "edits"))
        {
            const char *name = json_text(json_get(edit, "cells"), "Name", "");

            is_told = is_told ||
                      (cJSON_IsTrue(json_get(edit, "lost")) && strcmp(name, "typed by Ann") == 0);
            is_sent = is_sent || strcmp(name, "typed by Bob") == 0;
        }
    }
    assert_true(is_told);
    assert_true(is_sent);
}

static void types_are_kept(void **state)
{
    (void)state;
    grid.cells[0][1][4] = (struct script_cell){.type = SCRIPT_CELL_DATE, .number = 45474.75};
    cell_type(&grid.cells[0][1][2], "#N/A");
    memcpy(grid.cells[0][1][1].text, "007", 4);
    fire_range(1, 1, 1, 1);
    settle();
    assert_json(json_get(post_edit(0, 0), "cells"),
                "{\"Id\":1,\"Name\":\"007\",\"Area\":{\"error\":\"#N/A\"},"
                "\"Updated\":{\"date\":\"2024-07-01T18:00:00.000\"}}");
}

static void text_of_every_plane_is_signed_as_it_is_sent(void **state)
{
    (void)state;
    type(1, 1,
         "Gr\xc3\xbc\xc3\x9f"
         "e \xf0\x9f\x87\xa9\xf0\x9f\x87\xaa \xe2\x82\xac");
    settle();
    assert_int_equal(webhook.n_bad_signatures, 0);
    assert_string_equal(json_text(json_get(post_edit(0, 0), "cells"), "Name", ""),
                        "Gr\xc3\xbc\xc3\x9f"
                        "e \xf0\x9f\x87\xa9\xf0\x9f\x87\xaa \xe2\x82\xac");
}

static void a_cleared_key_asks_for_a_comparison(void **state)
{
    (void)state;
    type(1, 0, "");
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_json(json_get(webhook.posts[0], "edits"), "[]");
    assert_json(json_get(webhook.posts[0], "changes"), "[\"OTHER\"]");
}

static void a_blanked_row_asks_for_a_comparison(void **state)
{
    (void)state;
    grid_row(2, (const char *const[]){"", "", "", "", ""});
    fire_range(2, 0, 1, 5);
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_json(json_get(webhook.posts[0], "edits"), "[]");
    assert_json(json_get(webhook.posts[0], "changes"), "[\"OTHER\"]");
}

static void a_copied_row_is_not_sent_and_says_why(void **state)
{
    (void)state;
    grid_row(3, (const char *const[]){"2", "France", "643.8", "", ""});
    grid_row(4, (const char *const[]){"4", "Italy", "301.3", "", ""});
    fire_range(3, 0, 2, 5);
    settle();
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[0], "edits")), 1);
    assert_int_equal(json_int(post_edit(0, 0), "row", 0), 5);
    assert_string_equal(
        grid.notes[0][3][0],
        "tabrelay: this key stands in another row already; this row is not synchronised");
    type(2, 1, "Frankreich");
    settle();
    assert_int_equal(json_int(post_edit(webhook.n_posts - 1, 0), "row", 0), 3);
    assert_null(grid.notes[0][2][0]);
}

static void a_header_that_is_typed_over_is_put_back(void **state)
{
    (void)state;
    type(0, 1, "Country");
    settle();
    assert_string_equal(grid.cells[0][0][1].text, "Name");
    assert_non_null(strstr(grid.notes[0][0][1], "known by this header"));
    type(0, 3, "my own");
    settle();
    assert_string_equal(grid.cells[0][0][3].text, "my own");
}

static void an_empty_cell_that_is_emptied_sends_nothing(void **state)
{
    (void)state;
    type(9, 1, "");
    settle();
    assert_int_equal(webhook.n_posts, 0);
}

static void another_key_is_another_row_and_the_old_one_is_looked_for(void **state)
{
    (void)state;
    type(1, 0, "5");
    settle();
    assert_int_equal(webhook.n_posts, 2);
    assert_json(json_get(post_edit(0, 0), "old"), "{\"Id\":1}");
    assert_json(json_get(webhook.posts[1], "changes"), "[\"OTHER\"]");
}

static void a_removed_row_is_told_for_every_mapped_tab(void **state)
{
    (void)state;
    script_fire_change(engine, "S1", "REMOVE_ROW", "ann@example.com");
    script_fire_change(engine, "S1", "INSERT_ROW", "ann@example.com");
    script_fire_change(engine, "S1", "FORMAT", "ann@example.com");
    settle();
    assert_int_equal(webhook.n_posts, 2);
    assert_int_equal(json_int(webhook.posts[0], "sheet_id", 0), 7);
    assert_json(json_get(webhook.posts[0], "edits"), "[]");
    assert_json(json_get(webhook.posts[0], "changes"), "[\"REMOVE_ROW\"]");
    assert_json(json_get(webhook.posts[1], "changes"), "[\"INSERT_ROW\"]");
}

static void an_edited_header_fetches_the_mappings_and_asks_for_a_comparison(void **state)
{
    size_t before = webhook.n_mappings;

    (void)state;
    type(0, 1, "Country");
    settle();
    assert_int_equal(webhook.n_mappings, before + 1);
    assert_int_equal(webhook.n_posts, 1);
    assert_json(json_get(webhook.posts[0], "changes"), "[\"OTHER\"]");
}

static void a_row_can_be_sent_again(void **state)
{
    (void)state;
    assert_string_equal(call("syncRow", "[\"Countries!B3\"]"), "\"Sent again: 1 row.\"");
    assert_int_equal(webhook.n_posts, 1);
    assert_json(json_get(post_edit(0, 0), "edited"), "[\"Id\",\"Name\",\"Area\",\"Updated\"]");
    assert_int_equal(json_int(post_edit(0, 0), "row", 0), 3);
}

/* ---- What is shown ---- */

static void swap_rows(void)
{
    pthread_mutex_lock(&grid.mutex);
    for (int column = 0; column < COLUMNS; column++) {
        struct script_cell c = grid.cells[0][1][column];

        grid.cells[0][1][column] = grid.cells[0][2][column];
        grid.cells[0][2][column] = c;
    }
    pthread_mutex_unlock(&grid.mutex);
}

static void the_answer_follows_a_row_that_moved(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"rejected\",\"notes\":{\"Name\":\"too long\"}";
    webhook.meanwhile = swap_rows;
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(note_at(2, 1), "tabrelay: too long");
    assert_string_equal(note_at(1, 1), "");
}

static void overwrite_row(void)
{
    pthread_mutex_lock(&grid.mutex);
    grid_row(3, (const char *const[]){"", "Portugal", "92.2", "", ""});
    pthread_mutex_unlock(&grid.mutex);
}

static void a_row_that_is_another_one_now_is_not_written(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"applied\",\"operation\":\"insert\",\"key\":{\"Id\":17},"
                      "\"cells\":{\"Id\":17}";
    webhook.meanwhile = overwrite_row;
    type(3, 1, "Spain");
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_int_equal(grid.writes, 0);
    assert_string_equal(shown(3, 0), "");
}

static void type_again(void)
{
    pthread_mutex_lock(&grid.mutex);
    cell_type(&grid.cells[0][1][1], "typed since");
    pthread_mutex_unlock(&grid.mutex);
}

static void a_cell_that_was_typed_in_since_is_left_alone(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"applied\",\"cells\":{\"Name\":\"from MySQL\",\"Area\":1}";
    webhook.meanwhile = type_again;
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(shown(1, 1), "typed since");
    assert_int_equal(grid.writes, 0);
}

static void a_formula_is_not_overwritten(void **state)
{
    (void)state;
    cell_type(&grid.cells[0][1][2], "=A1*2");
    webhook.members = "\"outcome\":\"applied\",\"cells\":{\"Area\":43}";
    type(1, 1, "Deutschland");
    settle();
    assert_int_equal(grid.writes, 0);
    assert_non_null(grid.cells[0][1][2].formula);
}

static void text_that_would_be_parsed_is_left_to_the_replicator(void **state)
{
    static const char *const risky[] = {"=1+1",       "+49",  "-",  "@home", "12",
                                        "2024-01-01", "true", "'x", " x",    "#N/A"};
    char members[128];

    (void)state;
    for (size_t i = 0; i < sizeof(risky) / sizeof(risky[0]); i++) {
        snprintf(members, sizeof(members), "\"outcome\":\"applied\",\"cells\":{\"Name\":\"%s\"}",
                 risky[i]);
        webhook.members = members;
        type(1, 1, i % 2 == 0 ? "Deutschland" : "Germany");
        settle();
    }
    assert_int_equal(webhook.n_posts, 10);
    assert_int_equal(grid.writes, 0);
}

static void values_of_a_row_that_has_its_key_are_left_to_the_replicator(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"applied\",\"operation\":\"update\","
                      "\"cells\":{\"Area\":400,\"Updated\":45000.5}";
    type(1, 1, "Deutschland");
    settle();
    assert_int_equal(grid.writes, 0);
}

static void a_persons_own_note_survives_ours(void **state)
{
    (void)state;
    grid.notes[0][1][1] = strdup("ask Bob");
    webhook.members = "\"outcome\":\"rejected\",\"notes\":{\"Name\":\"too long\"}";
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(note_at(1, 1), "ask Bob\n\ntabrelay: too long");
    webhook.members = NULL;
    type(1, 1, "Germany");
    settle();
    assert_string_equal(note_at(1, 1), "ask Bob");
}

static void a_row_that_waits_says_why_in_its_first_cell(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"waiting\",\"message\":\"Area is missing\"";
    type(3, 1, "Spain");
    settle();
    assert_string_equal(note_at(3, 0), "tabrelay: waiting: Area is missing");
    webhook.members = "\"outcome\":\"applied\",\"operation\":\"insert\",\"key\":{\"Id\":3}";
    type(3, 2, "505.9");
    settle();
    assert_string_equal(note_at(3, 0), "");
    assert_string_equal(shown(3, 0), "3");
}

static void a_conflict_is_told_where_it_was_typed(void **state)
{
    (void)state;
    webhook.members = "\"outcome\":\"conflict\",\"cells\":{\"Name\":\"Allemagne\"},"
                      "\"message\":\"MySQL had Allemagne and won\"";
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(note_at(1, 1), "tabrelay: MySQL had Allemagne and won");
    assert_string_equal(shown(1, 1), "Deutschland");
}

/* ---- What waits ---- */

static void edits_wait_for_the_webhook_in_order_with_their_ids(void **state)
{
    char ids[3][40];

    (void)state;
    webhook.status = 503;
    webhook.code = "mysql_unavailable";
    type(1, 1, "one");
    settle();
    type(2, 1, "two");
    settle();
    type(1, 1, "three");
    settle();
    snprintf(ids[0], sizeof(ids[0]), "%s", json_text(post_edit(0, 0), "id", ""));
    webhook_reset();
    assert_string_equal(call("flush", "[]"), "null");
    assert_int_equal(webhook.n_posts, 1);
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[0], "edits")), 3);
    assert_string_equal(json_text(post_edit(0, 0), "id", ""), ids[0]);
    assert_string_equal(json_text(json_get(post_edit(0, 0), "cells"), "Name", ""), "one");
    assert_string_equal(json_text(json_get(post_edit(0, 1), "cells"), "Name", ""), "two");
    assert_string_equal(json_text(json_get(post_edit(0, 2), "cells"), "Name", ""), "three");
    assert_string_equal(call("flush", "[]"), "null");
    assert_int_equal(webhook.n_posts, 1);
}

/* A webhook that is busy gets the time that it asks for; a person who cannot wait need not. */
static void retry_after_is_honoured(void **state)
{
    (void)state;
    webhook.status = 503;
    webhook.code = "overloaded";
    webhook.retry_after = "300";
    type(1, 1, "one");
    settle();
    type(2, 1, "two");
    settle();
    assert_string_equal(call("flush", "[{}]"), "null");
    assert_int_equal(webhook.n_posts, 1);
    webhook.retry_after = "1";
    assert_string_equal(call("flush", "[]"), "null");
    assert_int_equal(webhook.n_posts, 2);
    webhook.status = 200;
    for (int64_t until_ms = clock_mono_ms() + 30000;
         webhook.n_posts == 2 && clock_mono_ms() < until_ms;)
        call("flush", "[{}]");
    assert_int_equal(webhook.n_posts, 3);
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[2], "edits")), 2);
    type(1, 1, "three");
    settle();
    assert_int_equal(webhook.n_posts, 4);
}

/* It has been typed further and is elsewhere, and what was told of it first waits. */
static void a_new_row_that_moves_while_nothing_can_be_sent_says_which_it_is(void **state)
{
    const char *first;

    (void)state;
    webhook.status = 503;
    type(3, 1, "Spain");
    settle();
    type_on_and_move();
    type(4, 2, "12.5");
    settle();
    type(5, 1, "Spain");
    settle();
    webhook.status = 200;
    call("flush", "[]");
    settle();
    first = json_text(post_edit(webhook.n_posts - 1, 0), "id", "");
    assert_string_equal(json_text(post_edit(webhook.n_posts - 1, 1), "after", ""), first);
    assert_null(json_get(post_edit(webhook.n_posts - 1, 2), "after")); /* two show that now */
}

static void a_webhook_that_is_gone_loses_nothing(void **state)
{
    (void)state;
    http_server_stop(webhook.server);
    webhook.server = NULL;
    type(1, 1, "one");
    settle();
    webhook_start();
    type(2, 1, "two");
    settle();
    assert_int_equal(webhook.n_posts, 2);
    assert_string_equal(json_text(json_get(post_edit(0, 0), "cells"), "Name", ""), "one");
    assert_string_equal(json_text(json_get(post_edit(1, 0), "cells"), "Name", ""), "two");
}

static void the_queue_is_bounded_and_the_rest_is_found_by_a_comparison(void **state)
{
    char id[16];
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof(id), "%d", i + 3);
        grid_row(3 + i, (const char *const[]){id, "A country with a longer name", "1.5", "", ""});
    }
    webhook.status = 503;
    webhook.code = "mysql_unavailable";
    fire_range(3, 0, 5000, 3);
    settle();
    assert_string_equal(grid.told, "tabrelay cannot be reached and no more changes can wait. Yours "
                                   "is in the sheet and will be found later.");
    webhook_reset();
    call("flush", "[]");
    for (size_t i = 0; i < webhook.n_posts; i++)
        n += (size_t)cJSON_GetArraySize(json_get(webhook.posts[i], "edits"));
    assert_in_range(n, 1500, 4000);
    assert_json(json_get(webhook.posts[webhook.n_posts - 1], "changes"), "[\"OTHER\"]");
}

static void a_refused_signature_is_shown_and_not_tried_for_ever(void **state)
{
    (void)state;
    webhook.status = 401;
    webhook.code = "bad_signature";
    type(1, 1, "Deutschland");
    settle();
    assert_int_equal(webhook.n_posts, 1);
    assert_string_equal(note_at(1, 1), "tabrelay: not sent: as the test asked (401 bad_signature)");
    assert_string_equal(grid.told,
                        "tabrelay did not take your change: as the test asked (401 bad_signature)");
    /* Once it is mended a comparison finds what was refused. */
    webhook_reset();
    call("flush", "[]");
    assert_int_equal(webhook.n_posts, 1);
    assert_json(json_get(webhook.posts[0], "edits"), "[]");
    assert_json(json_get(webhook.posts[0], "changes"), "[\"OTHER\"]");
}

static void a_clock_that_is_wrong_keeps_the_edits(void **state)
{
    (void)state;
    webhook.status = 401;
    webhook.code = "stale_timestamp";
    type(1, 1, "Deutschland");
    settle();
    assert_string_equal(note_at(1, 1), "");
    webhook_reset();
    call("flush", "[]");
    assert_int_equal(webhook.n_posts, 1);
    assert_string_equal(json_text(json_get(post_edit(0, 0), "cells"), "Name", ""), "Deutschland");
}

static void a_tab_that_is_not_mapped_any_more_drops_its_edits(void **state)
{
    (void)state;
    webhook.status = 404;
    webhook.code = "unknown_mapping";
    type(1, 1, "Deutschland");
    settle();
    webhook_reset();
    call("flush", "[]");
    assert_int_equal(webhook.n_posts, 0);
}

static void a_wrong_address_keeps_the_edits(void **state)
{
    (void)state;
    webhook.status = 404;
    webhook.code = "unknown_path";
    type(1, 1, "Deutschland");
    settle();
    webhook_reset();
    call("flush", "[]");
    assert_int_equal(webhook.n_posts, 1);
    assert_string_equal(json_text(json_get(post_edit(0, 0), "cells"), "Name", ""), "Deutschland");
}

static void a_request_that_is_too_large_is_cut_in_two(void **state)
{
    (void)state;
    webhook.status = 413;
    webhook.code = "too_large";
    webhook.meanwhile = NULL;
    grid_row(3, (const char *const[]){"3", "Spain", "505.9", "", ""});
    fire_range(1, 1, 3, 1);
    settle();
    /* 3 edits; 2; 1, refused; 1, refused; 1, refused */
    assert_int_equal(webhook.n_posts, 5);
    assert_int_equal(cJSON_GetArraySize(json_get(webhook.posts[1], "edits")), 2);
    assert_string_equal(note_at(3, 1), "tabrelay: not sent: as the test asked (413 too_large)");
}

/* ---- Installing ---- */

static void installing_twice_leaves_each_trigger_once(void **state)
{
    cJSON *status;

    (void)state;
    install();
    status = status_json();
    assert_int_equal(cJSON_GetArraySize(json_get(status, "triggers")), 3);
    cJSON_Delete(status);
    call("uninstall", "[]");
    status = status_json();
    assert_int_equal(cJSON_GetArraySize(json_get(status, "triggers")), 0);
    cJSON_Delete(status);
    type(1, 1, "Deutschland");
    settle();
    assert_int_equal(webhook.n_posts, 0);
}

static void installing_says_what_is_wrong(void **state)
{
    (void)state;
    assert_string_equal(call("install", "[\"hooks.example.com\",\"x\"]"),
                        "\"hooks.example.com\" is no address. It looks like "
                        "https://hooks.example.com");
    assert_string_equal(call("install", "[]"), "\"Not installed.\"");
    assert_null(strstr(call("install", "[\"http://127.0.0.1:1/\",\"x\"]"), "Connected"));
    assert_string_equal(call("onOpen", "[]"), "null");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_edited_cell_is_sent_with_its_row),
        CASE(a_paste_is_one_request_with_a_row_each),
        CASE(a_typed_formula_is_told_beside_its_value),
        CASE(a_note_that_is_over_goes_and_a_persons_own_stays),
        CASE(an_assigned_key_is_written_into_the_row),
        CASE(an_assigned_key_is_written_into_a_row_that_has_grown_and_moved),
        CASE(a_refusal_is_a_note_and_goes_with_the_next_success),
        CASE(columns_and_tabs_that_are_not_mapped_send_nothing),
        CASE(a_large_paste_goes_in_requests_of_500_rows),
        CASE(what_was_typed_outlives_a_write_that_came_between),
        CASE(what_was_typed_in_a_row_that_is_gone_is_told_to_the_log),
        CASE(of_many_edits_of_a_cell_the_last_one_is_sent),
        CASE(a_typed_value_that_is_in_another_row_now_is_sent_from_there),
        CASE(rows_that_were_sorted_are_left_to_a_comparison),
        CASE(a_paste_while_others_move_rows_is_sent),
        CASE(what_was_written_over_while_rows_moved_is_told_to_the_log),
        CASE(a_sort_does_not_stand_for_what_was_typed_before_it),
        CASE(what_nobody_saw_before_typing_there_is_told_to_the_log),
        CASE(types_are_kept),
        CASE(text_of_every_plane_is_signed_as_it_is_sent),
        CASE(a_cleared_key_asks_for_a_comparison),
        CASE(a_blanked_row_asks_for_a_comparison),
        CASE(a_copied_row_is_not_sent_and_says_why),
        CASE(a_header_that_is_typed_over_is_put_back),
        CASE(an_empty_cell_that_is_emptied_sends_nothing),
        CASE(another_key_is_another_row_and_the_old_one_is_looked_for),
        CASE(a_removed_row_is_told_for_every_mapped_tab),
        CASE(an_edited_header_fetches_the_mappings_and_asks_for_a_comparison),
        CASE(a_row_can_be_sent_again),
        CASE(the_answer_follows_a_row_that_moved),
        CASE(a_row_that_is_another_one_now_is_not_written),
        CASE(a_cell_that_was_typed_in_since_is_left_alone),
        CASE(a_formula_is_not_overwritten),
        CASE(text_that_would_be_parsed_is_left_to_the_replicator),
        CASE(values_of_a_row_that_has_its_key_are_left_to_the_replicator),
        CASE(a_persons_own_note_survives_ours),
        CASE(a_row_that_waits_says_why_in_its_first_cell),
        CASE(a_conflict_is_told_where_it_was_typed),
        CASE(edits_wait_for_the_webhook_in_order_with_their_ids),
        CASE(retry_after_is_honoured),
        CASE(a_new_row_that_moves_while_nothing_can_be_sent_says_which_it_is),
        CASE(a_webhook_that_is_gone_loses_nothing),
        CASE(the_queue_is_bounded_and_the_rest_is_found_by_a_comparison),
        CASE(a_refused_signature_is_shown_and_not_tried_for_ever),
        CASE(a_clock_that_is_wrong_keeps_the_edits),
        CASE(a_tab_that_is_not_mapped_any_more_drops_its_edits),
        CASE(a_wrong_address_keeps_the_edits),
        CASE(a_request_that_is_too_large_is_cut_in_two),
        CASE(installing_twice_leaves_each_trigger_once),
        CASE(installing_says_what_is_wrong),
    };
    struct err err = ERR_INIT;
    int rc;

    if (http_client_global_init(&err) != 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_server_stop(webhook.server);
    webhook_reset();
    grid_reset();
    return rc;
}
