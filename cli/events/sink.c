/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/events/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sink_open(struct sink *s, int fd, const struct stop *stop, struct err *err)
{
    *s = (struct sink){.fd = fd, .stop = stop, .base = malloc(SINK_BYTES)};
    if (s->base == NULL)
        return err_nomem(err, "events");
    s->at = s->base;
    s->end = s->base + SINK_BYTES;
    return 0;
}

void sink_close(struct sink *s)
{
    free(s->base);
    *s = (struct sink){0};
}

static void write_all(struct sink *s, const char *from)
{
    while (from < s->at && !sink_is_broken(s)) {
        ssize_t n = write(s->fd, from, (size_t)(s->at - from));

        if (n >= 0)
            from += n;
        else if (errno != EINTR)
            s->failure = errno;
        else
            s->is_abandoned = stop_is_asked(s->stop);
    }
}

void sink_flush(struct sink *s)
{
    if (!sink_is_broken(s))
        write_all(s, s->base);
    s->at = s->base;
}

void sink_append(struct sink *s, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t n = len < SINK_BYTES ? len : SINK_BYTES;

        memcpy(sink_room(s, n), bytes, n);
        s->at += n;
        bytes += n;
        len -= n;
    }
}

int sink_check(const struct sink *s, struct err *err)
{
    if (s->is_abandoned || s->failure == EPIPE)
        return err_set(err, ERR_STOPPED, "events: nobody reads on");
    errno = s->failure;
    return s->failure == 0 ? 0 : err_errno(err, "standard output");
}
