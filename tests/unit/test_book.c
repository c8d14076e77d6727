/* SPDX-License-Identifier: Apache-2.0 */
/* book: versions that share what they do not change; rows, columns, sorting, formulas, and the line
 * of JSON that a version is kept as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sandbox/calc.h"
#include "sandbox/disk_json.h"
#include "sandbox/display.h"
#include "sandbox/formula.h"
#include "sandbox/sort.h"
#include "sandbox/typed.h"

static void enter(struct book *b, int64_t row, int64_t column, const char *text)
{
    typed_enter(tab_write(book_write_tab(b, b->tabs[0]), row, column), text);
}

/* What the cells of a row or column show, with blanks between; the first tab. */
static const char *shown(const struct book *b, struct area a)
{
    static struct buf out;
    CLEANUP(calc_cleanup) struct calc *calc = calc_new(b);

    buf_clear(&out);
    for (int64_t row = a.row; row < a.end_row; row++)
        for (int64_t column = a.column; column < a.end_column; column++) {
            const struct cell *c = tab_cell(b->tabs[0], row, column);

            if (out.len > 0)
                buf_putc(&out, ' ');
            display_put(&out, calc_value(calc, b->tabs[0], row, column),
                        c == NULL ? NULL : c->format);
            if (!cell_has_value(c))
                buf_putc(&out, '-');
        }
    return buf_text(&out);
}

static const char *column_a(const struct book *b, int64_t n)
{
    return shown(b, (struct area){0, n, 0, 1});
}

static struct book *filled(const char *letters)
{
    struct book *b = book_new("test", "Test");
    char text[2] = "";

    for (int64_t row = 0; letters[row] != '\0'; row++) {
        text[0] = letters[row];
        if (*text != '-')
            enter(b, row, 0, text);
    }
    return b;
}

static void a_draft_shares_rows_and_leaves_its_origin_alone(void **state)
{
    struct book *b = filled("abc");
    struct book *draft = book_draft(b);

    (void)state;
    assert_ptr_equal(draft->tabs[0], b->tabs[0]);
    enter(draft, 1, 0, "x");
    assert_ptr_not_equal(draft->tabs[0], b->tabs[0]);
    assert_ptr_equal(draft->tabs[0]->row[0], b->tabs[0]->row[0]);
    assert_string_equal(column_a(draft, 3), "a x c");
    assert_string_equal(column_a(b, 3), "a b c");
    book_unref(b);
    assert_string_equal(column_a(draft, 3), "a x c");
    book_unref(draft);
}

static void rows_come_go_and_move(void **state)
{
    struct book *b = filled("abcdef");

    (void)state;
    book_insert(b, b->tabs[0], true, 2, 2, true);
    assert_string_equal(column_a(b, 8), "a b - - c d e f");
    assert_int_equal(b->tabs[0]->rows, 1002);
    book_delete(b, b->tabs[0], true, 1, 3);
    assert_string_equal(column_a(b, 5), "a c d e f");
    book_move(b, b->tabs[0], true, 0, 2, 4);
    assert_string_equal(column_a(b, 5), "d e a c f");
    book_move(b, b->tabs[0], true, 3, 2, 0);
    assert_string_equal(column_a(b, 5), "c f d e a");
    book_move(b, b->tabs[0], true, 4, 1, 900);
    assert_int_equal(tab_last_row(b->tabs[0]), 900);
    book_delete(b, b->tabs[0], true, 4, 996);
    assert_int_equal(tab_last_row(b->tabs[0]), 4);
    book_unref(b);
}

static void columns_come_go_and_move(void **state)
{
    struct book *b = book_new("test", "Test");
    struct area row = {0, 1, 0, 5};

    (void)state;
    for (int64_t i = 0; i < 4; i++)
        enter(b, 0, i, (const char *[]){"a", "b", "c", "d"}[i]);
    book_insert(b, b->tabs[0], false, 1, 1, true);
    assert_string_equal(shown(b, row), "a - b c d");
    book_move(b, b->tabs[0], false, 0, 1, 3);
    assert_string_equal(shown(b, row), "- b a c d");
    book_delete(b, b->tabs[0], false, 0, 2);
    assert_string_equal(shown(b, row), "a c d - -");
    assert_int_equal(b->tabs[0]->columns, 25);
    book_unref(b);
}

static void inserted_rows_take_the_format_of_their_neighbour(void **state)
{
    struct book *b = book_new("test", "Test");

    (void)state;
    enter(b, 0, 0, "2024-02-29");
    book_insert(b, b->tabs[0], true, 1, 2, true);
    assert_true(format_is_date(tab_cell(b->tabs[0], 2, 0)->format));
    book_insert(b, b->tabs[0], true, 0, 1, false);
    assert_true(format_is_date(tab_cell(b->tabs[0], 0, 0)->format));
    enter(b, 2, 0, "1"); /* the rows shared one object; now one is written */
    assert_false(cell_has_value(tab_cell(b->tabs[0], 3, 0)));
    book_unref(b);
}

static void cells_shift_inside_a_range(void **state)
{
    struct book *b = filled("abcd");

    (void)state;
    enter(b, 1, 1, "x");
    tab_shift_down(book_write_tab(b, b->tabs[0]), (struct area){1, 3, 0, 1});
    assert_string_equal(shown(b, (struct area){0, 6, 0, 2}), "a - - x - - b - c - d -");
    tab_shift_up(book_write_tab(b, b->tabs[0]), (struct area){0, 3, 0, 1});
    assert_string_equal(shown(b, (struct area){0, 3, 0, 2}), "b - c x d -");
    book_unref(b);
}

static void sorting_is_stable_and_keeps_blanks_last(void **state)
{
    static const char *const typed[] = {"b", "10", "TRUE", "", "A", "9", "#N/A", "a", "FALSE"};
    struct book *b = book_new("test", "Test");
    struct sort_key key = {.column = 0};
    struct area a = {0, 1000, 0, 2};

    (void)state;
    for (int64_t i = 0; i < 9; i++)
        enter(b, i, 0, typed[i]);
    sort_area(b, b->tabs[0], a, &key, 1);
    assert_string_equal(column_a(b, 9), "9 10 A a b FALSE TRUE #N/A -");
    key.is_descending = true;
    sort_area(b, b->tabs[0], a, &key, 1);
    assert_string_equal(column_a(b, 9), "#N/A TRUE FALSE b A a 10 9 -");
    book_unref(b);
}

static void metadata_follow_their_rows(void **state)
{
    struct book *b = book_new("test", "Test");
    char key[] = "k";
    struct metadata m = {.id = 1, .key = key, .place = META_ROW, .sheet_id = 0, .index = 5};

    (void)state;
    book_add_metadata(b, &m);
    book_insert(b, b->tabs[0], true, 5, 2, false);
    assert_int_equal(b->metadata[0].index, 7);
    book_delete(b, b->tabs[0], true, 0, 3);
    assert_int_equal(b->metadata[0].index, 4);
    book_move(b, b->tabs[0], true, 4, 1, 0);
    assert_int_equal(b->metadata[0].index, 0);
    book_move(b, b->tabs[0], true, 3, 2, 0);
    assert_int_equal(b->metadata[0].index, 2);
    book_delete(b, b->tabs[0], true, 2, 1);
    assert_int_equal(b->n_metadata, 0);
    book_unref(b);
}

static void formulas_are_worked_out(void **state)
{
    static const struct {
        const char *formula, *shows;
    } cases[] = {
        {"=1+2*3^2", "19"},
        {"=-2^2", "4"},
        {"=(1+2)*3", "9"},
        {"=10%*50", "5"},
        {"=\"a\"&1&TRUE", "a1TRUE"},
        {"=\"say \"\"hi\"\"\"", "say \"hi\""},
        {"=1/0", "#DIV/0!"},
        {"=\"x\"+1", "#VALUE!"},
        {"=\"5\"+1", "6"},
        {"=1=1", "TRUE"},
        {"=\"a\"<\"B\"", "TRUE"},
        {"=SUM(1,\"2\",3)", "6"},
        {"=SUM(A1:A3)", "6"},
        {"=SUM(A:A,10)", "16"},
        {"=AVERAGE(A1:A3)", "2"},
        {"=COUNT(A1:A9)", "3"},
        {"=COUNTA(A1:A9)", "4"},
        {"=MIN(A1:A3)&\"..\"&MAX(A1:A3)", "1..3"},
        {"=ROUND(2.345,2)", "2.35"},
        {"=IF(A1>A2,1/0,\"fine\")", "fine"},
        {"=IF(FALSE,1)", "FALSE"},
        {"=CONCATENATE(A1:A3,\"!\")", "123!"},
        {"=LEN(\"Größe\")", "5"},
        {"=UPPER(\"ab\")&LOWER(\"CD\")", "ABcd"},
        {"=VLOOKUP(1,A1:A3,1)", "#NAME?"},
        {"=nothing", "#NAME?"},
        {"=1+", "#ERROR!"},
        {"=(1", "#ERROR!"},
        {"=A1:A2", "#VALUE!"},
        {"=D9", "0"},
        {"=ZZ99", "#REF!"},
        {"='Sheet1'!A2+Sheet1!$A$3", "5"},
        {"=Gone!A1", "#REF!"},
        {"=LEN()", "#N/A"},
        {"=B1", "#REF!"},
    };
    struct book *b = book_new("test", "Test");

    (void)state;
    for (int64_t i = 0; i < 4; i++)
        enter(b, i, 0, (const char *[]){"1", "2", "3", "text"}[i]);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enter(b, 0, 1, cases[i].formula);
        if (strcmp(shown(b, (struct area){0, 1, 1, 2}), cases[i].shows) != 0)
            fail_msg("%s shows %s", cases[i].formula, shown(b, (struct area){0, 1, 1, 2}));
    }
    book_unref(b);
}

static void long_chains_of_formulas_are_worked_out_from_either_end(void **state)
{
    struct book *b = book_new("test", "Test");
    CLEANUP(calc_cleanup) struct calc *calc = NULL;
    char formula[16];

    (void)state;
    enter(b, 0, 0, "1");
    for (int row = 1; row < 1000; row++) {
        snprintf(formula, sizeof(formula), "=A%d+1", row);
        enter(b, row, 0, formula);
    }
    for (int row = 0; row < 999; row++) {
        snprintf(formula, sizeof(formula), "=B%d+1", row + 2);
        enter(b, row, 1, formula);
    }
    calc = calc_new(b);
    assert_int_equal((int)calc_value(calc, b->tabs[0], 999, 0).number, 1000);
    assert_int_equal((int)calc_value(calc, b->tabs[0], 0, 1).number, 999);
    for (int row = 0; row < 1000; row++)
        assert_int_equal((int)calc_value(calc, b->tabs[0], row, 0).number, row + 1);
    book_unref(b);
}

static void expect_follow(const char *formula, struct formula_change change, const char *after)
{
    CLEANUP_FREE char *text = formula_follow(formula, &change, true);

    assert_string_equal(text == NULL ? formula : text, after);
}

static void references_follow_rows_and_columns(void **state)
{
    struct formula_change insert = {
        .kind = FORMULA_INSERT, .rows = true, .at = 2, .n = 3, .title = "Sheet1"};
    struct formula_change delete = {
        .kind = FORMULA_DELETE, .rows = true, .at = 2, .n = 3, .title = "Sheet1"};
    struct formula_change move = {
        .kind = FORMULA_MOVE, .rows = true, .n = 1, .to = 5, .title = "Sheet1"};
    struct formula_change columns = {.kind = FORMULA_INSERT, .at = 1, .n = 1, .title = "Sheet1"};
    struct formula_change cut = {
        .kind = FORMULA_CUT, .title = "Sheet1", .area = {1, 3, 0, 2}, .down = 5, .right = 1};

    (void)state;
    expect_follow("=A2+$A$3&\"A3\"", insert, "=A2+$A$6&\"A3\"");
    expect_follow("=SUM(A1:A9)+Other!A3+'Sheet1'!A3", insert, "=SUM(A1:A12)+Other!A3+'Sheet1'!A6");
    expect_follow("=A2+A4+A6", delete, "=A2+#REF!+A3");
    expect_follow("=SUM(A2:A9)+SUM(A3:A5)+SUM(A4:A8)", delete, "=SUM(A2:A6)+SUM(#REF!)+SUM(A3:A5)");
    expect_follow("=A1+A3+A9", move, "=A5+A2+A9");
    expect_follow("=A1+B$2+LOG10(C3)", columns, "=A1+C$2+LOG10(D3)");
    expect_follow("=A2+$B$3+C2+SUM(A2:B3)+SUM(A1:A2)+Other!A2", cut,
                  "=B7+$C$8+C2+SUM(B7:C8)+SUM(A1:A2)+Other!A2");
    expect_follow("=plain", insert, "=plain");
}

static void copied_formulas_shift(void **state)
{
    CLEANUP_FREE char *down = formula_shift("=A1+$A$1+A$1+$A1", 2, 1);
    CLEANUP_FREE char *gone = formula_shift("=A1", -1, 0);

    (void)state;
    assert_string_equal(down, "=B3+$A$1+B$1+$A3");
    assert_string_equal(gone, "=#REF!");
}

static void expect_merge(const struct tab *t, struct area a)
{
    const struct area *merge = tab_merge_at(t, a.row, a.column);

    assert_non_null(merge);
    assert_memory_equal(merge, &a, sizeof(a));
}

static void merges_follow_rows_and_columns(void **state)
{
    struct tab *t = tab_new(0, "T", 100, 10);

    (void)state;
    tab_merge(t, (struct area){2, 4, 1, 3});
    tab_insert_rows(t, 3, 2, true);
    expect_merge(t, (struct area){2, 6, 1, 3});
    tab_insert_columns(t, 1, 1, true);
    expect_merge(t, (struct area){2, 6, 2, 4});
    tab_move_rows(t, 0, 1, 50);
    expect_merge(t, (struct area){1, 5, 2, 4});
    tab_move_rows(t, 1, 4, 20);
    expect_merge(t, (struct area){16, 20, 2, 4});
    tab_delete_rows(t, 17, 80);
    expect_merge(t, (struct area){16, 17, 2, 4});
    tab_move_columns(t, 3, 1, 0); /* torn */
    assert_int_equal(t->n_merges, 0);
    tab_merge(t, (struct area){0, 2, 0, 1});
    tab_merge(t, (struct area){1, 3, 0, 2}); /* takes the place of the one that it touches */
    assert_int_equal(t->n_merges, 1);
    tab_delete_columns(t, 1, 1);
    tab_delete_rows(t, 0, 2); /* one cell is no merge */
    assert_int_equal(t->n_merges, 0);
    tab_unref(t);
}

static void hidden_rows_move_and_new_ones_are_shown(void **state)
{
    struct book *b = filled("abc");
    struct tab *t = book_write_tab(b, b->tabs[0]);

    (void)state;
    tab_set_hidden(t, 1, HIDDEN_BY_USER);
    tab_set_hidden(t, 900, HIDDEN_BY_FILTER);
    tab_insert_rows(t, 2, 1, true);
    assert_int_equal(tab_hidden(t, 1), HIDDEN_BY_USER);
    assert_int_equal(tab_hidden(t, 2), 0);
    tab_move_rows(t, 1, 1, 10);
    enter(b, 9, 3, "x"); /* the row grows */
    assert_int_equal(tab_hidden(t, 9), HIDDEN_BY_USER);
    assert_int_equal(tab_hidden(t, 901), HIDDEN_BY_FILTER);
    assert_int_equal(tab_last_row(t), 10);
    book_unref(b);
}

/* B as line of OLD, read again on top of OLD. */
static struct book *again(const struct book *old, const struct book *b)
{
    CLEANUP_BUF struct buf line = BUF_INIT;
    CLEANUP_JSON cJSON *json = NULL;
    struct err err = ERR_INIT;
    struct book *read = NULL;

    disk_json_put(&line, old, b);
    assert_int_equal(json_parse(buf_text(&line), line.len, &json, &err), 0);
    assert_int_equal(disk_json_read(old, json, &read, &err), 0);
    return read;
}

static void a_version_is_kept_whole_or_as_a_difference(void **state)
{
    struct book *b = filled("abcdef"), *draft, *copy, *next;
    char key[] = "k", value[] = "v";
    struct metadata m = {.id = 9, .key = key, .value = value, .place = META_COLUMN, .index = 3};

    (void)state;
    enter(b, 0, 1, "2024-02-29");
    enter(b, 1, 1, "=A1&\"!\"");
    cell_set_note(tab_write(b->tabs[0], 2, 1), "note");
    tab_set_hidden(b->tabs[0], 2, HIDDEN_BY_USER);
    tab_set_hidden(b->tabs[0], 7, HIDDEN_BY_FILTER);
    tab_merge(b->tabs[0], (struct area){4, 6, 0, 2});
    book_add_metadata(b, &m);
    copy = again(NULL, b);
    assert_string_equal(shown(copy, (struct area){0, 3, 0, 2}), "a 2024-02-29 b a! c -");
    assert_string_equal(tab_cell(copy->tabs[0], 2, 1)->note, "note");
    assert_string_equal(copy->metadata[0].value, "v");
    assert_int_equal(tab_hidden(copy->tabs[0], 2), HIDDEN_BY_USER);
    assert_int_equal(tab_hidden(copy->tabs[0], 7), HIDDEN_BY_FILTER);
    expect_merge(copy->tabs[0], (struct area){4, 6, 0, 2});
    draft = book_draft(copy);
    book_delete(draft, draft->tabs[0], true, 1, 2);
    enter(draft, 3, 0, "z");
    book_add_tab(draft, tab_new(4, "New", 5, 5), 0);
    next = again(copy, draft);
    assert_int_equal(next->n_tabs, 2);
    assert_string_equal(next->tabs[0]->title, "New");
    book_remove_tab(next, 4);
    assert_string_equal(column_a(next, 5), "a d e z -");
    assert_int_equal(next->tabs[0]->rows, 998);
    expect_merge(next->tabs[0], (struct area){2, 4, 0, 2});
    book_unref(next);
    book_unref(draft);
    book_unref(copy);
    book_unref(b);
}

static void expect_same_rows(const struct book *a, const struct book *b)
{
    const struct tab *x = a->tabs[0], *y = b->tabs[0];

    assert_int_equal(x->rows, y->rows);
    for (int64_t row = 0; row < x->rows; row++) {
        const struct cell *c = tab_cell(x, row, 0), *d = tab_cell(y, row, 0);

        assert_int_equal(cell_has_value(c), cell_has_value(d));
        if (cell_has_value(c))
            assert_string_equal(c->text, d->text);
    }
}

/* One thing that a person or a batch does, by a random number. */
static void change_some(struct tab *t, unsigned n)
{
    char text[16];
    int64_t at = n / 7 % (unsigned)t->rows, count = 1 + n / 11 % 90;

    if (at + count > t->rows)
        count = t->rows - at;
    snprintf(text, sizeof(text), "v%u", n);
    if (n % 5 == 0)
        tab_insert_rows(t, at, count, false);
    else if (n % 5 == 1 && t->rows > 300)
        tab_delete_rows(t, at, count);
    else if (n % 5 == 2)
        tab_move_rows(t, at, count, n / 13 % 2 == 0 ? 0 : t->rows);
    else
        cell_set(tab_write(t, at, 0), (struct scalar){.kind = KIND_TEXT, .text = text});
}

static void any_changes_are_read_back_as_they_were_written(void **state)
{
    struct book *b = book_new("test", "Test");
    uint64_t seed = 7;

    (void)state;
    tab_resize(b->tabs[0], 400, 2);
    for (int64_t row = 0; row < 400; row++)
        cell_set(tab_write(b->tabs[0], row, 0), (struct scalar){.kind = KIND_TEXT, .text = "x"});
    for (int round = 0; round < 300; round++) {
        struct book *draft = book_draft(b), *read;
        struct tab *t = book_write_tab(draft, draft->tabs[0]);

        for (int n = 0; n < 1 + round % 6; n++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            change_some(t, (unsigned)(seed >> 40));
        }
        read = again(b, draft);
        expect_same_rows(read, draft);
        book_unref(read);
        book_unref(b);
        b = draft;
    }
    book_unref(b);
}

static void an_update_and_new_rows_at_the_end_are_a_short_line(void **state)
{
    struct book *b = book_new("test", "Test"), *draft;
    CLEANUP_BUF struct buf line = BUF_INIT;

    (void)state;
    for (int64_t row = 0; row < 900; row++)
        cell_set(tab_write(b->tabs[0], row, 0), (struct scalar){.kind = KIND_TEXT, .text = "x"});
    draft = book_draft(b);
    enter(draft, 5, 0, "changed");
    tab_insert_rows(book_write_tab(draft, draft->tabs[0]), 900, 2, false);
    enter(draft, 900, 0, "new");
    enter(draft, 901, 0, "new");
    disk_json_put(&line, b, draft);
    assert_true(line.len < 1000);
    book_unref(draft);
    book_unref(b);
}

static void a_difference_that_does_not_fit_is_refused(void **state)
{
    static const char line[] = "{\"id\":\"test\",\"tabs\":[{\"id\":0,\"title\":\"T\",\"rows\":5,"
                               "\"columns\":5,\"splices\":[{\"at\":9,\"remove\":1,\"rows\":[]}]}]}";
    CLEANUP_JSON cJSON *json = cJSON_Parse(line);
    struct err err = ERR_INIT;
    struct book *read = NULL;

    (void)state;
    assert_int_equal(disk_json_read(NULL, json, &read, &err), -1);
    assert_string_equal(err.msg, "rows 9 and 10 are outside tab \"T\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_shares_rows_and_leaves_its_origin_alone),
        cmocka_unit_test(rows_come_go_and_move),
        cmocka_unit_test(columns_come_go_and_move),
        cmocka_unit_test(inserted_rows_take_the_format_of_their_neighbour),
        cmocka_unit_test(cells_shift_inside_a_range),
        cmocka_unit_test(sorting_is_stable_and_keeps_blanks_last),
        cmocka_unit_test(metadata_follow_their_rows),
        cmocka_unit_test(formulas_are_worked_out),
        cmocka_unit_test(long_chains_of_formulas_are_worked_out_from_either_end),
        cmocka_unit_test(references_follow_rows_and_columns),
        cmocka_unit_test(copied_formulas_shift),
        cmocka_unit_test(merges_follow_rows_and_columns),
        cmocka_unit_test(hidden_rows_move_and_new_ones_are_shown),
        cmocka_unit_test(a_version_is_kept_whole_or_as_a_difference),
        cmocka_unit_test(any_changes_are_read_back_as_they_were_written),
        cmocka_unit_test(an_update_and_new_rows_at_the_end_are_a_short_line),
        cmocka_unit_test(a_difference_that_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
