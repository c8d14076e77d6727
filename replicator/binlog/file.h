/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: a binlog file, from disk or from a pipe, one event after the other.
 *
 * Memory is one buffer, as large as the largest event. One thread at a time.
 */
#ifndef REPLICATOR_BINLOG_FILE_H
#define REPLICATOR_BINLOG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct binlog_file;

/* Open PATH ("-": standard input) and check that it is a binlog. ERR_IO, ERR_FORMAT. */
int binlog_file_open(const char *path, struct binlog_file **out, struct err *err);
void binlog_file_close(struct binlog_file *f); /* NULL is fine */

/* The path without its folders, as SHOW BINARY LOGS names it; "stdin" for a pipe. */
const char *binlog_file_name(const struct binlog_file *f);

/* The next event: 1 and its bytes, valid until the next call; 0 at the file's end. ERR_IO;
 * ERR_FORMAT when it ends within an event, as the file does that a server is writing. */
int binlog_file_next(struct binlog_file *f, const uint8_t **bytes, size_t *len, struct err *err);

/* Where the event that binlog_file_next gave last begins. */
uint64_t binlog_file_offset(const struct binlog_file *f);
#endif
