/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as what the sandbox reads: a range in A1 notation, a mask of fields, a formula, what is
 * typed into a cell, and a number format. A range that is read is written as one that reads the
 * same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/a1.h"
#include "sandbox/calc.h"
#include "sandbox/display.h"
#include "sandbox/display_pattern.h"
#include "sandbox/fields.h"
#include "sandbox/formula.h"
#include "sandbox/typed.h"
#include "tests/fuzz/targets.h"

static void take_range(const char *text)
{
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct a1 first = {0}, again = {0};

    if (a1_parse(text, &first) && !first.is_whole_tab && first.area.end_row > 0 &&
        first.area.end_column > 0) {
        a1_put(&out, first.title == NULL ? "T" : first.title, first.area);
        if (!a1_parse(buf_text(&out), &again) ||
            memcmp(&first.area, &again.area, sizeof(first.area)) != 0)
            abort();
    }
    free(first.title);
    free(again.title);
}

static void take_mask(const char *text)
{
    struct fields *mask = NULL;
    struct err err = ERR_INIT;

    if (fields_parse(text, &mask, &err) != 0 && err.msg[0] == '\0')
        abort();
    fields_free(mask);
}

static void take_formula(const char *text)
{
    const struct formula_change changes[] = {
        {.kind = FORMULA_INSERT, .rows = true, .at = 1, .n = 2, .title = "Sheet1"},
        {.kind = FORMULA_DELETE, .rows = false, .at = 0, .n = 1, .title = "Sheet1"},
        {.kind = FORMULA_MOVE, .rows = true, .at = 0, .n = 1, .to = 3, .title = "Sheet1"},
        {.kind = FORMULA_CUT, .title = "Sheet1", .area = {0, 2, 0, 2}, .down = 1, .right = 1},
    };

    free(formula_shift(text, 1, -1));
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        free(formula_follow(text, &changes[i], i % 2 == 0));
}

static void take_typed(const char *text)
{
    struct book *b = book_new("test", "Test");
    CLEANUP_BUF struct buf out = BUF_INIT;
    struct cell *cell = tab_write(book_write_tab(b, b->tabs[0]), 1, 1);
    struct calc *calc;

    typed_enter(cell, text);
    display_put_edit(&out, cell);
    calc = calc_new(b);
    calc_value(calc, b->tabs[0], 1, 1);
    calc_free(calc);
    book_unref(b);
}

static void take_pattern(const char *text)
{
    static const double numbers[] = {0, 1.5, -1234567.891, 45000.75, 1e300, -0.0001};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        CLEANUP_BUF struct buf out = BUF_INIT;

        if (display_is_date_pattern(text))
            display_put_date(&out, numbers[i], text);
        else
            display_put_pattern(&out, numbers[i], text);
    }
}

void fuzz_sandbox_text(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0 || (text = malloc(size)) == NULL)
        return;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 5) {
    case 0:
        take_range(text);
        break;
    case 1:
        take_mask(text);
        break;
    case 2:
        take_formula(text);
        break;
    case 3:
        take_typed(text);
        break;
    default:
        take_pattern(text);
        break;
    }
    free(text);
}
