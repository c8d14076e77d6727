/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed transactions larger than the buffer: read twice, first for the checksum.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "replicator/binlog/file_private.h"

/* The body of one event, in a file that can be read twice. */
struct large {
    struct binlog_file *f;
    int fd;
    off_t at; /* the next byte */
    uint64_t left;
};

static int read_large(void *ctx, const uint8_t **bytes, size_t *len, struct err *err)
{
    struct large *large = ctx;
    struct binlog_file *f = large->f;
    size_t want = large->left < f->size ? (size_t)large->left : f->size;
    ssize_t n = 0;

    while (want > 0 && (n = pread(large->fd, f->buffer, want, large->at)) < 0 && errno == EINTR)
        ;
    if (n < 0)
        return err_errno(err, "%s", f->path);
    if (want > 0 && n == 0)
        return file_ends_within(f, err);
    large->at += n;
    large->left -= (uint64_t)n;
    *bytes = f->buffer;
    *len = (size_t)n;
    return 0;
}

static int write_all(int fd, const uint8_t *bytes, size_t len, struct err *err)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(err, "temporary file");
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Copy the next LEN bytes of the pipe into FD. */
static int spool(struct binlog_file *f, int fd, uint64_t len, struct err *err)
{
    while (len > 0) {
        int rc = file_fill(f, 1, err);
        size_t n = file_buffered(f) < len ? file_buffered(f) : (size_t)len;

        if (rc <= 0)
            return rc == 0 ? file_ends_within(f, err) : -1;
        if (write_all(fd, f->buffer + f->at, n, err) != 0)
            return -1;
        f->at += n;
        len -= n;
    }
    return 0;
}

/* Pass the event at AT of FD on in pieces; the buffer is free to hold them. */
static int hand_out_large(struct binlog_file *f, int fd, off_t at, uint32_t len, struct dispatch *d,
                          struct err *err)
{
    struct large check = {.f = f, .fd = fd, .at = at, .left = len}, body = check;
    struct large_source source = {.read = read_large, .ctx = &check};

    if (large_check(dispatch_format(d), &source, len, err) != 0)
        return -1;
    source.ctx = &body;
    return dispatch_large(d, &source, len, err);
}

static int step_pipe(struct binlog_file *f, uint32_t len, struct dispatch *d, struct err *err)
{
    FILE *file = tmpfile();
    CLEANUP_FREE uint8_t *ahead = NULL;
    size_t n;
    int rc = -1;

    if (file == NULL)
        return err_errno(err, "temporary file");
    if (spool(f, fileno(file), len, err) == 0) {
        /* What was read behind the event waits until the buffer is free again. */
        n = file_buffered(f);
        ahead = malloc(n > 0 ? n : 1);
        if (ahead == NULL) {
            err_nomem(err, "binlog file");
        } else {
            memcpy(ahead, f->buffer + f->at, n);
            rc = hand_out_large(f, fileno(file), 0, len, d, err);
            memcpy(f->buffer, ahead, n);
            f->at = 0;
            f->end = n;
        }
    }
    fclose(file);
    return rc;
}

int file_step_large(struct binlog_file *f, uint32_t len, struct dispatch *d, struct err *err)
{
    uint64_t offset = f->next_offset;
    int rc;

    if (f->is_pipe) {
        rc = step_pipe(f, len, d, err);
    } else {
        f->at = f->end = 0;
        rc = hand_out_large(f, f->fd, (off_t)offset, len, d, err);
        if (rc == 0 && lseek(f->fd, (off_t)(offset + len), SEEK_SET) < 0)
            rc = err_errno(err, "%s", f->path);
    }
    f->offset = offset;
    f->next_offset = offset + len;
    return rc == 0 ? 1 : -1;
}
