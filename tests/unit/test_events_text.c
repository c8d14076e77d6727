/* SPDX-License-Identifier: Apache-2.0 */
/* json_bytes and pattern: what tabrelay events does eight bytes at a time, against what is done one
 * by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/events/json_bytes.h"
#include "cli/events/pattern.h"
#include "common/buf.h"
#include "common/utf8.h"

enum { LENGTHS = 40, ROUNDS = 200000 };

/* By the rules, one character after the other. */
static void put_plainly(struct buf *out, const char *text, size_t len)
{
    if (!utf8_is_valid(text, len)) {
        buf_puts(out, "{\"hex\":\"");
        buf_hex(out, text, len);
        buf_puts(out, "\"}");
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        static const char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\";
        const char *found = text[i] == '\0' ? NULL : strchr(from, text[i]);

        if (found != NULL)
            buf_printf(out, "\\%c", to[found - from]);
        else if ((unsigned char)text[i] < 0x20)
            buf_printf(out, "\\u%04x", (unsigned char)text[i]);
        else
            buf_putc(out, text[i]);
    }
    buf_putc(out, '"');
}

/* TEXT lies where not a byte before or after it may be touched. */
static void expect_same(const char *text, size_t len)
{
    CLEANUP_BUF struct buf want = BUF_INIT;
    char *exact = malloc(len > 0 ? len : 1), *out = malloc(json_bytes_room(len));
    char *end;

    assert_non_null(exact);
    assert_non_null(out);
    memcpy(exact, text, len);
    put_plainly(&want, text, len);
    end = json_bytes_put(out, exact, len);
    assert_int_equal(end - out, want.len);
    assert_memory_equal(out, want.ptr, want.len);
    free(exact);
    free(out);
}

static void every_byte_at_every_place_of_every_length(void **state)
{
    char text[LENGTHS];

    (void)state;
    for (size_t len = 0; len < LENGTHS; len++)
        for (size_t at = 0; at < len; at++)
            for (int c = 0; c < 256; c++) {
                memset(text, 'a', len);
                text[at] = (char)c;
                expect_same(text, len);
            }
}

static void pieces_in_any_mixture(void **state)
{
    static const char *const pieces[] = {"a",    "bc", "longer text", "\"", "\\",       "\n",
                                         "\x1",  "ä",  "→",           "🍎",  "\x7f",     "\xff",
                                         "\xc3", " ",  "\xe2\x86",    "é",  "\xc0\x80", "0"};
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char text[LENGTHS * 12];
        size_t len = 0, n;

        seed = seed * 1103515245 + 12345;
        n = seed >> 16 & 15;
        for (size_t i = 0; i < n; i++) {
            const char *piece;

            seed = seed * 1103515245 + 12345;
            piece = pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        expect_same(text, len);
    }
}

static void copies_of_every_length_are_exact(void **state)
{
    char from[LENGTHS * 2], to[LENGTHS * 2];

    (void)state;
    for (size_t i = 0; i < sizeof(from); i++)
        from[i] = (char)i;
    for (size_t len = 0; len < sizeof(from); len++) {
        memset(to, 0x55, sizeof(to));
        assert_ptr_equal(json_bytes_copy(to, from, len), to + len);
        assert_memory_equal(to, from, len);
        assert_true(to[len] == 0x55);
    }
}

static void numbers_are_decimal(void **state)
{
    static const uint64_t numbers[] = {0, 9, 10, 4294967296, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char out[64], want[32];

        *json_bytes_uint(out, numbers[i]) = '\0';
        snprintf(want, sizeof(want), "%llu", (unsigned long long)numbers[i]);
        assert_string_equal(out, want);
    }
}

static void patterns_stand_for_characters(void **state)
{
    static const struct {
        const char *pattern, *schema, *table;
        bool fits;
    } cases[] = {
        {"shop.orders", "shop", "orders", true},
        {"shop.orders", "shop", "Orders", false},
        {"shop.orders", "shop", "orders2", false},
        {"shop.*", "shop", "", true},
        {"shop.*", "shops", "orders", false},
        {"*.orders", "any", "orders", true},
        {"*.*", "a", "b", true},
        {"s?op.o*s", "shop", "orders", true},
        {"s?op.o*s", "shop", "order", false},
        {"a.*b*c", "a", "xbxbxc", true},
        {"a.*b*c", "a", "xbxbx", false},
        {"a.?", "a", "ä", true},
        {"a.??", "a", "ä", false},
        {"a.b.c", "a", "b.c", true},
        {"a.b", "", "", true},
        {"a.b", "a", "", true},
        {"a.b", "c", "", false},
        {"a.**", "a", "x", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (pattern_fits_table(cases[i].pattern, cases[i].schema, cases[i].table) != cases[i].fits)
            fail_msg("%s for %s.%s", cases[i].pattern, cases[i].schema, cases[i].table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_at_every_place_of_every_length),
        cmocka_unit_test(pieces_in_any_mixture),
        cmocka_unit_test(copies_of_every_length_are_exact),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(patterns_stand_for_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
