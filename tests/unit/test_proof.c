/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "replicator/sync/proof.h"
#include "tests/unit/sync_fixture.h"

/* A grid of one column of ids from ROW on ("" is blank), or the header row when ids is NULL. */
struct tab_grid {
    struct grid grid;
    struct grid_row rows[16];
    struct cell cells[16];
};

static struct cell cell_of(const char *text)
{
    if (text[0] == '\0')
        return (struct cell){.type = CELL_BLANK};
    return (struct cell){.type = CELL_TEXT, .text = text, .text_len = strlen(text)};
}

static void make_column(struct tab_grid *t, int64_t row, const char *const *ids, size_t n)
{
    *t = (struct tab_grid){.grid = {.row = row, .n_rows = (int64_t)n, .rows = t->rows}};
    for (size_t i = 0; i < n; i++) {
        t->cells[i] = cell_of(ids[i]);
        t->rows[i] = (struct grid_row){.cells = &t->cells[i], .n_cells = 1};
    }
}

static void make_header(struct tab_grid *t, const char *a, const char *b, const char *c)
{
    *t = (struct tab_grid){.grid = {.n_rows = 1, .rows = t->rows}};
    t->cells[0] = cell_of(a);
    t->cells[1] = cell_of(b);
    t->cells[2] = cell_of(c);
    t->rows[0] = (struct grid_row){.cells = t->cells, .n_cells = 3};
}

struct judged {
    struct fixture f;
    struct plan plan;
    struct proof proof;
    struct proof_result result;
};

/* Rows 1, 2, 3 stand in sheet rows 1, 2, 3; PENDING is planned alone. */
static void plan_alone(struct judged *j, struct pending_row *pending)
{
    struct planned_row *rows = calloc(1, sizeof(*rows));
    struct err err;

    rows[0].pending = pending;
    assert_int_equal(plan_make(&j->plan, &j->f.m, rows, 1, &err), 0);
    assert_int_equal(proof_make(&j->proof, &j->plan, &err), 0);
}

static void open_judged(struct judged *j)
{
    memset(j, 0, sizeof(*j));
    fixture_open(&j->f);
    fixture_place(&j->f, "1", 1);
    fixture_place(&j->f, "2", 2);
    fixture_place(&j->f, "3", 3);
}

/* What came back: the key column from ROW on. */
static void judge(struct judged *j, int64_t row, const char *const *ids, size_t n)
{
    struct tab_grid header, column;
    struct grid grids[2];
    struct err err;

    make_header(&header, "id", "name", "qty");
    make_column(&column, row, ids, n);
    grids[0] = header.grid;
    grids[1] = column.grid;
    assert_int_equal(proof_check(&j->proof, &j->plan, grids, &j->result, &err), 0);
}

static void close_judged(struct judged *j)
{
    proof_result_close(&j->result);
    proof_close(&j->proof);
    plan_close(&j->plan);
    fixture_close(&j->f);
}

static void an_update_asks_for_its_own_key_cells_only(void **state)
{
    struct judged j;
    const char *const ids[] = {"2"};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "2", "x", "1", false));
    assert_false(j.proof.is_whole);
    assert_int_equal(j.proof.n_ranges, 2);
    assert_int_equal(j.proof.ranges[1].row, 2);
    assert_int_equal(j.proof.ranges[1].end_row, 3);
    judge(&j, 2, ids, 1);
    assert_int_equal(j.result.n_moved, 0);
    assert_false(j.f.m.is_index_stale);
    close_judged(&j);
}

/* A delete of a row that the tab lacks rides along with others' changes. */
static void where_nothing_is_written_only_the_header_is_asked_for(void **state)
{
    struct judged j;

    (void)state;
    open_judged(&j);
    j.f.m.grid_rows = 100;
    plan_alone(&j, fixture_put(&j.f, "9", "", "", true));
    assert_int_equal(j.plan.n_cells + j.plan.n_deletes, 0);
    assert_false(j.proof.is_whole);
    assert_int_equal(j.proof.n_ranges, 1);
    close_judged(&j);
}

static void a_row_that_moved_away_names_its_victim(void **state)
{
    struct judged j;
    const char *const ids[] = {"3"};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "2", "x", "1", false));
    judge(&j, 2, ids, 1);
    assert_int_equal(j.result.verdicts[0], PROOF_MOVED);
    assert_int_equal(j.result.n_victims, 1);
    assert_true(hash128_equal(j.result.victims[0], fixture_key("3")));
    assert_true(j.f.m.is_index_stale);
    close_judged(&j);
}

static void cells_in_a_row_without_a_key_are_orphans(void **state)
{
    struct judged j;
    const char *const ids[] = {""};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "2", "x", "1", false));
    judge(&j, 2, ids, 1);
    assert_int_equal(j.result.verdicts[0], PROOF_MOVED);
    assert_int_equal(j.result.n_orphans, 1);
    assert_int_equal(j.result.orphans[0], 2);
    assert_false(j.result.is_delete[0]);
    close_judged(&j);
}

static void an_insert_reads_all_keys_and_renews_the_index(void **state)
{
    struct judged j;
    const char *const ids[] = {"id", "1", "2", "3", "4"};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "4", "x", "1", false));
    assert_true(j.proof.is_whole);
    judge(&j, 0, ids, 5);
    assert_int_equal(j.result.verdicts[0], PROOF_GOOD);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("4")), 4);
    assert_int_equal(j.f.m.end_row, 5);
    close_judged(&j);
}

enum { LARGE_ROWS = 6000 };

/* Rows 1 to LARGE_ROWS stand in sheet rows of the same number. */
static void open_large(struct judged *j)
{
    open_judged(j);
    for (int n = 4; n <= LARGE_ROWS; n++) {
        char id[16];

        snprintf(id, sizeof(id), "%d", n);
        fixture_place(&j->f, id, n);
    }
    j->f.m.grid_rows = LARGE_ROWS + 1;
}

/* A new row is planned alone. */
static void plan_in_a_large_tab(struct judged *j)
{
    open_large(j);
    plan_alone(j, fixture_put(&j->f, "7777", "x", "1", false));
}

static void an_insert_into_a_large_tab_reads_its_own_key_cells_only(void **state)
{
    struct judged j;
    const char *const ids[] = {"7777"};

    (void)state;
    plan_in_a_large_tab(&j);
    assert_false(j.proof.is_whole);
    assert_int_equal(j.proof.n_ranges, 2);
    assert_int_equal(j.proof.ranges[1].row, LARGE_ROWS + 1);
    assert_int_equal(j.proof.ranges[1].end_row, LARGE_ROWS + 2);
    judge(&j, LARGE_ROWS + 1, ids, 1);
    assert_int_equal(j.result.verdicts[0], PROOF_GOOD);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("7777")), LARGE_ROWS + 1);
    assert_int_equal(j.f.m.end_row, LARGE_ROWS + 2);
    assert_false(j.f.m.is_index_stale);
    close_judged(&j);
}

static void a_new_row_of_a_large_tab_that_does_not_read_back_is_an_orphan(void **state)
{
    struct judged j;
    const char *const ids[] = {""};

    (void)state;
    plan_in_a_large_tab(&j);
    judge(&j, LARGE_ROWS + 1, ids, 1);
    assert_int_equal(j.result.verdicts[0], PROOF_MOVED);
    assert_int_equal(j.result.n_orphans, 1);
    assert_int_equal(j.result.orphans[0], LARGE_ROWS + 1);
    assert_true(j.result.is_delete[0]);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("7777")), -1);
    assert_true(j.f.m.is_index_stale);
    close_judged(&j);
}

static void a_row_that_stands_where_the_new_one_was_made_is_left_alone(void **state)
{
    struct judged j;
    const char *const ids[] = {"17"};

    (void)state;
    plan_in_a_large_tab(&j);
    judge(&j, LARGE_ROWS + 1, ids, 1);
    assert_int_equal(j.result.verdicts[0], PROOF_MOVED);
    assert_int_equal(j.result.n_orphans, 0);
    assert_true(j.f.m.is_index_stale);
    close_judged(&j);
}

/* Row 100 of a large tab is deleted alone, and rows 96 to 103 come back. */
static void delete_in_a_large_tab(struct judged *j, const char *const *ids)
{
    open_large(j);
    plan_alone(j, fixture_put(&j->f, "100", "", "", true));
    assert_false(j->proof.is_whole);
    assert_int_equal(j->proof.n_ranges, 2);
    assert_int_equal(j->proof.ranges[1].row, 96);
    assert_int_equal(j->proof.ranges[1].end_row, 105);
    judge(j, 96, ids, 9);
}

static void a_delete_from_a_large_tab_is_proven_by_the_rows_around_it(void **state)
{
    struct judged j;
    const char *const ids[] = {"96", "97", "98", "99", "101", "102", "103", "104", "105"};

    (void)state;
    delete_in_a_large_tab(&j, ids);
    assert_false(j.result.are_deletes_unsure);
    assert_int_equal(j.result.verdicts[0], PROOF_GOOD);
    assert_false(j.f.m.is_index_stale);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("100")), -1);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("99")), 99);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("101")), 100);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("6000")), 5999);
    assert_int_equal(j.f.m.index.n_rows, LARGE_ROWS - 1);
    assert_int_equal(j.f.m.end_row, LARGE_ROWS);
    close_judged(&j);
}

/* A row was inserted above, so 99 went. */
static void neighbours_that_have_moved_leave_a_delete_unsure(void **state)
{
    struct judged j;
    const char *const ids[] = {"95", "96", "97", "98", "100", "101", "102", "103", "104"};
    struct row_index before;
    struct err err;

    (void)state;
    delete_in_a_large_tab(&j, ids);
    assert_true(j.result.are_deletes_unsure);
    assert_true(j.f.m.is_index_stale);
    before = j.f.m.index;
    j.f.m.index = (struct row_index){0};
    for (int n = 1; n <= LARGE_ROWS; n++) {
        char id[16];

        snprintf(id, sizeof(id), "%d", n);
        if (n != 99)
            fixture_place(&j.f, id, n);
    }
    assert_int_equal(proof_check_deletes(&j.plan, &before, &j.result, &err), 0);
    assert_int_equal(j.result.verdicts[0], PROOF_MOVED);
    assert_int_equal(j.result.n_victims, 1);
    assert_true(hash128_equal(j.result.victims[0], fixture_key("99")));
    row_index_close(&before);
    close_judged(&j);
}

static void rows_in_a_large_tab_are_cleared_where_they_stood(void **state)
{
    struct judged j;
    const char *const ids[] = {"96", "97", "98", "99", "", "101", "102", "103", "104"};

    (void)state;
    open_large(&j);
    j.f.cfg.on_delete = CONFIG_ON_DELETE_CLEAR;
    plan_alone(&j, fixture_put(&j.f, "100", "", "", true));
    judge(&j, 96, ids, 9);
    assert_false(j.result.are_deletes_unsure);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("100")), -1);
    assert_int_equal(row_index_find(&j.f.m.index, fixture_key("101")), 101);
    assert_int_equal(j.f.m.index.n_rows, LARGE_ROWS - 1);
    close_judged(&j);
}

static void a_row_that_should_be_blank_and_is_not_is_unsure(void **state)
{
    struct judged j;
    const char *const ids[] = {"96", "97", "98", "99", "100", "101", "102", "103", "104"};

    (void)state;
    open_large(&j);
    j.f.cfg.on_delete = CONFIG_ON_DELETE_CLEAR;
    plan_alone(&j, fixture_put(&j.f, "100", "", "", true));
    judge(&j, 96, ids, 9);
    assert_true(j.result.are_deletes_unsure);
    close_judged(&j);
}

/* Deletes of every 20th row of a tab of N rows, as they are to be planned. */
static size_t rows_max(int n, size_t n_deletes)
{
    struct fixture f;
    struct planned_row *rows = calloc(n_deletes, sizeof(*rows));
    size_t max;

    fixture_open(&f);
    for (int row = 1; row <= n; row++) {
        char id[16];

        snprintf(id, sizeof(id), "%d", row);
        fixture_place(&f, id, row);
    }
    for (size_t i = 0; i < n_deletes; i++) {
        char id[16];

        snprintf(id, sizeof(id), "%zu", 20 * (i + 1));
        rows[i].pending = fixture_put(&f, id, "", "", true);
    }
    max = proof_rows_max(&f.m, rows, n_deletes);
    free(rows);
    fixture_close(&f);
    return max;
}

static void a_batch_for_a_very_large_tab_takes_as_many_rows_as_can_be_asked_for(void **state)
{
    (void)state;
    assert_int_equal(rows_max(60000, 900), 900);
    assert_int_equal(rows_max(60000, 1600), 800);
    assert_int_equal(rows_max(40000, 1600), 1600);
}

static void a_key_that_a_person_typed_meanwhile_stands_twice(void **state)
{
    struct judged j;
    const char *const ids[] = {"id", "4", "1", "2", "3", "4"};

    (void)state;
    open_judged(&j);
    j.f.m.end_row = 5;
    plan_alone(&j, fixture_put(&j.f, "4", "x", "1", false));
    judge(&j, 0, ids, 6);
    assert_int_equal(j.result.verdicts[0], PROOF_TWICE);
    assert_int_equal(j.result.n_orphans, 1);
    assert_int_equal(j.result.orphans[0], 5);
    assert_true(j.result.is_delete[0]);
    close_judged(&j);
}

static void a_delete_of_the_wrong_row_names_the_row_that_is_gone(void **state)
{
    struct judged j;
    const char *const ids[] = {"id", "1", "2"};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "2", "", "", true));
    judge(&j, 0, ids, 3);
    assert_int_equal(j.result.verdicts[0], PROOF_MOVED);
    assert_int_equal(j.result.n_victims, 1);
    assert_true(hash128_equal(j.result.victims[0], fixture_key("3")));
    close_judged(&j);
}

/* The person deleted it, or row 2, and ours was row 3 then. */
static void a_row_that_went_right_below_ours_comes_back(void **state)
{
    struct judged j;
    const char *const ids[] = {"id", "1"};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "2", "", "", true));
    judge(&j, 0, ids, 2);
    assert_int_equal(j.result.verdicts[0], PROOF_GOOD);
    assert_int_equal(j.result.n_victims, 1);
    assert_true(hash128_equal(j.result.victims[0], fixture_key("3")));
    close_judged(&j);
}

static void a_row_that_a_person_deleted_elsewhere_is_no_victim(void **state)
{
    struct judged j;
    const char *const ids[] = {"id", "2"};

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "3", "", "", true));
    judge(&j, 0, ids, 2);
    assert_int_equal(j.result.verdicts[0], PROOF_GOOD);
    assert_int_equal(j.result.n_victims, 0);
    close_judged(&j);
}

static void moved_headers_prove_nothing(void **state)
{
    struct judged j;
    struct tab_grid header, column;
    const char *const ids[] = {"2"};
    struct grid grids[2];
    struct err err;

    (void)state;
    open_judged(&j);
    plan_alone(&j, fixture_put(&j.f, "2", "x", "1", false));
    make_header(&header, "id", "qty", "name");
    make_column(&column, 2, ids, 1);
    grids[0] = header.grid;
    grids[1] = column.grid;
    assert_int_equal(proof_check(&j.proof, &j.plan, grids, &j.result, &err), 0);
    assert_true(j.result.are_headers_moved);
    assert_int_equal(j.result.landed[1], 2);
    assert_int_equal(j.result.n_orphans, 1);
    close_judged(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_asks_for_its_own_key_cells_only),
        cmocka_unit_test(where_nothing_is_written_only_the_header_is_asked_for),
        cmocka_unit_test(a_row_that_moved_away_names_its_victim),
        cmocka_unit_test(cells_in_a_row_without_a_key_are_orphans),
        cmocka_unit_test(an_insert_reads_all_keys_and_renews_the_index),
        cmocka_unit_test(an_insert_into_a_large_tab_reads_its_own_key_cells_only),
        cmocka_unit_test(a_new_row_of_a_large_tab_that_does_not_read_back_is_an_orphan),
        cmocka_unit_test(a_row_that_stands_where_the_new_one_was_made_is_left_alone),
        cmocka_unit_test(a_delete_from_a_large_tab_is_proven_by_the_rows_around_it),
        cmocka_unit_test(neighbours_that_have_moved_leave_a_delete_unsure),
        cmocka_unit_test(rows_in_a_large_tab_are_cleared_where_they_stood),
        cmocka_unit_test(a_row_that_should_be_blank_and_is_not_is_unsure),
        cmocka_unit_test(a_batch_for_a_very_large_tab_takes_as_many_rows_as_can_be_asked_for),
        cmocka_unit_test(a_key_that_a_person_typed_meanwhile_stands_twice),
        cmocka_unit_test(a_delete_of_the_wrong_row_names_the_row_that_is_gone),
        cmocka_unit_test(a_row_that_went_right_below_ours_comes_back),
        cmocka_unit_test(a_row_that_a_person_deleted_elsewhere_is_no_victim),
        cmocka_unit_test(moved_headers_prove_nothing),
    };

    return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
