/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_decode: one value's bytes in a row image -> canonical text (common/mysql/value.h).
 *
 * Text goes to the arena, or stays where it is when the bytes are the text already. Pure; one
 * thread at a time per arena.
 */
#ifndef REPLICATOR_BINLOG_VALUE_DECODE_H
#define REPLICATOR_BINLOG_VALUE_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/digits.h"
#include "common/err.h"
#include "common/mysql/value.h"
#include "replicator/binlog/field.h"

/* The LEN bytes at P (length prefix gone) as a value of F. ERR_FORMAT, ERR_NOMEM. */
int value_decode(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                 struct value *out, struct err *err);

/* The parts; OUT points into ARENA. */
int value_decode_number(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                        struct value *out, struct err *err);
int value_decode_temporal(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                          struct value *out, struct err *err);
int value_decode_text(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                      struct value *out, struct err *err);
/* MySQL's binary JSON as the text that MySQL prints. */
int value_decode_json(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                      struct err *err);

/* Bytes of a packed DECIMAL; 0 if there is no such type. */
size_t decimal_bytes(unsigned precision, unsigned scale);
enum { DECIMAL_TEXT_MAX = 1 + 65 + 2 + 9 };
/* Print the packed DECIMAL at P into TO (at least DECIMAL_TEXT_MAX bytes); its length, or 0 if a
 * digit group is out of range. */
size_t decimal_print(const uint8_t *p, unsigned precision, unsigned scale, char *to);

enum { TEMPORAL_TEXT_MAX = 40 };
/* From the packed form's integer part (sign removed) and microseconds; each returns the end. */
char *temporal_put_date(char *to, uint64_t packed);
char *temporal_put_datetime(char *to, uint64_t packed, uint32_t micros, unsigned fsp);
char *temporal_put_time(char *to, bool is_negative, uint64_t packed, uint32_t micros, unsigned fsp);
#endif
