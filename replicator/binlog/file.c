/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "replicator/binlog/cursor.h"
#include "replicator/binlog/event.h"
#include "replicator/binlog/file_private.h"

enum { MAGIC_BYTES = 4, TYPE_AT = 4, LENGTH_AT = 9 };
#define EVENT_MAX (UINT32_C(1) << 30) /* the servers' own limit of an event */
#define EVENT_SLACK (UINT32_C(1) << 20)

/* Make room for WANT bytes from the next event on. */
static int reserve(struct binlog_file *f, size_t want, struct err *err)
{
    uint8_t *buffer;

    if (f->size - f->at >= want)
        return 0;
    memmove(f->buffer, f->buffer + f->at, file_buffered(f));
    f->end -= f->at;
    f->at = 0;
    /* Back to the usual size after a huge event. */
    if (f->size >= want &&
        (f->size == BUFFER_BYTES || want > BUFFER_BYTES || f->end > BUFFER_BYTES))
        return 0;
    if (want < BUFFER_BYTES)
        want = BUFFER_BYTES;
    buffer = realloc(f->buffer, want);
    if (buffer == NULL)
        return err_nomem(err, "binlog file");
    f->buffer = buffer;
    f->size = want;
    return 0;
}

/* Memory grows with what the file holds, not with what a header claims. */
int file_fill(struct binlog_file *f, size_t want, struct err *err)
{
    while (file_buffered(f) < want) {
        size_t held = file_buffered(f);
        size_t step = held < BUFFER_BYTES / 2 ? BUFFER_BYTES : 2 * held;
        ssize_t n;

        if (reserve(f, want < step ? want : step, err) != 0)
            return -1;
        n = read(f->fd, f->buffer + f->end, f->size - f->end);
        if (n < 0)
            return err_errno(err, "%s", f->path);
        if (n == 0)
            return 0;
        f->end += (size_t)n;
    }
    return 1;
}

static int check_magic(struct binlog_file *f, struct err *err)
{
    int rc = file_fill(f, MAGIC_BYTES, err);

    if (rc < 0)
        return -1;
    if (rc == 1 && memcmp(f->buffer,
                          "\xfd"
                          "bin",
                          MAGIC_BYTES) == 0) {
        err_set(err, ERR_FORMAT, "%s: the file is encrypted (binlog_encryption)", f->path);
        return err_hint(err, "Read it through its server instead: the server decrypts it.");
    }
    if (rc == 0 || memcmp(f->buffer,
                          "\xfe"
                          "bin",
                          MAGIC_BYTES) != 0)
        return err_set(err, ERR_FORMAT, "%s: not a binlog file", f->path);
    f->at = MAGIC_BYTES;
    f->next_offset = f->offset = MAGIC_BYTES;
    return 0;
}

int binlog_file_open(const char *path, struct binlog_file **out, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    struct binlog_file *f = calloc(1, sizeof(*f));

    if (f == NULL)
        return err_nomem(err, "binlog file");
    f->is_pipe = is_stdin;
    f->fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    f->path = strdup(is_stdin ? "stdin" : path);
    f->buffer = malloc(BUFFER_BYTES);
    f->size = BUFFER_BYTES;
    if (f->fd < 0)
        err_errno(err, "%s", path);
    else if (f->path == NULL || f->buffer == NULL)
        err_nomem(err, "binlog file");
    else if (check_magic(f, err) == 0) {
        *out = f;
        return 0;
    }
    binlog_file_close(f);
    return -1;
}

void binlog_file_close(struct binlog_file *f)
{
    if (f == NULL)
        return;
    if (f->fd >= 0)
        close(f->fd);
    free(f->path);
    free(f->buffer);
    free(f);
}

const char *binlog_file_name(const struct binlog_file *f)
{
    const char *slash = strrchr(f->path, '/');

    return slash == NULL ? f->path : slash + 1;
}

uint64_t binlog_file_offset(const struct binlog_file *f)
{
    return f->offset;
}

int file_ends_within(const struct binlog_file *f, struct err *err)
{
    return err_set(err, ERR_FORMAT, "%s: the file ends within the event at %" PRIu64, f->path,
                   f->next_offset);
}

/* The length of the next event: 1, or 0 at the end. */
static int next_length(struct binlog_file *f, uint32_t *len, struct err *err)
{
    int rc = file_fill(f, EVENT_HEADER_BYTES, err);

    if (rc <= 0)
        return rc == 0 && file_buffered(f) > 0 ? file_ends_within(f, err) : rc;
    *len = le_load32(f->buffer + f->at + LENGTH_AT);
    if (*len < EVENT_HEADER_BYTES || *len > EVENT_MAX + EVENT_SLACK)
        return err_set(err, ERR_FORMAT, "%s: the event at %" PRIu64 " says it has %u bytes",
                       f->path, f->next_offset, *len);
    return 1;
}

static int whole_event(struct binlog_file *f, uint32_t len, const uint8_t **bytes, struct err *err)
{
    int rc = file_fill(f, len, err);

    if (rc <= 0)
        return rc == 0 ? file_ends_within(f, err) : -1;
    *bytes = f->buffer + f->at;
    f->at += len;
    f->offset = f->next_offset;
    f->next_offset += len;
    return 1;
}

int binlog_file_next(struct binlog_file *f, const uint8_t **bytes, size_t *len, struct err *err)
{
    uint32_t n;
    int rc = next_length(f, &n, err);

    if (rc != 1)
        return rc;
    *len = n;
    return whole_event(f, n, bytes, err);
}

int binlog_file_step(struct binlog_file *f, struct dispatch *d, struct err *err)
{
    const uint8_t *bytes = NULL;
    uint32_t len;
    int rc = next_length(f, &len, err);

    if (rc != 1)
        return rc;
    if (len > BUFFER_BYTES && f->buffer[f->at + TYPE_AT] == EVENT_TRANSACTION_PAYLOAD)
        return file_step_large(f, len, d, err);
    if (whole_event(f, len, &bytes, err) < 0)
        return -1;
    return dispatch_event(d, bytes, len, err) == 0 ? 1 : -1;
}
