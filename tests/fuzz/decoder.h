/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoder: the whole decoder of binlog events, listened to by a handler that checks what it hears.
 *
 * It wants every table, as the log describes it unless told otherwise, reads every byte that it
 * gets, and aborts when a value cannot be one of its type, or a position does not read back or goes
 * back.
 */
#ifndef TESTS_FUZZ_DECODER_H
#define TESTS_FUZZ_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mysql/table.h"

struct decoder;

/* At the beginning of a log without checksums. */
struct decoder *decoder_new(bool is_mariadb);
/* From now on every table is read as TABLE (not owned), when it fits; NULL: as the log has it. */
void decoder_want(struct decoder *d, const struct table *table);
void decoder_free(struct decoder *d);

/* From now on compressed transactions come in pieces of SIZE bytes. */
void decoder_cut(struct decoder *d, size_t size);

/* Give one event, in an allocation of its own size. Its result. */
int decoder_give(struct decoder *d, uint8_t type, const void *body, size_t len);

/* A hash of all that has been heard since the last call. */
uint64_t decoder_heard(struct decoder *d);

#endif
