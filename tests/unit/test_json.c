/* SPDX-License-Identifier: Apache-2.0 */
/* Binary JSON: strings of every shape, paths, and differences applied to a document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "replicator/binlog/json_diff.h"
#include "replicator/binlog/json_path.h"
#include "replicator/binlog/json_tree.h"
#include "replicator/binlog/value_decode.h"

static struct err err;

/* HEX, blanks ignored, in an allocation of exactly that size. */
static uint8_t *from_hex(const char *hex, size_t *len)
{
    uint8_t *out;
    char digits[3] = "";

    assert_non_null(hex);
    out = malloc(strlen(hex) / 2 + 1);
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

/* --- strings --- */

static void put_escaped_slowly(struct buf *out, const uint8_t *s, size_t n)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        static const char shorts[] = "btn\0fr";

        if (s[i] == '"' || s[i] == '\\')
            buf_printf(out, "\\%c", s[i]);
        else if (s[i] >= 0x20)
            buf_putc(out, (char)s[i]);
        else if (s[i] >= 8 && s[i] <= 13 && s[i] != 11)
            buf_printf(out, "\\%c", shorts[s[i] - 8]);
        else
            buf_printf(out, "\\u%04x", s[i]);
    }
    buf_putc(out, '"');
}

static void check_string(const uint8_t *s, size_t n)
{
    struct arena arena = ARENA_INIT;
    CLEANUP_BUF struct buf wanted = BUF_INIT;
    uint8_t *document = malloc(n + 2); /* a string below 128 bytes */
    struct value v;

    document[0] = JSON_STRING;
    document[1] = (uint8_t)n;
    memcpy(document + 2, s, n);
    assert_int_equal(value_decode_json(document, n + 2, &arena, &v, &err), 0);
    put_escaped_slowly(&wanted, s, n);
    assert_int_equal(v.len, wanted.len);
    assert_memory_equal(v.ptr, wanted.ptr, v.len);
    free(document);
    arena_close(&arena);
}

static void every_byte_is_escaped_at_every_place(void **state)
{
    static const uint8_t quotes[] = "\"\"\\\\\1\2\"\"\"\"\"\"\"\"\\\\\\\\\\\\";

    (void)state;
    for (size_t n = 1; n <= 20; n++) {
        for (size_t at = 0; at < n; at++) {
            uint8_t s[32];

            for (unsigned byte = 0; byte < 256; byte++) {
                memset(s, 'x', sizeof(s));
                s[at] = (uint8_t)byte;
                check_string(s, n);
            }
        }
    }
    check_string((const uint8_t *)"", 0);
    check_string(quotes, sizeof(quotes) - 1);
}

static void strings_of_control_characters_grow_the_text(void **state)
{
    struct arena arena = ARENA_INIT;
    enum { N = 100000 };
    uint8_t *document = malloc(N + 4);
    struct value v;

    (void)state;
    document[0] = JSON_STRING;
    document[1] = 0x80 | (N & 0x7f);
    document[2] = 0x80 | (N >> 7 & 0x7f);
    document[3] = N >> 14;
    memset(document + 4, 1, N);
    assert_int_equal(value_decode_json(document, N + 4, &arena, &v, &err), 0);
    assert_int_equal(v.len, 6 * N + 2);
    assert_memory_equal(v.ptr + 1 + 6 * (N - 1), "\\u0001\"", 7);
    free(document);
    arena_close(&arena);
}

/* --- paths --- */

static void print_leg(struct buf *out, const struct json_leg *leg)
{
    if (leg->key != NULL)
        buf_printf(out, "(%.*s)", (int)leg->key_len, (const char *)leg->key);
    else
        buf_printf(out, "[%s%u]", leg->is_from_end ? "last-" : "", leg->index);
}

static void check_path(const char *text, const char *wanted)
{
    struct arena arena = ARENA_INIT;
    CLEANUP_BUF struct buf out = BUF_INIT;
    size_t n = strlen(text);
    char *exact = malloc(n + (n == 0));
    struct json_path path;
    struct json_leg leg;
    int rc;

    memcpy(exact, text, n);
    rc = json_path_open(exact, n, &path);
    while (rc == 0 && (rc = json_path_next(&path, &arena, &leg)) == 1) {
        print_leg(&out, &leg);
        rc = 0;
        if (path.at == path.end)
            break;
    }
    assert_string_equal(rc < 0 ? "malformed" : buf_text(&out), wanted);
    free(exact);
    arena_close(&arena);
}

static void paths_are_read_leg_by_leg(void **state)
{
    (void)state;
    check_path("$", "");
    check_path("$.a", "(a)");
    check_path("$.a.bc[0][17]", "(a)(bc)[0][17]");
    check_path("$[last]", "[last-0]");
    check_path("$[last-3].x", "[last-3](x)");
    check_path("$.\"a b\".\"\"", "(a b)()");
    check_path("$.\"q\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "(q\"\\/\b\f\n\r\t)");
    check_path("$.\"\\u00e4\\u20ac\\ud83d\\ude00\\u0041\"", "(ä€😀A)");
    check_path("$.ключ", "(ключ)");
    check_path("$[2147483647]", "[2147483647]");
}

static void malformed_paths_are_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "$.",
                                        "$[",
                                        "$[]",
                                        "$[1",
                                        "$[-1]",
                                        "$[last",
                                        "$[last-]",
                                        "$[last-x]",
                                        "$x",
                                        "$.\"a",
                                        "$.\"\\",
                                        "$.\"\\x\"",
                                        "$.\"\\u12\"",
                                        "$.\"\\ud83d\"",
                                        "$.\"\\ud83d\\u0041\"",
                                        "$..a",
                                        "$[2147483648]",
                                        "$[99999999999999999999]",
                                        "$.\"\\"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check_path(texts[i], "malformed");
}

/* --- differences --- */

/* {"a": 1, "b": [1, 2]} */
#define DOCUMENT "00 0200 1e00 1200 0100 1300 0100 05 0100 02 1400 61 62 0200 0a00 05 0100 05 0200"
/* [1, {"a": 1, "b": [1, 2]}] */
#define NESTED                      \
    "02 0200 2800 05 0100 00 0a00 " \
    "0200 1e00 1200 0100 1300 0100 05 0100 02 1400 61 62 0200 0a00 05 0100 05 0200"

#define REPLACE(path) "00" path
#define INSERT(path) "01" path
#define REMOVE(path) "02" path
#define PATH_A "03 24 2e 61"                             /* $.a */
#define PATH_B "03 24 2e 62"                             /* $.b */
#define PATH_C "03 24 2e 63"                             /* $.c */
#define PATH_AA "04 24 2e 61 61"                         /* $.aa */
#define PATH_EMPTY "04 24 2e 22 22"                      /* $."" */
#define PATH_B0 "06 24 2e 62 5b 30 5d"                   /* $.b[0] */
#define PATH_B1 "06 24 2e 62 5b 31 5d"                   /* $.b[1] */
#define PATH_B9 "06 24 2e 62 5b 39 5d"                   /* $.b[9] */
#define PATH_LAST "09 24 2e 62 5b 6c 61 73 74 5d"        /* $.b[last] */
#define PATH_LAST9 "0b 24 2e 62 5b 6c 61 73 74 2d 39 5d" /* $.b[last-9] */
#define PATH_1A "06 24 5b 31 5d 2e 61"                   /* $[1].a */
#define PATH_A0 "06 24 2e 61 5b 30 5d"                   /* $.a[0] */
#define PATH_ROOT "01 24"
#define SEVEN "03 05 07 00"
#define EMPTY_ARRAY "05 02 00 00 04 00"

static const char absent[] = "(absent)";

static int apply(const char *document, const char *diff, struct buf *out)
{
    struct arena arena = ARENA_INIT;
    size_t document_len, diff_len;
    uint8_t *a = from_hex(document, &document_len), *b = from_hex(diff, &diff_len);
    struct value v;
    int rc = json_diff_apply(a, document_len, b, diff_len, &arena, &v, &err);

    buf_clear(out);
    if (rc == 0 && v.state == VALUE_TEXT)
        buf_append(out, v.ptr, v.len);
    else if (rc == 0)
        buf_puts(out, absent);
    free(a);
    free(b);
    arena_close(&arena);
    return rc;
}

static void check(const char *document, const char *diff, const char *wanted)
{
    CLEANUP_BUF struct buf out = BUF_INIT;

    if (apply(document, diff, &out) != 0)
        fail_msg("%s: %s", diff, err.msg);
    assert_string_equal(buf_text(&out), wanted);
}

static void values_are_replaced_where_they_stand(void **state)
{
    (void)state;
    check(DOCUMENT, "", "{\"a\": 1, \"b\": [1, 2]}");
    check(DOCUMENT, REPLACE(PATH_A) SEVEN, "{\"a\": 7, \"b\": [1, 2]}");
    check(DOCUMENT, REPLACE(PATH_B0) SEVEN, "{\"a\": 1, \"b\": [7, 2]}");
    check(DOCUMENT, REPLACE(PATH_LAST) SEVEN, "{\"a\": 1, \"b\": [1, 7]}");
    check(DOCUMENT, REPLACE(PATH_B) EMPTY_ARRAY, "{\"a\": 1, \"b\": []}");
    check(NESTED, REPLACE(PATH_1A) SEVEN, "[1, {\"a\": 7, \"b\": [1, 2]}]");
}

static void members_are_inserted_in_the_order_of_keys(void **state)
{
    (void)state;
    check(DOCUMENT, INSERT(PATH_C) SEVEN, "{\"a\": 1, \"b\": [1, 2], \"c\": 7}");
    check(DOCUMENT, INSERT(PATH_AA) SEVEN, "{\"a\": 1, \"b\": [1, 2], \"aa\": 7}");
    check(DOCUMENT, INSERT(PATH_EMPTY) SEVEN, "{\"\": 7, \"a\": 1, \"b\": [1, 2]}");
}

static void elements_are_inserted_before_the_place_or_at_the_end(void **state)
{
    (void)state;
    check(DOCUMENT, INSERT(PATH_B0) SEVEN, "{\"a\": 1, \"b\": [7, 1, 2]}");
    check(DOCUMENT, INSERT(PATH_B1) SEVEN, "{\"a\": 1, \"b\": [1, 7, 2]}");
    check(DOCUMENT, INSERT(PATH_B9) SEVEN, "{\"a\": 1, \"b\": [1, 2, 7]}");
    check(DOCUMENT, INSERT(PATH_LAST) SEVEN, "{\"a\": 1, \"b\": [1, 7, 2]}");
    check(DOCUMENT, INSERT(PATH_LAST9) SEVEN, "{\"a\": 1, \"b\": [7, 1, 2]}");
}

static void members_and_elements_are_removed(void **state)
{
    (void)state;
    check(DOCUMENT, REMOVE(PATH_A), "{\"b\": [1, 2]}");
    check(DOCUMENT, REMOVE(PATH_A) REMOVE(PATH_B), "{}");
    check(DOCUMENT, REMOVE(PATH_B0) REMOVE(PATH_B0), "{\"a\": 1, \"b\": []}");
    check(DOCUMENT, REMOVE(PATH_LAST), "{\"a\": 1, \"b\": [1]}");
}

static void differences_build_on_one_another(void **state)
{
    CLEANUP_BUF struct buf many = BUF_INIT, wanted = BUF_INIT;

    (void)state;
    check(DOCUMENT, REPLACE(PATH_B) EMPTY_ARRAY INSERT(PATH_B0) SEVEN INSERT(PATH_B0) EMPTY_ARRAY,
          "{\"a\": 1, \"b\": [[], 7]}");
    check(DOCUMENT, REMOVE(PATH_A) INSERT(PATH_A) EMPTY_ARRAY INSERT(PATH_A0) SEVEN,
          "{\"a\": [7], \"b\": [1, 2]}");
    buf_puts(&wanted, "{\"a\": 1, \"b\": [");
    for (int i = 0; i < 100; i++) {
        buf_puts(&many, INSERT(PATH_B0) SEVEN);
        buf_puts(&wanted, "7, ");
    }
    buf_puts(&wanted, "1, 2]}");
    check(DOCUMENT, many.ptr, wanted.ptr);
}

/* Then the before image is not the document that the server changed. */
static void a_difference_that_does_not_fit_leaves_the_value_absent(void **state)
{
    (void)state;
    check(DOCUMENT, REPLACE(PATH_C) SEVEN, absent);
    check(DOCUMENT, REPLACE(PATH_B9) SEVEN, absent);
    check(DOCUMENT, REPLACE(PATH_LAST9) SEVEN, absent);
    check(DOCUMENT, INSERT(PATH_A) SEVEN, absent);
    check(DOCUMENT, INSERT(PATH_A0) SEVEN, absent);
    check(DOCUMENT, REMOVE(PATH_C), absent);
    check(DOCUMENT, REMOVE(PATH_B9), absent);
    check(DOCUMENT, REPLACE(PATH_1A) SEVEN, absent);
    check(DOCUMENT, REPLACE(PATH_ROOT) SEVEN, absent);
    check(DOCUMENT, REPLACE(PATH_A) SEVEN REMOVE(PATH_C), absent);
    check("05 0100", REPLACE(PATH_A) SEVEN, absent);
    check("", REPLACE(PATH_A) SEVEN, absent);
}

static void malformed_differences_are_refused(void **state)
{
    static const char *const diffs[] = {
        "03" PATH_A SEVEN,                   /* no such operation */
        "00",                                /* no path */
        "00 04 24 2e 61",                    /* path too short */
        "00 00" SEVEN,                       /* empty path */
        "00 02 24 2e" SEVEN,                 /* malformed path */
        REPLACE(PATH_A),                     /* no value */
        REPLACE(PATH_A) "00",                /* an empty one */
        REPLACE(PATH_A) "04 05 07 00",       /* too short */
        REPLACE(PATH_A) "02 05 07",          /* too short for its type */
        REPLACE(PATH_A) "02 ff 07",          /* no such type */
        REPLACE(PATH_B) "05 02 01 00 04 00", /* longer than it is */
        REPLACE(PATH_B) "05 02 01 00 04 00" REMOVE(PATH_B0),
        REPLACE(PATH_A) "fb", /* NULL as a length */
    };
    CLEANUP_BUF struct buf out = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(diffs) / sizeof(diffs[0]); i++) {
        if (apply(DOCUMENT, diffs[i], &out) == 0)
            fail_msg("%s: gives %s", diffs[i], buf_text(&out));
        assert_int_equal(err.code, ERR_FORMAT);
    }
}

static uint64_t seed = 88172645463325252u;

/* Whatever the bytes are: an answer or a refusal, and (with the sanitizers) no byte beyond them. */
static void damaged_documents_and_differences_never_crash(void **state)
{
    static const char *const diffs[] = {
        REPLACE(PATH_1A) SEVEN INSERT(PATH_1A) EMPTY_ARRAY, REMOVE("09 24 5b 31 5d 2e 62 5b 30 5d"),
        INSERT("04 24 5b 30 5d") SEVEN INSERT("04 24 5b 30 5d") SEVEN};

    (void)state;
    for (size_t round = 0; round < 30000; round++) {
        struct arena arena = ARENA_INIT;
        size_t document_len, diff_len;
        uint8_t *a = from_hex(NESTED, &document_len), *b = from_hex(diffs[round % 3], &diff_len);
        struct value v;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        a[seed % document_len] = (uint8_t)(seed >> 8);
        a[(seed >> 16) % document_len] ^= (uint8_t)(1 << (seed >> 24 & 7));
        if ((seed >> 32) % 2 == 0)
            b[(seed >> 33) % diff_len] = (uint8_t)(seed >> 40);
        if ((seed >> 50) % 4 == 0)
            document_len = (seed >> 52) % document_len;
        json_diff_apply(a, document_len, b, diff_len, &arena, &v, &err);
        value_decode_json(a, document_len, &arena, &v, &err);
        free(a);
        free(b);
        arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_escaped_at_every_place),
        cmocka_unit_test(strings_of_control_characters_grow_the_text),
        cmocka_unit_test(paths_are_read_leg_by_leg),
        cmocka_unit_test(malformed_paths_are_refused),
        cmocka_unit_test(values_are_replaced_where_they_stand),
        cmocka_unit_test(members_are_inserted_in_the_order_of_keys),
        cmocka_unit_test(elements_are_inserted_before_the_place_or_at_the_end),
        cmocka_unit_test(members_and_elements_are_removed),
        cmocka_unit_test(differences_build_on_one_another),
        cmocka_unit_test(a_difference_that_does_not_fit_leaves_the_value_absent),
        cmocka_unit_test(malformed_differences_are_refused),
        cmocka_unit_test(damaged_documents_and_differences_never_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
