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
#include "replicator/binlog/cursor.h"
#include "replicator/binlog/field.h"

/* The LEN bytes at P (length prefix gone) as a value of F. ERR_FORMAT, ERR_NOMEM. */
int value_decode(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                 struct value *out, struct err *err);

/* The fast way, for fields with a text_max: print the value at TO, which has room for that; returns
 * the end, or NULL if the bytes are malformed. */
char *value_put(const struct field *f, const uint8_t *p, char *to);
/* What value_put's NULL means, in words; -1. */
int value_malformed(const struct field *f, struct err *err);

/* The parts. */
char *value_put_float(const struct field *f, const uint8_t *p, char *to);
char *value_put_temporal(const struct field *f, const uint8_t *p, char *to);
int value_decode_text(const struct field *f, const uint8_t *p, size_t len, struct arena *arena,
                      struct value *out, struct err *err);
/* MySQL's binary JSON as the text that MySQL prints. */
int value_decode_json(const uint8_t *p, size_t len, struct arena *arena, struct value *out,
                      struct err *err);

/* An integer of N bytes (1, 2, 3, 4, 8). */
static inline char *value_put_int(const uint8_t *p, size_t n, bool is_unsigned, char *to)
{
    unsigned unused = 64 - 8 * (unsigned)n;
    uint64_t v = n == 4   ? le_load(p, 4)
                 : n == 8 ? le_load(p, 8)
                 : n == 1 ? p[0]
                 : n == 2 ? le_load(p, 2)
                          : le_load(p, n);
    int64_t extended = (int64_t)(v << unused) >> unused;

    if (is_unsigned || extended >= 0)
        return digits_put(to, v);
    *to++ = '-';
    return digits_put(to, ~(uint64_t)extended + 1);
}

/* Bytes of a packed DECIMAL; 0 if there is no such type. */
size_t decimal_bytes(unsigned precision, unsigned scale);
enum { DECIMAL_TEXT_MAX = 1 + 65 + 2 + 9 };
/* Print the packed DECIMAL at P, of LEN bytes (what decimal_bytes says), into TO (at least
 * DECIMAL_TEXT_MAX bytes); its end, or NULL if a group of digits is out of range. */
char *decimal_put(const uint8_t *p, unsigned len, unsigned precision, unsigned scale, char *to);

enum { TEMPORAL_TEXT_MAX = 40 };
/* From the packed form's integer part (sign removed) and microseconds; each returns the end. */
char *temporal_put_date(char *to, uint64_t packed);
char *temporal_put_datetime(char *to, uint64_t packed, uint32_t micros, unsigned fsp);
char *temporal_put_time(char *to, bool is_negative, uint64_t packed, uint32_t micros, unsigned fsp);
#endif
