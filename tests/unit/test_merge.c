/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/hash.h"
#include "webhook/merge.h"

#define ABSENT ((struct value){.state = VALUE_ABSENT})

static struct value text(const char *s)
{
    return s == NULL ? VALUE_INIT_NULL : value_text(s, strlen(s));
}

static struct merge_cell cell(const char *sheet, const char *mysql, const char *base)
{
    return (struct merge_cell){.sheet = text(sheet),
                               .mysql = text(mysql),
                               .old = ABSENT,
                               .has_base = true,
                               .base = hash_value(text(base))};
}

static enum merge_verdict decide(const char *sheet, const char *mysql, const char *base)
{
    struct merge_cell c = cell(sheet, mysql, base);

    return merge_edited(&c, CONFIG_SHEET_WINS);
}

static void an_edit_of_an_unchanged_value_is_applied(void **state)
{
    (void)state;
    assert_int_equal(decide("new", "agreed", "agreed"), MERGE_APPLY);
    assert_int_equal(decide(NULL, "agreed", "agreed"), MERGE_APPLY);
    assert_int_equal(decide("new", NULL, NULL), MERGE_APPLY);
    assert_true(merge_writes(MERGE_APPLY));
}

static void the_same_value_on_both_sides_is_no_conflict(void **state)
{
    (void)state;
    assert_int_equal(decide("same", "same", "agreed"), MERGE_SAME);
    assert_int_equal(decide(NULL, NULL, "agreed"), MERGE_SAME);
    assert_int_equal(decide("agreed", "agreed", "agreed"), MERGE_SAME);
    assert_false(merge_writes(MERGE_SAME));
}

static void null_and_the_empty_text_differ(void **state)
{
    (void)state;
    assert_int_equal(decide("", NULL, NULL), MERGE_APPLY);
    assert_int_equal(decide(NULL, "", ""), MERGE_APPLY);
}

static void a_cell_put_back_to_what_was_agreed_on_leaves_mysql_alone(void **state)
{
    (void)state;
    assert_int_equal(decide("agreed", "mysql's", "agreed"), MERGE_KEEP);
    assert_false(merge_writes(MERGE_KEEP));
}

static void a_row_that_was_read_before_mysqls_value_was_shown_is_no_edit(void **state)
{
    struct merge_cell c = cell("before", "shown", "shown");

    (void)state;
    c.has_previous = true;
    c.previous = hash_value(text("before"));
    assert_int_equal(merge_edited(&c, CONFIG_SHEET_WINS), MERGE_APPLY);
    c.was_shown_over = true;
    assert_int_equal(merge_edited(&c, CONFIG_SHEET_WINS), MERGE_KEEP);
    c.sheet = text("pasted");
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_MYSQL_WINS);
    c.old = text("before");
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_MYSQL_WINS);
}

/* A write of another column had landed there, and MySQL's value came after what the person pasted.
 */
static void what_was_pasted_where_nothing_was_agreed_on_is_a_conflict(void **state)
{
    struct merge_cell c = cell("pasted", "shown", "shown");

    (void)state;
    c.was_shown_over = true;
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_APPLY);
    c.was_disagreed = true;
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_MYSQL_WINS);
    c.was_shown_over = false;
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_APPLY);
}

static void when_both_changed_the_policy_decides(void **state)
{
    struct merge_cell c = cell("sheet's", "mysql's", "agreed");

    (void)state;
    assert_int_equal(merge_edited(&c, CONFIG_SHEET_WINS), MERGE_SHEET_WINS);
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_MYSQL_WINS);
    assert_true(merge_writes(MERGE_SHEET_WINS));
    assert_false(merge_writes(MERGE_MYSQL_WINS));
}

static void
without_a_base_only_what_the_person_saw_can_prove_that_there_is_no_conflict(void **state)
{
    struct merge_cell c = cell("sheet's", "mysql's", NULL);

    (void)state;
    c.has_base = false;
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_MYSQL_WINS);
    c.old = text("mysql's");
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_APPLY);
    c.old = text("something else");
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_MYSQL_WINS);
}

static void a_person_who_saw_mysqls_newest_value_may_change_it(void **state)
{
    struct merge_cell c = cell("sheet's", "mysql's", "agreed");

    (void)state;
    c.old = text("mysql's");
    assert_int_equal(merge_edited(&c, CONFIG_MYSQL_WINS), MERGE_APPLY);
}

static void a_value_shown_over_what_was_typed_is_a_conflict(void **state)
{
    struct merge_cell c = cell("sheet's", "mysql's", "mysql's");

    (void)state;
    c.old = text("seen");
    assert_int_equal(merge_edited(&c, CONFIG_MANUAL), MERGE_APPLY);
    c.was_shown_over = true;
    assert_int_equal(merge_edited(&c, CONFIG_MANUAL), MERGE_HOLD);
    c.old = ABSENT; /* Google does not tell of a range: nothing says that it was not seen */
    assert_int_equal(merge_edited(&c, CONFIG_MANUAL), MERGE_APPLY);
}

static void each_policy_has_its_verdict(void **state)
{
    struct merge_cell c = cell("sheet's", "mysql's", "agreed");

    (void)state;
    assert_int_equal(merge_edited(&c, CONFIG_LAST_WRITE_WINS), MERGE_LAST_WRITE);
    assert_int_equal(merge_edited(&c, CONFIG_MANUAL), MERGE_HOLD);
    assert_int_equal(merge_edited(&c, CONFIG_RULE), MERGE_RULE);
    assert_false(merge_writes(MERGE_HOLD));
    assert_true(merge_is_conflict(MERGE_RULE));
    assert_false(merge_is_conflict(MERGE_KEEP));
}

static void the_later_write_wins_and_mysql_when_that_is_not_known(void **state)
{
    (void)state;
    assert_int_equal(merge_last_write(1001, 1000000), MERGE_SHEET_WINS);
    assert_int_equal(merge_last_write(1000, 1000000), MERGE_MYSQL_WINS);
    assert_int_equal(merge_last_write(1000, 1000999), MERGE_MYSQL_WINS);
    assert_int_equal(merge_last_write(999, 1000000), MERGE_MYSQL_WINS);
    assert_int_equal(merge_last_write(1000, 0), MERGE_MYSQL_WINS);
}

static void a_row_that_one_side_deleted_goes_by_its_own_policy_or_the_cells(void **state)
{
    const struct {
        enum config_delete_conflict gone;
        enum config_conflict conflict;
        enum merge_verdict in_sheet, in_mysql;
        const char *name;
    } cases[] = {
        {CONFIG_DELETE_AS_CONFLICT, CONFIG_SHEET_WINS, MERGE_SHEET_WINS, MERGE_SHEET_WINS,
         "sheet_wins"},
        {CONFIG_DELETE_AS_CONFLICT, CONFIG_MYSQL_WINS, MERGE_MYSQL_WINS, MERGE_MYSQL_WINS,
         "mysql_wins"},
        {CONFIG_DELETE_AS_CONFLICT, CONFIG_LAST_WRITE_WINS, MERGE_MYSQL_WINS, MERGE_SHEET_WINS,
         "update_wins"},
        {CONFIG_DELETE_AS_CONFLICT, CONFIG_MANUAL, MERGE_HOLD, MERGE_HOLD, "manual"},
        {CONFIG_DELETE_UPDATE_WINS, CONFIG_SHEET_WINS, MERGE_MYSQL_WINS, MERGE_SHEET_WINS,
         "update_wins"},
        {CONFIG_DELETE_DELETE_WINS, CONFIG_SHEET_WINS, MERGE_SHEET_WINS, MERGE_MYSQL_WINS,
         "delete_wins"},
        {CONFIG_DELETE_MANUAL, CONFIG_SHEET_WINS, MERGE_HOLD, MERGE_HOLD, "manual"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config_mapping m = {.conflict = cases[i].conflict, .delete_conflict = cases[i].gone};

        assert_int_equal(merge_gone(&m, true), cases[i].in_sheet);
        assert_int_equal(merge_gone(&m, false), cases[i].in_mysql);
        assert_string_equal(merge_gone_policy(&m), cases[i].name);
    }
}

static bool shows(const char *sheet, const char *mysql, const char *base)
{
    struct merge_cell c = cell(sheet, mysql, base);

    return merge_must_show(&c);
}

static void an_unedited_cell_is_shown_anew_only_if_it_still_shows_what_was_agreed_on(void **state)
{
    (void)state;
    assert_true(shows("agreed", "mysql's", "agreed"));
    assert_false(shows("agreed", "agreed", "agreed"));
    assert_false(shows("mysql's", "mysql's", "agreed"));
    assert_false(shows("another edit", "mysql's", "agreed"));
}

static void a_cell_that_was_not_sent_is_taken_to_show_what_was_agreed_on(void **state)
{
    struct merge_cell c = cell(NULL, "mysql's", "agreed");

    (void)state;
    c.sheet = ABSENT;
    assert_true(merge_must_show(&c));
    c.mysql = text("agreed");
    assert_false(merge_must_show(&c));
    c.has_base = false;
    assert_true(merge_must_show(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_of_an_unchanged_value_is_applied),
        cmocka_unit_test(the_same_value_on_both_sides_is_no_conflict),
        cmocka_unit_test(null_and_the_empty_text_differ),
        cmocka_unit_test(a_cell_put_back_to_what_was_agreed_on_leaves_mysql_alone),
        cmocka_unit_test(a_row_that_was_read_before_mysqls_value_was_shown_is_no_edit),
        cmocka_unit_test(what_was_pasted_where_nothing_was_agreed_on_is_a_conflict),
        cmocka_unit_test(when_both_changed_the_policy_decides),
        cmocka_unit_test(
            without_a_base_only_what_the_person_saw_can_prove_that_there_is_no_conflict),
        cmocka_unit_test(a_person_who_saw_mysqls_newest_value_may_change_it),
        cmocka_unit_test(a_value_shown_over_what_was_typed_is_a_conflict),
        cmocka_unit_test(each_policy_has_its_verdict),
        cmocka_unit_test(the_later_write_wins_and_mysql_when_that_is_not_known),
        cmocka_unit_test(a_row_that_one_side_deleted_goes_by_its_own_policy_or_the_cells),
        cmocka_unit_test(an_unedited_cell_is_shown_anew_only_if_it_still_shows_what_was_agreed_on),
        cmocka_unit_test(a_cell_that_was_not_sent_is_taken_to_show_what_was_agreed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
