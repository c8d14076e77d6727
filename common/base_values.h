/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base_values: values beside the hashes of a base row, for columns whose policy needs to see what
 * was agreed on (a rule, a person), as stored in base.agreed.
 *
 * Entries in any order: the low 32 bits of hash64(column name), the value's length (UINT32_MAX:
 * NULL), its bytes; numbers little-endian. Of a held column (common/base.h) it is what the sheet
 * shows. Bytes that break the form hold nothing more. Pure; any thread.
 */
#ifndef COMMON_BASE_VALUES_H
#define COMMON_BASE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/mysql/value.h"

/* The value of COLUMN, pointing into BLOB; VALUE_ABSENT if it has none. */
struct value base_value_find(const void *blob, size_t len, const char *column);
/* Set it (a copy), replacing what it had; VALUE_ABSENT takes it out. V must not point into BLOB. */
void base_value_set(struct buf *blob, const char *column, struct value v);
/* FROM is called TO now; NULL: it is kept no more. */
void base_value_rename(struct buf *blob, const char *from, const char *to);
#endif
