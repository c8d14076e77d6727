/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/binlog/stream_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SILENT_LEAST_S = 60, PROBES = 3 };

unsigned stream_read_timeout_s(unsigned silence_ms)
{
    unsigned silence_s = (silence_ms + 999) / 1000;

    return silence_s > SILENT_LEAST_S ? silence_s : SILENT_LEAST_S;
}

int stream_socket(int fd, unsigned silence_ms, struct err *err)
{
    int on = 1, probes = PROBES, each_s = (int)((silence_ms / 1000 + PROBES) / (PROBES + 1));
    int copy = dup(fd);

    if (copy < 0)
        return err_errno(err, "binlog: dup");
    if (each_s < 1)
        each_s = 1;
    /* A Unix socket has none of these and needs none. */
    setsockopt(copy, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(copy, IPPROTO_TCP, TCP_KEEPIDLE, &each_s, sizeof(each_s));
    setsockopt(copy, IPPROTO_TCP, TCP_KEEPINTVL, &each_s, sizeof(each_s));
    setsockopt(copy, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
    return copy;
}
