/* SPDX-License-Identifier: Apache-2.0 */
/* Values as they stand in row images -> canonical text; bytes are from real logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "replicator/binlog/value_decode.h"

static struct err err;

/* BYTES as hex, blanks ignored, in an allocation of exactly that size. */
static uint8_t *from_hex(const char *hex, size_t *len)
{
    uint8_t *out = malloc(strlen(hex) / 2 + 1);
    char digits[3] = "";

    *len = 0;
    for (const char *p = hex; *p != '\0'; p++) {
        if (*p == ' ')
            continue;
        digits[0] = p[0];
        digits[1] = p[1];
        out[(*len)++] = (uint8_t)strtoul(digits, NULL, 16);
        p++;
    }
    return realloc(out, *len > 0 ? *len : 1);
}

static void check(struct field f, const char *hex, const char *expected)
{
    struct arena arena = ARENA_INIT;
    CLEANUP_BUF struct buf text = BUF_INIT;
    struct value v;
    size_t len;
    uint8_t *bytes = from_hex(hex, &len);

    f.fixed_bytes = (uint8_t)len;
    f.text_max = f.kind <= FIELD_TIMESTAMP_OLD ? DECIMAL_TEXT_MAX : 0;
    if (value_decode(&f, bytes, len, &arena, &v, &err) != 0)
        fail_msg("%s: %s", hex, err.msg);
    buf_append(&text, v.ptr, v.len);
    assert_string_equal(text.ptr, expected);
    arena_close(&arena);
    free(bytes);
}

static void check_refused(struct field f, const char *hex, const char *message)
{
    struct arena arena = ARENA_INIT;
    struct value v;
    size_t len;
    uint8_t *bytes = from_hex(hex, &len);

    f.fixed_bytes = (uint8_t)len;
    f.text_max = f.kind <= FIELD_TIMESTAMP_OLD ? DECIMAL_TEXT_MAX : 0;
    assert_int_equal(value_decode(&f, bytes, len, &arena, &v, &err), -1);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, message);
    arena_close(&arena);
    free(bytes);
}

#define FIELD(...) ((struct field){__VA_ARGS__})
#define INT(is_u) FIELD(.kind = FIELD_INT, .is_unsigned = (is_u))

static void integers_of_all_widths_keep_their_sign(void **state)
{
    (void)state;
    check(INT(false), "80", "-128");
    check(INT(false), "7f", "127");
    check(INT(true), "ff", "255");
    check(INT(false), "0080", "-32768");
    check(INT(true), "ffff", "65535");
    check(INT(false), "000080", "-8388608");
    check(INT(false), "ffffff", "-1");
    check(INT(true), "ffffff", "16777215");
    check(INT(false), "00000080", "-2147483648");
    check(INT(true), "ffffffff", "4294967295");
    check(INT(false), "0000000000000080", "-9223372036854775808");
    check(INT(true), "ffffffffffffffff", "18446744073709551615");
    check(INT(false), "00", "0");
}

static void decimals_keep_all_their_digits(void **state)
{
    (void)state;
    check(FIELD(.kind = FIELD_DECIMAL, .precision = 10, .scale = 2), "80 00 00 fa 00", "250.00");
    check(FIELD(.kind = FIELD_DECIMAL, .precision = 6, .scale = 3), "80 7b 01 c8", "123.456");
    check(FIELD(.kind = FIELD_DECIMAL, .precision = 6, .scale = 3), "7f 84 fe 37", "-123.456");
    check(FIELD(.kind = FIELD_DECIMAL, .precision = 2, .scale = 2), "80", "0.00");
    check(FIELD(.kind = FIELD_DECIMAL, .precision = 2, .scale = 2), "7e", "-0.01");
    check(FIELD(.kind = FIELD_DECIMAL, .precision = 18, .scale = 9), "80 00 00 01 00 00 00 02",
          "1.000000002");
    check_refused(FIELD(.kind = FIELD_DECIMAL, .precision = 2, .scale = 2), "ff",
                  "malformed number of 1 bytes");
    assert_int_equal(decimal_bytes(65, 30), 30);
    assert_int_equal(decimal_bytes(66, 30), 0);
    assert_int_equal(decimal_bytes(3, 4), 0);
    assert_int_equal(decimal_bytes(0, 0), 0);
}

static void floats_print_the_shortest_text(void **state)
{
    (void)state;
    check(FIELD(.kind = FIELD_FLOAT), "cdcccc3d", "0.1");
    check(FIELD(.kind = FIELD_FLOAT), "00000080", "0");
    check(FIELD(.kind = FIELD_DOUBLE), "9a9999999999b93f", "0.1");
    check(FIELD(.kind = FIELD_DOUBLE), "9c7500883ce4377e", "1e300");
    check(FIELD(.kind = FIELD_DOUBLE), "000000000000f03f", "1");
    check_refused(FIELD(.kind = FIELD_DOUBLE), "000000000000f07f", "malformed number of 8 bytes");
    check_refused(FIELD(.kind = FIELD_FLOAT), "0000c07f", "malformed number of 4 bytes");
}

static void bits_and_years_are_numbers(void **state)
{
    (void)state;
    check(FIELD(.kind = FIELD_BIT), "04", "4");
    check(FIELD(.kind = FIELD_BIT), "0801", "2049");
    check(FIELD(.kind = FIELD_BIT), "ffffffffffffffff", "18446744073709551615");
    check(FIELD(.kind = FIELD_YEAR), "00", "0000");
    check(FIELD(.kind = FIELD_YEAR), "7c", "2024");
}

static void dates_may_have_zero_parts(void **state)
{
    (void)state;
    check(FIELD(.kind = FIELD_DATE), "74cd0f", "2022-11-20");
    check(FIELD(.kind = FIELD_DATE), "000000", "0000-00-00");
    check(FIELD(.kind = FIELD_DATE), "0fce0f", "2023-00-15");
}

static void times_are_negative_over_their_fraction(void **state)
{
    (void)state;
    check(FIELD(.kind = FIELD_TIME), "6043e5", "-507:48:27");
    check(FIELD(.kind = FIELD_TIME, .scale = 3), "7efdfb f63c", "-16:08:04.250");
    check(FIELD(.kind = FIELD_TIME, .scale = 6), "7efdfb ffd875", "-16:08:04.010123");
    check(FIELD(.kind = FIELD_TIME), "7efdfc", "-16:08:04");
    check(FIELD(.kind = FIELD_TIME), "800000", "00:00:00");
    check(FIELD(.kind = FIELD_TIME, .scale = 1), "7fffff f6", "-00:00:00.1");
    check(FIELD(.kind = FIELD_TIME_OLD), "ffffff", "-00:00:01");
    check(FIELD(.kind = FIELD_TIME_OLD), "40e201", "12:34:56");
}

static void datetimes_have_exactly_their_digits(void **state)
{
    (void)state;
    check(FIELD(.kind = FIELD_DATETIME), "8000000000", "0000-00-00 00:00:00");
    check(FIELD(.kind = FIELD_DATETIME, .scale = 1), "99b2baa2cc 32", "2024-02-29 10:11:12.5");
    check(FIELD(.kind = FIELD_TIMESTAMP), "6260869c", "2022-04-20 22:18:04");
    check(FIELD(.kind = FIELD_TIMESTAMP), "00000000", "0000-00-00 00:00:00");
    check(FIELD(.kind = FIELD_TIMESTAMP, .scale = 3), "00000000 0000", "0000-00-00 00:00:00.000");
    check(FIELD(.kind = FIELD_TIMESTAMP), "00000001", "1970-01-01 00:00:01");
    check(FIELD(.kind = FIELD_TIMESTAMP), "7fffffff", "2038-01-19 03:14:07");
    check(FIELD(.kind = FIELD_TIMESTAMP), "ffffffff", "2106-02-07 06:28:15");
    check(FIELD(.kind = FIELD_TIMESTAMP, .scale = 6), "65e03f60 01e240",
          "2024-02-29 08:25:04.123456");
    check(FIELD(.kind = FIELD_TIMESTAMP_OLD), "9c866062", "2022-04-20 22:18:04");
    check(FIELD(.kind = FIELD_DATETIME_OLD), "0c1eb7814a120000", "2011-12-13 14:15:16");
}

static void binaries_are_padded_and_texts_converted(void **state)
{
    static const char *const two[] = {"a", "b,c"};

    (void)state;
    const struct value labels[2] = {value_text(two[0], strlen(two[0])),
                                    value_text(two[1], strlen(two[1]))};

    check(FIELD(.kind = FIELD_TEXT, .charset = charset_of_name("utf8mb4")), "c3a4", "ä");
    check(FIELD(.kind = FIELD_TEXT, .charset = charset_of_name("latin1")), "e480", "ä€");
    check(FIELD(.kind = FIELD_TEXT, .charset = charset_of_name("utf16le")), "3dd84ddc", "👍");
    check(FIELD(.kind = FIELD_TEXT, .charset = charset_of_name("sjis")), "93fa96 7b81", "日本?");
    check(FIELD(.kind = FIELD_UUID, .pad_bytes = 16), "6ccd780cbaba102695645b8c656024",
          "6ccd780c-baba-1026-9564-5b8c65602400");
    check(FIELD(.kind = FIELD_INET4, .pad_bytes = 4), "0a", "10.0.0.0");
    check(FIELD(.kind = FIELD_INET6, .pad_bytes = 16), "", "::");
    check(FIELD(.kind = FIELD_INET6, .pad_bytes = 16), "00000000000000000000ffff01020304",
          "::ffff:1.2.3.4");
    check_refused(FIELD(.kind = FIELD_INET4, .pad_bytes = 4), "0102030405",
                  "5 bytes for an address or UUID of 4");
    check(FIELD(.kind = FIELD_ENUM, .labels = labels, .n_labels = 2), "02", "b,c");
    check(FIELD(.kind = FIELD_ENUM, .labels = labels, .n_labels = 2), "00", "");
    check(FIELD(.kind = FIELD_SET, .labels = labels, .n_labels = 2), "03", "a,b,c");
    check(FIELD(.kind = FIELD_SET, .labels = labels, .n_labels = 2), "00", "");
    check_refused(FIELD(.kind = FIELD_ENUM, .labels = labels, .n_labels = 2), "03",
                  "ENUM or SET value 0x3 of a column with 2 labels");
    assert_true(err.transient);
    check_refused(FIELD(.kind = FIELD_SET, .labels = labels, .n_labels = 2), "04",
                  "ENUM or SET value 0x4 of a column with 2 labels");
}

static void collations_lead_to_their_charsets(void **state)
{
    static const struct {
        uint32_t collation;
        const char *name;
    } known[] = {{8, "latin1"},    {1032, "latin1"},  {33, "utf8mb3"},   {45, "utf8mb4"},
                 {46, "utf8mb4"},  {63, "binary"},    {255, "utf8mb4"},  {323, "utf8mb4"},
                 {249, "gb18030"}, {2048, "utf8mb3"}, {2304, "utf8mb4"}, {2560, "ucs2"},
                 {3072, "utf32"},  {92, "geostd8"},   {1270, "utf8mb4"}};

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_string_equal(charset_name(charset_of_collation(known[i].collation)), known[i].name);
    assert_null(charset_of_collation(0));
    assert_null(charset_of_collation(17));
    assert_null(charset_of_collation(800));
    assert_null(charset_of_collation(UINT32_MAX));
    assert_null(charset_of_name("klingon"));
}

#define JSON FIELD(.kind = FIELD_JSON)

static void json_is_printed_as_mysql_does(void **state)
{
    (void)state;
    check(JSON, "", "null");
    check(JSON, "04 00", "null");
    check(JSON, "04 01", "true");
    check(JSON, "05 ff7f", "32767");
    check(JSON, "07 00000080", "-2147483648");
    check(JSON, "0a ffffffffffffffff", "18446744073709551615");
    check(JSON, "0b 000000000000f03f", "1.0");
    check(JSON, "0b 0000000000000080", "-0.0");
    check(JSON, "0b 0000c001cb347642", "1526000000000.0");
    check(JSON, "0c 02 2261", "\"\\\"a\"");
    check(JSON, "0c 05 01 1f 09 0a 7f", "\"\\u0001\\u001f\\t\\n\x7f\"");
    check(JSON, "00 0000 0400", "{}");
    check(JSON, "02 0000 0400", "[]");
    check(JSON, "02 0200 0a00 05 0100 04 0200", "[1, false]");
    check(JSON, "00 0100 0c00 0b00 0100 05 0700 61", "{\"a\": 7}");
    check(JSON, "0f f6 06 0603 807b01c8", "123.456");
    check(JSON, "0f 0b 08 f1fb09ee77050000", "\"87:31:46.654321\"");
    check(JSON, "0f 0a 08 0000000000049219", "\"2014-02-02\"");
    check(JSON, "0f 0f 01 55", "\"base64:type15:VQ==\"");
}

static void malformed_json_is_refused(void **state)
{
    static const char *const bad[] = {
        "06",                             /* nothing after the type */
        "0d 00",                          /* no such type */
        "04 03",                          /* no such literal */
        "0c 05 61",                       /* string beyond the end */
        "0c ffffffffff01 61",             /* length of more than five bytes */
        "02 0100 0700 02 0000",           /* an array that holds itself */
        "02 0200 0400",                   /* entries beyond the end */
        "00 0100 0b00 ffff 0100 05 0700", /* key beyond the end */
        "02 0100 ff00 05 0100",           /* size beyond the end */
        "0f f6 02 0301",                  /* decimal without digits */
        "0f 0a 04 00000000",              /* date of four bytes */
        "0b 000000000000f07f",            /* infinity */
    };
    CLEANUP_BUF struct buf message = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t len;

        free(from_hex(bad[i], &len));
        buf_clear(&message);
        buf_printf(&message, "malformed JSON of %zu bytes", len);
        check_refused(JSON, bad[i], message.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_all_widths_keep_their_sign),
        cmocka_unit_test(decimals_keep_all_their_digits),
        cmocka_unit_test(floats_print_the_shortest_text),
        cmocka_unit_test(bits_and_years_are_numbers),
        cmocka_unit_test(dates_may_have_zero_parts),
        cmocka_unit_test(times_are_negative_over_their_fraction),
        cmocka_unit_test(datetimes_have_exactly_their_digits),
        cmocka_unit_test(binaries_are_padded_and_texts_converted),
        cmocka_unit_test(collations_lead_to_their_charsets),
        cmocka_unit_test(json_is_printed_as_mysql_does),
        cmocka_unit_test(malformed_json_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
