/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_private: what is inside a struct binlog_file; for file.c and file_large.c only.
 */
#ifndef REPLICATOR_BINLOG_FILE_PRIVATE_H
#define REPLICATOR_BINLOG_FILE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "replicator/binlog/file.h"

enum { BUFFER_BYTES = 256 * 1024 };

struct binlog_file {
    char *path;      /* owned */
    int fd;          /* owned */
    bool is_pipe;    /* it cannot be read twice */
    uint8_t *buffer; /* owned */
    size_t size;
    size_t at;  /* the next event */
    size_t end; /* of what has been read */
    uint64_t next_offset;
    uint64_t offset;
};

static inline size_t file_buffered(const struct binlog_file *f)
{
    return f->end - f->at;
}

/* Read until WANT bytes are there: 1, or 0 when the file ends before. */
int file_fill(struct binlog_file *f, size_t want, struct err *err);
/* "the file ends within the event at ..." */
int file_ends_within(const struct binlog_file *f, struct err *err);
/* The next event, of LEN bytes, is a compressed transaction: 1, or -1. */
int file_step_large(struct binlog_file *f, uint32_t len, struct dispatch *d, struct err *err);
#endif
