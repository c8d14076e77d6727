/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: XXH3 of keys and values; not for secrets. Pure; any thread.
 */
#ifndef COMMON_HASH_H
#define COMMON_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/mysql/value.h"

struct hash128 {
    uint8_t bytes[16];
};

static inline bool hash128_equal(struct hash128 a, struct hash128 b)
{
    return memcmp(a.bytes, b.bytes, 16) == 0;
}

uint64_t hash64(const void *bytes, size_t len);
/* The hash of one value; NULL and "" differ. Never 0. */
uint64_t hash_value(struct value v);
/* The identity of a row: its key columns' values, each with its length, in key order. */
struct hash128 hash_key(const struct value *key, size_t n);
#endif
