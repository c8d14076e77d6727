/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base: what the sheet and MySQL last agreed on for a row: a hash for each column, as stored in
 * base.hashes.
 *
 * 12 bytes a column, in any order: the low 32 bits of hash64(column name) and hash_value(value),
 * both little-endian, and another such entry for the hash that it had before, and for when it was
 * shown. A column that is not in it was never agreed on. Bytes that break the form
 * hold nothing: a row without a base is compared afresh, which is always safe. Pure; any thread.
 *
 * Held: an open conflict. Of a held column the hash is that of what the sheet shows, MySQL has
 * something else, and neither is written until a person has decided; of a held row (BASE_ROW) one
 * side has deleted it. The mark is an entry of its own, so that a comparison with the sheet needs
 * no special case.
 */
#ifndef COMMON_BASE_H
#define COMMON_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#define BASE_COLUMN_BYTES 12

/* The hash of COLUMN's value (its name as in information_schema); false if it has none. */
bool base_find(const void *blob, size_t len, const char *column, uint64_t *hash);
/* Set it because the sheet says so; another one that it had becomes the previous one. */
void base_set(struct buf *blob, const char *column, uint64_t hash);
/* Set it because MySQL's value is shown, since AT_MS by our clock (or a moment before; 0: in a new
 * row, where nobody had seen anything); else the same. */
void base_show(struct buf *blob, const char *column, uint64_t hash, int64_t at_ms);
/* What was agreed on before; false if that is not known. *IS_SHOWN: base_show took its place. Then
 * an edit that only repeats it may be a row that was read before. */
bool base_find_previous(const void *blob, size_t len, const char *column, uint64_t *hash,
                        bool *is_shown);
/* When base_show took the place of what was agreed on, or of what nobody had agreed on,
 * milliseconds since 1970; 0: it did not, or that is not known. */
int64_t base_shown_ms(const void *blob, size_t len, const char *column);
/* FROM is called TO now, and held if it was; NULL: it is agreed on no more. True if the blob had
 * it. */
bool base_rename(struct buf *blob, const char *from, const char *to);

/* In the place of a column: the whole row. */
#define BASE_ROW ""

void base_hold(struct buf *blob, const char *column);
void base_release(struct buf *blob, const char *column);
bool base_is_held(const void *blob, size_t len, const char *column);
#endif
