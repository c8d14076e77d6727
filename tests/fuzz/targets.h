/* SPDX-License-Identifier: Apache-2.0 */
/*
 * targets: what is fuzzed, one function a parser.
 *
 * Each takes any bytes and aborts when something that must hold does not. entry.c makes a libFuzzer
 * program of one; tests/unit/test_fuzz_cases.c runs all of them on the inputs that once failed and
 * on the recordings. README.md says what each checks.
 */
#ifndef TESTS_FUZZ_TARGETS_H
#define TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

// clang-format off
#define FUZZ_TARGETS(X) \
    X(event) X(table_map) X(rows_v1) X(rows_v2) X(rows_partial) X(rows_compressed) X(json) X(gtid) \
    X(payload) X(stream) X(file) X(ddl) X(cell) X(config) X(edit) X(answer) X(drive) X(notice) \
    X(key) X(signature) X(url) X(gzip) X(sandbox) X(sandbox_text)
// clang-format on

#define FUZZ_DECLARE(name) void fuzz_##name(const uint8_t *data, size_t size);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE
#endif
