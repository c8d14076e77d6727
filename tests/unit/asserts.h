/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asserts: cmocka's, of texts and bytes that may not be there. Its own compare them all the same,
 * and crash: where memory is short (tests/inject) a test has to fail, so that a crash is the
 * program's. Included before every unit test (Makefile).
 */
#ifndef TESTS_UNIT_ASSERTS_H
#define TESTS_UNIT_ASSERTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline void assert_both(const void *a, const void *b, const char *file, int line)
{
    if (a == NULL || b == NULL) {
        print_error("%s is not there\n", a == NULL ? "what was made" : "what was expected");
        _fail(file, line);
    }
}

static inline void assert_texts(const char *a, const char *b, const char *file, int line)
{
    assert_both(a, b, file, line);
    _assert_string_equal(a, b, file, line);
}

static inline void assert_bytes(const void *a, const void *b, size_t len, const char *file,
                                int line)
{
    if (len == 0)
        return;
    assert_both(a, b, file, line);
    _assert_memory_equal(a, b, len, file, line);
}

#undef assert_string_equal
#define assert_string_equal(a, b) assert_texts((a), (b), __FILE__, __LINE__)
#undef assert_memory_equal
#define assert_memory_equal(a, b, len) assert_bytes((a), (b), (len), __FILE__, __LINE__)
#endif
