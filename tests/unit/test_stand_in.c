/* SPDX-License-Identifier: Apache-2.0 */
/* stand_in: what stands for a text that is too long for a cell, and for no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/cell/stand_in.h"
#include "common/cleanup.h"
#include "common/hash.h"

static const struct column text = {.type = COLUMN_TEXT, .length = 1 << 20, .is_nullable = true};
static const struct column bytes = {.type = COLUMN_BINARY, .length = 1 << 20};

/* PIECE again and again, N bytes in all; owned. */
static char *long_text(const char *piece, size_t n)
{
    char *out = malloc(n + 1);

    for (size_t i = 0; i < n; i++)
        out[i] = piece[i % strlen(piece)];
    out[n] = '\0';
    return out;
}

static struct cell make(const struct column *c, struct value v, bool with_beginning,
                        struct buf *scratch)
{
    struct cell cell;
    struct err err = ERR_INIT;

    assert_int_equal(cell_from_value(c, v, scratch, &cell, &err), -1);
    assert_int_equal(err.code, ERR_VALUE);
    assert_int_equal(stand_in_make(c, v, with_beginning, scratch, &cell, &err), 0);
    return cell;
}

static size_t units(struct cell cell)
{
    size_t n = 0;

    for (size_t i = 0; i < cell.text_len; i++)
        n +=
            (size_t)((cell.text[i] & 0xc0) != 0x80) + (size_t)((unsigned char)cell.text[i] >= 0xf0);
    return n;
}

static void it_says_how_long_the_text_is(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    CLEANUP_FREE char *v = long_text("ä", 120000);
    struct cell cell = make(&text, value_text(v, 120000), false, &scratch);
    static const char start[] = "[too long for a cell: 60000 characters, #";

    (void)state;
    assert_int_equal(strncmp(cell.text, start, strlen(start)), 0);
    assert_int_equal(cell.text_len, strlen(start) + 17);
}

static void its_beginning_is_cut_between_characters_and_fits_into_a_cell(void **state)
{
    static const char *const pieces[] = {"a", "ä", "日", "𝄞", "ab𝄞"};

    (void)state;
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        CLEANUP_BUF struct buf scratch = BUF_INIT;
        size_t n = strlen(pieces[i]) * 60000;
        CLEANUP_FREE char *v = long_text(pieces[i], n);
        struct cell cell = make(&text, value_text(v, n), true, &scratch);
        const char *bracket = memchr(cell.text, '[', cell.text_len);
        size_t kept = (size_t)(bracket - cell.text) - 4;

        assert_true(units(cell) <= 50000 && units(cell) > 49700);
        assert_int_equal(memcmp(cell.text, v, kept), 0);
        assert_int_equal(memcmp(cell.text + kept, "... [", 5), 0);
        assert_true((v[kept] & 0xc0) != 0x80);
    }
}

static void it_stands_for_its_value_alone_and_only_untouched(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        CLEANUP_BUF struct buf scratch = BUF_INIT;
        CLEANUP_FREE char *v = long_text("some text ", 60000);
        CLEANUP_FREE char *copy = NULL;
        uint64_t hash = hash_value(value_text(v, 60000));
        struct cell cell = make(&text, value_text(v, 60000), with, &scratch);

        assert_true(stand_in_is(&cell) && stand_in_is_of(&cell, hash));
        v[59999] = '!';
        assert_false(stand_in_is_of(&cell, hash_value(value_text(v, 60000))));
        copy = strndup(cell.text, cell.text_len);
        cell.text = copy;
        copy[with ? 5 : cell.text_len - 3] ^= 1;
        assert_false(stand_in_is_of(&cell, hash));
    }
}

static void it_is_no_value_of_any_column(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    CLEANUP_FREE char *v = long_text("x", 60000);
    struct cell cell = make(&text, value_text(v, 60000), true, &scratch);
    struct err err = ERR_INIT;
    struct value out;

    (void)state;
    assert_int_equal(cell_to_value(&text, &cell, &scratch, &out, &err), -1);
    assert_string_equal(err.msg, "stands for a text that is too long for a cell");
}

static void bytes_begin_in_hexadecimal(void **state)
{
    CLEANUP_BUF struct buf scratch = BUF_INIT;
    CLEANUP_FREE char *v = long_text("\x01\xff", 30000);
    struct cell cell = make(&bytes, value_text(v, 30000), true, &scratch);

    (void)state;
    assert_int_equal(memcmp(cell.text, "0x01FF01FF", 10), 0);
    assert_non_null(strstr(cell.text, "... [too long for a cell: 30000 bytes, #"));
    assert_true(cell.text_len <= 50000);
    assert_true(stand_in_is_of(&cell, hash_value(value_text(v, 30000))));
}

static void what_only_looks_like_one_is_a_text(void **state)
{
    static const char *const others[] = {
        "",
        "]",
        "[too long for a cell: ]",
        "[too long for a cell: 5 characters, #0123456789abcde]",
        "[too long for a cell: 5 characters, #0123456789abcdeg]",
        "[too long for a cell: 5 characters, # 123456789abcdef]",
        "[too long: 5 characters and some more, #0123456789abcdef]",
        "[too long for a cell: 5 characters, #0123456789abcdef] ",
    };
    struct cell number = {.type = CELL_NUMBER, .number = 5};

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct cell cell = {.type = CELL_TEXT, .text = others[i], .text_len = strlen(others[i])};

        assert_false(stand_in_is(&cell));
    }
    assert_false(stand_in_is(&number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_how_long_the_text_is),
        cmocka_unit_test(its_beginning_is_cut_between_characters_and_fits_into_a_cell),
        cmocka_unit_test(it_stands_for_its_value_alone_and_only_untouched),
        cmocka_unit_test(it_is_no_value_of_any_column),
        cmocka_unit_test(bytes_begin_in_hexadecimal),
        cmocka_unit_test(what_only_looks_like_one_is_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
