/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/write_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"

static int write_all(int fd, const struct buf *text)
{
    size_t done = 0;

    while (done < text->len) {
        ssize_t n = write(fd, text->ptr + done, text->len - done);

        if (n < 0 && errno != EINTR)
            return -1;
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd);
}

/* Its name, last: only a complete file gets it. */
static int give_name(const char *temporary, const char *path, bool may_replace)
{
    if (may_replace)
        return rename(temporary, path);
    if (link(temporary, path) != 0)
        return -1;
    unlink(temporary);
    return 0;
}

int write_file(const char *path, mode_t mode, const struct buf *text, bool may_replace,
               struct err *err)
{
    CLEANUP_BUF struct buf temporary = BUF_INIT;
    CLEANUP_CLOSE int fd = -1;

    buf_printf(&temporary, "%s.XXXXXX", path);
    if (text->is_failed || temporary.is_failed)
        return err_nomem(err, path);
    fd = mkostemp(temporary.ptr, O_CLOEXEC); /* 0600 until it is complete */
    if (fd < 0)
        return err_errno(err, "cannot make %s", path);
    if (write_all(fd, text) == 0 && fchmod(fd, mode) == 0 &&
        give_name(temporary.ptr, path, may_replace) == 0)
        return 0;
    err_errno(err, "cannot write %s", path);
    unlink(temporary.ptr);
    return -1;
}
