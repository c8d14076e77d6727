/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base_values.h"
#include "common/cell/stand_in.h"
#include "replicator/sync/plan.h"
#include "tests/unit/sync_fixture.h"

/* Plan one pending row with BASE (may be NULL). */
static void plan_one(struct plan *plan, struct fixture *f, struct pending_row *pending,
                     const struct buf *base)
{
    struct planned_row *rows = calloc(1, sizeof(*rows));
    struct err err;

    rows[0].pending = pending;
    if (base != NULL) {
        rows[0].base = base->ptr;
        rows[0].base_len = base->len;
    }
    assert_int_equal(plan_make(plan, &f->m, rows, 1, &err), 0);
}

static void only_cells_that_differ_from_base_are_written(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    fixture_base(&base, "1", "old", "5");
    plan_one(&plan, &f, fixture_put(&f, "1", "new", "5", false), &base);
    assert_int_equal(plan.rows[0].action, PLAN_UPDATE);
    assert_int_equal(plan.n_cells, 1);
    assert_int_equal(plan.cells[0].row, 4);
    assert_int_equal(plan.cells[0].column, 1);
    assert_memory_equal(plan.cells[0].cell.text, "new", 3);
    plan_close(&plan);
    fixture_close(&f);
}

static void an_echo_writes_nothing(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    fixture_base(&base, "1", "same", "5");
    plan_one(&plan, &f, fixture_put(&f, "1", "same", "5", false), &base);
    assert_int_equal(plan.rows[0].action, PLAN_NOTHING);
    assert_int_equal(plan.n_cells, 0);
    plan_close(&plan);
    fixture_close(&f);
}

static void a_forced_cell_is_written_although_base_agrees(void **state)
{
    struct fixture f;
    struct plan plan;
    struct pending_row *pending;
    CLEANUP_BUF struct buf base = BUF_INIT;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    fixture_base(&base, "1", "same", "5");
    pending = fixture_put(&f, "1", "same", "5", false);
    pending_row_force(pending, 2, FIXTURE_COLUMNS);
    plan_one(&plan, &f, pending, &base);
    assert_int_equal(plan.n_cells, 1);
    assert_int_equal(plan.cells[0].column, 2);
    plan_close(&plan);
    fixture_close(&f);
}

static void a_row_without_base_is_written_whole_but_for_its_key(void **state)
{
    struct fixture f;
    struct plan plan;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    plan_one(&plan, &f, fixture_put(&f, "1", "a", "5", false), NULL);
    assert_int_equal(plan.n_cells, 2);
    assert_int_equal(plan.cells[0].column, 1);
    assert_int_equal(plan.cells[1].column, 2);
    plan_close(&plan);
    fixture_close(&f);
}

static void an_unknown_row_is_inserted_below_the_last_key(void **state)
{
    struct fixture f;
    struct plan plan;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    plan_one(&plan, &f, fixture_put(&f, "2", "a", "5", false), NULL);
    assert_int_equal(plan.rows[0].action, PLAN_INSERT);
    assert_int_equal(plan.insert_at, 5);
    assert_int_equal(plan.rows[0].sheet_row, 5);
    assert_int_equal(plan.n_cells, 3);
    plan_close(&plan);
    fixture_close(&f);
}

static void a_deleted_row_that_is_not_in_the_tab_is_only_forgotten(void **state)
{
    struct fixture f;
    struct plan plan;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    plan_one(&plan, &f, fixture_put(&f, "2", "", "", true), NULL);
    assert_int_equal(plan.rows[0].action, PLAN_FORGET);
    plan_close(&plan);
    plan_one(&plan, &f, fixture_put(&f, "1", "", "", true), NULL);
    assert_int_equal(plan.rows[0].action, PLAN_DELETE);
    assert_int_equal(plan.rows[0].sheet_row, 4);
    plan_close(&plan);
    fixture_close(&f);
}

static void columns_that_go_to_mysql_only_are_left_alone(void **state)
{
    struct fixture f;
    struct plan plan;

    (void)state;
    fixture_open(&f);
    f.m.columns[1].to_sheet = false;
    fixture_place(&f, "1", 4);
    plan_one(&plan, &f, fixture_put(&f, "1", "a", "5", false), NULL);
    assert_int_equal(plan.n_cells, 1);
    assert_int_equal(plan.cells[0].column, 2);
    plan_close(&plan);
    fixture_close(&f);
}

static void a_text_too_long_for_a_cell_is_shown_as_a_stand_in(void **state)
{
    struct fixture f;
    struct plan plan;
    char *text = malloc(50002);
    CLEANUP_BUF struct buf after = BUF_INIT;
    uint64_t hash = 1;

    (void)state;
    memset(text, 'x', 50001);
    text[50001] = '\0';
    fixture_open(&f);
    f.m.table->columns[1].length = 100000;
    fixture_place(&f, "1", 4);
    plan_one(&plan, &f, fixture_put(&f, "1", text, "5", false), NULL);
    plan_base_after(&plan, &plan.rows[0], NULL, 0, 1000, &after);
    assert_true(base_find(after.ptr, after.len, "name", &hash));
    assert_int_equal(hash, hash_value(value_text(text, 50001)));
    assert_true(stand_in_is_of(&plan.cells[0].cell, hash));
    plan_close(&plan);
    fixture_close(&f);
    free(text);
}

static void the_base_after_says_what_was_written_and_keeps_the_rest(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;
    CLEANUP_BUF struct buf after = BUF_INIT;
    uint64_t hash;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    fixture_base(&base, "1", "old", "5");
    base_set(&base, "elsewhere", 77);
    plan_one(&plan, &f, fixture_put(&f, "1", "new", "5", false), &base);
    plan_base_after(&plan, &plan.rows[0], base.ptr, base.len, 1000, &after);
    assert_true(base_find(after.ptr, after.len, "name", &hash));
    assert_int_equal(hash, hash_value(value_text("new", 3)));
    assert_true(base_find(after.ptr, after.len, "elsewhere", &hash));
    assert_int_equal(hash, 77);
    plan_close(&plan);
    fixture_close(&f);
}

/* Plan row 1 (new, 5) against the base (old, 5) whose name is held and shows SHEET. */
static void plan_held(struct plan *plan, struct fixture *f, struct buf *base, struct buf *agreed,
                      const char *sheet, bool is_forced)
{
    struct planned_row *rows = calloc(1, sizeof(*rows));
    struct err err;

    fixture_open(f);
    fixture_place(f, "1", 4);
    fixture_base(base, "1", sheet, "5");
    base_hold(base, "name");
    base_value_set(agreed, "name", value_text(sheet, strlen(sheet)));
    rows[0].pending = fixture_put(f, "1", "new", "5", false);
    rows[0].pending->is_forced = is_forced;
    rows[0].base = base->ptr;
    rows[0].base_len = base->len;
    rows[0].agreed = agreed->ptr;
    rows[0].agreed_len = agreed->len;
    assert_int_equal(plan_make(plan, &f->m, rows, 1, &err), 0);
}

static void a_held_cell_is_not_written(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;

    (void)state;
    plan_held(&plan, &f, &base, &agreed, "typed", false);
    assert_int_equal(plan.rows[0].action, PLAN_NOTHING);
    assert_false(plan_has_come_equal(&plan, &plan.rows[0], 1));
    plan_close(&plan);
    fixture_close(&f);
}

static void a_forced_held_cell_shows_what_the_sheet_showed(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;
    CLEANUP_BUF struct buf after = BUF_INIT;
    uint64_t hash;

    (void)state;
    plan_held(&plan, &f, &base, &agreed, "typed", true);
    assert_int_equal(plan.n_cells, 2);
    assert_memory_equal(plan.cells[0].cell.text, "typed", 5);
    plan_base_after(&plan, &plan.rows[0], base.ptr, base.len, 1000, &after);
    assert_true(base_is_held(after.ptr, after.len, "name"));
    assert_true(base_find(after.ptr, after.len, "name", &hash));
    assert_int_equal(hash, hash_value(value_text("typed", 5)));
    plan_close(&plan);
    fixture_close(&f);
}

static void mysql_comes_to_the_held_value_by_itself(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;

    (void)state;
    plan_held(&plan, &f, &base, &agreed, "new", false);
    assert_true(plan_has_come_equal(&plan, &plan.rows[0], 1));
    assert_false(plan_has_come_equal(&plan, &plan.rows[0], 2));
    plan_close(&plan);
    fixture_close(&f);
}

static void a_conflict_that_opens_while_a_batch_is_on_its_way_keeps_its_base(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;
    CLEANUP_BUF struct buf now = BUF_INIT;
    CLEANUP_BUF struct buf after = BUF_INIT;
    uint64_t hash;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    fixture_base(&base, "1", "old", "5");
    plan_one(&plan, &f, fixture_put(&f, "1", "new", "5", false), &base);
    fixture_base(&now, "1", "typed", "5");
    base_hold(&now, "name");
    plan_base_after(&plan, &plan.rows[0], now.ptr, now.len, 1000, &after);
    assert_true(base_find(after.ptr, after.len, "name", &hash));
    assert_int_equal(hash, hash_value(value_text("typed", 5)));
    plan_close(&plan);
    fixture_close(&f);
}

static void a_held_row_is_neither_inserted_nor_deleted(void **state)
{
    struct fixture f;
    struct plan plan;
    CLEANUP_BUF struct buf base = BUF_INIT;

    (void)state;
    fixture_open(&f);
    fixture_place(&f, "1", 4);
    fixture_base(&base, "1", "old", "5");
    base_hold(&base, BASE_ROW);
    plan_one(&plan, &f, fixture_put(&f, "1", "", "", true), &base);
    assert_int_equal(plan.rows[0].action, PLAN_NOTHING);
    plan_close(&plan);
    plan_one(&plan, &f, fixture_put(&f, "2", "a", "5", false), &base);
    assert_int_equal(plan.rows[0].action, PLAN_NOTHING);
    plan_close(&plan);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_cells_that_differ_from_base_are_written),
        cmocka_unit_test(an_echo_writes_nothing),
        cmocka_unit_test(a_forced_cell_is_written_although_base_agrees),
        cmocka_unit_test(a_row_without_base_is_written_whole_but_for_its_key),
        cmocka_unit_test(an_unknown_row_is_inserted_below_the_last_key),
        cmocka_unit_test(a_deleted_row_that_is_not_in_the_tab_is_only_forgotten),
        cmocka_unit_test(columns_that_go_to_mysql_only_are_left_alone),
        cmocka_unit_test(a_text_too_long_for_a_cell_is_shown_as_a_stand_in),
        cmocka_unit_test(the_base_after_says_what_was_written_and_keeps_the_rest),
        cmocka_unit_test(a_held_cell_is_not_written),
        cmocka_unit_test(a_forced_held_cell_shows_what_the_sheet_showed),
        cmocka_unit_test(mysql_comes_to_the_held_value_by_itself),
        cmocka_unit_test(a_conflict_that_opens_while_a_batch_is_on_its_way_keeps_its_base),
        cmocka_unit_test(a_held_row_is_neither_inserted_nor_deleted),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
