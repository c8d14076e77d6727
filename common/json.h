/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: cJSON with checked access. Texts from outside are bounded by the caller; nesting by cJSON
 * (1,000 levels).
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <cjson/cJSON.h>

#include "common/cleanup.h"
#include "common/err.h"

/* Parse all of TEXT (nothing but blanks may follow, no duplicate or embedded NUL); ERR_FORMAT names
 * the offset; ERR_NOMEM. */
int json_parse(const char *text, size_t len, cJSON **out, struct err *err);

/* A member by exact name; NULL if OBJECT is none or has none. */
const cJSON *json_get(const cJSON *object, const char *name);
/* Its string, or FALLBACK if it is missing or no string. */
const char *json_text(const cJSON *object, const char *name, const char *fallback);
double json_number(const cJSON *object, const char *name, double fallback);
/* A number that is an integer within 2^53, else FALLBACK. */
long long json_int(const cJSON *object, const char *name, long long fallback);
#endif
