/* SPDX-License-Identifier: Apache-2.0 */
/* Values of MariaDB's COMPRESSED columns; the good ones are from a real log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "replicator/binlog/column_compressed.h"

static struct err err;

/* BYTES in an allocation of exactly their size. */
static int uncompress_bytes(const void *bytes, size_t len, struct arena *arena, struct value *out)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);
    int rc;

    memcpy(exact, bytes, len);
    rc = column_uncompress(exact, len, arena, out, &err);
    if (rc == 0 && out->ptr >= (char *)exact && out->ptr <= (char *)exact + len)
        out->ptr = arena_copy(arena, out->ptr, out->len);
    free(exact);
    return rc;
}

static void check(const void *bytes, size_t len, const char *wanted, size_t wanted_len)
{
    struct arena arena = ARENA_INIT;
    struct value v;

    if (uncompress_bytes(bytes, len, &arena, &v) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(v.state, VALUE_TEXT);
    assert_int_equal(v.len, wanted_len);
    assert_memory_equal(v.ptr, wanted, wanted_len);
    arena_close(&arena);
}

static void check_refused(const void *bytes, size_t len, const char *message)
{
    struct arena arena = ARENA_INIT;
    struct value v;

    assert_int_equal(uncompress_bytes(bytes, len, &arena, &v), -1);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.msg, message);
    arena_close(&arena);
}

/* 'a', a hundred times */
static const uint8_t raw[] = {0x89, 0x64, 0x4b, 0x4c, 0xa4, 0x3d, 0x00, 0x00};
static const char as[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static void short_values_stand_as_they_are(void **state)
{
    (void)state;
    check("", 0, "", 0);
    check("\0", 1, "", 0);
    check("\0abc", 4, "abc", 3);
    check("\0\x80\0", 3, "\x80\0", 2);
}

static void raw_and_wrapped_deflate_are_unpacked(void **state)
{
    uint8_t wrapped[64] = {0x82, 0x00, 0x64};
    uLongf n = sizeof(wrapped) - 3;

    (void)state;
    check(raw, sizeof(raw), as, 100);
    assert_int_equal(compress(wrapped + 3, &n, (const Bytef *)as, 100), Z_OK);
    check(wrapped, n + 3, as, 100);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    for (size_t len = 1; len < sizeof(raw) - 1; len++) {
        char message[64];

        snprintf(message, sizeof(message), "malformed COMPRESSED value of %zu bytes", len);
        check_refused(raw, len, message);
    }
}

static void a_wrong_length_is_refused(void **state)
{
    uint8_t bytes[sizeof(raw)];

    (void)state;
    for (unsigned claimed = 0; claimed < 256; claimed++) {
        if (claimed == 100)
            continue;
        memcpy(bytes, raw, sizeof(raw));
        bytes[1] = (uint8_t)claimed;
        check_refused(bytes, sizeof(bytes), "malformed COMPRESSED value of 8 bytes");
    }
}

/* More than so few bytes can unpack to: refused before there is memory for it. */
static void an_absurd_length_is_refused(void **state)
{
    static const uint8_t huge[] = {0x8c, 0x3f, 0xff, 0xff, 0xff, 0x4b, 0x4c, 0xa4, 0x3d, 0, 0};
    static const uint8_t wide[] = {0x8f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x4b, 0x4c};
    struct arena arena = ARENA_INIT;
    struct value v;

    (void)state;
    assert_int_equal(column_uncompress(huge, sizeof(huge), &arena, &v, &err), -1);
    assert_int_equal(arena.bytes, 0);
    assert_int_equal(column_uncompress(wide, sizeof(wide), &arena, &v, &err), -1);
    assert_int_equal(arena.bytes, 0);
    arena_close(&arena);
}

static void unknown_methods_are_refused_by_their_number(void **state)
{
    (void)state;
    check_refused("\x10"
                  "ab",
                  3, "value COMPRESSED by the unknown method 1");
    check_refused("\xf9"
                  "ab",
                  3, "value COMPRESSED by the unknown method 15");
    check_refused("\x80"
                  "ab",
                  3, "malformed COMPRESSED value of 3 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_values_stand_as_they_are),
        cmocka_unit_test(raw_and_wrapped_deflate_are_unpacked),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(a_wrong_length_is_refused),
        cmocka_unit_test(an_absurd_length_is_refused),
        cmocka_unit_test(unknown_methods_are_refused_by_their_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
