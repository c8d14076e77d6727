/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: a binlog file, from disk or from a pipe, one event after the other.
 *
 * Memory is one buffer, as large as the largest event that is not a compressed transaction. One
 * thread at a time.
 */
#ifndef REPLICATOR_BINLOG_FILE_H
#define REPLICATOR_BINLOG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "replicator/binlog/dispatch.h"

struct binlog_file;

/* Open PATH ("-": standard input) and check that it is a binlog. ERR_IO, ERR_FORMAT. */
int binlog_file_open(const char *path, struct binlog_file **out, struct err *err);
void binlog_file_close(struct binlog_file *f); /* NULL is fine */

/* The path without its folders, as SHOW BINARY LOGS names it; "stdin" for a pipe. */
const char *binlog_file_name(const struct binlog_file *f);

/* Hand the next event to D: 1, or 0 at the file's end. ERR_IO; ERR_FORMAT when it ends within an
 * event, as the file does that a server is writing; and what D makes of the event. A signal whose
 * handler does not restart system calls ends the wait for a pipe: ERR_IO, detail EINTR. A
 * compressed transaction may be larger than memory: it is read twice (first for its checksum), and
 * a pipe's is put into a temporary file for that. */
int binlog_file_step(struct binlog_file *f, struct dispatch *d, struct err *err);

/* The next event as it is, whatever its size: 1 and its bytes, valid until the next call; 0 at the
 * file's end. Errors as above. */
int binlog_file_next(struct binlog_file *f, const uint8_t **bytes, size_t *len, struct err *err);

/* Where the event that was read last begins. */
uint64_t binlog_file_offset(const struct binlog_file *f);
#endif
