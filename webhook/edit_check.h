/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_check: the forms that members of a request have. Private to edit*.c; pure.
 *
 * Errors are ERR_VALUE, "WHERE.MEMBER: what was expected".
 */
#ifndef WEBHOOK_EDIT_CHECK_H
#define WEBHOOK_EDIT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/json.h"
#include "webhook/edit.h"

/* Index of TEXT in NAMES, or -1. */
int edit_find_name(const char *const *names, size_t n, const char *text);
/* 1 to MAX_LEN of A-Z a-z 0-9 _ -? */
bool edit_is_identifier(const char *text, size_t max_len);
/* A member that may be missing or null. */
const cJSON *edit_optional(const cJSON *object, const char *name);

typedef int (*edit_check)(const cJSON *item, const char *where, struct err *err);

int edit_check_cell(const cJSON *item, const char *where, struct err *err);
int edit_check_hash(const cJSON *item, const char *where, struct err *err);
int edit_check_text(const cJSON *item, const char *where, struct err *err);
/* Every member of an object by header: bounded, none twice, each as CHECK wants it. */
int edit_check_members(const cJSON *object, const char *where, edit_check check, struct err *err);
/* No member comes twice: of two readers one takes the first and one the last. Unknown ones are
 * ignored, up to 64 members in all. */
int edit_check_once(const cJSON *object, const char *where, struct err *err);
/* ARRAY may be NULL. */
int edit_check_texts(const cJSON *array, const char *where, int max, struct err *err);

/* What is special to the edit's kind, and whether SOURCE may send it (edit_kind.c). */
int edit_parse_kind(const cJSON *json, enum edit_source source, const char *where,
                    struct edit *edit, struct err *err);

/* {"date": ISO} and {"error": TEXT}. */
bool edit_is_date(const cJSON *item, double *serial);
bool edit_is_error(const cJSON *item);
#endif
