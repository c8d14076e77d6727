/* SPDX-License-Identifier: Apache-2.0 */
/* mark: NULL, the empty text and every other text look different in a cell, whatever says them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/cell/cell.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char *labels[] = {"", "NULL", "x", "\"NULL\""};

static struct column text_column(const char *null_as, const char *empty_as)
{
    return (struct column){.type = COLUMN_TEXT,
                           .length = 100,
                           .is_nullable = true,
                           .look = {.null_as = null_as, .empty_as = empty_as}};
}

static const struct {
    const char *null_as, *empty_as;
} looks[] = {
    {NULL, NULL},        {"", "\"\""},          {"NULL", ""},         {"NULL", "\"\""},
    {"NULL", "empty"},   {"\"NULL\"", "empty"}, {"", "(empty)"},      {"-", "\"\""},
    {"\"", "\"\" \"\""}, {"\"\"", "x"},         {"\"\"\"\"", "NULL"},
};

/* The text of the cell that shows V; "(blank)" if it is blank. */
static const char *show(const struct column *c, struct value v, struct buf *out)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell;

    assert_int_equal(cell_from_value(c, v, &scratch, &cell, &err), 0);
    buf_clear(out);
    if (cell.type == CELL_BLANK)
        return "(blank)";
    assert_int_equal(cell.type, CELL_TEXT);
    buf_append(out, cell.text, cell.text_len);
    return buf_text(out);
}

static void comes_back(const struct column *c, struct value v)
{
    CLEANUP_BUF struct buf there = BUF_INIT;
    CLEANUP_BUF struct buf back = BUF_INIT;
    struct err err = ERR_INIT;
    struct cell cell;
    struct value again;

    assert_int_equal(cell_from_value(c, v, &there, &cell, &err), 0);
    if (cell_to_value(c, &cell, &back, &again, &err) != 0)
        fail_msg("%s", err.msg);
    if (!value_equal(v, again))
        fail_msg("null_as %s, empty_as %s: \"%.*s\" came back as \"%.*s\"", c->look.null_as,
                 c->look.empty_as, (int)v.len, v.ptr, (int)again.len, again.ptr);
}

/* All texts of up to SIZE of these pieces. */
static void try_all(const struct column *c, char *text, size_t len, int size)
{
    static const char *const pieces[] = {"\"", "NULL", "x", "empty", "-", " "};

    comes_back(c, value_text(text, len));
    for (size_t i = 0; size > 0 && i < COUNT(pieces); i++) {
        memcpy(text + len, pieces[i], strlen(pieces[i]));
        try_all(c, text, len + strlen(pieces[i]), size - 1);
    }
}

static void every_text_comes_back_as_it_was(void **state)
{
    char room[64];

    (void)state;
    for (size_t i = 0; i < COUNT(looks); i++) {
        struct column c = text_column(looks[i].null_as, looks[i].empty_as);

        comes_back(&c, VALUE_INIT_NULL);
        try_all(&c, room, 0, 5);
        c.is_nullable = false;
        try_all(&c, room, 0, 5);
    }
}

static void labels_and_numbers_come_back_as_they_were(void **state)
{
    struct column c = {.type = COLUMN_ENUM,
                       .labels = labels,
                       .n_labels = COUNT(labels),
                       .is_nullable = true,
                       .look = {.null_as = "NULL", .empty_as = ""}};
    struct column number = {.type = COLUMN_INT, .bytes = 4, .is_nullable = true};

    (void)state;
    for (size_t i = 0; i < COUNT(labels); i++)
        comes_back(&c, value_text(labels[i], strlen(labels[i])));
    comes_back(&c, VALUE_INIT_NULL);
    number.look.null_as = "none";
    comes_back(&number, VALUE_INIT_NULL);
    comes_back(&number, value_text("0", 1));
}

static void null_and_empty_are_said_as_configured(void **state)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct column c = text_column(NULL, NULL);

    (void)state;
    assert_string_equal(show(&c, VALUE_INIT_NULL, &out), "(blank)");
    assert_string_equal(show(&c, value_text("", 0), &out), "\"\"");
    c = text_column("NULL", "");
    assert_string_equal(show(&c, VALUE_INIT_NULL, &out), "NULL");
    assert_string_equal(show(&c, value_text("", 0), &out), "(blank)");
    assert_string_equal(show(&c, value_text("NULL", 4), &out), "\"NULL\"");
    assert_string_equal(show(&c, value_text("null", 4), &out), "null");
    c.is_nullable = false;
    assert_string_equal(show(&c, value_text("NULL", 4), &out), "NULL");
    assert_string_equal(show(&c, value_text("", 0), &out), "(blank)");
}

static void a_blank_cell_is_null_where_it_is_not_the_empty_text(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    const struct cell blank = {.type = CELL_BLANK};
    struct err err = ERR_INIT;
    struct column c = text_column("NULL", "empty");
    struct value v;

    (void)state;
    assert_int_equal(cell_to_value(&c, &blank, &scratch, &v, &err), 0);
    assert_int_equal(v.state, VALUE_NULL);
    c = text_column("NULL", "");
    assert_int_equal(cell_to_value(&c, &blank, &scratch, &v, &err), 0);
    assert_int_equal(v.state, VALUE_TEXT);
    assert_int_equal(v.len, 0);
}

static void truth_is_shown_as_a_checkbox_where_that_is_wished(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    struct column c = {
        .type = COLUMN_INT, .bytes = 1, .is_bool = true, .look = {.is_checkbox = true}};
    struct err err = ERR_INIT;
    struct cell cell;
    struct value v;

    (void)state;
    assert_int_equal(cell_from_value(&c, value_text("1", 1), &scratch, &cell, &err), 0);
    assert_true(cell.type == CELL_BOOL && cell.boolean);
    assert_int_equal(cell_to_value(&c, &cell, &scratch, &v, &err), 0);
    assert_true(value_equal(v, value_text("1", 1)));
    assert_int_equal(cell_from_value(&c, value_text("0", 1), &scratch, &cell, &err), 0);
    assert_true(cell.type == CELL_BOOL && !cell.boolean);
    assert_int_equal(cell_from_value(&c, value_text("-7", 2), &scratch, &cell, &err), 0);
    assert_true(cell.type == CELL_NUMBER && cell.number == -7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_comes_back_as_it_was),
        cmocka_unit_test(labels_and_numbers_come_back_as_they_were),
        cmocka_unit_test(null_and_empty_are_said_as_configured),
        cmocka_unit_test(a_blank_cell_is_null_where_it_is_not_the_empty_text),
        cmocka_unit_test(truth_is_shown_as_a_checkbox_where_that_is_wished),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
