/* SPDX-License-Identifier: Apache-2.0 */
/* Text of other character sets; that every code is right is shown on real servers
 * (test_charset_live.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "replicator/binlog/charset.h"

static void check_bytes(const char *charset, const char *in, size_t len, const char *wanted)
{
    const struct charset *cs = charset_of_name(charset);
    struct arena arena = ARENA_INIT;
    char *exact = malloc(len > 0 ? len : 1);
    struct value v;

    assert_non_null(cs);
    memcpy(exact, in, len);
    v = charset_convert(cs, value_text(exact, len), &arena);
    assert_int_equal(v.state, VALUE_TEXT);
    if (v.len != strlen(wanted) || memcmp(v.ptr, wanted, v.len) != 0)
        fail_msg("%s: '%.*s' instead of '%s'", charset, (int)v.len, v.ptr, wanted);
    free(exact);
    arena_close(&arena);
}
#define CHECK(charset, in, wanted) check_bytes((charset), (in), sizeof(in) - 1, (wanted))

static void characters_of_one_byte_are_looked_up(void **state)
{
    (void)state;
    CHECK("latin1", "\x80 \xe4\xf6\xfc\xdf", "€ äöüß");
    CHECK("latin1", "long enough for eight, then \xfc and more of it",
          "long enough for eight, "
          "then ü and more of it");
    CHECK("latin1", "\xff", "ÿ");
    CHECK("cp1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
    CHECK("swe7", "[\\]", "ÄÖÅ");
    CHECK("geostd8", "\xc0", "ა");
    CHECK("latin1", "", "");
}

static void ascii_is_given_back_as_it_is(void **state)
{
    static const char *const same[] = {"latin1", "cp1251", "koi8r", "gbk",    "big5",    "sjis",
                                       "cp932",  "ujis",   "euckr", "gb2312", "gb18030", "utf8mb4"};
    static const char *const other[] = {"swe7", "ucs2", "utf16", "utf16le", "utf32"};
    static const char text[] = "a text [with \\ and ~] of some length";
    struct value in = value_text(text, sizeof(text) - 1), v;
    struct arena arena = ARENA_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        v = charset_convert(charset_of_name(same[i]), in, &arena);
        assert_ptr_equal(v.ptr, text);
        assert_int_equal(v.len, in.len);
    }
    assert_int_equal(arena.bytes, 0);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
        assert_ptr_not_equal(charset_convert(charset_of_name(other[i]), in, &arena).ptr, text);
    arena_close(&arena);
}

/* Second bytes may look like ASCII: \x5c is a backslash, and half of a character. */
static void characters_of_several_bytes_are_looked_up(void **state)
{
    (void)state;
    CHECK("gbk", "a\xd6\xd0\xb9\xfa\x81\x5cz", "a中国乗z");
    CHECK("big5", "\xa4\xa4\xa4\xe5\xb3\x5c", "中文許");
    CHECK("sjis", "\x93\xfa\x96\x7b\x83\x5c\xb1\xdf\\~", "日本ソｱﾟ\\~");
    CHECK("sjis", "\x81\x5f\x81\x60", "\\〜");
    CHECK("cp932", "\x81\x5f\x81\x60\x87\x40", "＼～①");
    CHECK("ujis", "\xc6\xfc\xcb\xdc\x8e\xb1\x8f\xb0\xa1", "日本ｱ丂");
    CHECK("eucjpms", "\xa1\xc1\xad\xa1", "～①");
    CHECK("euckr", "\xc7\xd1\x81\x41", "한갂");
    CHECK("gb2312", "\xd6\xd0", "中");
    CHECK("gb18030", "\xd6\xd0\x81\x30\x81\x30\x94\x39\xfc\x36", "中\xc2\x80😀");
    CHECK("gb18030", "\x84\x31\xa4\x39\x90\x30\x81\x30\xe3\x32\x9a\x35", "\uffff𐀀\U0010ffff");
}

static void what_is_no_character_is_one_question_mark_a_code(void **state)
{
    (void)state;
    CHECK("gbk", "\x81", "?");          /* cut */
    CHECK("gbk", "x\x81\x20y", "x? y"); /* no second byte */
    CHECK("gbk", "\xff\x80", "??");
    CHECK("gbk", "\xa2\xa1-", "ⅰ-");
    CHECK("gbk", "\xa2\x40-", "?-"); /* well-formed, without a character */
    CHECK("ujis", "\x8f\xa1", "??");
    CHECK("ujis", "\x8f\xf3\xf3.", "?.");
    CHECK("ujis", "\x8e", "?");
    CHECK("ujis", "\x8e\xe0.", "??.");
    CHECK("gb18030", "\x81\x30\x81", "?0?");
    CHECK("gb18030", "\xfe\x39\xfe\x39.", "?.");
    CHECK("cp932", "\x80\xa0\xfd", "???");
    CHECK("big5", "\xa3\xe1.", "?.");
}

static void units_of_two_and_four_bytes_are_computed(void **state)
{
    (void)state;
    CHECK("ucs2", "\0a\0\xe4\x20\xac", "aä€");
    CHECK("ucs2", "\0a\0", "a?");
    CHECK("ucs2", "\xd8\x3d\xde\0", "\xed\xa0\xbd\xed\xb8\x80"); /* no pairs here */
    CHECK("utf16", "\xd8\x3d\xde\0\0a", "😀a");
    CHECK("utf16", "\xd8\x3d\0a", "?a");
    CHECK("utf16", "\xde\0\0a", "?a");
    CHECK("utf16", "\xd8\x3d", "?");
    CHECK("utf16", "\xd8\x3d\xde", "??");
    CHECK("utf16le",
          "\x3d\xd8\0\xde"
          "a\0",
          "😀a");
    CHECK("utf32", "\0\1\xf6\0\0\0\0a", "😀a");
    CHECK("utf32", "\0\x11\0\0\0\0\0a\0", "?a?");
}

static void unknown_names_and_numbers_are_none(void **state)
{
    (void)state;
    assert_null(charset_of_name("nonsense"));
    assert_null(charset_of_collation(0));
    assert_null(charset_of_collation(17));
    assert_null(charset_of_collation(700));
    assert_null(charset_of_collation(UINT32_MAX));
    assert_string_equal(charset_name(charset_of_collation(8)), "latin1");
    assert_string_equal(charset_name(charset_of_collation(255)), "utf8mb4");
    assert_string_equal(charset_name(charset_of_collation(1024 + 28)), "gbk");
    assert_string_equal(charset_name(charset_of_collation(2048 + 2 * 256)), "ucs2");
    assert_string_equal(charset_name(charset_of_name("utf8")), "utf8mb3");
}

static uint64_t seed = 88172645463325252u;

/* Whatever comes: a text, and (with the sanitizers) no byte read or written beyond. */
static void any_bytes_give_a_text(void **state)
{
    static const char *const names[] = {"latin1",  "swe7", "gbk",     "big5",    "sjis",
                                        "cp932",   "ujis", "eucjpms", "euckr",   "gb2312",
                                        "gb18030", "ucs2", "utf16",   "utf16le", "utf32"};

    (void)state;
    for (size_t round = 0; round < 20000; round++) {
        const struct charset *cs = charset_of_name(names[round % 15]);
        struct arena arena = ARENA_INIT;
        size_t len = round / 15 % 40;
        char *bytes = malloc(len > 0 ? len : 1);
        struct value v;

        for (size_t i = 0; i < len; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            bytes[i] = (char)(seed % 3 == 0 ? seed >> 8 & 0x7f : seed >> 8);
        }
        v = charset_convert(cs, value_text(bytes, len), &arena);
        assert_int_equal(v.state, VALUE_TEXT);
        assert_true(v.len <= 4 * len);
        free(bytes);
        arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_of_one_byte_are_looked_up),
        cmocka_unit_test(ascii_is_given_back_as_it_is),
        cmocka_unit_test(characters_of_several_bytes_are_looked_up),
        cmocka_unit_test(what_is_no_character_is_one_question_mark_a_code),
        cmocka_unit_test(units_of_two_and_four_bytes_are_computed),
        cmocka_unit_test(unknown_names_and_numbers_are_none),
        cmocka_unit_test(any_bytes_give_a_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
