/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rowkey: a row's key as text: a JSON array of the key columns' canonical texts, null for NULL.
 *
 *   ["DE"]   ["7","2024-02-29"]   [{"hex":"00ff"}]: bytes that are not UTF-8 text
 *
 * Stored in base.row_key and edit_log.row_key; identity is hash_key(), this is for reading back.
 * Pure; any thread.
 */
#ifndef COMMON_ROWKEY_H
#define COMMON_ROWKEY_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/value.h"

#define ROWKEY_MAX 2048 /* characters that the columns row_key take */

/* Append the text. */
void rowkey_write(struct buf *out, const struct value *key, size_t n);
/* Read exactly N values. Their bytes go to BYTES (appended); keep it untouched while KEY is used.
 * ERR_FORMAT. */
int rowkey_read(const char *text, size_t len, struct buf *bytes, struct value *key, size_t n,
                struct err *err);
#endif
