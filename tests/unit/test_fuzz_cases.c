/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fuzz targets on inputs that are known: those that once failed (tests/fuzz/cases, named
 * TARGET-WHAT), nothing, and the recordings. A target that fails aborts the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/targets.h"

enum { INPUT_MAX = 1 << 20 };

static const struct {
    const char *name;
    void (*function)(const uint8_t *data, size_t size);
} targets[] = {
#define FUZZ_ENTRY(name) {#name, fuzz_##name},
    FUZZ_TARGETS(FUZZ_ENTRY)
#undef FUZZ_ENTRY
};

enum { TARGETS = sizeof(targets) / sizeof(targets[0]) };

/* In an allocation of its own size, so that AddressSanitizer sees a read of one byte too many. */
static void run_file(void (*function)(const uint8_t *data, size_t size), const char *path)
{
    uint8_t *bytes = malloc(INPUT_MAX), *exact;
    FILE *in = fopen(path, "rb");
    size_t n;

    assert_non_null(in);
    n = fread(bytes, 1, INPUT_MAX, in);
    assert_true(n < INPUT_MAX);
    fclose(in);
    exact = malloc(n);
    memcpy(exact, bytes, n);
    free(bytes);
    function(exact, n);
    free(exact);
}

/* All files that match; how many. */
static size_t run_files(void (*function)(const uint8_t *data, size_t size), const char *pattern)
{
    glob_t found;
    size_t n = 0;

    if (glob(pattern, 0, NULL, &found) == 0)
        for (; n < found.gl_pathc; n++) {
            print_message("  %s\n", found.gl_pathv[n]);
            run_file(function, found.gl_pathv[n]);
        }
    globfree(&found);
    return n;
}

static void what_once_failed_fails_no_more(void **state)
{
    size_t run = 0, there = 0;
    char pattern[128];
    glob_t found;

    (void)state;
    for (size_t i = 0; i < TARGETS; i++) {
        snprintf(pattern, sizeof(pattern), "tests/fuzz/cases/%s-*", targets[i].name);
        run += run_files(targets[i].function, pattern);
    }
    if (glob("tests/fuzz/cases/*", 0, NULL, &found) == 0)
        there = found.gl_pathc;
    globfree(&found);
    assert_true(run > 0);
    assert_int_equal(run, there); /* each belongs to a target */
}

static void nothing_is_an_input_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < TARGETS; i++)
        for (size_t len = 0; len < 4; len++) {
            uint8_t *bytes = calloc(1, len);

            targets[i].function(bytes, len);
            free(bytes);
        }
}

static void every_target_takes_every_recording(void **state)
{
    (void)state;
    for (size_t i = 0; i < TARGETS; i++)
        assert_true(run_files(targets[i].function, "tests/unit/binlog/*.binlog") >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_once_failed_fails_no_more),
        cmocka_unit_test(nothing_is_an_input_too),
        cmocka_unit_test(every_target_takes_every_recording),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
