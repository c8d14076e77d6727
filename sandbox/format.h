/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: how a cell looks (CellFormat of the API), immutable and shared by many cells.
 *
 * NULL is the format of a cell that nobody formatted. References are counted atomically; any
 * thread.
 */
#ifndef SANDBOX_FORMAT_H
#define SANDBOX_FORMAT_H

#include <stdbool.h>

#include "common/json.h"
#include "sandbox/fields.h"

enum number_type {
    NUMBER_AUTO,
    NUMBER_TEXT,
    NUMBER_NUMBER,
    NUMBER_PERCENT,
    NUMBER_CURRENCY,
    NUMBER_DATE,
    NUMBER_TIME,
    NUMBER_DATE_TIME,
    NUMBER_SCIENTIFIC,
};

struct format;

/* JSON is the userEnteredFormat; taken over. NULL for NULL or {}. */
struct format *format_new(cJSON *json);
struct format *format_ref(struct format *f); /* NULL is fine */
void format_unref(struct format *f);         /* NULL is fine */

const cJSON *format_json(const struct format *f); /* NULL if there is none */
enum number_type format_number_type(const struct format *f);
/* The pattern in force: the cell's own or its type's default in en_US; "" for automatic. */
const char *format_pattern(const struct format *f);
bool format_is_date(const struct format *f); /* a date, a time or both */
bool format_is_bold(const struct format *f);

/* A new format: F with this number format. PATTERN may be NULL. */
struct format *format_with_number(const struct format *f, enum number_type type,
                                  const char *pattern);
/* A new format: F with the masked fields of FROM (a CellFormat or NULL). */
struct format *format_merge(const struct format *f, const struct fields *mask, const cJSON *from);
#endif
