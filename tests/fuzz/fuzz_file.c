/* SPDX-License-Identifier: Apache-2.0 */
/* A binlog file: its events lie end to end, and are what the file holds. Input: the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "replicator/binlog/file.h"
#include "tests/fuzz/targets.h"

enum { MAGIC_BYTES = 4, PATH_BYTES = 64 };

/* One file in memory for all inputs. */
static void write_file(const uint8_t *data, size_t size, char path[PATH_BYTES])
{
    static int fd = -1;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, PATH_BYTES, "/proc/self/fd/%d", fd);
}

void fuzz_file(const uint8_t *data, size_t size)
{
    struct binlog_file *f = NULL;
    uint64_t next = MAGIC_BYTES;
    const uint8_t *bytes;
    char path[PATH_BYTES];
    struct err err;
    size_t len;
    int rc;

    write_file(data, size, path);
    if (binlog_file_open(path, &f, &err) != 0)
        return;
    while ((rc = binlog_file_next(f, &bytes, &len, &err)) == 1) {
        if (binlog_file_offset(f) != next || len > size - next ||
            memcmp(bytes, data + next, len) != 0)
            abort();
        next += len;
    }
    if (rc == 0 && next != size)
        abort();
    binlog_file_close(f);
}
