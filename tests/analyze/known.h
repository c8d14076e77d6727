/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gcc -fanalyzer cannot know of functions that stand in other files. Included before
 * everything else when it runs
 * (`make analyze`), and never when something is built.
 */
#ifndef TESTS_ANALYZE_KNOWN_H
#define TESTS_ANALYZE_KNOWN_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "common/err.h"
#include "common/hash_table.h"

/* Errors return -1, always (common/err.h); err.c itself is left alone. */
#ifndef ANALYZES_ERR
#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_errno(...) (err_errno(__VA_ARGS__), -1)
#define err_wrap(...) (err_wrap(__VA_ARGS__), -1)
#define err_hint(...) (err_hint(__VA_ARGS__), -1)
#define err_transient(err) (err_transient(err), -1)
#define err_nomem(err, what) (err_nomem((err), (what)), -1)
#endif

/* cJSON: what is not there is of no type. */
static inline cJSON_bool analyze_is(const cJSON *item, int types)
{
    return item != NULL && (item->type & types) != 0;
}
#define cJSON_IsArray(item) analyze_is((item), cJSON_Array)
#define cJSON_IsBool(item) analyze_is((item), cJSON_True | cJSON_False)
#define cJSON_IsNull(item) analyze_is((item), cJSON_NULL)
#define cJSON_IsNumber(item) analyze_is((item), cJSON_Number)
#define cJSON_IsObject(item) analyze_is((item), cJSON_Object)
#define cJSON_IsString(item) analyze_is((item), cJSON_String)
#define cJSON_IsTrue(item) analyze_is((item), cJSON_True)

/* uthash: its hash function has so many ways through it that a file takes minutes; what was added
 * is the table's. */
unsigned analyze_hash(const void *key, size_t len);
UT_hash_table *analyze_added(void *table, void *item);
#undef HASH_FUNCTION
#define HASH_FUNCTION(key, len, hash) (hash) = analyze_hash((key), (len))
#undef HASH_ADD
#define HASH_ADD(hh, head, field, len, item) ((item)->hh.tbl = analyze_added(&(head), (item)))
#endif
